"""Pasted texts of every form, written for these tests around public error quotes."""

from __future__ import annotations

import pytest

from rtdoctor.explain.explanation import Explanation
from rtdoctor.explain.ranking import explain_text as explain
from rtdoctor.explain.shown_setup import setup_file
from rtdoctor.plan import catalogue
from rtdoctor.subjects.setup_file import read_setup

JSON_TO_SDP = (
    "Uncaught (in promise) OperationError: Failed to execute 'setRemoteDescription' on "
    "'RTCPeerConnection': Failed to parse SessionDescription. { Expect line: v="
)
FIREFOX = (
    "SIPCC Failed to parse SDP: SDP Parse Error on line 1:  Attempt to parse text not "
    "recognized as SDP text, parse fails."
)
EMPTY = '{"error":{"message":"","type":"","code":"","param":""}}'
BETA_GONE = "The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API."
QUOTA = "You exceeded your current quota, please check your plan and billing details."
BETA_PAGE = """
const mint = await fetch("https://api.openai.com/v1/realtime/transcription_sessions", {
  method: "POST", headers: { Authorization: `Bearer ${KEY}` },
});
const key = (await mint.json()).client_secret.value;
const model = "gpt-4o-transcribe";
await fetch(`https://api.openai.com/v1/realtime?model=${model}`, {
  method: "POST", body: offer.sdp,
  headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/sdp" },
});
"""


def ids(text: str) -> list[str]:
    return [match.entry.id for match in explain(text).matches]


def words(result: Explanation) -> dict[str, str]:
    return {match.entry.id: match.strength.word for match in result.matches}


