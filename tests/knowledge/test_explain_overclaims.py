"""What explain once said wrongly: an error is not told as another one that resembles it."""

from __future__ import annotations

import pytest

from rtdoctor.explain.ranking import explain_text as explain
from rtdoctor.knowledge.look import Strength

MULTIPART = """
app.post("/session", async (req, res) => {
  const fd = new FormData();
  fd.set("sdp", req.body);
  fd.set("session", JSON.stringify({ type: "realtime", model: "gpt-realtime" }));
  const r = await fetch("https://api.openai.com/v1/realtime/calls", {
    method: "POST", headers: { Authorization: `Bearer ${process.env.OPENAI_API_KEY}` }, body: fd,
  });
  res.set("Content-Type", "application/sdp").send(await r.text());
});
"""


def claims(text: str) -> set[str]:
    """Ids of what is claimed above possible."""
    return {m.entry.id for m in explain(text).matches if m.strength > Strength.POSSIBLE}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("realtime session.update: Invalid 'session.audio.input.turn_detection.idle_timeout_ms': "
         "integer below minimum value. code integer_below_min_value", "TOK-RATE-MIN"),
        ("gpt-realtime 400 integer_below_min_value", "TOK-RATE-MIN"),
        ("agent log, OpenAI realtime: APIConnectionError: Connection error.", "PRV-SPEACHES-LLM"),
        ('POST https://api.openai.com/v1/realtime/calls 403 {"error":{"message":"The model '
         '`gpt-realtime` does not exist or you do not have access to it.","type":'
         '"invalid_request_error","code":"model_not_found","param":""}}', "EVT-60MIN"),
        ('POST /v1/realtime/calls HTTP 400 {"error":{"code":"beta_api_shape_disabled",'
         '"message":"The Realtime Beta API is no longer supported.","param":null}}',
         "EVT-BETA-4000"),
        ("realtime WebSocket closed: 4000 invalid_request_error.beta_api_shape_disabled",
         "SDP-BETA-DISABLED"),
        ("gpt-realtime page: Uncaught (in promise) NotAllowedError: play() failed because the user "
         "didn't interact with the document first.", "BRW-MIC"),
        ("NotAllowedError: Permissions policy violation: microphone is not allowed in this document"
         " (openai realtime)", "BRW-MIC"),
        ('404 {"error":{"message":"Invalid URL (POST /v1/realtime/client_secret)"}}',
         "TOK-BETA-404"),
        ('LocalAI POST http://localhost:8080/v1/realtime/calls 400 {"error":"model is required"}',
         "PRV-LOCALAI-JSON"),
        ("gpt-realtime works with the API key directly (no ephemeral key)",
         "AUTH-BEARER-UNDEFINED"),
        (MULTIPART, "SDP-APIKEY-RAW"),
        ("POST http://localhost:9000/v1/realtime/sessions 404 Not Found", "TOK-BETA-404"),
        ("POST /api/realtime/sessions 404 (Not Found), our Next.js route for OpenAI realtime",
         "TOK-BETA-404"),
        *((f"realtime: Unknown parameter: 'session.{name}'.", "TOK-UNKNOWN-SESSION-PARAM")
          for name in ("tools[0].meta", "client_secret", "custom_voice_id", "tracing", "foo",
                       "tools[1].function", "type", "audio.output.voices")),
    ],
)  # fmt: skip
def test_it_is_not_told_as_what_it_resembles(text: str, wrong: str) -> None:
    assert wrong not in claims(text)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("realtime: Invalid 'session.audio.input.format.rate': integer below minimum value. "
         "Expected a value >= 24000, but got 16000 instead.", "TOK-RATE-MIN"),
        ("speaches, gpt-realtime: APIConnectionError: Connection error.", "PRV-SPEACHES-LLM"),
        ("realtime WebSocket closed: 4000 invalid_request_error.beta_api_shape_disabled",
         "EVT-BETA-4000"),
        ('POST /v1/realtime/calls HTTP 400 {"error":{"code":"beta_api_shape_disabled",'
         '"message":"x","param":null}}', "SDP-BETA-DISABLED"),
        ("gpt-realtime page: NotAllowedError: Permission denied", "BRW-MIC"),
        ("POST https://api.openai.com/v1/realtime/sessions 404", "TOK-BETA-404"),
        ("realtime: Unknown parameter: 'session.input_audio_transcription.model'.",
         "TOK-UNKNOWN-SESSION-PARAM"),
        (MULTIPART.replace("body: fd", "body: sdp").replace("} , body", "}, body").replace(
            "` }", '`, "Content-Type": "application/sdp" }'), "SDP-APIKEY-RAW"),
    ],
)  # fmt: skip
def test_the_cause_itself_is_still_told(text: str, right: str) -> None:
    assert right in claims(text)


