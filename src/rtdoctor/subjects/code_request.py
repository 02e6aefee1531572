"""A request in source code as an exchange; ``{name}`` stands for what the code does not tell."""

from __future__ import annotations

from rtdoctor.code.source_request import SourceRequest
from rtdoctor.code.values import (
    Fields,
    FormData,
    Value,
    data_of,
    sketch,
    without_missing,
)
from rtdoctor.domain.exchange import HttpRequest
from rtdoctor.migration.json_text import compact_json
from rtdoctor.subjects.address import Address, address_of
from rtdoctor.subjects.seen import Seen


def address_in(request: SourceRequest) -> Address:
    """The parts of a URL; an unknown beginning leaves the service's address open."""
    url = sketch(request.url)
    if url.startswith("{"):
        url = url.partition("}")[2]
        url = url if url.startswith("/v1/") or not url else f"/v1{url}"
    elif "://" not in url and url.startswith("/realtime"):
        url = f"/v1{url}"
    if request.query is not None:
        given = "&".join(f"{f.name}={sketch(f.value)}" for f in request.query.fields)
        url = f"{url}{'&' if '?' in url else '?'}{given}"
    return address_of(url)


def seen_request(request: SourceRequest) -> Seen:
    """A request as it is sent, as far as it is known; ``{name}`` stands for what is not."""
    fields = () if request.headers is None else request.headers.fields
    headers = [(f.name, sketch(f.value)) for f in fields]
    is_data = isinstance(request.body, Fields)
    if is_data and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    address = address_in(request)
    query = f"?{address.query}" if address.query else ""
    http = HttpRequest(
        sketch(request.method).upper(),
        f"{address.base_url}{address.path}{query}",
        tuple(headers),
        json_body(request.body),
    )
    return Seen(http, None, str(request.at), exact=False)


def json_body(body: Value | None) -> str | None:
    """The text of a body, without what is unknown in it; ``None`` for a form or none at all."""
    if body is None or isinstance(body, FormData):
        return None
    data = without_missing(data_of(body))
    if isinstance(data, dict | list):
        return compact_json(data)
    return data if isinstance(data, str) else None
