"""The SDP offer in the body of a request: what makes a request the call."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rtdoctor.domain.exchange import HttpRequest
from rtdoctor.domain.setup import EncodingKind
from rtdoctor.subjects.address import address_of, to_service
from rtdoctor.subjects.form import form_fields
from rtdoctor.subjects.headers import header

_MAX_CHARACTERS = 1_000_000
_CALL_PATH = re.compile(r"(?:/v1)?/realtime(?:/translations)?(?:/calls)?/?|(?:/v1)?/realtimertc/?")


@dataclass(frozen=True, slots=True)
class PostedOffer:
    """An offer with how it travels; ``session`` is the JSON text that goes with it.

    ``sdp`` is ``None`` when the request goes where offers go and the offer itself is not shown, as
    in a command that reads it from a file.
    """

    sdp: str | None
    encoding: EncodingKind
    session: str | None = None


def is_offer(text: str) -> bool:
    """Whether a text is an SDP offer of WebRTC (RFC 8829, section 5.2): its credentials for ICE
    are there, or it has no media section at all."""
    text = text.lstrip()
    if not text.startswith("v=0"):
        return False
    return "a=ice-ufrag:" in text or ("\nm=" not in text and "\no=" in text)


def posted_offer(request: HttpRequest) -> PostedOffer | None:
    """The offer that a request posts: raw, in a multipart form, or in JSON."""
    body, content_type = request.body or "", header(request, "content-type") or ""
    if len(body) > _MAX_CHARACTERS:
        return None
    if is_offer(body):
        return PostedOffer(body, EncodingKind.RAW)
    fields = form_fields(body, content_type)
    for name, text in fields.items():
        if is_offer(text):
            # An offer in the field `session` is a mix-up of the two fields, and no session to read.
            session = None if name == "session" else fields.get("session")
            return PostedOffer(text, EncodingKind.MULTIPART, session)
    found = _in_json(body) if "v=0" in body else None
    if found is None and _goes_where_offers_go(request, content_type):
        return _not_shown(fields, content_type)
    return found


def _goes_where_offers_go(request: HttpRequest, content_type: str) -> bool:
    """Whether this is a call by where it goes, or by the type that its body is said to have."""
    if request.method.upper() != "POST" or not to_service(request):
        return False
    at_call = _CALL_PATH.fullmatch(address_of(request.url).path) is not None
    return at_call or content_type.lower().startswith("application/sdp")


def _not_shown(fields: dict[str, str], content_type: str) -> PostedOffer:
    if fields:
        return PostedOffer(None, EncodingKind.MULTIPART, fields.get("session"))
    is_json = "json" in content_type.lower()
    return PostedOffer(None, EncodingKind.JSON if is_json else EncodingKind.RAW)


def _in_json(body: str) -> PostedOffer | None:
    try:
        data = json.loads(body)
        sdp = next((text for text in _texts(data) if is_offer(text)), None)
    except (ValueError, RecursionError):
        return None
    if sdp is None:
        return None
    session = data.get("session") if isinstance(data, dict) else None
    text = json.dumps(session, ensure_ascii=False) if isinstance(session, dict) else None
    return PostedOffer(sdp, EncodingKind.JSON, text)


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict | list):
        for value in data.values() if isinstance(data, dict) else data:
            yield from _texts(value)