def test_what_a_comment_tells_goes_behind_the_error_itself() -> None:
    text = """socket.on("message") realtime
      // create_response: true,  // gives "Unknown parameter: 'session.voice'"
      {"type": "error", "error": {"code": "session_expired", "message":
       "Your session hit the maximum duration of 60 minutes."}, "event_id": "event_1"}"""
    assert [m.entry.id for m in explain(text).matches] == ["EVT-60MIN", "TOK-UNKNOWN-SESSION-PARAM"]
    assert [m.strength.word for m in explain(text).matches] == ["strong", "likely"]


@pytest.mark.parametrize(
    ("text", "said", "place"),
    [
        ("Azure realtime Error(message=\"Unknown parameter: 'session.tracing'.\", "
         "code='unknown_parameter', param='session.tracing')",
         "unknown_parameter: Unknown parameter: 'session.tracing'.", "OpenAI's schema has"),
        ("gpt-realtime: Unknown parameter: 'session.instrctions'.", "session.instrctions",
         "perhaps event/session/instructions is meant"),
        ('gpt-realtime {"type":"error","event_id":"e","error":{"code":"brand_new_code","message":'
         '"Nobody has seen this."}}', "The open session answered brand_new_code", ""),
        ('POST https://api.openai.com/v1/realtime/client_secrets 400 {"error": {"message": '
         '"Invalid type for \'session.audio.output.speed\': expected a decimal, but got a string '
         'instead.", "param": "session.audio.output.speed", "code": "invalid_type"}}',
         "The token endpoint answered 400 invalid_type", "it takes a number"),
        ("服务器返回错误：{'error': {'message': 'Neuer Fehler', 'code': 'brand_new_code'}}，"
         "gpt-realtime", "brand_new_code: Neuer Fehler", ""),
    ],
)  # fmt: skip
def test_an_error_that_no_entry_knows_is_read_out_with_its_place(
    text: str, said: str, place: str
) -> None:
    result = explain(text)
    assert claims(text) == set()
    assert said in result.errors[0].said
    assert place in result.errors[0].place


def test_an_unknown_error_of_another_service_is_not_read_out() -> None:
    body = '{"error":{"code":"brand_new_code","message":"Nobody has seen this."}}'
    assert explain(f"POST /v1/chat/completions 400 {body}").errors == ()
    assert explain(f"api.elevenlabs.io realtime {body}").errors == ()


def test_a_status_that_stands_in_the_text_goes_before_words_that_resemble() -> None:
    told = (
        "WSServerHandshakeError: 429, message='Invalid response status', url='wss://x.openai."
        "azure.com/openai/realtime?api-version=2024-10-01-preview&deployment=gpt-4o-realtime-preview'"
    )

    assert explain(told).matches[0].entry.id == "AUTH-RATE"


def test_the_beta_header_is_no_fault_at_another_host() -> None:
    header = '{ headers: { "OpenAI-Beta": "realtime=v1" } }'
    ours = explain(
        f'new WebSocket("wss://api.openai.com/v1/realtime?model=gpt-realtime", {header})'
    )
    other = explain(f'new WebSocket("wss://llm.example/v1/realtime?model=gpt-realtime", {header})')

    assert [m.strength.word for m in ours.matches if m.entry.id == "EVT-BETA-4000"] == ["likely"]
    assert {m.strength.word for m in other.matches} <= {"possible"}


def test_a_close_with_a_reason_of_its_own_is_not_told_as_the_end_of_the_beta() -> None:
    told = (
        "realtime wss://api.openai.com/v1/realtime closed: 4000 invalid_request_error.invalid_model"
    )

    found = explain(told)

    assert "EVT-BETA-4000" not in {m.entry.id for m in found.matches}
    assert [error.code for error in found.errors] == ["invalid_model"]


def test_an_error_that_names_realtime_is_read_out_beside_another_product() -> None:
    told = (
        "livekit.plugins.openai.realtime - OpenAI S2S error {'type': 'error', 'error': {'type': "
        "'invalid_request_error', 'code': 'quite_new', 'message': 'Something new.'}}"
    )

    assert [error.code for error in explain(told).errors] == ["quite_new"]
