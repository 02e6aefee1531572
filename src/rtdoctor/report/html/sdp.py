"""The SDP of a probe: its byte facts, and how it differs from a connecting probe's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from rtdoctor.domain.exchange import HttpExchange
from rtdoctor.domain.run import Observation
from rtdoctor.sdp import canonical as canonical_sdp
from rtdoctor.sdp.canonical import ByteFacts


@dataclass(frozen=True, slots=True)
class SdpView:
    """``diff`` is of canonical forms, ``None`` when there is nothing to compare with."""

    title: str
    facts: ByteFacts
    compared_with: str
    diff: tuple[str, ...] | None


def sdp_views(observation: Observation, reference: Observation | None) -> Iterator[SdpView]:
    """Offer and answer, each compared with those of ``reference``."""
    ours = texts(observation)
    theirs = texts(reference) if reference is not None and reference is not observation else {}
    for title, text in ours.items():
        other = theirs.get(title)
        diff = canonical_sdp.diff(other, text) if other is not None else None
        name = reference.probe if reference is not None else ""
        yield SdpView(title, canonical_sdp.byte_facts(text), name, diff)


def texts(observation: Observation) -> dict[str, str]:
    """The SDP texts of a probe's call, ``offer`` and ``answer``, as far as it has them."""
    found = {}
    for exchange in observation.exchanges:
        if exchange.purpose == "call":
            offer, answer = _offer(exchange), exchange.response and exchange.response.body
            if offer:
                found["offer"] = offer
            if answer and answer.startswith("v=0"):
                found["answer"] = answer
    return found


def _offer(exchange: HttpExchange) -> str | None:
    """The offer in the body of a call: raw, a field of JSON, or a part of a multipart body."""
    body = exchange.request.body or ""
    if body.startswith("v=0"):
        return body
    if body.startswith("{"):
        try:
            value = json.loads(body).get("sdp")
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, str) else None
    start, boundary = body.find("v=0"), body.partition("\r\n")[0]
    if start < 0 or not boundary.startswith("--"):
        return None
    # The boundary is the first line of a multipart body (RFC 2046, section 5.1.1).
    end = body.find(f"\r\n{boundary}", start)
    return body[start:end] if end > 0 else body[start:]