@pytest.mark.parametrize(
    ("text", "best"),
    [
        # error bodies in the shapes in which they are pasted
        (EMPTY, "SDP-EMPTY-400-BETA"),
        (f"POST https://api.openai.com/v1/realtime/calls\n{EMPTY}", "SDP-EMPTY-400-GA"),
        (f"mint at /v1/realtime/transcription_sessions, then 400 {EMPTY}", "SDP-EMPTY-400-BETA"),
        ('body="{\\"error\\":{\\"message\\":\\"\\",\\"type\\":\\"\\",\\"code\\":\\"\\"}}" calls',
         "SDP-EMPTY-400-BETA"),
        ('{"error":{"message":"Invalid URL (POST /v1/realtime/sessions)","code":null}}',
         "TOK-BETA-404"),
        ("""openai.BadRequestError: Error code: 400 - {'error': {'message': "Missing required """
         """parameter: 'session.type'.", 'param': 'session.type'}}""", "TOK-MISSING-TYPE"),
        ("BadRequestError: 400 Model \"gpt-4o-mini-transcribe\" is not supported in transcription "
         "mode.", "SDP-MODEL-NOT-TRANSCRIPTION"),
        ('upstream={\\"error\\":{\\"message\\":\\"Unknown parameter: \'session.voice\'.\\"}} 400',
         "TOK-UNKNOWN-SESSION-PARAM"),
        ("Error(message=\\\"Unknown parameter: 'session.tools[2].meta'.\\\")",
         "EVT-UNKNOWN-TOOL-KEY"),
        ("Error(message=\\\"Unknown parameter: 'session.voice'.\\\", code='unknown_parameter')",
         "TOK-UNKNOWN-SESSION-PARAM"),
        ("Unknown parameter: ‘session.modalities’.", "TOK-UNKNOWN-SESSION-PARAM"),
        ("openai realtime: Unknown parameter: 'session.output_modalities'",
         "EVT-BETA-HEADER-DOWNGRADE"),
        ("POST /v1/realtime/client_secrets 400 Unknown parameter: 'type'.", "TOK-FLAT-BODY"),
        ("401 ephemeral_token_already_used", "TOK-SINGLE-USE"),
        ('{"error": "Invalid or expired token"} POST https://litellm.test/v1/realtime/calls',
         "PRV-LITELLM-TOKEN"),
        ('{"error":{"code":"OpperationNotSupported","message":"The realtime operation does not '
         'work with the specified model."}}', "SDP-AZURE"),
        ('{"detail":"Method Not Allowed"} POST http://127.0.0.1:8000/v1/realtime/calls 405',
         "PRV-SPEACHES-405"),
        ('LocalAI /v1/realtime/calls answers 400 {"error":"sdp is required"}',
         "PRV-LOCALAI-JSON"),
        # status lines
        ("POST https://api.openai.com/v1/realtime/sessions 404 (Not Found)", "TOK-BETA-404"),
        ("Authorization: Bearer undefined\nPOST https://api.openai.com/v1/realtime/calls 401",
         "AUTH-BEARER-UNDEFINED"),
        # browsers
        (JSON_TO_SDP, "SDP-ANSWER-IS-JSON"),
        (FIREFOX, "SDP-ANSWER-IS-JSON"),
        ("Access to fetch at 'https://api.openai.com/v1/realtime/calls' from origin "
         "'http://localhost:3000' has been blocked by CORS policy: Request header field "
         "originator is not allowed by Access-Control-Allow-Headers in preflight response.",
         "BRW-CORS-HEADER"),
        ("NotAllowedError: Permission denied (openai realtime voice page)", "BRW-MIC"),
        # SDKs
        ("Error: Realtime call request failed with status 400", "SDK-JS-CALL-FAILED"),
        (f"Error: Realtime call request failed with status 429: {QUOTA}", "AUTH-QUOTA"),
        ("Using the WebRTC connection in a browser environment requires an ephemeral client key.",
         "SDK-JS-GUARD"),
        ("UserError: Using the WebRTC connection requires an ephemeral client key",
         "SDK-JS-GUARD"),
        ("UserError: Using the WebSocket connection in a browser environment requires an ephemeral "
         "client key. If you have to use a regular API key", "SDK-JS-GUARD"),
        # WebSockets
        ("WebSocket closed: 4000 invalid_request_error.beta_api_shape_disabled", "EVT-BETA-4000"),
        (f'{{"type":"error","error":{{"message":"{BETA_GONE}"}}}} on wss://x', "EVT-BETA-4000"),
        ("ConnectionClosedOK: received 1001 (going away) Your session hit the maximum duration of "
         "60 minutes.", "EVT-60MIN"),
        ("closed: 4000 invalid_request_error.invalid_intent", "SDP-INVALID-INTENT"),
        # sentences without the quotes or the code that they mostly have
        ("gateway: Model gpt-4o-transcribe is a transcription model and cannot be used as the "
         "realtime session model.", "SDP-TRANSCRIPTION-MODEL-AS-SESSION-MODEL"),
        ("openai realtime: Missing required parameter: session.type", "TOK-MISSING-TYPE"),
        ("openai realtime: the error was: Conversation already has an active response",
         "EVT-ALREADY-ACTIVE"),
        ("Error committing input audio buffer: the buffer is empty.", "EVT-BUFFER-SMALL"),
        ("gpt-realtime: Invalid value: 'sage'. Supported values are: 'amuch', 'dan', 'alloy', "
         "'echo', and 'shimmer'. (Azure OpenAI)", "TOK-BAD-VOICE"),
        ("realtime: missing_required_parameter: 'session.audio.output.format.rate'",
         "TOK-OUTPUT-RATE"),
        ("gpt-realtime session.update: Invalid value: 'pcm16'.", "TOK-FORMAT-STRING"),
        ("error: Invalid 'audio'. Expected base64-encoded audio bytes but got an invalid value",
         "PRV-OPENAI-AUDIO-BYTES"),
        ("404 on wss://res.openai.azure.com/realtime?api-version=alpha", "PRV-AZURE-URL"),
        ("code='cannot_update_voice' after the greeting", "EVT-VOICE-LOCKED"),
        # a field of GA that is unknown: the session is a beta one
        ("realtime error: Unknown parameter: 'session.max_output_tokens'.",
         "EVT-BETA-HEADER-DOWNGRADE"),
        # Azure: the preview has an api-version by right
        ("POST https://res.openai.azure.com/openai/realtimeapi/sessions?api-version=2025-04-01 404",
         "PRV-AZURE-PREVIEW"),
        ("the AzureOpenAI client builds a wrong URL for gpt-realtime", "PRV-AZURE-URL"),
        # WebRTC after the call
        ("gpt-realtime page: setRemoteDescription: SessionDescription is NULL.",
         "NET-ANSWER-PROFILE"),
        ("POST /v1/realtime/calls 201 Created\niceConnectionState: checking\n"
         "iceConnectionState: failed (UDP is blocked here)", "NET-FIREWALL"),
    ],
)  # fmt: skip
def test_the_best_match(text: str, best: str) -> None:
    assert ids(text)[0] == best


