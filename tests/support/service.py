"""A paper service of the beta era: it answers a setup the way the founding case was answered.

No socket: it makes the exchanges, stages and events an observation of such a probe would hold.

Neither the sandbox nor a stored run can take its place in the tests of reports. They compare whole
reports byte for byte, so ids, times and SDP must be the same every time; a run of the sandbox has
new ones. They need runs against the service itself, without a rule behind each answer, and nobody
may store one made with a key. And they need surveys of any size, up to a thousand probes, within a
moment. tests/report/test_paper_service.py holds it against the sandbox's rules, so that it is no
judge of its own.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from rtdoctor.domain.exchange import (
    Connection,
    HttpExchange,
    HttpRequest,
    HttpResponse,
    HttpTiming,
    SandboxRule,
    ServerEvent,
    StageRecord,
)
from rtdoctor.domain.outcome import Outcome, Signature, Stage
from rtdoctor.domain.run import Observation, Purpose
from rtdoctor.domain.secret import TokenUse
from rtdoctor.domain.setup import AuthKind, EncodingKind, Setup

BASE = "https://api.openai.com"
T0 = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
EMPTY_ERROR = '{"error":{"message":"","type":"","code":"","param":""}}'


def error(message: str, *, code: str | None = None, param: str | None = None) -> str:
    """An error body of the service's usual shape."""
    kind = "invalid_request_error"
    return json.dumps({"error": {"message": message, "type": kind, "code": code, "param": param}})


@dataclass(frozen=True)
class StagedReply:
    """How the paper service refuses; ``rule`` and ``basis`` as the sandbox would say."""

    stage: Stage
    status: int
    body: str
    rule: str
    basis: str = "fact"

    @property
    def signature(self) -> Signature:
        err = json.loads(self.body)["error"]
        return Signature(
            self.stage, self.status, err["type"], err["code"], err["param"], err["message"]
        )


def refusal(setup: Setup) -> StagedReply | None:
    """The answer of the beta era, or ``None`` when it connects."""
    names = setup.names
    if setup.auth.value.kind.needs_token:
        if names["token_endpoint"] == "client_secrets":
            text = f"Invalid URL (POST {setup.token_endpoint.value.path})"
            return StagedReply(Stage.MINT, 404, error(text), "mint-not-yet-there", "inferred")
        wanted = {"transcription_sessions": {"founding", "empty"}, "sessions": {"session_model"}}
        if names["token_body"] not in wanted[names["token_endpoint"]]:
            text = "Unknown parameter: 'session'." if "ga_" in names["token_body"] else ""
            body = error(text or "Missing required parameter: 'model'.", code="unknown_parameter")
            return StagedReply(Stage.MINT, 400, body, "mint-body")
    if names["auth"] in ("undefined", "none"):
        shown = "undefined" if names["auth"] == "undefined" else "''"
        text = f"Incorrect API key provided: {shown}."
        return StagedReply(Stage.EXCHANGE, 401, error(text, code="invalid_api_key"), "bad-key")
    if names["call_endpoint"] == "calls":
        text = "Invalid URL (POST /v1/realtime/calls)"
        return StagedReply(Stage.EXCHANGE, 404, error(text), "calls-not-yet-there", "inferred")
    if names["offer"] == "no_audio":
        text = "Invalid SDP offer. Missing audio media section."
        return StagedReply(Stage.EXCHANGE, 400, error(text, code="invalid_offer"), "offer")
    if names["call_query"] == "none":
        text = "You must provide a model parameter."
        return StagedReply(
            Stage.EXCHANGE, 400, error(text, code="missing_model"), "model", "inferred"
        )
    transcription = names["auth"] == "ephemeral" and names["token_endpoint"] != "sessions"
    if transcription and names["call_query"].startswith("model_"):
        return StagedReply(Stage.EXCHANGE, 400, EMPTY_ERROR, "empty-400")
    return None


