"""The SDP offer in the body of a request: what makes a request the call."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rtdoctor.domain.exchange import HttpRequest
from rtdoctor.domain.setup import EncodingKind
from rtdoctor.subjects.form import form_fields
from rtdoctor.subjects.headers import header

_MAX_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class PostedOffer:
    """An offer with how it travels; ``session`` is the JSON text that goes with it."""

    sdp: str
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
    body = request.body
    if not body or len(body) > _MAX_CHARACTERS or "v=0" not in body:
        return None
    if is_offer(body):
        return PostedOffer(body, EncodingKind.RAW)
    for name, text in (fields := form_fields(body, header(request, "content-type") or "")).items():
        if is_offer(text):
            others = {n: t for n, t in fields.items() if n != name}
            return PostedOffer(text, EncodingKind.MULTIPART, others.get("session"))
    return _in_json(body)


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