@pytest.mark.parametrize(
    ("code", "best"),
    [
        (BETA_PAGE, "TOK-BETA-404"),
        (f"works with the API key, not with the ephemeral token:\n{BETA_PAGE}",
         "SDP-EMPTY-400-BETA"),
        ('var r = URLRequest(url: URL(string: "https://api.openai.com/v1/realtime?model=gpt-x")!)\n'
         'r.setValue("application/sdp", forHTTPHeaderField: "Content-Type")', "SDP-BETA-DISABLED"),
        ('Request.Builder().url("https://api.openai.com/v1/realtime/sessions")', "TOK-BETA-404"),
        ("curl https://api.openai.com/v1/realtime/client_secrets -H \"Authorization: Bearer $KEY\""
         " -d '{\"model\": \"gpt-realtime\"}'", "TOK-FLAT-BODY"),
        ('r = requests.post(base + "/v1/realtime/client_secrets", json={"session": s})\n'
         'token = r.json()["client_secret"]["value"]', "AUTH-BEARER-UNDEFINED"),
        ('await fetch("https://api.openai.com/v1/realtime/calls", {method: "POST", '
         'headers: {"Content-Type": "application/json"}, body: JSON.stringify(offer)})',
         "SDP-BAD-CONTENT-TYPE"),
        ('fetch("https://api.openai.com/v1/realtime/calls", {body: offer.sdp.trim(), '
         'headers: {"Content-Type": "application/sdp"}})', "SDP-TRIMMED-EOF"),
        ('pc.createDataChannel("oai-events"); const offer = await pc.createOffer();\n'
         'fetch("https://api.openai.com/v1/realtime/calls", {body: offer.sdp, '
         'headers: {"Content-Type": "application/sdp"}})', "SDP-INVALID-OFFER"),
        ('requests.post("https://api.openai.com/v1/realtime/client_secrets", json=body)\n'
         "KeyError: 'client_secret'", "AUTH-BEARER-UNDEFINED"),
        ('fetch("https://api.openai.com/v1/realtime/calls?model=gpt-realtime")',
         "SDP-MODEL-QUERY-ON-CALLS"),
        ('fetch("https://api.openai.com/v1/realtime/client_secrets"); '
         'fetch("https://api.openai.com/v1/realtime?model=gpt-realtime", {headers: '
         '{"Content-Type": "application/sdp"}})', "SDP-VERSION-BETA-SESSION-GA-SECRET"),
        ('const base = "https://api.openai.com/v1/realtime/transcription_sessions";\n'
         'fetch(`${base}?model=${model}`, {headers: {"Content-Type": "application/sdp"}}) // 401',
         "AUTH-SDP-TO-MINT-URL"),
        ('new WebSocket("wss://api.openai.com/v1/realtime", {headers: {"OpenAI-Beta": '
         '"realtime=v1"}})', "EVT-BETA-4000"),
    ],
)  # fmt: skip
def test_code_is_read_too(code: str, best: str) -> None:
    assert ids(code)[0] == best


def test_a_page_without_a_known_fault_matches_nothing() -> None:
    good = """
const { value } = await (await fetch("/token")).json();
const pc = new RTCPeerConnection();
pc.addTrack((await navigator.mediaDevices.getUserMedia({ audio: true })).getTracks()[0]);
pc.createDataChannel("oai-events");
const offer = await pc.createOffer();
await fetch("https://api.openai.com/v1/realtime/calls", {
  method: "POST", body: offer.sdp,
  headers: { Authorization: `Bearer ${value}`, "Content-Type": "application/sdp" },
});
"""
    assert ids(good) == []


@pytest.mark.parametrize(
    "code",
    [
        'const clientSecret = await (await fetch("/v1/realtime/client_secrets", init)).json();\n'
        "return clientSecret.value;",
        "client_secret = client.realtime.client_secrets.create(session=session)\n"
        "return client_secret.value",
        'import { RealtimeSession } from "@openai/agents/realtime";\n'
        'new RealtimeSession(agent, { config: { audio: { input: { format: "pcm16" } } } });\n'
        "// the SDK sends session.update by itself; modalities: ['audio']",
        '@app.post("/v1/realtime/calls/{call_id}/hangup")\n'
        "def hangup(call_id): raise HTTPException(status_code=404)",
        'if (error.name === "NotAllowedError") show("Allow the microphone"); // OpenAI Realtime',
        'const BASE = "https://api.openai.com/v1/realtime";\n'
        'fetch(`${BASE}/calls`, {body: sdp, headers: {"Content-Type": "application/sdp"}});',
        'const BASE = "https://api.x.ai/v1/realtime";  // WebRTC is not offered there',
        "const socket = await OpenAIRealtimeWS.azure(new AzureOpenAI(options), init); // realtime",
        'const minted = await fetch("https://api.openai.com/v1/realtime/client_secrets", init);\n'
        "const key = minted.value ?? minted.client_secret?.value;",
    ],
    ids=[
        "variable",
        "python SDK",
        "agents SDK",
        "server",
        "handled error",
        "base URL",
        "xAI",
        "Azure socket",
        "either place",
    ],
)
def test_code_that_is_right_matches_nothing(code: str) -> None:
    assert ids(code) == []