def sdp(
    dice: random.Random, *, audio: bool = True, channel: bool = True, answer: bool = False
) -> str:
    """An SDP text with fresh ids, in the shape of aiortc's offers and the service's answers."""

    def hexes(count: int) -> str:
        return ":".join(f"{dice.randrange(256):02X}" for _ in range(count))

    port = 3478 if answer else dice.randrange(30000, 60000)
    ice = [
        f"a=candidate:{dice.randrange(10**9)} 1 udp 2130706431 203.0.113.7 {port} typ host",
        f"a=ice-ufrag:{dice.randrange(16**4):04x}",
        "a=ice-pwd:<ice-pwd>",
        *(f"a=fingerprint:sha-{n * 8} {hexes(n)}" for n in ((32,) if answer else (32, 48, 64))),
        f"a=setup:{'active' if answer else 'actpass'}",
    ]
    lines = [
        "v=0",
        f"o=- {dice.randrange(10**9)} 1 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE " + " ".join(str(i) for i in range(audio + channel)),
        *(["a=ice-lite"] if answer else []),
    ]
    if audio:
        payloads = "111" if answer else "96 9 0 8"
        lines += [f"m=audio {port} UDP/TLS/RTP/SAVPF {payloads}", "c=IN IP4 203.0.113.7"]
        lines += [
            "a=sendrecv",
            "a=mid:0",
            "a=rtcp-mux",
            f"a=rtpmap:{payloads[:3].strip()} opus/48000/2",
        ]
        lines += ice
    if channel:
        lines += [f"m=application {port} UDP/DTLS/SCTP webrtc-datachannel", "c=IN IP4 203.0.113.7"]
        lines += [f"a=mid:{int(audio)}", "a=sctp-port:5000", "a=max-message-size:262144", *ice]
    return "\r\n".join(lines) + "\r\n"


def probe(
    number: int, setup: Setup, purpose: Purpose = Purpose.SURVEY, *, sandbox: bool = True
) -> Observation:
    """The observation of one probe of this setup; equal arguments give equal observations."""
    return _Probe(number, setup, purpose, sandbox).observe()


