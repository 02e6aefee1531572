"""An answer is called a fact only where the fact gives all of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.sandbox_http import (
    BETA_REALTIME,
    FOUNDING,
    GA_REALTIME,
    GA_TRANSCRIPTION,
    OFFER,
    TRANSLATION,
    Caller,
)

CallerOf = Callable[[str], Caller]
ALL_ERAS = ("beta", "coexist", "ga-only", "single-use")


@pytest.mark.parametrize(
    ("authorization", "rule"),
    [
        ("Bearer whatever-it-is", "incorrect-key"),
        ("Bearer ek_minted_elsewhere", "token-of-someone-else"),
        ("Bearer sk-sandbox-revoked-1", "key-revoked"),
    ],
)
def test_how_the_service_masks_a_credential_is_not_known(
    today: Caller, authorization: str, rule: str
) -> None:
    said = today.mint("client_secrets", GA_REALTIME, authorization=authorization)

    assert (said.rule, said.basis) == (rule, "inferred")


@pytest.mark.parametrize(
    ("era", "path", "body", "basis"),
    [
        ("beta", "sessions", {"client_secret": {"expires_at": 1}}, "fact"),
        ("coexist", "sessions", {"client_secret": {"expires_at": 1}}, "inferred"),
        ("beta", "transcription_sessions", {"client_secret": {"expires_at": 1}}, "inferred"),
        ("single-use", "client_secrets", {"model": "m"}, "fact"),
        ("single-use", "translations/client_secrets", {"model": "m"}, "inferred"),
        ("single-use", "client_secrets", {"session": {"type": "realtime", "voice": "x"}}, "fact"),
    ],
)
def test_an_unknown_parameter_is_a_fact_only_where_it_was_seen(
    caller_of: CallerOf, era: str, path: str, body: object, basis: str
) -> None:
    said = caller_of(era).mint(path, body)

    assert (said.status, said.error["code"]) == (400, "unknown_parameter")
    assert said.basis == basis
    assert basis == "fact" or "inferred" in said.provenance["note"]


def test_the_session_of_a_multipart_call_is_judged_by_inference(today: Caller) -> None:
    parts = {"sdp": OFFER, "session": '{"type":"realtime","voice":"alloy"}'}

    said = today.send(
        "POST", "/v1/realtime/calls", files={name: (None, text) for name, text in parts.items()}
    )

    assert (said.error["param"], said.basis) == ("session.voice", "inferred")


def test_the_life_of_a_beta_transcription_token_is_a_matter_of_opinion(beta: Caller) -> None:
    said = beta.mint("transcription_sessions", FOUNDING)

    assert said.basis == "inferred"
    assert "one minute in another" in said.provenance["note"]


@pytest.mark.parametrize(
    ("era", "endpoint", "body", "target", "basis"),
    [
        ("beta", "sessions", BETA_REALTIME, "?model=gpt-4o-transcribe", "fact"),
        ("beta", "sessions", BETA_REALTIME, "?model=gpt-4o-realtime-preview", "fact"),
        ("beta", "sessions", BETA_REALTIME, "?model=gpt-realtime", "inferred"),
        ("single-use", "client_secrets", GA_TRANSCRIPTION, "/calls", "fact"),
        ("single-use", "client_secrets", GA_TRANSCRIPTION, "/calls?intent=transcription",
         "inferred"),
        ("single-use", "client_secrets", GA_REALTIME, "/calls?model=gpt-realtime", "inferred"),
        ("single-use", "translations/client_secrets", TRANSLATION, "/translations/calls", "fact"),
    ],
)  # fmt: skip
def test_a_call_that_connects_is_a_fact_only_in_the_form_that_was_seen(
    caller_of: CallerOf, era: str, endpoint: str, body: object, target: str, basis: str
) -> None:
    caller = caller_of(era)

    said = caller.call(target, caller.token(endpoint, body))

    assert (said.status, said.basis) == (201, basis)


@pytest.mark.parametrize("query", ["?model=gpt-realtime", "?intent=transcription"])
def test_a_query_on_a_multipart_call_has_unknown_effects(today: Caller, query: str) -> None:
    said = today.send("POST", f"/v1/realtime/calls{query}", files={"sdp": (None, OFFER)})
    today.hang_up(said)

    assert (said.status, said.basis) == (201, "inferred")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("?model=gpt-4o-transcribe", 'Model "gpt-4o-transcribe" is a transcription model and'),
        ("?model=whisper-1", 'Model "whisper-1" is not supported in realtime mode.'),
        ("?intent=transcription&model=gpt-realtime", "You must not provide a model parameter"),
    ],
)
def test_an_api_key_does_not_open_a_call_for_any_model(
    today: Caller, query: str, message: str
) -> None:
    said = today.call(f"/calls{query}")

    assert (said.status, said.error["code"], said.basis) == (400, "invalid_model", "inferred")
    assert said.error["message"].startswith(message)


@pytest.mark.parametrize("era", ALL_ERAS)
@pytest.mark.parametrize("path", ["/v1/realtime?model=gpt-realtime", "/v1/realtime?call_id=rtc_1"])
def test_no_websocket_is_said_to_be_missing_here_not_at_the_service(
    caller_of: CallerOf, era: str, path: str
) -> None:
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "OpenAI-Beta": "realtime=v1"}

    said = caller_of(era).send("GET", path, headers=upgrade)

    assert (said.status, said.basis) == (501, "inferred")
    assert said.error["message"].startswith("Sandbox: ")
    assert "Invalid URL" not in said.text


@pytest.mark.parametrize("seconds", ["600", True, None, [10], 9, 7201])
def test_a_life_that_is_no_number_in_range_is_refused(today: Caller, seconds: object) -> None:
    body = {**GA_REALTIME, "expires_after": {"anchor": "created_at", "seconds": seconds}}

    said = today.mint("client_secrets", body)

    assert (said.status, said.error["param"]) == (400, "expires_after.seconds")
    assert said.basis == "inferred"
