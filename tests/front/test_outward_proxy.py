"""The proxy of the environment, which the front itself needs to reach others. It is a front too."""

from __future__ import annotations

import httpx
import pytest

from rtdoctor.front.front import Front
from rtdoctor.front.outward_proxy import OutwardProxy, outward_proxy
from rtdoctor.front.passed import Route
from rtdoctor.front.upstream import Upstream
from rtdoctor.secrets.redactor import Redactor
from support.fronting import client_of, trusting
from support.hostile import Answer, Received, answer, hostile_server

OUTSIDE = "https://voice.test"


async def service(received: Received) -> Answer:
    return answer(200, f"reached {received.path}")


async def test_the_target_is_reached_through_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        hostile_server(service) as url,
        Front(Upstream(url, (OUTSIDE,)), Redactor()) as proxy,
        Front(Upstream(OUTSIDE), Redactor(), tls=trusting(proxy)) as front,
        client_of(front, Route.BASE_URL) as client,
    ):
        monkeypatch.setenv("HTTPS_PROXY", proxy.proxy_url)
        assert (await client.get("/v1/models")).text == "reached /v1/models"
    (passed,) = proxy.exchanges
    assert passed.route is Route.PROXY


async def test_other_hosts_are_reached_through_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        hostile_server(service) as url,
        Front(Upstream(url, (OUTSIDE,)), Redactor()) as proxy,
        Front(Upstream("http://127.0.0.1:9"), Redactor()) as front,
        httpx.AsyncClient(proxy=front.proxy_url, verify=trusting(proxy), trust_env=False) as client,
    ):
        monkeypatch.setenv("HTTPS_PROXY", proxy.proxy_url)
        assert (await client.get(f"{OUTSIDE}/x")).text == "reached /x"
    assert len(proxy.exchanges) == 1
    assert front.exchanges == ()


async def test_a_proxy_that_refuses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuses(received: Received) -> Answer:
        assert received.method == "CONNECT"
        assert received.headers["proxy-authorization"] == "Basic bWU6cMOkc3M="
        return answer(407)

    async with (
        hostile_server(refuses) as url,
        Front(Upstream(OUTSIDE), Redactor()) as front,
        client_of(front, Route.BASE_URL) as client,
        httpx.AsyncClient(proxy=front.proxy_url, trust_env=False) as other,
    ):
        monkeypatch.setenv("HTTPS_PROXY", url.replace("//", "//me:p%C3%A4ss@"))
        got = await client.get("/v1/models")
        with pytest.raises(httpx.ProxyError, match="502"):
            await other.get("https://else.test/x")
    assert got.status_code == 502
    assert "the proxy refused" in got.text
    assert (front.exchanges[0].exchange.error or "").startswith("rtdoctor.proxy_failure: ")


@pytest.mark.parametrize(
    ("named", "origin", "url"),
    [
        ("http://proxy.test:3128", "https://api.openai.com", "http://proxy.test:3128"),
        ("proxy.test:3128", "https://api.openai.com", "http://proxy.test:3128"),
        ("http://proxy.test:3128", "https://db.internal", None),
        ("http://proxy.test:3128", "https://127.0.0.1:9", None),
        ("http://proxy.test:3128", "http://api.openai.com", None),
        ("socks5://proxy.test:1080", "https://api.openai.com", None),
        ("http://", "https://api.openai.com", None),
    ],
)
def test_which_proxy_is_for_which_host(
    monkeypatch: pytest.MonkeyPatch, named: str, origin: str, url: str | None
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", named)
    monkeypatch.setenv("NO_PROXY", "db.internal")
    proxy = outward_proxy(origin)
    assert (proxy and proxy.url) == url


def test_the_password_of_a_proxy_is_not_shown() -> None:
    assert "secret" not in repr(OutwardProxy("http://proxy.test", (b"me", b"secret")))
