"""Mixtures of two setups: some factors at the levels of one, the rest at those of the other.

The body of a token request is written in the dialect of its endpoint. Where a mixture takes the
endpoint of one setup and the body of the other, the body is *carried over*: the same content, in
the dialect of that endpoint. Otherwise such a mixture fails for a reason that neither setup has,
and nothing can be said of the endpoint alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from typing import Any

from rtdoctor.domain.setup import Factor, Level, Setup, TokenBody
from rtdoctor.migration.bodies import migrate
from rtdoctor.migration.dialect import Dialect, dialect_at, fits


def mixed(base: Setup, other: Setup, factors: Collection[Factor]) -> Setup:
    """``base`` with these factors at the levels of ``other``, the token body carried over."""
    setup = base.take(other, frozenset(factors))
    endpoint_moved = Factor.TOKEN_ENDPOINT in factors
    body_moved = Factor.TOKEN_BODY in factors
    if endpoint_moved == body_moved or base.token_body == other.token_body:
        return setup
    writer = other if body_moved else base
    body = carried(
        setup.token_body, writer.token_endpoint.value.path, setup.token_endpoint.value.path
    )
    return replace(setup, token_body=body)


def moved(setup: Setup, factor: Factor, level: Level[Any]) -> Setup:
    """``setup`` with one factor at another level; a new token endpoint gets the body carried."""
    if factor is not Factor.TOKEN_ENDPOINT:
        return setup.with_level(factor, level)
    body = carried(setup.token_body, setup.token_endpoint.value.path, level.value.path)
    return replace(setup, token_endpoint=level, token_body=body)


def carried(body: Level[TokenBody], source: str | None, target: str | None) -> Level[TokenBody]:
    """A body that was written for the endpoint ``source``, as ``target`` wants it.

    It stays as it is when both endpoints speak one dialect, when one of them is not known, and
    when it is not written in the dialect of its own endpoint: that may be the very fault.
    """
    text = _carried_text(body.value.text, source, target)
    if text == body.value.text:
        return body
    return Level("none" if text is None else text, TokenBody(text, body.value.content_type))


@lru_cache(maxsize=1024)
def _carried_text(text: str | None, source: str | None, target: str | None) -> str | None:
    ours, theirs = dialect_at(source), dialect_at(target)
    if ours is None or theirs is None or ours is theirs or not fits(text, ours):
        return text
    return migrate(text, ours, theirs).text


def rewritten(text: str | None, path: str | None) -> str | None:
    """A body that its endpoint's dialect does not fit, in that dialect; the same body otherwise."""
    own = dialect_at(path)
    if own is None or text is None or fits(text, own):
        return text
    written = next((d for d in Dialect if fits(text, d)), None)
    return text if written is None else migrate(text, written, own).text


def keeps_body(subject: Setup, setup: Setup) -> bool:
    """Whether ``setup`` sends what the subject's token body says, perhaps in another dialect."""
    there = setup.token_endpoint.value.path
    return setup.token_body in (
        subject.token_body,
        carried(subject.token_body, subject.token_endpoint.value.path, there),
    )


def sendable(setup: Setup) -> bool:
    """Whether a client can send this at all: a token has to come from somewhere."""
    return not setup.auth.value.kind.needs_token or setup.token_endpoint.value.path is not None
