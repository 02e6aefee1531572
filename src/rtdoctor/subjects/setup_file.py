"""A setup written down by hand: a level name or a literal value for each factor."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from typing import Any

from rtdoctor.domain.setup import Factor, Level, Setup
from rtdoctor.errors import ConfigError
from rtdoctor.plan.catalogue import Catalogue, level_value
from rtdoctor.strict_yaml import load, placed
from rtdoctor.subjects.setup_literals import (
    AuthLiteral,
    BetaLiteral,
    BodyLiteral,
    EncodingLiteral,
    EndpointLiteral,
    OfferLiteral,
    QueryLiteral,
    literal_name,
)
from rtdoctor.subjects.setup_shorthand import spelled_out

NEWEST_VERSION = 1
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
"""A name of a header or a method (RFC 9110, sections 5.6.2 and 9.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupFile:
    """``version`` is that of the format. The other fields are the factors; one that is left out
    has its default level."""

    version: int = 1
    token_endpoint: str | EndpointLiteral | None = None
    token_body: str | BodyLiteral | None = None
    auth: str | AuthLiteral | None = None
    beta_header: str | BetaLiteral | None = None
    call_endpoint: str | EndpointLiteral | None = None
    call_query: str | QueryLiteral | None = None
    call_encoding: str | EncodingLiteral | None = None
    offer: str | OfferLiteral | None = None


def read_setup(text: str, where: str, catalogue: Catalogue) -> Setup:
    """The setup a file describes. A path or URL stands for itself; other text is a level name.

    A literal that equals a listed level gets that level's name. Raises ``ConfigError``.
    """
    parsed = load(text, SetupFile, where, newest=NEWEST_VERSION)
    parsed = _with_query_apart(parsed, text, where)
    levels = {}
    for factor in Factor:
        with placed(text, where, factor.value):
            levels[factor.value] = _level(catalogue, factor, getattr(parsed, factor.value))
    return Setup(**levels)


def _with_query_apart(parsed: SetupFile, text: str, where: str) -> SetupFile:
    """The query that is written into the URL of the call stands in ``call_query``."""
    if not isinstance(parsed.call_endpoint, str):
        return parsed
    url, mark, query = parsed.call_endpoint.partition("?")
    if not mark:
        return parsed
    with placed(text, where, Factor.CALL_QUERY.value):
        if parsed.call_query is not None:
            raise ConfigError(
                where,
                "the query of the call is given twice",
                hint="It also stands in call_endpoint; keep one of them.",
            )
    return replace(parsed, call_endpoint=url, call_query=query or "none")


def read_subject(text: str, where: str, catalogue: Catalogue) -> Setup:
    """The setup a file describes, as one that a client could send. Raises ``ConfigError``."""
    setup = read_setup(text, where, catalogue)
    _check_token(setup, where)
    _check_headers(setup, where)
    return setup


def _check_token(setup: Setup, where: str) -> None:
    if setup.auth.value.kind.needs_token and setup.token_endpoint.value.path is None:
        raise ConfigError(
            where,
            f"auth {setup.auth.name} needs a token, and token_endpoint none mints none",
            hint="Name a token_endpoint, or an auth that needs no token, such as api_key.",
        )


def _check_headers(setup: Setup, where: str) -> None:
    auth, beta = setup.auth.value, setup.beta_header.value
    others = [*beta.mint_others, *beta.call_others]
    texts = {
        Factor.AUTH: [auth.text, auth.scheme],
        Factor.BETA_HEADER: [beta.mint or "", beta.call or "", *(value for _, value in others)],
        Factor.TOKEN_BODY: [setup.token_body.value.content_type],
        Factor.CALL_ENCODING: [setup.call_encoding.value.content_type],
    }
    names = {Factor.AUTH: [auth.header], Factor.BETA_HEADER: [name for name, _ in others]}
    # the text itself is not repeated: it may be a key
    for factor, values in texts.items():
        if not all(text.isascii() and text.isprintable() for text in values):
            raise ConfigError(
                where,
                f"{factor}: this text cannot be sent in an HTTP header",
                hint="No client can send line breaks or letters beyond ASCII there.",
            )
    for factor, given in names.items():
        if not all(map(_TOKEN.fullmatch, given)):
            raise ConfigError(
                where,
                f"{factor}: the header is no name of an HTTP header",
                hint="Give its name alone, such as Authorization; what it carries is text.",
            )
    for factor in (Factor.TOKEN_ENDPOINT, Factor.CALL_ENDPOINT):
        if not _TOKEN.fullmatch(setup[factor].value.method):
            raise ConfigError(
                where,
                f"{factor}: the method is no method of HTTP",
                hint="Give its name alone, such as POST or GET.",
            )


def named(catalogue: Catalogue, factor: Factor, value: Any, literal_name: str) -> Level[Any]:
    """The listed level of this value, or a literal one."""
    level = Level(literal_name, value)
    entry = catalogue.entry_of(factor, level)
    return level if entry is None else entry.level


def _level(catalogue: Catalogue, factor: Factor, given: Any) -> Level[Any]:
    if given is None:
        return catalogue.entry(factor, catalogue.defaults[factor]).level
    if isinstance(given, str):
        given = spelled_out(factor, given)
    if isinstance(given, str):
        return catalogue.entry(factor, given).level
    value = level_value(factor, asdict(given))
    return named(catalogue, factor, value, literal_name(given))
