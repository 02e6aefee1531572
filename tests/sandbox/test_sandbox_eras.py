"""What each era refuses and what connects, over real sockets."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

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

EMPTY = {"message": "", "type": "", "code": "", "param": ""}
DISABLED = "The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API."
GA_IN_BETA = (
    "API version mismatch. You cannot start a Realtime beta session with a GA client secret."
)
BETA_IN_GA = (
    "API version mismatch. You cannot start a Realtime GA session with a beta client secret. "
    "Please ensure that you are using endpoints for the same API version. If you want to use the "
    "Realtime GA API, please create a client secret using the /v1/realtime/client_secrets endpoint."
)
WITH_TRANSCRIPTION = "?model=gpt-4o-transcribe"
ALL_ERAS = ("beta", "coexist", "ga-only", "single-use")


class TestBeta:
    def test_the_founding_case_is_refused_with_an_error_of_empty_strings(
        self, beta: Caller
    ) -> None:
        token = beta.token("transcription_sessions", FOUNDING)

        said = beta.call(WITH_TRANSCRIPTION, token)

        assert said.status == 400
        assert said.json == {"error": EMPTY}
        assert said.provenance["fact"] == "SDP-EMPTY-400-BETA"
        assert said.basis == "fact"

    def test_the_api_key_connects_where_the_token_is_refused(self, beta: Caller) -> None:
        assert beta.call(WITH_TRANSCRIPTION).status == 201

    def test_a_token_from_sessions_connects(self, beta: Caller) -> None:
        token = beta.token("sessions", BETA_REALTIME)

        assert beta.call(WITH_TRANSCRIPTION, token).status == 201

    def test_the_transcription_token_connects_with_intent_and_no_model(self, beta: Caller) -> None:
        token = beta.token("transcription_sessions", FOUNDING)

        assert beta.call("?intent=transcription", token).status == 201

    def test_a_token_opens_more_than_one_call(self, beta: Caller) -> None:
        token = beta.token("sessions", BETA_REALTIME)

        assert [beta.call("?model=m", token).status for _ in range(2)] == [201, 201]

    @pytest.mark.parametrize("path", ["client_secrets", "calls", "translations/client_secrets"])
    def test_the_ga_paths_are_unknown_urls(self, beta: Caller, path: str) -> None:
        said = beta.mint(path, GA_REALTIME)

        assert said.status == 404
        assert said.error["message"] == f"Invalid URL (POST /v1/realtime/{path})"
        assert said.basis == "inferred"

    def test_sdp_at_the_mint_url_is_not_authorised(self, beta: Caller) -> None:
        token = beta.token("transcription_sessions", FOUNDING)

        said = beta.call("/transcription_sessions?model=gpt-4o-transcribe", token)

        assert (said.status, said.rule) == (401, "sdp-at-mint-url")

    @pytest.mark.parametrize(
        ("endpoint", "body", "param"),
        [
            ("sessions", {"client_secret": {"expires_at": 1}}, "client_secret.expires_at"),
            ("transcription_sessions", {**FOUNDING, "model": "x"}, "model"),
            ("sessions", {"model": "x", "session": {}}, "session"),
        ],
    )
    def test_an_unknown_parameter_is_named(
        self, beta: Caller, endpoint: str, body: object, param: str
    ) -> None:
        said = beta.mint(endpoint, body)

        assert said.status == 400
        assert said.error["message"] == f"Unknown parameter: '{param}'."
        assert (said.error["code"], said.error["param"]) == ("unknown_parameter", param)

    @pytest.mark.parametrize(
        ("endpoint", "body", "query", "code"),
        [
            ("sessions", BETA_REALTIME, "?intent=transcription", None),
            ("transcription_sessions", FOUNDING, "", "missing_model"),
            ("transcription_sessions", FOUNDING, "?intent=", "invalid_intent"),
            (
                "transcription_sessions",
                FOUNDING,
                "?intent=transcription&model=gpt-4o-transcribe",
                "invalid_model",
            ),
        ],
    )
    def test_token_and_query_that_contradict_each_other(
        self, beta: Caller, endpoint: str, body: object, query: str, code: str | None
    ) -> None:
        said = beta.call(query, beta.token(endpoint, body))

        assert (said.status, said.error["code"]) == (400, code)
        assert said.basis == "inferred"


class TestCoexist:
    @pytest.mark.parametrize(
        ("endpoint", "body", "target"),
        [
            ("sessions", BETA_REALTIME, "?model=gpt-4o-realtime-preview"),
            ("transcription_sessions", FOUNDING, "?intent=transcription"),
            ("client_secrets", GA_REALTIME, "/calls"),
            ("client_secrets", GA_TRANSCRIPTION, "/calls"),
        ],
    )
    def test_both_dialects_connect(
        self, coexist: Caller, endpoint: str, body: object, target: str
    ) -> None:
        assert coexist.call(target, coexist.token(endpoint, body)).status == 201

    @pytest.mark.parametrize(
        ("endpoint", "body", "target", "message"),
        [
            ("client_secrets", GA_REALTIME, "?model=gpt-realtime", GA_IN_BETA),
            ("client_secrets", GA_TRANSCRIPTION, "", GA_IN_BETA),
            ("sessions", BETA_REALTIME, "/calls", BETA_IN_GA),
            ("transcription_sessions", FOUNDING, "/calls", BETA_IN_GA),
        ],
    )
    def test_a_token_of_one_dialect_does_not_open_the_other(
        self, coexist: Caller, endpoint: str, body: object, target: str, message: str
    ) -> None:
        said = coexist.call(target, coexist.token(endpoint, body))

        assert (said.status, said.error["code"]) == (400, "api_version_mismatch")
        assert said.error["message"] == message

    def test_the_beta_header_turns_a_ga_call_into_a_mismatch(self, coexist: Caller) -> None:
        token = coexist.token("client_secrets", GA_REALTIME)

        said = coexist.send(
            "POST",
            "/v1/realtime/calls",
            key=token,
            headers={"Content-Type": "application/sdp", "OpenAI-Beta": "realtime=v1"},
            content=OFFER,
        )

        assert (said.status, said.error["message"]) == (400, GA_IN_BETA)

    def test_the_founding_case_is_still_refused(self, coexist: Caller) -> None:
        token = coexist.token("transcription_sessions", FOUNDING)

        assert coexist.call(WITH_TRANSCRIPTION, token).json == {"error": EMPTY}

    def test_what_was_only_seen_later_is_inferred(self, coexist: Caller, today: Caller) -> None:
        minted = [c.mint("translations/client_secrets", TRANSLATION) for c in (coexist, today)]

        assert [said.status for said in minted] == [200, 200]
        assert [said.basis for said in minted] == ["inferred", "fact"]


class TestToday:
    @pytest.mark.parametrize("endpoint", ["sessions", "transcription_sessions"])
    def test_the_beta_mints_are_gone(self, today: Caller, endpoint: str) -> None:
        said = today.mint(endpoint, FOUNDING)

        assert said.status == 404
        assert said.error["message"] == f"Invalid URL (POST /v1/realtime/{endpoint})"

    @pytest.mark.parametrize("body", [GA_REALTIME, GA_TRANSCRIPTION])
    def test_the_ga_recipes_connect(self, today: Caller, body: object) -> None:
        said = today.call("/calls", today.token("client_secrets", body))

        assert said.status == 201
        assert said.headers["content-type"] == "application/sdp"
        assert said.headers["location"].startswith("/v1/realtime/calls/rtc_")
        assert said.provenance == {
            "rule": "call-token",
            "fact": "SDP-GA-OK",
            "basis": "fact",
            "note": "",
        }

    def test_a_translation_token_connects_at_its_own_url_only(self, today: Caller) -> None:
        endpoint = "translations/client_secrets"
        there = today.call("/translations/calls", today.token(endpoint, TRANSLATION))
        elsewhere = today.call("/calls", today.token(endpoint, TRANSLATION))
        other = today.call("/translations/calls", today.token("client_secrets", GA_REALTIME))

        assert [said.status for said in (there, elsewhere, other)] == [201, 400, 400]
        assert there.headers["location"].startswith("/v1/realtime/translations/calls/rtc_")

    @pytest.mark.parametrize("authorization", ["", "Bearer undefined", "Bearer {key}", "{token}"])
    def test_sdp_to_the_beta_url_is_refused_whoever_asks(
        self, today: Caller, authorization: str
    ) -> None:
        token = f"Bearer {today.token('client_secrets', GA_REALTIME)}"
        shown = authorization.format(key=today.sandbox.key, token=token)

        said = today.send(
            "POST",
            "/v1/realtime?model=gpt-realtime",
            headers={"Content-Type": "application/sdp", "Authorization": shown},
            authorization="",
            content=OFFER,
        )

        assert said.status == 400
        assert said.error == {
            "message": DISABLED,
            "type": "invalid_request_error",
            "code": "beta_api_shape_disabled",
            "param": None,
        }

    def test_a_token_opens_one_call(self, today: Caller) -> None:
        token = today.token("client_secrets", GA_REALTIME)

        first, second = today.call("/calls", token), today.call("/calls", token)

        assert first.status == 201
        assert (second.status, second.error["code"]) == (401, "ephemeral_token_already_used")

    def test_of_calls_at_the_same_time_a_token_opens_one(self, today: Caller) -> None:
        token = today.token("client_secrets", GA_REALTIME)

        with ThreadPoolExecutor(8) as at_once:
            said = list(at_once.map(lambda _: today.call("/calls", token), range(8)))

        assert sorted(one.status for one in said) == [201] + [401] * 7

    def test_a_refused_call_does_not_spend_the_token(self, today: Caller) -> None:
        token = today.token("client_secrets", GA_REALTIME)

        refused, opened = today.call("/calls", token, sdp="v=0\r\n"), today.call("/calls", token)

        assert (refused.status, opened.status) == (400, 201)

    def test_before_single_use_a_token_opened_several_calls(self, ga_only: Caller) -> None:
        token = ga_only.token("client_secrets", GA_REALTIME)

        assert [ga_only.call("/calls", token).status for _ in range(2)] == [201, 201]

    @pytest.mark.parametrize(
        ("query", "body", "status", "code"),
        [
            ("?model=gpt-realtime", GA_REALTIME, 201, None),
            ("?model=gpt-realtime-mini", GA_REALTIME, 400, None),
            ("?model=gpt-4o-transcribe", GA_TRANSCRIPTION, 400, "invalid_model"),
            ("?model=gpt-realtime", GA_TRANSCRIPTION, 400, "invalid_model"),
            ("?intent=transcription", GA_TRANSCRIPTION, 201, None),
            ("?intent=transcription", GA_REALTIME, 400, None),
        ],
    )
    def test_a_query_on_calls(
        self, today: Caller, query: str, body: object, status: int, code: str | None
    ) -> None:
        said = today.call(f"/calls{query}", today.token("client_secrets", body))

        assert said.status == status
        assert said.basis == "inferred" or status == 201
        if status != 201:
            assert said.error["code"] == code

    @pytest.mark.parametrize(
        ("model", "status", "message"),
        [
            ("whisper-1", 400, 'Model "whisper-1" is not supported in realtime mode.'),
            ("gpt-4o-transcribe", 400, 'Model "gpt-4o-transcribe" is a transcription model and'),
            ("gpt-realtime-translate", 404, "Sandbox: the model gpt-realtime-translate"),
        ],
    )
    def test_the_mint_does_not_judge_the_model_but_the_call_does(
        self, today: Caller, model: str, status: int, message: str
    ) -> None:
        token = today.token("client_secrets", {"session": {"type": "realtime", "model": model}})

        said = today.call("/calls", token)

        assert said.status == status
        assert said.error["message"].startswith(message)

    def test_an_api_key_needs_multipart_or_a_model(self, today: Caller) -> None:
        assert today.call("/calls").rule == "key-with-raw-offer"
        assert today.call("/calls?model=gpt-realtime").status == 201

    def test_the_beta_header_is_refused(self, today: Caller) -> None:
        header = {"OpenAI-Beta": "realtime=v1"}

        minted = today.mint("client_secrets", GA_REALTIME, headers=header)

        assert (minted.status, minted.error["code"]) == (400, "invalid_beta")


@pytest.mark.parametrize("era", ALL_ERAS)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/realtime/calls"), ("POST", "/v1/chat/completions")]
)
def test_a_url_that_does_not_exist_is_named(
    caller_of: Callable[[str], Caller], era: str, method: str, path: str
) -> None:
    said = caller_of(era).send(method, path)

    assert said.status == 404
    assert said.error["message"] == f"Invalid URL ({method} {path})"
