"""``rtdoctor check --token-url``: a backend of one's own mints at the sandbox and is checked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.cli import CommandResult, rtdoctor
from support.hostile import Answer, Received, answer
from support.recordings import KEY
from support.sandbox_http import GA_REALTIME
from support.sandbox_process import RunningSandbox, rtdoctor_sandbox
from support.threaded import serving

USER = "user-credential-0123456789"
Backend = Callable[[Received], Answer]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with rtdoctor_sandbox() as running:
        yield running


def minted(sandbox: RunningSandbox) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {sandbox.key}"}
    url = f"{sandbox.url}/v1/realtime/client_secrets"
    return dict(httpx.post(url, json=GA_REALTIME, headers=headers).json())


def checked(
    sandbox: RunningSandbox, backend: Backend, *options: str | Path, key: str = "", **env: str
) -> CommandResult:
    with serving(backend) as url:
        route = ("--token-url", f"{url}/api/token", "--base-url", sandbox.url)
        return rtdoctor("check", *route, *options, OPENAI_API_KEY=key, **env)


def test_a_healthy_route_is_checked_and_its_token_opens_a_call(sandbox: RunningSandbox) -> None:
    received: list[Received] = []

    def backend(request: Received) -> Answer:
        received.append(request)
        return answer(200, json.dumps(minted(sandbox)), Access_Control_Allow_Origin="*")

    page = ("--origin", "http://localhost:3000")
    done = checked(sandbox, backend, *page, key=sandbox.key)

    assert done.code == 0
    assert "A token of this route opens a call." in done.out
    assert "the token is read at value: it begins with ek_" in done.out
    assert "CORS: a page at http://localhost:3000 may read the answer" in done.out
    assert "the call was hung up" in done.out
    assert sandbox.open_calls == 0
    assert [request.method for request in received] == ["GET"] * 3
    assert all(sandbox.key not in str(request) for request in received)


def test_the_users_own_credential_goes_to_the_route_and_is_never_shown(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    headers = tmp_path / "headers.txt"
    headers.write_text(f"Authorization: Bearer {USER}\n")
    received: list[Received] = []

    def backend(request: Received) -> Answer:
        received.append(request)
        return answer(403, json.dumps({"error": f"{USER} and {USER[::-1]} may not"}))

    options = ("-H", f"@{headers}", "-H", "X-Session: env:SESSION", "-d", '{"room": 1}')
    done = checked(sandbox, backend, *options, SESSION=USER[::-1])

    assert done.code == 1
    assert "the route itself refuses" in done.out
    assert received[0].method == "POST"
    assert received[0].headers["authorization"] == f"Bearer {USER}"
    assert received[0].headers["x-session"] == USER[::-1]
    assert received[0].headers["content-type"] == "application/json"
    assert USER not in done.out + done.err
    assert USER[::-1] not in done.out + done.err


def test_a_cached_token_is_reported_and_not_spent(sandbox: RunningSandbox) -> None:
    cached = json.dumps(minted(sandbox))

    done = checked(sandbox, lambda request: answer(200, cached))

    assert done.code == 1
    assert "asked twice, the route gave the same token" in done.out
    assert "no call was made" in done.out
    assert json.loads(cached)["value"] not in done.out + done.err


def test_a_shared_token_is_spent_when_that_is_said(sandbox: RunningSandbox) -> None:
    cached = json.dumps(minted(sandbox))

    done = checked(sandbox, lambda request: answer(200, cached), "--spend-token")

    assert done.code == 1
    assert "A token of this route opens a call, but the route has a fault." in done.out


def test_a_call_that_fails_leads_to_a_diagnosis_of_the_setup_behind(
    sandbox: RunningSandbox,
) -> None:
    numbers = iter(range(10))

    def backend(request: Received) -> Answer:
        stale = {**minted(sandbox), "value": f"ek_{next(numbers)}abcdef0123456789abcdef"}
        return answer(200, json.dumps(stale))

    done = checked(sandbox, backend, "--journal", "none", key=sandbox.key)

    assert done.code == 1
    assert "The call with a token of this route fails." in done.out
    assert "SDP exchange: 401" in done.out
    assert "look at how the backend mints" in done.out
    assert "This setup works here and now, twice" in done.out


def test_a_redirect_is_told_and_not_followed(sandbox: RunningSandbox) -> None:
    asked: list[str] = []

    def backend(request: Received) -> Answer:
        asked.append(request.path)
        return answer(307, Location="/login")

    done = checked(sandbox, backend)

    assert done.code == 1
    assert "the route redirects (307) to /login" in done.out
    assert asked == ["/api/token"]


def test_a_token_alone_is_called_with_once_and_only_when_that_is_said(
    sandbox: RunningSandbox, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text(minted(sandbox)["value"] + "\n")
    options = ("--token-file", token, "--base-url", sandbox.url)
    before = sandbox.state()["calls"]["opened"]

    refused = rtdoctor("check", *options, OPENAI_API_KEY=sandbox.key)
    first = rtdoctor("check", *options, "--spend-token", OPENAI_API_KEY=sandbox.key)
    second = rtdoctor("check", *options, "--spend-token", OPENAI_API_KEY=sandbox.key)

    assert (refused.code, first.code, second.code) == (2, 0, 1)
    assert "add --spend-token" in refused.err
    assert "The token opens a call." in first.out
    assert "ephemeral_token_already_used" in second.out
    assert sandbox.state()["calls"]["opened"] == before + 1
    assert token.read_text().strip() not in first.out + second.out + first.err + second.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["-H", f"Authorization: Bearer {USER}"], "the command line is no place for it"),
        (["-H", f"X-Anything: {KEY}"], "the command line is no place for it"),
        (["-d", json.dumps({"apiKey": KEY})], "Put the body into a file"),
        (["-H", "Authorization: env:NOT_SET_HERE"], "NOT_SET_HERE is not set"),
        (["-H", "nonsense"], "'NAME: VALUE'"),
        (["--origin", "localhost:3000"], "--origin is not the origin of a page"),
        (["--sandbox"], "rtdoctor sandbox serve"),
        (["--json", "run.json"], "shown as text only"),
        (["--dry-run"], "is checked alone"),
        (["--token-file", "t", "--spend-token"], "exclude each other"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_repeated(
    options: list[str], words: str
) -> None:
    done = rtdoctor("check", "--token-url", "http://127.0.0.1:9/token", *options)

    assert done.code == 2
    assert words in done.err
    assert USER not in done.err
    assert KEY not in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.com/token", "is not encrypted"),
        ("ftp://localhost/token", "not an http or https URL"),
        ("http://me:secret99@localhost/token", "holds a credential"),
        (f"http://localhost/token?key={KEY}", "holds a credential"),
        ("http://[::1/token", "is not a URL"),
    ],
)
def test_a_url_that_is_no_token_route_is_refused(url: str, words: str) -> None:
    done = rtdoctor("check", "--token-url", url)

    assert done.code == 2
    assert words in done.err
    assert "secret99" not in done.err
    assert KEY not in done.err


def test_a_route_that_does_not_answer_could_not_be_tested() -> None:
    done = rtdoctor("check", "--token-url", "http://127.0.0.1:9/token")

    assert done.code == 3
    assert "the token route does not answer: connection refused" in done.err


def test_options_of_a_route_need_one() -> None:
    done = rtdoctor("check", "-H", "X-Team: 1")

    assert done.code == 2
    assert "add --token-url" in done.err
