"""Single edits of the subject: the smallest repairs there can be, tried before larger ones count.

An edit moves one factor to a listed level, adds or drops one query parameter, or puts right the
one field of the token body that the error names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rtdoctor.diagnose.candidates import Candidates, cost
from rtdoctor.diagnose.causes import Explained
from rtdoctor.diagnose.meaning import get, put, steps, with_body
from rtdoctor.diagnose.mixing import carried, keeps_body, moved, rewritten
from rtdoctor.diagnose.particulars import beside_own_headers
from rtdoctor.diagnose.place import Named, wanted
from rtdoctor.domain.exchange import Headers
from rtdoctor.domain.kind import session_kind
from rtdoctor.domain.outcome import Signature, Stage
from rtdoctor.domain.setup import BetaHeader, CallQuery, Factor, Level, Setup, TokenBody
from rtdoctor.domain.token_place import USUAL_PLACES
from rtdoctor.places.parts import level_name
from rtdoctor.places.tree import ABSENT

_LISTED = (
    Factor.BETA_HEADER,
    Factor.CALL_QUERY,
    Factor.CALL_ENCODING,
    Factor.OFFER,
    Factor.CALL_ENDPOINT,
)
ADDED_TO = (Factor.BETA_HEADER, Factor.CALL_QUERY)
"""Where something may be missing: an addition can cure what no level of the subject explains."""


def single_edits(
    subject: Setup,
    control: Setup,
    failure: Signature,
    causes: tuple[Explained, ...],
    candidates: Candidates,
) -> list[Setup]:
    """The subject with one edit each, those that the error or a cause speaks of first.

    Left out are edits of what is sent only after the stage that fails, since they cannot help,
    those that ask for another kind of session, and, where several causes stand side by side,
    edits that none of them names.
    """
    named = wanted(failure, subject)
    spoken = named_factors(failure, subject)
    blamed = [set(cause.levels) for cause in causes]
    common = set.intersection(*blamed) if blamed else set()

    def rank(setup: Setup) -> tuple[int, int]:
        factor = edited_factor(subject, setup)
        return (0 if factor in spoken else 1 if factor in common else 2, cost(subject, setup))

    found = [
        setup
        for setup in _edits(subject, control, failure, named, candidates)
        if (factor := edited_factor(subject, setup)) is not None
        and session_kind(setup) is session_kind(subject)
        and factor.first_sent.order <= failure.stage.order
        and (len(blamed) < 2 or factor in common | spoken)
    ]
    return sorted(dict.fromkeys(found), key=rank)


def edited_factor(subject: Setup, setup: Setup) -> Factor | None:
    """The one factor that was edited; a body that is carried over belongs to its endpoint."""
    changed = set(subject.differs_from(setup))
    if Factor.TOKEN_ENDPOINT in changed and keeps_body(subject, setup):
        changed.discard(Factor.TOKEN_BODY)
    return changed.pop() if len(changed) == 1 else None


def named_factors(failure: Signature, subject: Setup) -> set[Factor]:
    """The factors in which the places are that the error names."""
    return {f for named in wanted(failure, subject) for f in _factors_of(named)}


def _factors_of(named: Named) -> tuple[Factor, ...]:
    match named.where:
        case "header":
            return (Factor.BETA_HEADER,)
        case "query":
            return (Factor.CALL_QUERY,)
        case _:
            return (Factor.TOKEN_BODY if named.stage is Stage.MINT else Factor.CALL_ENCODING,)


def _edits(
    subject: Setup,
    control: Setup,
    failure: Signature,
    named: tuple[Named, ...],
    candidates: Candidates,
) -> Iterator[Setup]:
    usual = (control, *(r.setup for r in candidates.references))
    for place in named:
        yield from _named_edits(subject, usual, place)
        if place.where == "body" and failure.stage is Stage.EXCHANGE:
            # the error of a call may mean its URL, although the token's body has the name too
            yield from _in_the_query(subject, control, str(steps(place.name)[-1]))
    yield from _read_elsewhere(subject)
    yield from _other_headers(subject)
    yield from _other_methods(subject)
    if failure.stage is Stage.MINT:
        yield from _in_the_dialect_of_its_endpoint(subject)
        # The subject's own text as well: here it has the usual content type, which may be what is
        # wrong.
        for text in (None, "{}", subject.token_body.value.text):
            name = "none" if text is None else text
            yield subject.with_level(Factor.TOKEN_BODY, Level(name, TokenBody(text)))
        for endpoint in candidates.levels[Factor.TOKEN_ENDPOINT]:
            if endpoint.value.path is not None:
                yield moved(subject, Factor.TOKEN_ENDPOINT, endpoint)
    for factor in _LISTED:
        for level in candidates.levels[factor]:
            if factor is Factor.BETA_HEADER:
                level = beside_own_headers(subject, level)
            yield subject.with_level(factor, level)
    params = subject.call_query.value.params
    for listed in candidates.levels[Factor.CALL_QUERY]:
        yield _with_query(subject, (*params, *(p for p in listed.value.params if p not in params)))
    for dropped in params:
        yield _with_query(subject, tuple(p for p in params if p != dropped))


def _read_elsewhere(subject: Setup) -> Iterator[Setup]:
    """The token read at another usual place of the answer, where the client reads it at one."""
    auth = subject.auth.value
    for place in USUAL_PLACES if auth.read_at is not None else ():
        if place != auth.read_at:
            level = Level(f"{auth.kind} read at {place}", replace(auth, read_at=place))
            yield subject.with_level(Factor.AUTH, level)


def _other_headers(subject: Setup) -> Iterator[Setup]:
    """The subject without one of the headers that have no level of their own."""
    header = subject.beta_header.value
    for pair in header.mint_others:
        yield _with_headers(
            subject, replace(header, mint_others=_without(pair, header.mint_others))
        )
    for pair in header.call_others:
        yield _with_headers(
            subject, replace(header, call_others=_without(pair, header.call_others))
        )


def _without(pair: tuple[str, str], headers: Headers) -> Headers:
    return tuple(other for other in headers if other != pair)


def _with_headers(subject: Setup, header: BetaHeader) -> Setup:
    level = Level(level_name(Factor.BETA_HEADER, header), header)
    return subject.with_level(Factor.BETA_HEADER, level)


def _other_methods(subject: Setup) -> Iterator[Setup]:
    """Each request as a POST, where it is sent by another method."""
    for factor in (Factor.TOKEN_ENDPOINT, Factor.CALL_ENDPOINT):
        endpoint = subject[factor].value
        if endpoint.method != "POST" and endpoint.path is not None:
            posted = replace(endpoint, method="POST")
            yield subject.with_level(factor, Level(level_name(factor, posted), posted))


def _in_the_dialect_of_its_endpoint(subject: Setup) -> Iterator[Setup]:
    """A token body that is written for another endpoint, as its own endpoint wants it."""
    body = subject.token_body.value
    text = rewritten(body.text, subject.token_endpoint.value.path)
    if text != body.text:
        level = Level(text or "none", TokenBody(text, body.content_type))
        yield subject.with_level(Factor.TOKEN_BODY, level)


def _named_edits(subject: Setup, usual: tuple[Setup, ...], named: Named) -> Iterator[Setup]:
    """What the error names: put in where it is missing, left out or as usual where it is there.
    Usual is what the control says, and then the recipes."""
    control = usual[0]
    if named.where == "query":
        params = subject.call_query.value.params
        yield _with_query(subject, tuple(p for p in params if p[0] != named.name))
        yield from _in_the_query(subject, control, named.name)
    if named.where == "body" and named.stage is Stage.MINT:
        yield from _body_edits(subject, usual, named.name)


def _in_the_query(subject: Setup, control: Setup, name: str) -> Iterator[Setup]:
    """The parameter of this name with each value that it could have."""
    others = tuple(p for p in subject.call_query.value.params if p[0] != name)
    for value in dict.fromkeys(_values_of(name, subject, control)):
        yield _with_query(subject, (*others, (name, value)))


def _values_of(name: str, subject: Setup, control: Setup) -> Iterator[str]:
    """What a parameter of this name could say: what the subject or the control says elsewhere."""
    for setup in (subject, control):
        yield from (value for key, value in setup.call_query.value.params if key == name)
        for text in (setup.token_body.value.text, setup.call_encoding.value.session):
            yield from _leaves_called(name, _json(text))


def _leaves_called(name: str, data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            if key == name and isinstance(value, str):
                yield value
            yield from _leaves_called(name, value)


def _body_edits(subject: Setup, usual: tuple[Setup, ...], place: str) -> Iterator[Setup]:
    """The place of the body left out, and as it is in the first usual body that has it."""
    text = subject.token_body.value.text
    path = steps(place)
    data = _json(text or "{}")
    if not isinstance(data, dict):
        return
    without = put(data, path, ABSENT)
    if without != data:
        yield with_body(subject, without)
    target = subject.token_endpoint.value.path
    bodies = (
        _json(carried(s.token_body, s.token_endpoint.value.path, target).value.text) for s in usual
    )
    found = (value for data_ in bodies if (value := get(data_, path)) is not ABSENT)
    value = next(found, ABSENT)
    if value is not ABSENT:
        yield with_body(subject, put(data, path, value))


def _json(text: str | None) -> Any:
    try:
        return json.loads(text or "null")
    except (ValueError, RecursionError):
        return None


def _with_query(subject: Setup, params: tuple[tuple[str, str], ...]) -> Setup:
    name = "&".join(f"{k}={v}" for k, v in params) or "none"
    return subject.with_level(Factor.CALL_QUERY, Level(name, CallQuery(params)))
