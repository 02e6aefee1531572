"""What only the subject's client sends, carried over to other setups.

A gateway may want a header that no list has, a credential in a header of its own, or another
method. A setup without these says nothing about such a service, however good it is elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rtdoctor.domain.setup import Auth, AuthKind, BetaHeader, Factor, Level, Setup
from rtdoctor.places.parts import level_name

_PLAIN = (AuthKind.NONE, AuthKind.LITERAL)


def with_particulars(subject: Setup, setup: Setup) -> Setup:
    """``setup`` with the subject's own headers, its credential carried as the subject does, and
    the subject's method at each URL that both of them use."""
    headers = beside_own_headers(subject, setup.beta_header)
    own = replace(setup, beta_header=headers, auth=_carried_alike(subject.auth, setup.auth))
    mint, call = subject.token_endpoint, subject.call_endpoint
    if mint.value.path == setup.token_endpoint.value.path and mint.value.method != "POST":
        # only the subject knows what such a route takes as its body
        own = replace(own, token_endpoint=mint, token_body=subject.token_body)
    if call.value.path == setup.call_endpoint.value.path:
        own = replace(own, call_endpoint=call)
    return own


def beside_own_headers(subject: Setup, level: Level[BetaHeader]) -> Level[BetaHeader]:
    """``OpenAI-Beta`` as this level has it, next to the other headers of the subject."""
    own = subject.beta_header.value
    value = replace(level.value, mint_others=own.mint_others, call_others=own.call_others)
    return _level(Factor.BETA_HEADER, value, subject.beta_header, level)


def _carried_alike(own: Level[Auth], other: Level[Auth]) -> Level[Auth]:
    """The other credential in the header, with the scheme and read at the place of the subject's,
    where both are tokens or both are keys."""
    kinds = (own.value.kind, other.value.kind)
    if kinds[0].needs_token is not kinds[1].needs_token or any(kind in _PLAIN for kind in kinds):
        return other
    value = replace(own.value, kind=other.value.kind)
    return _level(Factor.AUTH, value, own, other)


def _level(factor: Factor, value: Any, *named: Level[Any]) -> Level[Any]:
    """A level of this value, with the name of one of these where it is the same."""
    same = (level for level in named if level.value == value)
    return next(same, Level(level_name(factor, value), value))
