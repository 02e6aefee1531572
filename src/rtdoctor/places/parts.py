"""A factor's value as a tree of its places, and back.

The keys at the top are parts of a request (``mint.body``, ``call.query.model``). Below them stand
JSON values, so ``mint.body/session/audio/output/voice`` is a place. A header or a parameter of a
query is a pair of its name and its value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rtdoctor.domain.exchange import Headers
from rtdoctor.domain.setup import (
    Auth,
    AuthKind,
    BetaHeader,
    CallEncoding,
    CallEndpoint,
    CallQuery,
    EncodingKind,
    Factor,
    Offer,
    TokenBody,
    TokenEndpoint,
)
from rtdoctor.places.sdp_groups import groups, sdp_of
from rtdoctor.places.tree import ABSENT, Path

_DEEPEST = 60
"""The levels of JSON that are taken apart; what is deeper is one text."""
_BETA = "openai-beta"
_STYLES: tuple[dict[str, Any], ...] = (
    {"separators": (",", ":"), "ensure_ascii": False},  # JSON.stringify
    {"separators": (", ", ": ")},  # json.dumps
    {"indent": 2, "ensure_ascii": False},
)


def place_name(path: Path) -> str:
    """``mint.body/session/voice``; a slash in a name is written as in a JSON pointer (RFC 6901)."""
    part, *steps = map(str, path)
    return "/".join([part, *(step.replace("~", "~0").replace("/", "~1") for step in steps)])


def parts(factor: Factor, value: Any) -> dict[str, Any]:
    """The tree of a factor's value. What is not sent is not in it."""
    match factor:
        case Factor.TOKEN_ENDPOINT:
            return _endpoint("mint", value)
        case Factor.CALL_ENDPOINT:
            return _endpoint("call", value)
        case Factor.TOKEN_BODY:
            return _token_body(value)
        case Factor.AUTH:
            return _present(
                {
                    "credential.kind": value.kind.value,
                    "credential.text": value.text or ABSENT,
                    "credential.header": value.header,
                    "credential.scheme": value.scheme,
                    "credential.read_at": ABSENT if value.read_at is None else value.read_at,
                }
            )
        case Factor.BETA_HEADER:
            return {
                **_headers("mint", value.mint, value.mint_others),
                **_headers("call", value.call, value.call_others),
            }
        case Factor.CALL_QUERY:
            return _query("call", value.params)
        case Factor.CALL_ENCODING:
            return _encoding(value)
        case Factor.OFFER:
            channel = ABSENT if value.channel is None else value.channel
            sdp = ABSENT if value.sdp is None else groups(value.sdp) or value.sdp
            return _present(
                {"offer.audio": value.audio, "offer.channel": channel, "offer.sdp": sdp}
            )


def value_of(factor: Factor, tree: Mapping[str, Any], like: Any) -> Any:
    """The value that such a tree stands for. ``like`` is a value of the factor whose JSON is
    written in the way that a mixture's should be."""
    match factor:
        case Factor.TOKEN_ENDPOINT:
            return TokenEndpoint(_url(tree, "mint"), tree["mint.method"])
        case Factor.CALL_ENDPOINT:
            return CallEndpoint(_url(tree, "call") or "/", tree["call.method"])
        case Factor.TOKEN_BODY:
            body = tree.get("mint.body", ABSENT)
            if body is ABSENT:
                return TokenBody(None)
            content_type = tree.get("mint.header.content-type", like.content_type)
            return TokenBody(written(body, like.text), content_type)
        case Factor.AUTH:
            return Auth(
                AuthKind(tree["credential.kind"]),
                tree.get("credential.text", ""),
                tree["credential.header"],
                tree["credential.scheme"],
                tree.get("credential.read_at"),
            )
        case Factor.BETA_HEADER:
            mint, mint_others = _headers_of(tree, "mint")
            call, call_others = _headers_of(tree, "call")
            return BetaHeader(mint, call, mint_others, call_others)
        case Factor.CALL_QUERY:
            return CallQuery(_query_of(tree, "call"))
        case Factor.CALL_ENCODING:
            session = tree.get("call.body.session", ABSENT)
            return CallEncoding(
                EncodingKind(tree["call.body"]),
                tree["call.header.content-type"],
                None if session is ABSENT else written(session, like.session),
                tree["call.body.trim"],
            )
        case Factor.OFFER:
            sdp = tree.get("offer.sdp")
            text = sdp_of(sdp) if isinstance(sdp, dict) else sdp
            return Offer(tree["offer.audio"], tree.get("offer.channel"), text)


