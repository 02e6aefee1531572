"""The two requests of a setup, taken apart so that a place in them can be looked up. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl

from rtdoctor.domain.exchange import Headers
from rtdoctor.domain.setup import AuthKind, EncodingKind, Factor, Setup
from rtdoctor.wording.levels import level_text

OFFER = "the offer"
_STEP = re.compile(r"[^.\[\]]+")


@dataclass(frozen=True, slots=True)
class RequestFields:
    """What has named fields in a request: a JSON body, or a form of parts.

    ``data`` is ``None`` when the text is not a JSON object, so that nothing can be said of it.
    """

    where: Literal["body", "form"]
    label: str
    data: dict[str, Any] | None
    note: str = ""

    def find(self, name: str) -> tuple[str, Any] | None:
        """The place that this name means, as a full path, with its value; ``None`` if absent.

        Some services leave ``session`` out of the path.
        """
        for path in (name, f"session.{name}"):
            try:
                return path, _at(self.data, path)
            except LookupError:
                continue
        return None


@dataclass(frozen=True, slots=True)
class RequestParts:
    """A request: header names are lower-case; credentials are words, never values."""

    label: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    fields: RequestFields


def mint_parts(setup: Setup) -> RequestParts | None:
    """The token request; ``None`` when this setup mints nothing."""
    endpoint = setup.token_endpoint.value.path
    if endpoint is None or not setup.auth.value.kind.needs_token:
        return None
    body = setup.token_body.value
    headers = {"authorization": "the API key", **_others(setup.beta_header.value.mint_others)}
    if body.text is not None:
        headers["content-type"] = body.content_type
    if setup.beta_header.value.mint is not None:
        headers["openai-beta"] = setup.beta_header.value.mint
    data = {} if body.text is None else _object(body.text)
    note = "since it has no body" if body.text is None else ""
    fields = RequestFields("body", "token request", data, note)
    return RequestParts("token request", headers, _query_in(endpoint), fields)


def call_parts(setup: Setup) -> RequestParts:
    """The call with the offer."""
    auth, encoding = setup.auth.value, setup.call_encoding.value
    headers = {}
    if auth.kind is not AuthKind.NONE:
        headers[auth.header.lower()] = level_text(Factor.AUTH, setup.auth)
    if setup.beta_header.value.call is not None:
        headers["openai-beta"] = setup.beta_header.value.call
    headers |= _others(setup.beta_header.value.call_others)
    is_form = encoding.kind is EncodingKind.MULTIPART
    headers["content-type"] = "multipart/form-data" if is_form else encoding.content_type
    query = {**_query_in(setup.call_endpoint.value.path), **dict(setup.call_query.value.params)}
    return RequestParts("call", headers, query, _call_fields(setup))


def _others(headers: Headers) -> dict[str, str]:
    """Headers by name; what they carry may be a key."""
    return {name.lower(): "sent" for name, _ in headers}


def _call_fields(setup: Setup) -> RequestFields:
    encoding = setup.call_encoding.value
    match encoding.kind:
        case EncodingKind.RAW:
            return RequestFields(
                "body", "body of the call", {}, "since the body is the offer itself"
            )
        case EncodingKind.JSON:
            return RequestFields("body", "body of the call", {"type": "offer", "sdp": OFFER})
    form: dict[str, Any] = {"sdp": OFFER}
    if encoding.session is not None:
        session = _object(encoding.session)
        if session is None:
            return RequestFields("form", "form of the call", None)
        form["session"] = session
    return RequestFields("form", "form of the call", form)


def _object(text: str) -> dict[str, Any] | None:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _query_in(endpoint: str) -> dict[str, str]:
    return dict(parse_qsl(endpoint.partition("?")[2], keep_blank_values=True))


def _at(data: Any, path: str) -> Any:
    """The value at a path like ``session.tools[0].name``. Raises ``LookupError``."""
    for step in _STEP.findall(path):
        if isinstance(data, dict):
            data = data[step]
        elif isinstance(data, list) and step.isdecimal() and len(step) < 6:
            data = data[int(step)]
        else:
            raise LookupError(path)
    return data
