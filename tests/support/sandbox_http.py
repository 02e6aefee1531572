"""Plain HTTP requests to a running sandbox, and an offer that needs no WebRTC stack."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx

from support.sandbox_process import RunningSandbox

FOUNDING = {"input_audio_transcription": {"model": "gpt-4o-transcribe", "language": "en"}}
BETA_REALTIME = {"model": "gpt-4o-realtime-preview", "modalities": ["audio", "text"]}
GA_REALTIME = {"session": {"type": "realtime", "model": "gpt-realtime"}}
GA_TRANSCRIPTION = {
    "session": {
        "type": "transcription",
        "audio": {"input": {"transcription": {"model": "gpt-4o-transcribe", "language": "en"}}},
    }
}
TRANSLATION = {
    "session": {"model": "gpt-realtime-translate", "audio": {"output": {"language": "es"}}}
}

FINGERPRINT = ":".join(["7B"] * 32)
_TRANSPORT = f"""\
a=ice-ufrag:Wd0P
a=ice-pwd:O3CnlkbZjCqQPz7lrMU3K2s5
a=fingerprint:sha-256 {FINGERPRINT}
a=setup:actpass
"""


def offer(*, audio: bool = True, channel: bool = True, transport: str = _TRANSPORT) -> str:
    """An offer as Chromium writes it, cut to what an answerer needs."""
    mids = " ".join(str(n) for n in range(audio + channel))
    lines = f"v=0\no=- 46117317 2 IN IP4 127.0.0.1\ns=-\nt=0 0\na=group:BUNDLE {mids}\n"
    if audio:
        lines += "m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8\nc=IN IP4 0.0.0.0\na=sendrecv\na=mid:0\n"
        lines += "a=rtcp-mux\na=rtpmap:111 opus/48000/2\na=fmtp:111 minptime=10;useinbandfec=1\n"
        lines += "a=rtpmap:0 PCMU/8000\na=rtpmap:8 PCMA/8000\n" + transport
    if channel:
        lines += "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\nc=IN IP4 0.0.0.0\n"
        lines += f"a=mid:{int(audio)}\na=sctp-port:5000\na=max-message-size:262144\n" + transport
    return lines.replace("\n", "\r\n")


OFFER = offer()


@dataclass(frozen=True)
class Said:
    """An answer of the sandbox, with the rule that gave it."""

    status: int
    headers: httpx.Headers
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> dict[str, Any]:
        return dict(self.json["error"])

    @property
    def provenance(self) -> dict[str, str]:
        fields = (f.strip().partition("=") for f in self.headers["x-rtdoctor-sandbox"].split(";"))
        return {name: value for name, _, value in fields}

    @property
    def rule(self) -> str:
        return self.provenance["rule"]

    @property
    def basis(self) -> str:
        return self.provenance["basis"]


class Caller:
    """Sends requests to one sandbox and hangs up what it opened."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        self._http = httpx.Client(base_url=sandbox.url, timeout=15, trust_env=False)

    def send(
        self,
        method: str,
        path: str,
        *,
        key: str | None = None,
        authorization: str | None = None,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> Said:
        """One request, by default with the sandbox's key as its Bearer credential."""
        sent = dict(headers or {})
        if authorization is None:
            authorization = f"Bearer {key or self.sandbox.key}"
        if authorization:
            sent["Authorization"] = authorization
        answer = self._http.request(method, path, headers=sent, **more)
        return Said(answer.status_code, answer.headers, answer.text)

    def mint(self, endpoint: str, body: object = None, **more: Any) -> Said:
        if body is not None:
            more["json"] = body
        return self.send("POST", f"/v1/realtime/{endpoint}", **more)

    def token(self, endpoint: str, body: object = None, **more: Any) -> str:
        """A fresh token, wherever the answer holds it."""
        said = self.mint(endpoint, body, **more)
        assert said.status == 200, said.text
        holder = said.json.get("client_secret", said.json)
        return str(holder["value"])

    def call(self, target: str, credential: str | None = None, sdp: str = OFFER) -> Said:
        """POST an offer to ``/v1/realtime`` + target and hang up whatever that opened."""
        said = self.send(
            "POST",
            f"/v1/realtime{target}",
            key=credential,
            headers={"Content-Type": "application/sdp"},
            content=sdp,
        )
        self.hang_up(said)
        return said

    def hang_up(self, said: Said) -> None:
        """End the call that an answer opened, if it is not over yet."""
        if said.status == 201:
            ended = self.send("POST", f"{said.headers['location']}/hangup")
            assert ended.status == 200 or ended.rule == "call-is-over", ended.text

    def close(self) -> None:
        self._http.close()