def test_a_sentence_of_one_cause_is_not_taken_for_its_neighbour() -> None:
    for field in ("type", "output_modalities", "max_output_tokens"):
        found = ids(f"gpt-realtime: Unknown parameter: 'session.{field}'.")
        assert found == ["EVT-BETA-HEADER-DOWNGRADE"]
    refused = "OperationNotSupported: The chatCompletion operation does not work with the model"
    assert ids(f"{refused} gpt-4o-realtime-preview") == []
    assert "TOK-BETA-404" not in ids("ws closed 4000 beta_api_shape_disabled (OpenAI-Beta header)")


def test_an_error_counts_where_it_is_about_realtime_even_when_it_came_elsewhere_first() -> None:
    noise = "GET /health 200\n" * 400
    text = f"POST /v1/chat/completions 429 insufficient_quota\n{noise}"
    assert ids(text) == []
    assert ids(f"{text}POST /v1/realtime/calls 429 insufficient_quota")[0] == "AUTH-QUOTA"


def test_what_a_long_text_tells_in_different_places_is_not_put_together() -> None:
    told = [
        "OpenAI realtime: the page works in Firefox now.",
        "WebRTC calls are dropped after 1 h.",
    ]
    assert ids("\n".join(told)) == ["NET-FIREFOX-CONSENT"]
    assert ids(("\n- a line of a changelog" * 400).join(told)) == []


def test_the_cause_in_the_body_goes_before_the_decoy_that_hides_it() -> None:
    text = f"{JSON_TO_SDP}\nPOST https://api.openai.com/v1/realtime/calls 429\n{QUOTA}"
    assert ids(text)[:2] == ["AUTH-QUOTA", "SDP-ANSWER-IS-JSON"]


def test_what_was_removed_or_is_not_used_does_not_count() -> None:
    assert ids("I removed the OpenAI-Beta: realtime=v1 header and it works with gpt-realtime") == []
    assert ids("we are not calling https://api.openai.com/v1/realtime/sessions any more") == []
    diff = """```diff
- await fetch("https://api.openai.com/v1/realtime/sessions")
+ await fetch("https://api.openai.com/v1/realtime/client_secrets")
```"""
    assert ids(diff) == []
    assert ids('  // fetch("https://api.openai.com/v1/realtime/sessions")') == []


def test_what_is_only_possible_is_left_out_when_the_service_named_the_cause() -> None:
    text = "POST https://api.openai.com/v1/realtime/calls 429 (Too Many Requests)"
    assert words(explain(text)) == {"AUTH-RATE": "possible"}
    assert words(explain(f"{text} {QUOTA}")) == {"AUTH-QUOTA": "strong"}


def test_strength_says_what_was_found() -> None:
    assert words(explain("beta_api_shape_disabled"))["SDP-BETA-DISABLED"] == "strong"
    assert words(explain('fetch("https://api.openai.com/v1/realtime/sessions")')) == {
        "TOK-BETA-404": "likely"
    }
    assert words(explain("https://api.openai.com/v1/realtime/calls?model=x")) == {
        "SDP-MODEL-QUERY-ON-CALLS": "possible"
    }


def test_a_text_of_another_time_weakens_what_is_not_proved() -> None:
    code = 'fetch("https://api.openai.com/v1/realtime/sessions")'
    old = explain(f"2025-03-24 it fails: {code}").matches[0]
    assert old.strength.word == "possible"
    assert any("another time" in caution for caution in old.cautions)


def test_evidence_quotes_the_text_with_its_line() -> None:
    result = explain(f"first line\n\nthe console says:\n{JSON_TO_SDP}\n")
    evidence = result.matches[0].evidence[0]
    assert evidence.quote in JSON_TO_SDP
    assert evidence.line == 4


def test_the_setup_that_code_shows_can_be_checked() -> None:
    shown = explain(BETA_PAGE).setup
    assert shown == {
        "token_endpoint": "transcription_sessions",
        "token_body": "founding",
        "call_endpoint": "realtime",
        "call_query": "model_transcribe",
    }
    known = catalogue.read()
    assert known.is_valid(read_setup(setup_file(shown), "setup.yaml", known))


def test_a_text_about_a_change_shows_no_setup() -> None:
    both = "moved POST /v1/realtime/sessions to POST https://x/v1/realtime/client_secrets, calls"
    assert explain(both).setup == {}
    assert explain("POST https://api.openai.com/v1/realtime/calls 401").setup == {}
