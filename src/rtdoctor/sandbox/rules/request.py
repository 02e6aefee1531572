"""What the service sees of a request: everything that a rule may look at."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rtdoctor.sandbox.rules.body_fault import BodyFault, body_faults
from rtdoctor.sandbox.rules.conditions import AuthSeen, BodyKind, CallState, Endpoint
from rtdoctor.sandbox.sessions import Session
from rtdoctor.sandbox.token_store import IssuedToken, TokenBook
from rtdoctor.sdp.description import SessionDescription, read_description

if TYPE_CHECKING:
    from rtdoctor.schema import RequestKind

# JSON has a null of its own, so None cannot stand for a value that is not there.
ABSENT: Any = type(
    "Absent", (), {"__repr__": lambda self: "ABSENT", "__bool__": lambda self: False}
)()

_MINT_BODIES = {
    "/v1/realtime/sessions": "beta_session",
    "/v1/realtime/transcription_sessions": "beta_transcription_session",
    "/v1/realtime/client_secrets": "client_secret",
    "/v1/realtime/translations/client_secrets": "translation_client_secret",
}
"""The paths that mint, and the name of ``RequestKind`` for the body of each."""
CALL_PATHS = frozenset({"/v1/realtime", "/v1/realtime/calls", "/v1/realtime/translations/calls"})
_HANGUP_PATH = re.compile(r"^/v1/realtime/(?:translations/)?calls/(?P<call_id>[^/]+)/hangup$")

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass
class OfferSeen:
    """An SDP offer, looked at without judging it."""

    text: str

    @property
    def sdp(self) -> bool:
        return self.text.startswith("v=0")

    @property
    def final_newline(self) -> bool:
        return self.text.endswith("\n")

    @property
    def audio(self) -> bool:
        return self._offers("audio")

    @property
    def channel(self) -> bool:
        return self._offers("application")

    @property
    def ice(self) -> bool:
        return self._has("ice-ufrag") and self._has("ice-pwd")

    @property
    def dtls(self) -> bool:
        return self._has("fingerprint")

    def _offers(self, kind: str) -> bool:
        return any(m.kind == kind and m.port for m in self._described.media)

    def _has(self, attribute: str) -> bool:
        return self._described.first(attribute) is not None

    @cached_property
    def _described(self) -> SessionDescription:
        return read_description(self.text)


@dataclass
class ReceivedRequest:
    """One request, one opened channel, one client event, or a call whose time is up.

    ``call`` is the state of the call that a hang-up names; ``parts`` are the multipart parts;
    ``text`` is the body, or the event as it was sent; ``buffered_ms`` the audio that came since
    the last commit; ``has_spoken`` says that the call has answered with audio; ``fault`` is the
    one that the answering rule is about.
    """

    endpoint: Endpoint
    method: str = ""
    path: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    parts: Mapping[str, str] | None = None
    scheme: str | None = None
    credential: str | None = None
    token: IssuedToken | None = None
    call_session: Session | None = None
    call: CallState | None = None
    label: str | None = None
    buffered_ms: float | None = None
    has_spoken: bool = False
    unknown_key: str | None = None
    fault: BodyFault | None = None

    @classmethod
    def request(
        cls,
        method: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        text: str,
        parts: Mapping[str, str] | None,
        tokens: TokenBook,
    ) -> ReceivedRequest:
        """An HTTP request. ``headers`` must answer case-insensitively or be lower-case."""
        scheme, _, credential = headers.get("authorization", "").strip().partition(" ")
        sent = "authorization" in headers
        return cls(
            endpoint=_endpoint(path),
            method=method,
            path=path,
            query=query,
            headers=headers,
            text=text,
            parts=parts,
            scheme=scheme.lower() if sent else None,
            credential=credential.strip() if sent else None,
            token=tokens.look_up(credential.strip()),
        )

    @property
    def call_id(self) -> str:
        """The call that the path of a hang-up names; empty elsewhere."""
        found = _HANGUP_PATH.match(self.path)
        return found["call_id"] if found else ""

    @cached_property
    def auth(self) -> tuple[AuthSeen, ...]:
        """How the credential looks to the service; a used token is still a token."""
        if self.scheme is None:
            return ("none",) if self.method else ()
        if self.scheme not in ("bearer", ""):
            return ("other_scheme",)
        if not self.credential:
            return ("empty",)
        if self.token is not None:
            if self.token.expired:
                return ("token_expired",)
            return ("token", "token_used") if self.token.calls else ("token",)
        if self.credential.startswith("ek_"):
            return ("token_unknown",)
        return ("api_key",) if self.credential.startswith("sk-") else ("text",)

    @property
    def key(self) -> str | None:
        """The API key behind the request: shown, or the one its token was minted with."""
        if self.token is not None:
            return self.token.key
        return self.credential if self.auth == ("api_key",) else None

    @property
    def session(self) -> Session | None:
        if self.call_session is not None:
            return self.call_session
        return self.token.session if self.token is not None else None

    @property
    def content_type(self) -> str:
        """The media type without its parameters; empty when none was sent."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @cached_property
    def body_kind(self) -> BodyKind:
        if self.parts is not None:
            return "multipart"
        if not self.text.strip():
            return "none"
        if self.body is not ABSENT:
            return "json"
        looks_like_json = self.text.lstrip()[0] in "{[" or "json" in self.content_type
        return "invalid_json" if looks_like_json else "text"

    @cached_property
    def body(self) -> Any:
        """The body as JSON data; of multipart, each part that is JSON; else ``ABSENT``."""
        if self.parts is not None:
            return {name: _json(part, part) for name, part in self.parts.items()}
        return _json(self.text, ABSENT)

    @cached_property
    def faults(self) -> tuple[BodyFault, ...]:
        """What the published schema does not allow in the body; nothing where it has no say."""
        kind = self._request_kind
        body = self.at("session") if self.endpoint == "call" else self.body
        if kind is None or body is ABSENT:
            return ()
        return body_faults(kind, body)

    @property
    def _request_kind(self) -> RequestKind | None:
        """How the schema knows this body; ``None`` for one that it does not describe."""
        from rtdoctor.schema import RequestKind

        if self.endpoint == "event" and self.session is not None:
            if self.session.dialect == "beta":
                return RequestKind.BETA_EVENT
            is_translation = self.session.type == "translation"
            return RequestKind.TRANSLATION_EVENT if is_translation else RequestKind.EVENT
        if self.endpoint == "call":
            return RequestKind.CALL_SESSION if self.parts is not None else None
        name = _MINT_BODIES.get(self.path)
        return None if name is None else RequestKind(name)

    @cached_property
    def offer(self) -> OfferSeen:
        return OfferSeen(self.text if self.parts is None else self.parts.get("sdp", ""))

    def at(self, path: str) -> Any:
        """The value at a path of the JSON body, or ``ABSENT``; at the empty one of a body that is
        not JSON, its text."""
        value = self.body
        if not path and value is ABSENT and self.text:
            return self.text
        for name, index in _STEP.findall(path):
            if name and isinstance(value, dict):
                value = value.get(name, ABSENT)
            elif index and isinstance(value, list) and int(index) < len(value):
                value = value[int(index)]
            else:
                return ABSENT
        return value

    def look_up(self, name: str) -> Any:
        """The value of a ``$name`` in a rule's text."""
        kind, _, rest = name.partition(":")
        if rest:
            if kind == "query":
                return self.query.get(rest)
            value = self.headers.get(rest.lower()) if kind == "header" else self.at(rest)
            return None if value is ABSENT else value
        if name == "credential_masked":
            return _masked(self.credential or "")
        if name == "buffered_ms":
            return f"{self.buffered_ms or 0:.2f}"
        if name.startswith("fault_"):
            return getattr(self.fault, name.removeprefix("fault_"), None)
        if name.startswith("session_"):
            return getattr(self.session, name.removeprefix("session_"), None)
        return getattr(self, name)


def _endpoint(path: str) -> Endpoint:
    if path in _MINT_BODIES:
        return "mint"
    if path in CALL_PATHS:
        return "call"
    return "hangup" if _HANGUP_PATH.match(path) else "other"


def _json(text: str, otherwise: Any) -> Any:
    try:
        return json.loads(text)
    # Deeply nested JSON exhausts the recursion of the decoder before anything can measure its
    # depth.
    except (ValueError, RecursionError):
        return otherwise


def _masked(credential: str) -> str:
    if len(credential) <= 12:
        return credential
    return f"{credential[:4]}{'*' * (len(credential) - 8)}{credential[-4:]}"
