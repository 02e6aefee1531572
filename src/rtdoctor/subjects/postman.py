"""Postman collections (format v2.0 and v2.1), with the variables that they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote_plus

from rtdoctor.domain.exchange import HttpRequest
from rtdoctor.subjects.form import BOUNDARY, form_body
from rtdoctor.subjects.recording import Recording
from rtdoctor.subjects.seen import Seen

_MAX_DEPTH = 20
_MAX_CHARACTERS = 1_000_000
_VARIABLE = re.compile(r"\{\{([^{}]{1,200})\}\}")
_TYPES = {"json": "application/json", "text": "text/plain", "xml": "application/xml"}


def is_postman(data: Any) -> bool:
    """Whether parsed JSON is a collection."""
    return isinstance(data, dict) and isinstance(data.get("info"), dict) and "item" in data


def read_postman(data: dict[str, Any], name: str) -> Recording:
    """The requests in the order of the collection, folders included.

    What a collection leaves to an environment stays ``{{name}}``.
    """
    values = dict(_pairs(data.get("variable")))
    seen = tuple(_items(data, values, data.get("auth"), name, 0))
    missing = sorted({found for one in seen for found in _VARIABLE.findall(str(one.request))})
    said = ", ".join(missing[:8])
    return Recording(
        "Postman collection",
        seen,
        notes=(f"not in the collection: the variables {said}",) if missing else (),
    )


def _items(
    folder: dict[str, Any], values: Mapping[str, str], auth: Any, name: str, depth: int
) -> Iterator[Seen]:
    items = folder.get("item")
    for item in items if isinstance(items, list) and depth < _MAX_DEPTH else []:
        if not isinstance(item, dict):
            continue
        own = item.get("auth") or auth
        request = item.get("request")
        if isinstance(request, dict):
            label = f"“{str(item.get('name') or 'a request')[:60]}” of {name}"
            yield Seen(_request(request, values, own), None, label, exact=False)
        yield from _items(item, values, own, name, depth + 1)


def _request(request: dict[str, Any], values: Mapping[str, str], auth: Any) -> HttpRequest:
    url = request.get("url")
    raw = url.get("raw") if isinstance(url, dict) else url
    headers = list(_pairs(request.get("header")))
    body, content_type = _body(request.get("body"))
    if content_type and all(name.lower() != "content-type" for name, _ in headers):
        headers.append(("Content-Type", content_type))
    headers += _auth(request.get("auth") or auth)
    return HttpRequest(
        str(request.get("method") or "GET").upper(),
        _filled(str(raw or ""), values),
        tuple((_filled(n, values), _filled(v, values)) for n, v in headers),
        None if body is None else _filled(body, values),
    )


def _body(body: Any) -> tuple[str | None, str]:
    """The body's text and the content type that Postman sends with it."""
    if not isinstance(body, dict):
        return None, ""
    match body.get("mode"):
        case "raw":
            options = body.get("options")
            raw = options.get("raw") if isinstance(options, dict) else None
            language = raw.get("language") if isinstance(raw, dict) else "text"
            return str(body.get("raw") or ""), _TYPES.get(str(language), "text/plain")
        case "formdata":
            fields = [(name, "", text) for name, text in _pairs(body.get("formdata"))]
            return form_body(fields), f"multipart/form-data; boundary={BOUNDARY}"
        case "urlencoded":
            pairs = _pairs(body.get("urlencoded"))
            text = "&".join(f"{quote_plus(n)}={quote_plus(v)}" for n, v in pairs)
            return text, "application/x-www-form-urlencoded"
        case "file":
            return "@a file", ""
    return None, ""


def _auth(auth: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(auth, dict):
        return
    kind = auth.get("type")
    held = auth.get(str(kind))
    fields = held if isinstance(held, dict) else dict(_pairs(held))
    if kind == "bearer":
        yield "Authorization", f"Bearer {fields.get('token', '')}"
    elif kind == "apikey" and fields.get("in", "header") == "header":
        yield str(fields.get("key", "")), str(fields.get("value", ""))


def _pairs(listed: Any) -> Iterator[tuple[str, str]]:
    """Names and values of a list of Postman's, without what is switched off."""
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict) and not one.get("disabled") and "key" in one:
            value = one.get("value")
            yield str(one["key"]), str(f"@{one.get('src', '')}" if value is None else value)


def _filled(text: str, values: Mapping[str, str]) -> str:
    """The text with the collection's variables; a value may hold variables in turn, once."""
    for _ in range(2):
        if len(text) > _MAX_CHARACTERS:
            break  # variables that hold variables can grow without end
        text = _VARIABLE.sub(lambda match: values.get(match[1].strip(), match[0]), text)
    return text
