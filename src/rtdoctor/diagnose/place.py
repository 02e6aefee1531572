"""Where in the setup is the place that an error names, and what stands there now.

Nothing is guessed: what is said is in the setup's own requests, and an error that names no place
has none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rtdoctor.diagnose.mentions import Mention, Where, mentions
from rtdoctor.diagnose.request_parts import OFFER, RequestParts, call_parts, mint_parts
from rtdoctor.domain.outcome import Signature, Stage
from rtdoctor.domain.setup import Setup
from rtdoctor.secrets.names import Name, judge

_SHOWN = 80  # characters of a value
# the client library adds these by itself, so a setup does not tell whether they are sent
_AUTOMATIC = ("accept", "accept-encoding", "connection", "content-length", "host", "user-agent")


@dataclass(frozen=True, slots=True)
class Named:
    """A place that an error names: in which request, in which part of it, and if it is there.

    ``stage`` is ``mint`` for the token request and ``exchange`` for the call. ``name`` is a
    header, a query parameter, or a path into the body or form (``session.audio.output.voice``).
    ``text`` says the same in words, with what stands there now.
    """

    where: Where
    name: str
    present: bool
    stage: Stage
    text: str


def place_of(signature: Signature, setup: Setup) -> str:
    """The place in words: ``session.type in the token request: "realtime"``; ``""`` if unknown."""
    return next((named.text for named in wanted(signature, setup)), "")


def wanted(signature: Signature, setup: Setup) -> tuple[Named, ...]:
    """Every place that the error names, and whether it is there, most certain first."""
    if signature.is_local:
        return ()
    found = [n for m in mentions(signature) for n in _places(m, signature.stage, setup)]
    return tuple(dict.fromkeys(found))


def _places(mention: Mention, stage: Stage, setup: Setup) -> Iterator[Named]:
    mint, call = mint_parts(setup), call_parts(setup)
    if stage is Stage.MINT:
        if mint is not None:
            yield from _in_request(mention, Stage.MINT, mint)
        return
    at_call = list(_in_request(mention, Stage.EXCHANGE, call))
    here = [named for named in at_call if named.present]
    if mint is not None and not here and mention.where in (None, "body"):
        # the call is judged with the session that the token carries
        here = [n for n in _in_request(mention, Stage.MINT, mint) if n.present]
    if here or stage is Stage.EXCHANGE:
        # Once the call was answered, only a place that is there can be at fault.
        yield from here or at_call


def _in_request(mention: Mention, stage: Stage, request: RequestParts) -> Iterator[Named]:
    """Where the name is in this request; where it could be, when it is not there."""
    name = mention.name
    if mention.where == "header":
        if name.lower() not in _AUTOMATIC:
            yield _header(name, stage, request)
        return
    if mention.where == "query":
        yield _parameter(name, stage, request)
        return
    if mention.where is None and name in request.query:
        yield _parameter(name, stage, request)
        return
    found = request.fields.find(name)
    is_query_like = mention.where is None and stage is Stage.EXCHANGE and not _is_field(name)
    if found is None and is_query_like:
        yield _parameter(name, stage, request)
    if request.fields.data is None:
        return
    if found is not None or not is_query_like or request.fields.data:
        yield _field(name, found, stage, request)


def _is_field(name: str) -> bool:
    """Whether a name on the call can only be a field: parameters of a URL have no paths."""
    return bool({".", "["} & set(name)) or name in ("sdp", "session")


def _header(name: str, stage: Stage, request: RequestParts) -> Named:
    value = request.headers.get(name.lower())
    text = f"the {name} header of the {request.label}: {_cut(value) if value else 'not sent'}"
    return Named("header", name, value is not None, stage, text)


def _parameter(name: str, stage: Stage, request: RequestParts) -> Named:
    value = request.query.get(name)
    shown = "not there" if value is None else "there" if _is_credential(name) else _cut(value)
    text = f"{name} in the query of the {request.label}: {shown}"
    if stage is Stage.EXCHANGE:
        text = f"{name} in the call's query: {shown}"
    return Named("query", name, value is not None, stage, text)


def _field(name: str, found: tuple[str, Any] | None, stage: Stage, request: RequestParts) -> Named:
    fields = request.fields
    if found is None:
        absent = f"not there, {fields.note}" if fields.note else "not there"
        return Named(fields.where, name, False, stage, f"{name} in the {fields.label}: {absent}")
    path, value = found
    text = f"{path} in the {fields.label}: {_shown(path, value)}"
    return Named(fields.where, path, True, stage, text)


def _shown(path: str, value: Any) -> str:
    """A value in a line; not one that may be a credential, nor what an object holds."""
    if value == OFFER and path == "sdp":
        return OFFER
    if _is_credential(path):
        return "there"
    if isinstance(value, dict):
        return "an object" + (f" with {_cut(', '.join(value))}" if value else " without fields")
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return _cut(json.dumps(value, ensure_ascii=False))


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _is_credential(path: str) -> bool:
    """Whether a name, or the last name of a path, may stand for a credential."""
    return judge(path.rsplit(".", 1)[-1]) is not Name.ORDINARY
