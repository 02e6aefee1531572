"""Exchanges and archives as browsers record them, and the requests of the founding case."""

from __future__ import annotations

import json
from typing import Any

from rtdoctor.domain.exchange import HttpRequest, HttpResponse
from rtdoctor.subjects.seen import Seen

OPENAI = "https://api.openai.com"
KEY = "sk-proj-abcdefghijklmnop1234567890"
TOKEN = "ek_68abcdef0123456789abcdef"
_FINGERPRINT = (
    "a=fingerprint:sha-256 E5:BE:24:B9:F2:D1:F3:4C:FC:61:B3:2E:AA:27:5F:15:03:71:27:6A:CB:D6:"
    "EA:8E:37:AA:0C:75:A1:98:71:44"
)
OFFER = "\r\n".join(
    [
        "v=0",
        "o=- 3802956400242173486 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0 1",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111",
        "c=IN IP4 0.0.0.0",
        "a=ice-ufrag:Voar",
        "a=ice-pwd:r9bJ4kq0Z0m3d2Xv8y7w6u5t",
        _FINGERPRINT,
        "a=setup:actpass",
        "a=mid:0",
        "a=sendrecv",
        "a=rtcp-mux",
        "a=rtpmap:111 opus/48000/2",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "c=IN IP4 0.0.0.0",
        "a=ice-ufrag:Voar",
        "a=ice-pwd:r9bJ4kq0Z0m3d2Xv8y7w6u5t",
        _FINGERPRINT,
        "a=setup:actpass",
        "a=mid:1",
        "a=sctp-port:5000",
        "",
    ]
)
FOUNDING_BODY = '{"input_audio_transcription":{"model":"gpt-4o-transcribe","language":"en"}}'
BETA_ANSWER = json.dumps(
    {
        "object": "realtime.transcription_session",
        "input_audio_transcription": {"model": "gpt-4o-transcribe", "language": "en"},
        "turn_detection": None,
        "client_secret": {"value": TOKEN, "expires_at": 2_000_000_000},
    }
)
GA_ANSWER = json.dumps(
    {
        "value": TOKEN,
        "expires_at": 2_000_000_000,
        "session": {
            "type": "realtime",
            "object": "realtime.session",
            "id": "sess_abc",
            "model": "gpt-realtime",
            "instructions": "Be brief.",
            "tools": [],
            "tracing": None,
            "audio": {"output": {"voice": "marin"}},
        },
    }
)


def seen(
    method: str,
    url: str,
    body: str | None = None,
    *,
    answer: str | None = "",
    status: int = 200,
    origin: str = "",
    at: float | None = None,
    exact: bool = True,
    **headers: str,
) -> Seen:
    """One exchange; a header's name is written with underscores, without an answer it has none."""
    sent = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    response = None if answer is None else HttpResponse(status, (), answer, len(answer))
    request = HttpRequest(method, url, sent, body)
    return Seen(request, response, origin or f"{method} {url}", at, exact)


def mint(path: str = "/v1/realtime/transcription_sessions", **changes: Any) -> Seen:
    """The founding case's token request, answered as the beta did."""
    usual: dict[str, Any] = {
        "body": FOUNDING_BODY,
        "answer": BETA_ANSWER,
        "origin": "the mint",
        "Authorization": f"Bearer {KEY}",
        "Content_Type": "application/json",
    }
    given = {k: v for k, v in {**usual, **changes}.items() if k == "answer" or v is not None}
    return seen("POST", path if "://" in path else OPENAI + path, **given)


def call(path: str = "/v1/realtime?model=gpt-4o-transcribe", **changes: Any) -> Seen:
    """The founding case's call, refused with the empty error."""
    usual: dict[str, Any] = {
        "body": OFFER,
        "answer": '{"error":{"message":"","type":"","code":"","param":""}}',
        "status": 400,
        "origin": "the call",
        "Authorization": f"Bearer {TOKEN}",
        "Content_Type": "application/sdp",
    }
    given = {k: v for k, v in {**usual, **changes}.items() if k == "answer" or v is not None}
    return seen("POST", path if "://" in path else OPENAI + path, **given)


def har(*exchanges: Seen, creator: str = "WebInspector") -> dict[str, Any]:
    """An archive of these exchanges, with what Chrome's developer tools add to one."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": creator, "version": "537.36"},
            "pages": [],
            "entries": [_entry(one, number) for number, one in enumerate(exchanges)],
        }
    }


def _entry(one: Seen, number: int) -> dict[str, Any]:
    request: dict[str, Any] = {
        "method": one.request.method,
        "url": one.request.url,
        "httpVersion": "http/2.0",
        "headers": [{"name": name, "value": value} for name, value in one.request.headers],
        "queryString": [],
        "cookies": [],
        "headersSize": -1,
        "bodySize": 0,
    }
    if one.request.body is not None:
        request["postData"] = {"mimeType": "application/json", "text": one.request.body}
    answer = one.response
    return {
        "_initiator": {"type": "script", "stack": {"callFrames": []}},
        "_resourceType": "fetch",
        "startedDateTime": f"2026-11-28T22:00:{number:02}.000Z",
        "time": 12.0,
        "request": request,
        "response": {
            "status": answer.status if answer else 0,
            "statusText": "",
            "headers": [],
            "cookies": [],
            "content": {"size": 1, "mimeType": "", "text": answer.body if answer else ""},
            "redirectURL": "",
            "_error": None if answer else "net::ERR_FAILED",
        },
        "cache": {},
        "timings": {"send": 0, "wait": 1, "receive": 1},
    }
