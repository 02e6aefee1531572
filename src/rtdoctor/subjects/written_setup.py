"""A reading as a setup file, with comments that say where each value was read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import yaml

from rtdoctor.domain.setup import (
    Auth,
    BetaHeader,
    CallEncoding,
    CallQuery,
    Factor,
    Level,
    Offer,
    Setup,
    TokenBody,
)
from rtdoctor.migration.json_text import compact_json
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.subjects.reading import Reading, ReadPlace
from rtdoctor.wording.printable import printable

_PLACES = {
    Factor.TOKEN_ENDPOINT: ("mint.url",),
    Factor.TOKEN_BODY: ("mint.body", "mint.header.content-type"),
    Factor.AUTH: ("credential",),
    Factor.BETA_HEADER: ("mint.header.", "call.header."),
    Factor.CALL_ENDPOINT: ("call.url",),
    Factor.CALL_QUERY: ("call.query",),
    Factor.CALL_ENCODING: ("call.body", "call.header.content-type"),
    Factor.OFFER: ("offer",),
}


def written_setup(reading: Reading, catalogue: Catalogue, redactor: Redactor) -> str:
    """The YAML that ``check --setup`` reads. Secrets are masked, and it is said where."""
    clean: Setup = redactor.clean(reading.setup)
    lines = [f"# Read from: {reading.kind}", "version: 1"]
    for factor, level in clean:
        lines += ["", *_comments(factor, reading.places, redactor)]
        # an offer is sent with credentials of its own, so nothing of it is missed
        if level.value != reading.setup[factor].value and factor is not Factor.OFFER:
            lines.append("# A secret was masked here; put your own value in its place.")
        lines.append(_yaml(factor, level, catalogue))
    return "\n".join(lines) + "\n"


def _comments(factor: Factor, places: tuple[ReadPlace, ...], redactor: Redactor) -> Iterator[str]:
    mine = (p for p in places if p.place.startswith(_PLACES[factor]))
    told = ((p.origin, p.inferred) for p in mine if not _is_another(factor, p.place))
    for origin, inferred in dict.fromkeys(told):
        said = printable(redactor.clean_text(origin), one_line=True)
        yield f"# inferred: {said}" if inferred else f"# {said}"


def _is_another(factor: Factor, place: str) -> bool:
    return factor is Factor.BETA_HEADER and place.endswith(".content-type")


def _yaml(factor: Factor, level: Level[Any], catalogue: Catalogue) -> str:
    entry = catalogue.entry_of(factor, level)
    value = entry.level.name if entry is not None else _literal(level.value)
    text = yaml.safe_dump({factor.value: value}, sort_keys=False, allow_unicode=True, width=100)
    return str(text).rstrip("\n")


def _literal(value: Any) -> Any:
    """The fields of a level as a setup file spells them, those with their usual value included."""
    # `migrated_setup_file` writes the same levels in their short forms, since it changes a file
    # that somebody wrote by hand. This one was told by a machine and hides nothing.
    match value:
        case TokenBody():
            return _body(value)
        case BetaHeader():
            others = {"mint_others": value.mint_others, "call_others": value.call_others}
            headers = {"mint": value.mint, "call": value.call}
            return {k: v for k, v in headers.items() if v} | {
                name: dict(pairs) for name, pairs in others.items() if pairs
            }
        case CallQuery():
            return {"params": dict(value.params)}
        case CallEncoding():
            session = None if value.session is None else _parsed(value.session)
            fields = {"kind": str(value.kind), "content_type": value.content_type}
            return fields | {"session": session, "trim": value.trim}
        case Auth():
            unusual = {k: v for k, v in asdict(value).items() if v != getattr(Auth(), k)}
            return {"kind": str(value.kind)} | {k: v for k, v in unusual.items() if k != "kind"}
        case Offer():
            return asdict(value)
        case _ if value.path is None:
            return "none"
        case _:
            return {"path": value.path, "method": value.method}


def _body(body: TokenBody) -> dict[str, Any]:
    if body.text is None:
        return {"content_type": body.content_type}
    data = _parsed(body.text)
    same = compact_json(data) == body.text and data is not None
    held = {"json": data} if same else {"text": body.text}
    usual = body.content_type == TokenBody().content_type
    return held if usual else {**held, "content_type": body.content_type}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
