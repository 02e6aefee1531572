"""The backend's routes, with no key and no network."""

import httpx
import pytest
from backend import app

RATE_LIMITED = """
rules:
  - id: too-many-tokens
    when: {endpoint: mint}
    answer: {status: 429, error: {message: Slow down.}}
"""


@pytest.fixture
async def browser():
    """Calls the backend as a browser would."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
        yield client


def use(service, monkeypatch):
    for name, value in service.env().items():
        monkeypatch.setenv(name, value)


async def test_the_page_gets_a_token_and_never_the_key(realtime_sandbox, monkeypatch, browser):
    service = realtime_sandbox()
    use(service, monkeypatch)

    answer = await browser.post("/token")

    assert answer.json()["token"].startswith("ek_")
    assert service.api_key not in answer.text
    [mint] = service.requests()
    assert (mint.endpoint, mint.auth, mint.status) == ("mint", ("api_key",), 200)
    assert mint.json()["session"]["type"] == "transcription"


async def test_a_refused_mint_is_explained_to_the_page(realtime_sandbox, monkeypatch, browser):
    service = realtime_sandbox(rules=RATE_LIMITED)
    use(service, monkeypatch)

    answer = await browser.post("/token")

    assert answer.status_code == 503
    assert answer.json() == {"error": "Speech is not available now."}
    assert [(r.rule, r.status) for r in service.requests()] == [("too-many-tokens", 429)]
