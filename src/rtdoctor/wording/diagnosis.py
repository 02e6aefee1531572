"""Clauses of a diagnosis in words of the wire, for a reader who is new to all this."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rtdoctor.domain.finding import BlamedPlaces, Repair
from rtdoctor.domain.outcome import LocalCode, Signature, Stage
from rtdoctor.domain.setup import CallEncoding, EncodingKind, Factor, Offer, Setup
from rtdoctor.wording.answers import code_of
from rtdoctor.wording.levels import FACTOR_NAMES, level_text
from rtdoctor.wording.places import clauses, holds_more, moved

_LONGEST_BODY = 64


def level_phrase(factor: Factor, setup: Setup) -> str:
    """A level in words: ``the token comes from /v1/realtime/sessions``."""
    text = wire_text(factor, setup)
    match factor:
        case Factor.TOKEN_ENDPOINT:
            has_one = setup.token_endpoint.value.path is not None
            return f"the token comes from {text}" if has_one else "no token is minted"
        case Factor.TOKEN_BODY:
            has_one = setup.token_body.value.text is not None
            return f"its body is {text.removeprefix('the body ')}" if has_one else "it has no body"
        case Factor.AUTH:
            return f"the call carries {text}"
        case Factor.BETA_HEADER:
            return f"the requests have {text}"
        case Factor.CALL_ENDPOINT:
            return f"the offer is posted to {text}"
        case Factor.CALL_QUERY:
            return f"the call has {text}"
        case Factor.CALL_ENCODING:
            return f"the offer travels as {text}"
        case Factor.OFFER:
            return f"the offer has {text}"


def wire_text(factor: Factor, setup: Setup) -> str:
    """A level as what it puts on the wire: ``?model=gpt-realtime``, ``the body {"model":…}``."""
    match factor:
        case Factor.TOKEN_BODY:
            text = setup.token_body.value.text
            if text is None:
                return "no body"
            kind = setup.token_body.value.content_type
            sent_as = "" if kind == "application/json" else f" as {kind or 'no type'}"
            return f"the body {_cut(text)}{sent_as}"
        case Factor.AUTH:
            text = level_text(factor, setup.auth)
            if text.startswith("no "):
                return text
            return f"{'an' if text[0] in 'AEIOaeio' else 'a'} {text}" if text[0].isalpha() else text
        case Factor.CALL_ENCODING:
            return _encoding(setup.call_encoding.value)
        case Factor.OFFER:
            return _offer(setup.offer.value)
        case _:
            return level_text(factor, setup[factor])


def _encoding(encoding: CallEncoding) -> str:
    if encoding.kind is EncodingKind.MULTIPART:
        if encoding.session is None:
            return "multipart/form-data (sdp alone)"
        return f"multipart/form-data with the session {_cut(encoding.session)}"
    kind = "raw SDP" if encoding.kind is EncodingKind.RAW else "JSON"
    cut = ", without its final line end" if encoding.trim else ""
    return f"{kind} ({encoding.content_type}{cut})"


def _offer(offer: Offer) -> str:
    if offer.sdp is not None:
        return "the sections and codecs of another engine"
    audio = "audio" if offer.audio else "no audio"
    if offer.channel is None:
        return f"{audio} and no data channel"
    return f"{audio} and the data channel {offer.channel!r}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_BODY else text[: _LONGEST_BODY - 1] + "…"


def failure_phrase(signature: Signature) -> str:
    """What was refused and how, in a clause: ``the call is refused (400 invalid_offer)``."""
    # The service has done its part. It is the client that throws here.
    if signature.code == LocalCode.TOKEN_NOT_READ:
        return "no call is sent"
    if signature.stage is Stage.OFFER:
        return f"no offer can be made ({code_of(signature)})"
    if signature.stage not in (Stage.MINT, Stage.EXCHANGE):
        return f"the call is answered, but then {signature.stage} fails ({code_of(signature)})"
    what = "the token request" if signature.stage is Stage.MINT else "the call"
    if signature.status is None or signature.status >= 500:
        return f"{what} fails ({code_of(signature)})"
    verb = "is refused" if signature.status >= 400 else "is not answered well"
    return f"{what} {verb} ({code_of(signature)})"


def levels_phrase(
    factors: Iterable[Factor], setup: Setup, inside: Sequence[BlamedPlaces] = ()
) -> str:
    """The levels of a cause in one clause, by the places ``inside`` them where those say more.
    ``setup`` is one that holds the levels."""
    texts = []
    for factor in factors:
        found = [f for f in inside if f.factor == factor]
        says_more = found and holds_more(factor, setup[factor], found[0])
        texts.append(clauses(found) if says_more else level_phrase(factor, setup))
    return " and ".join(texts)


def repair_phrase(repair: Repair, subject: Setup) -> str:
    """The edits of a repair in one clause; only their places when there are many."""
    factors = [Factor(c.factor) for c in repair.changes]
    if len(factors) > 2:
        return f"{len(factors)} edits ({', '.join(FACTOR_NAMES[f] for f in factors)})"
    return ", and ".join(_edit(f, repair.setup, subject) for f in factors)


def _edit(factor: Factor, repaired: Setup, subject: Setup) -> str:
    places = moved(factor, subject[factor], repaired[factor])
    if places is not None:
        return f"{_HOLDERS[factor]} {places}"
    return f"{wire_text(factor, repaired)} instead of {wire_text(factor, subject)}"


_HOLDERS = {
    Factor.TOKEN_BODY: "the token request",
    Factor.CALL_ENCODING: "the call",
    Factor.BETA_HEADER: "the requests",
    Factor.OFFER: "the offer",
}


def sentence_case(text: str) -> str:
    """The text with a capital first letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}."
