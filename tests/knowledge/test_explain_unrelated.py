"""Texts that are about something else: a wrong answer is worse than none."""

from __future__ import annotations

import pytest

from rtdoctor.explain.ranking import explain_text as explain

UNRELATED = {
    "wrong key on chat": "Error code: 401 - {'error': {'message': 'Incorrect API key provided: "
    "sk-proj-abcdefgh12345678. You can find your API key at "
    "https://platform.openai.com/account/api-keys.', 'code': 'invalid_api_key'}}",
    "undefined key on chat": "OpenAI vision call: Incorrect API key provided: undefined (401)",
    "quota on chat": "RateLimitError: 429 You exceeded your current quota, please check your plan "
    "and billing details. insufficient_quota while calling chat.completions.create",
    "billing question": "I was charged twice and now every OpenAI request says insufficient_quota",
    "model on chat": "The model `gpt-4` does not exist or you do not have access to it. "
    "model_not_found",
    "parameter on chat": "Unknown parameter: 'response_format.schema'. unknown_parameter (OpenAI)",
    "missing on responses": "Missing required parameter: 'tools[0].name'. POST /v1/responses",
    "region on chat": "403 unsupported_country_region_territory from /v1/chat/completions",
    "assistants beta": "Unknown beta requested: 'assistants=v3'. OpenAI-Beta: assistants=v3",
    "cors of another server": "Access to fetch at 'http://127.0.0.1:11434/v1/chat/completions' has "
    "been blocked by CORS policy: Request header field openai-beta is not allowed by "
    "Access-Control-Allow-Headers in preflight response.",
    "sdp of another product": "Janus: Failed to execute 'setRemoteDescription': Failed to parse "
    "SessionDescription. { Expect line: v=",
    "sdp line": "Failed to parse SessionDescription. a=max-message-size:262144 Invalid SDP line.",
    "empty sdp": "Create session description failed: Expect line: v= []",
    "sipcc elsewhere": "SIPCC Failed to parse SDP: SDP Parse Error on line 12: bad bandwidth value",
    "ice elsewhere": "iceConnectionState failed; add a TURN server (LiveKit)",
    "oauth": "error_description: 'client_secret is missing.' config.client_secret.value 400",
    "stripe": "confirmPayment({clientSecret: session.client_secret}) invalid_request_error 400",
    "gemini live": "Live API: ephemeral tokens return 401, v1alpha auth_tokens, wss://generative",
    "discord": "gateway: WebSocket closed with code 4000, reconnecting",
    "supabase": "Supabase Realtime channel error: token expired, 401",
    "appwrite": "Realtime: websocket closed 1003, session missing required parameter",
    "not a sentence of the service": "Session restart is not supported in realtime mode",
    "another mismatch": 'throw new ApiError({code: "api_version_mismatch", status: 502})',
    "whip": "WHIP-compliant server: 400 Bad Request, invalid SDP offer (application/sdp)",
    "kubernetes": "kubelet: Readiness probe failed: HTTP probe failed with statuscode: 404; "
    "Unauthorized 401; CrashLoopBackOff session",
    "parse error of another offer": "OperationError: Failed to execute 'setRemoteDescription' on "
    "'RTCPeerConnection': Failed to parse SessionDescription.  Expect line: v= (I pasted the "
    "base64 text into the page of the terminal app)",
    "realtime and OpenAI, two products": "Our Supabase Realtime channel closes after the OpenAI "
    "edge function says: You exceeded your current quota, please check your plan and billing "
    "details.",
    "Firebase and OpenAI": "Firebase Realtime Database rules; OpenAI says insufficient_quota",
    "speech": 'openai.audio.speech.create({model: "tts-1", voice: "nova", input: "realtime news"})',
    "audio of a chat": 'client.chat.completions.create(audio: {voice: "ash", format: "pcm16"})',
    "no event in prose": "OpenAI's realtime docs over WebRTC: there is no duplicate event handling",
    "cached sessions": "A realtime dashboard with Next.js and Redis. Session tokens are cached for "
    "an hour; set cache: 'no-store' in fetch when you see the same token twice.",
    "Azure without OpenAI": "The Azure Stream Analytics real-time job fails: 401 Unauthorized, the "
    "api-version query parameter is no longer supported for this resource.",
    "what a catalogue says": '{"id": "some/omni", "output_modalities": ["text", "audio"]}',
    "the header at another service": 'new WebSocket("wss://dashscope.aliyuncs.com/api-ws/v1/realtime"'
    ', {headers: {"OpenAI-Beta": "realtime=v1"}})',
    "an ORM": "await prisma.session.update({ where: { id }, data: { modalities: ['audio'] } })",
    "a voice room with a chat model": "LiveKit carries the WebRTC room, gpt-4o answers the chat: "
    "You exceeded your current quota, please check your plan and billing details.",
    "remote desktop": "RDP session: the recorder cannot find a microphone on the remote desktop",
    "an exception of ours": "raise InvalidSessionType(f'unknown type {kind}')  # 400",
    "another limit of 60 minutes": "Codex error: Responses websocket connection limit reached (60 "
    "minutes). Create a new websocket connection to continue.",
    "a form": '{"name": "", "email": "", "message": ""}',
    "a toast": "const props = {message: '', type: 'info', code: '', param: ''}",
    "prose": "The session was moved to Thursday; the audio of the last call was poor.",
}


@pytest.mark.parametrize("text", UNRELATED.values(), ids=UNRELATED.keys())
def test_unrelated_text_matches_nothing(text: str) -> None:
    assert [match.entry.id for match in explain(text).matches] == []


@pytest.mark.parametrize(
    ("general", "best"),
    [
        ("Incorrect API key provided: undefined", "AUTH-BEARER-UNDEFINED"),
        ("Incorrect API key provided: sk-abc12345.", "AUTH-INCORRECT-KEY"),
        ("insufficient_quota", "AUTH-QUOTA"),
        ("unsupported_country_region_territory", "AUTH-REGION"),
        ("Failed to parse SessionDescription. Expect line: v=", "SDP-ANSWER-IS-JSON"),
    ],
)
def test_a_general_error_counts_when_the_text_is_about_realtime(general: str, best: str) -> None:
    assert explain(f"POST https://api.openai.com/v1/realtime/calls\n{general}").matches[
        0
    ].entry.id == best  # fmt: skip
    assert explain(general).matches == ()


def test_a_general_error_far_from_realtime_does_not_count() -> None:
    noise = "GET /health 200\n" * 400
    text = f"gpt-realtime was mentioned here\n{noise}insufficient_quota on embeddings"
    assert explain(text).matches == ()


def test_what_could_not_be_attributed_is_named() -> None:
    result = explain("OpenAI says: Incorrect API key provided: undefined")
    assert [e.quote for e in result.unattributed] == ["Incorrect API key provided: undefined"]
    loose = explain("Failed to parse SessionDescription. Expect line: v=").unattributed
    assert [e.quote for e in loose] == ["Expect line: v="]
