"""The levels of the mint, read from the request to a token endpoint."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rtdoctor.domain.setup import AuthKind, TokenBody, TokenEndpoint
from rtdoctor.subjects.address import Address, address_of
from rtdoctor.subjects.call_reading import is_credential
from rtdoctor.subjects.headers import credential_in, header, own_headers
from rtdoctor.subjects.reading import ReadPlace
from rtdoctor.subjects.seen import Seen
from rtdoctor.subjects.shown_credential import kind_of


@dataclass(frozen=True, slots=True)
class MintLevels:
    """What the token request says of a setup.

    An ``Authorization`` stands among ``others`` where it shows no key, such as "Bearer undefined":
    that is sent as it is, while a key is replaced by the user's own.
    """

    address: Address
    endpoint: TokenEndpoint
    body: TokenBody
    beta: str | None
    others: tuple[tuple[str, str], ...]


def mint_levels(seen: Seen) -> MintLevels:
    """The request as levels."""
    request = seen.request
    address = address_of(request.url)
    query = "&".join(part for part in address.query.split("&") if not _is_secret(part))
    path = f"{address.path}?{query}" if query else address.path
    content_type = header(request, "content-type") or "text/plain;charset=UTF-8"
    others = own_headers(request)
    shown = credential_in(request)
    # A broken credential is part of what the user does wrong, and replacing it by a key would
    # repair it in silence.
    if shown is not None and kind_of(shown.text) is AuthKind.LITERAL:
        others = ((shown.header, f"{shown.scheme} {shown.text}".strip()), *others)
    return MintLevels(
        address=address,
        endpoint=TokenEndpoint(path, request.method.upper()),
        body=TokenBody(request.body, content_type) if request.body else TokenBody(),
        beta=header(request, "openai-beta"),
        others=others,
    )


def _is_secret(parameter: str) -> bool:
    return is_credential(parameter.partition("=")[0])


def mint_places(levels: MintLevels, origin: str, *, inferred: bool = False) -> Iterator[ReadPlace]:
    """Each place of the mint with its value; of a JSON body leaf by leaf."""
    path, method = levels.endpoint.path or "none", levels.endpoint.method
    said = path if method == "POST" else f"{method} {path}"
    yield ReadPlace("mint.url.path", said, origin, inferred)
    yield from body_places(levels.body, origin, inferred=inferred)
    if levels.beta is not None:
        yield ReadPlace("mint.header.openai-beta", levels.beta, origin, inferred)
    for name, text in levels.others:
        yield ReadPlace(f"mint.header.{name.lower()}", text, origin, inferred)


def body_places(body: TokenBody, origin: str, *, inferred: bool) -> Iterator[ReadPlace]:
    """The leaves of a token body."""
    if body.text is None:
        yield ReadPlace("mint.body", "none", origin, inferred)
        return
    if "json" not in body.content_type.lower():
        yield ReadPlace("mint.header.content-type", body.content_type, origin, inferred)
    try:
        leaves = list(_leaves(json.loads(body.text), "mint.body"))
    except (ValueError, RecursionError):
        yield ReadPlace("mint.body", body.text, f"{origin}, not JSON", inferred)
        return
    for place, value in leaves:
        yield ReadPlace(place, value, origin, inferred)


def _leaves(data: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(data, dict) and data:
        for name, value in data.items():
            yield from _leaves(value, f"{place}/{name}")
    else:
        text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        yield place, text