def level_name(factor: Factor, value: Any) -> str:
    """What reports print for a level that is on no list."""
    match factor:
        case Factor.TOKEN_BODY:
            return "none" if value.text is None else str(value.text)
        case Factor.CALL_QUERY:
            return "&".join(f"{k}={v}" for k, v in value.params) or "none"
        case Factor.TOKEN_ENDPOINT | Factor.CALL_ENDPOINT:
            path = value.path or "none"
            return path if value.method == "POST" else f"{value.method} {path}"
        case Factor.BETA_HEADER:
            names = [name for name, _ in (*value.mint_others, *value.call_others)]
            return ", ".join([f"mint {value.mint}", f"call {value.call}", *names])
        case Factor.AUTH:
            read = "" if value.read_at is None else f" read at {value.read_at}"
            return f"{value.kind}{read}"
        case Factor.CALL_ENCODING:
            return f"{value.kind} as {value.content_type}"
        case _:
            return f"{'audio' if value.audio else 'no audio'}, channel {value.channel}"


def written(data: Any, like: str | None) -> str:
    """JSON data as text, in the style of ``like``; a text that is no JSON stays what it is."""
    if isinstance(data, NotJson):
        return data.text
    return json.dumps(data, **(_style(like) or _STYLES[0]))


def is_rewritten(text: str | None) -> bool:
    """Whether a mixture cannot keep the spelling of this JSON: its spaces, or a name that stands
    twice."""
    return text is not None and not isinstance(_parsed(text), NotJson) and _style(text) is None


def _style(text: str | None) -> dict[str, Any] | None:
    data = _parsed(text or "")
    if isinstance(data, NotJson):
        return None
    # A text is in a style when writing its data in that style gives the text again, to the
    # character.
    return next((style for style in _STYLES if json.dumps(data, **style) == text), None)


class NotJson:
    """A text that is not JSON, or too deep: one leaf."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NotJson) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


def _parsed(text: str) -> Any:
    # counted before parsing, since the parser and the walk through its result are recursive
    if text.count("{") + text.count("[") > _DEEPEST and _depth(text) > _DEEPEST:
        return NotJson(text)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return NotJson(text)


def _depth(text: str) -> int:
    """At least the depth of this JSON: brackets inside of texts are counted as well."""
    depth = deepest = 0
    for character in text:
        if character in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "}]":
            depth -= 1
    return deepest


def _present(tree: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in tree.items() if value is not ABSENT}


def _token_body(body: TokenBody) -> dict[str, Any]:
    if body.text is None:
        return {}
    return {"mint.header.content-type": body.content_type, "mint.body": _parsed(body.text)}


def _encoding(encoding: CallEncoding) -> dict[str, Any]:
    session = ABSENT if encoding.session is None else _parsed(encoding.session)
    return _present(
        {
            "call.body": encoding.kind.value,
            "call.header.content-type": encoding.content_type,
            "call.body.session": session,
            "call.body.trim": encoding.trim,
        }
    )


def _endpoint(request: str, endpoint: TokenEndpoint | CallEndpoint) -> dict[str, Any]:
    tree: dict[str, Any] = {f"{request}.method": endpoint.method}
    if endpoint.path is None:
        return tree
    path, mark, query = endpoint.path.partition("?")
    pairs = [piece.partition("=") for piece in query.split("&")] if mark else []
    tree[f"{request}.url.path"] = path
    # the pieces stay as they are encoded, so that the same URL comes out again
    return {**tree, **_query(f"{request}.url", [(f"{n}{sign}", v) for n, sign, v in pairs])}


def _url(tree: Mapping[str, Any], request: str) -> str | None:
    path = tree.get(f"{request}.url.path")
    if path is None:
        return None
    query = "&".join(f"{name}{value}" for name, value in _query_of(tree, f"{request}.url"))
    return f"{path}?{query}" if query else str(path)


def _query(request: str, params: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """One part for each parameter; a name that stands twice has its number behind it."""
    tree: dict[str, Any] = {}
    for name, value in params:
        bare, number = f"{request}.query.{name.removesuffix('=')}", 2
        key = bare
        while key in tree:
            key, number = f"{bare}#{number}", number + 1
        tree[key] = (name, value)
    return tree


def _query_of(tree: Mapping[str, Any], request: str) -> tuple[tuple[str, str], ...]:
    return tuple(pair for key, pair in tree.items() if key.startswith(f"{request}.query."))


def _headers(request: str, beta: str | None, others: Headers) -> dict[str, Any]:
    """One part for each header. Names are compared in lower case (RFC 9110, section 5.1)."""
    tree: dict[str, Any] = {} if beta is None else {f"{request}.header.{_BETA}": beta}
    for name, value in others:
        bare, number = f"{request}.header.{name.lower()}", 2
        key = bare
        while key in tree:
            key, number = f"{bare}#{number}", number + 1
        tree[key] = (name, value)
    return tree


def _headers_of(tree: Mapping[str, Any], request: str) -> tuple[str | None, Headers]:
    beta = tree.get(f"{request}.header.{_BETA}")
    held = [value for key, value in tree.items() if key.startswith(f"{request}.header.")]
    others = tuple(value for value in held if isinstance(value, tuple))
    return (beta if isinstance(beta, str) else None), others
