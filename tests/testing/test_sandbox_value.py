"""What a test can ask a sandbox: requests without credentials, sessions, variables."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from rtdoctor.domain.era import TODAY
from rtdoctor.errors import CannotTest
from rtdoctor.testing import run_sandbox
from rtdoctor.testing.plugin import StartSandbox
from rtdoctor.testing.processes import SandboxPool
from support.lent_sandbox import call, hang_up, post, token
from support.sandbox_http import GA_REALTIME, OFFER


def test_the_default_is_todays_service(realtime_sandbox: StartSandbox) -> None:
    service = realtime_sandbox()

    assert service.era == TODAY
    assert service.env() == {
        "OPENAI_API_KEY": service.api_key,
        "OPENAI_BASE_URL": f"{service.base_url}/v1",
    }
    assert service.api_key not in repr(service)


def test_requests_tell_what_was_sent_and_how_it_was_answered(
    realtime_sandbox: StartSandbox,
) -> None:
    service = realtime_sandbox()
    once = token(service)
    hang_up(service, call(service, once))
    call(service, once)

    mint, first, hangup, second = service.requests()

    assert [r.number for r in (mint, first, hangup, second)] == [1, 2, 3, 4]
    assert [r.endpoint for r in (mint, first, hangup)] == ["mint", "call", "hangup"]
    assert mint.json() == GA_REALTIME
    assert first.body.startswith("v=0")
    assert (first.auth, first.status) == (("token",), 201)
    assert (second.auth, second.rule) == (("token", "token_used"), "token-already-used")
    assert second.status >= 400


def test_requests_hold_no_credential_and_show_which_was_used_again(
    realtime_sandbox: StartSandbox,
) -> None:
    service = realtime_sandbox()
    one, two = token(service), token(service)
    for credential in (one, two, one):
        answer = call(service, credential)
        if answer.status_code == 201:
            hang_up(service, answer)
    own_gateway = "Xyz12345678"
    post(
        service,
        f"/v1/realtime/client_secrets?key={service.api_key}",
        own_gateway,
        headers={"Cookie": "session=mine", "x-api-key": "a secret", "x-app": one},
        json={"key": service.api_key, "own": own_gateway},
    )

    requests = service.requests()

    calls = [r.headers["authorization"] for r in requests if r.endpoint == "call"]
    assert calls == ["Bearer ek_…#1", "Bearer ek_…#2", "Bearer ek_…#1"]
    assert requests[0].headers["authorization"] == "Bearer sk-…#1"
    assert requests[-1].json() == {"key": "sk-…#1", "own": "…#1"}
    ice_password = "O3CnlkbZjCqQPz7lrMU3K2s5"
    assert ice_password in OFFER
    for secret in (service.api_key, one, two, own_gateway, "mine", "a secret", ice_password):
        assert secret not in repr(requests)


@pytest.mark.parametrize("word", ["undefined", "null"])
def test_a_missing_token_is_shown_as_it_was_sent(realtime_sandbox: StartSandbox, word: str) -> None:
    service = realtime_sandbox()
    call(service, word)

    [request] = service.requests()

    assert request.headers["authorization"] == f"Bearer {word}"
    assert request.auth == ("text",)


def test_preflights_are_shown_only_when_asked_for(realtime_sandbox: StartSandbox) -> None:
    service = realtime_sandbox()
    httpx.options(f"{service.base_url}/v1/realtime/calls", trust_env=False)

    assert service.requests() == []
    assert [r.rule for r in service.requests(preflights=True)] == ["cors-preflight"]


def test_sessions_are_counted_as_they_open_and_end(realtime_sandbox: StartSandbox) -> None:
    service = realtime_sandbox()
    first, _ = call(service, token(service)), call(service, token(service))
    hang_up(service, first)

    sessions = service.sessions

    assert (sessions.opened, sessions.hung_up, sessions.still_open) == (2, 1, 1)
    ended, still_open = sessions
    assert (ended.type, ended.model, ended.ended) == ("realtime", "gpt-realtime", "hung_up")
    assert (still_open.ended, still_open.connected, still_open.sound_ms) == (None, False, 0)


def test_a_token_can_be_made_old(realtime_sandbox: StartSandbox) -> None:
    service = realtime_sandbox()
    old = token(service)

    assert service.expire(old)
    assert not service.expire("ek_unknown")
    call(service, old)
    assert service.requests()[-1].auth == ("token_expired",)


def test_an_idle_sandbox_is_lent_again_without_its_past() -> None:
    with SandboxPool() as pool:
        with pool.lend() as first:
            hang_up(first, call(first, token(first)))
        with pool.lend() as second, pool.lend() as third:
            assert second.base_url == first.base_url
            assert third.base_url != first.base_url
            assert second.requests() == []
            assert second.sessions.opened == 0
            token(second)
            assert [r.number for r in second.requests()] == [1]


def test_a_sandbox_with_an_open_call_or_with_rules_is_not_lent_again() -> None:
    with SandboxPool() as pool:
        with pool.lend() as with_call, pool.lend(rules="rules: []") as with_rules:
            call(with_call, token(with_call))
        with pool.lend() as one, pool.lend() as two:
            before = {with_call.base_url, with_rules.base_url}
            for service in (one, two):
                assert service.requests() == []
        for url in before:
            with pytest.raises(httpx.ConnectError):
                httpx.get(url, trust_env=False)


def test_after_its_block_it_says_that_it_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with run_sandbox() as service:
        assert service.requests() == []

    with pytest.raises(CannotTest, match="does not answer"):
        service.requests()


def test_a_file_of_the_application_may_be_called_like_a_module_of_python(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tmp_path.joinpath("queue.py").write_text("raise RuntimeError('the queue of the application')")
    monkeypatch.chdir(tmp_path)

    with run_sandbox() as service:
        assert service.requests() == []