class _Probe:
    def __init__(self, number: int, setup: Setup, purpose: Purpose, sandbox: bool) -> None:
        self.number, self.setup, self.purpose = number, setup, purpose
        self.dice = random.Random(number)
        self.begin = T0 + timedelta(seconds=0.45 * number)
        self.clock = 0.0
        self.refused = refusal(setup)
        self.rules = self._rules() if sandbox else ()
        self.base = "http://127.0.0.1:8089" if sandbox else BASE
        self.stages: list[StageRecord] = []
        self.exchanges: list[HttpExchange] = []

    def _rules(self) -> tuple[SandboxRule, ...]:
        if self.refused is None:
            return (SandboxRule("connects", "SDP-VARIANT-D", "fact"),)
        fact = "SDP-EMPTY-400-BETA" if self.refused.rule == "empty-400" else None
        return (SandboxRule(self.refused.rule, fact, self.refused.basis, "beta era"),)

    def _stage(self, stage: Stage, ms: float, status: str = "ok", detail: str = "") -> None:
        self.stages.append(StageRecord(stage, status, round(self.clock, 1), round(ms, 1), detail))
        self.clock += ms

    def _send(
        self, purpose: str, request: HttpRequest, status: int, body: str, *, fresh: bool = False
    ) -> float:
        wait = self.dice.uniform(18, 90)
        dns, tcp, tls = (
            self.dice.uniform(2, 9),
            self.dice.uniform(8, 14),
            self.dice.uniform(12, 25),
        )
        setting_up = dns + tcp + tls if fresh else 0.0
        timing = HttpTiming(
            round(setting_up + wait, 1),
            *((round(dns + tcp, 1), round(tls, 1)) if fresh else (None, None)),
            round(wait, 1),
        )
        kind = "application/sdp" if body.startswith("v=0") else "application/json"
        headers = [
            ("content-type", kind),
            ("x-request-id", f"req_{self.dice.randrange(16**16):016x}"),
            ("openai-processing-ms", str(round(wait * 0.7))),
            ("cf-ray", f"{self.dice.randrange(16**12):012x}-FRA"),
            ("date", "Sun, 22 Nov 2026 17:30:00 GMT"),
        ]
        if status == 201:
            headers.append(("location", f"/v1/realtime/calls/{self.call_id}"))
        response = HttpResponse(status, tuple(headers), body, len(body.encode()))
        at = (self.begin + timedelta(milliseconds=self.clock)).isoformat().replace("+00:00", "Z")
        self.exchanges.append(HttpExchange(purpose, request, response, timing, at))
        return timing.total_ms

    @property
    def call_id(self) -> str:
        return f"rtc_{self.number:04d}c0ffee"

    @property
    def alias(self) -> str:
        return f"ek_…#{self.number}"

    def _mint(self) -> bool:
        auth = ("authorization", "Bearer sk-…")
        beta = self.setup.beta_header.value.mint
        headers = [auth, *([("openai-beta", beta)] if beta else [])]
        body = self.setup.token_body.value
        if body.text is not None:
            headers.append(("content-type", body.content_type))
        url = f"{self.base}{self.setup.token_endpoint.value.path}"
        request = HttpRequest("POST", url, tuple(headers), body.text)
        if self.refused is not None and self.refused.stage is Stage.MINT:
            ms = self._send("mint", request, self.refused.status, self.refused.body, fresh=True)
            self._stage(Stage.MINT, ms, "failed")
            return False
        secret = {"value": self.alias, "expires_at": 1795455060}
        answer = json.dumps({"id": f"sess_{self.number:06d}", "client_secret": secret})
        self._stage(Stage.MINT, self._send("mint", request, 200, answer, fresh=True))
        return True

    def _call(self) -> bool:
        auth, endpoint = self.setup.auth.value, self.setup.call_endpoint.value
        shown = {AuthKind.API_KEY: "sk-…", AuthKind.LITERAL: auth.text}.get(auth.kind, self.alias)
        headers = [] if auth.kind is AuthKind.NONE else [("authorization", f"Bearer {shown}")]
        query = "&".join(f"{k}={v}" for k, v in self.setup.call_query.value.params)
        offer = self.setup.offer.value
        text = sdp(self.dice, audio=offer.audio, channel=offer.channel is not None)
        encoding = self.setup.call_encoding.value
        content_type, body = encoding.content_type, text
        if encoding.kind is EncodingKind.MULTIPART:
            content_type = "multipart/form-data; boundary=b0undary"
            body = (
                '--b0undary\r\nContent-Disposition: form-data; name="sdp"\r\n'
                f"Content-Type: application/sdp\r\n\r\n{text}\r\n--b0undary\r\n"
                'Content-Disposition: form-data; name="session"\r\n'
                f"Content-Type: application/json\r\n\r\n{encoding.session}\r\n--b0undary--\r\n"
            )
        headers.append(("content-type", content_type))
        url = f"{self.base}{endpoint.path}" + (f"?{query}" if query else "")
        request = HttpRequest("POST", url, tuple(headers), body)
        self._stage(Stage.OFFER, self.dice.uniform(2, 6))
        first = not self.exchanges
        if self.refused is not None:
            ms = self._send("call", request, self.refused.status, self.refused.body, fresh=first)
            self._stage(Stage.EXCHANGE, ms, "failed")
            return False
        answer = sdp(self.dice, answer=True)
        self._stage(Stage.EXCHANGE, self._send("call", request, 201, answer, fresh=first))
        return True

    def _connect(self) -> None:
        for stage, low, high in (
            (Stage.ICE, 20, 45),
            (Stage.DTLS, 15, 40),
            (Stage.CHANNEL, 10, 30),
            (Stage.SESSION, 5, 40),
        ):
            self._stage(stage, self.dice.uniform(low, high))
        url = f"{self.base}/v1/realtime/calls/{self.call_id}/hangup"
        headers = (("authorization", "Bearer sk-…"),)
        self._send("hangup", HttpRequest("POST", url, headers), 200, "{}")

    def observe(self) -> Observation:
        needs_token = self.setup.auth.value.kind.needs_token
        went_on = self._mint() if needs_token else True
        connected = went_on and self._call()
        outcome = Outcome.passed(Stage.SESSION)
        if connected:
            self._connect()
        else:
            assert self.refused is not None
            outcome = Outcome.failed(self.refused.signature)
        created = ServerEvent(
            round(self.clock, 1),
            "transcription_session.created",
            json.dumps({"type": "transcription_session.created", "event_id": "event_…"}),
        )
        candidate = "udp host 203.0.113.x"
        return Observation(
            probe=f"#{self.number}",
            setup=self.setup,
            purpose=self.purpose,
            outcome=outcome,
            started_at=self.begin.isoformat().replace("+00:00", "Z"),
            duration_ms=round(self.clock, 1),
            stages=tuple(self.stages),
            exchanges=tuple(self.exchanges),
            events=(created,) if connected else (),
            connection=Connection(
                "completed", "connected", "open", candidate, candidate, "server", 2, 3
            )
            if connected
            else None,
            token=TokenUse(self.alias, 1795455060, 12.0) if needs_token and went_on else None,
            call_id=self.call_id if connected else None,
            hung_up=True if connected else None,
            rules=self.rules,
            tokens_minted=int(needs_token and went_on),
            sessions_opened=int(connected),
            sessions_hung_up=int(connected),
        )


def rate_limited(number: int, setup: Setup, *, sandbox: bool = True) -> Observation:
    """A probe whose token request met the rate limit three times."""
    busy = _Probe(number, setup, Purpose.CONFIRM, sandbox)
    text = error("Rate limit reached.", code="rate_limit_exceeded")
    busy.refused = StagedReply(Stage.MINT, 429, text, "rate-limit")
    seen = busy.observe()
    outcome = Outcome.transient(busy.refused.signature, retry_after_s=2.0)
    return replace(seen, outcome=outcome, rules=(), attempts=3)
