"""Ways to change one place of a request in the text that it was read from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from rtdoctor.code.body_edits import body_edits
from rtdoctor.code.source_reading import SourceReading, offer_in
from rtdoctor.code.source_request import SDK, SourceRequest
from rtdoctor.code.text_edits import (
    CannotEdit,
    TextEdit,
    Texts,
    addition,
    literal,
    part_of,
    removal,
    text_changes,
)
from rtdoctor.code.values import Fields, JsonText

Ways: TypeAlias = Callable[[Texts, SourceReading], Iterator[Sequence[TextEdit]]]
"""Ways to make a change, the smallest first. They raise ``CannotEdit`` when there is none."""


def _request(reading: SourceReading, name: str) -> SourceRequest:
    found = reading.mint if name == "mint" else reading.call
    if found is None:
        raise CannotEdit("the request is not in the files any more")
    return found


def url_ways(name: str, new: str) -> Ways:
    def ways(texts: Texts, reading: SourceReading) -> Iterator[Sequence[TextEdit]]:
        request = _request(reading, name)
        if request.client == SDK:
            yield from _sdk_method(texts, request, new)
            return
        if request.query is None:
            yield from text_changes(texts, request.url, new)
            if request.url_at is not None and "{" not in new:
                yield [TextEdit(request.url_at, literal(texts, request.url.at, new))]
            return
        address, _, query = new.partition("?")
        removed = [] if query else [removal(texts, f.at) for f in request.query.fields]
        for edits in text_changes(texts, request.url, address):
            yield [*edits, *removed]

    return ways


def _sdk_method(texts: Texts, request: SourceRequest, path: str) -> Iterator[Sequence[TextEdit]]:
    """Another method of OpenAI's own library, which stands for another endpoint."""
    at = request.url.at
    found = re.search(r"(?:\bbeta\.)?\brealtime\.\w+\.create$", texts.text(at))
    name = path.rpartition("/")[2]
    if found is not None and name == "client_secrets":
        name = "clientSecrets" if texts.is_script(at.file) else name
        yield [TextEdit(part_of(at, at.end - len(found[0]), at.end), f"realtime.{name}.create")]


def body_ways(wanted: dict[str, Any]) -> Ways:
    def ways(texts: Texts, reading: SourceReading) -> Iterator[Sequence[TextEdit]]:
        body = _request(reading, "mint").body
        if isinstance(body, Fields | JsonText):
            yield body_edits(texts, body, wanted)

    return ways


def event_ways(wanted: Sequence[Any]) -> Ways:
    """All session updates at once, in the order of the texts."""

    def ways(texts: Texts, reading: SourceReading) -> Iterator[Sequence[TextEdit]]:
        bodies = [e.body for e in reading.events if isinstance(e.body, Fields)]
        pairs = zip(bodies, wanted, strict=True)
        yield [edit for body, new in pairs for edit in body_edits(texts, body, new)]

    return ways


def header_ways(name: str, header: str, value: str | None) -> Ways:
    def ways(texts: Texts, reading: SourceReading) -> Iterator[Sequence[TextEdit]]:
        headers = _request(reading, name).headers
        found = None if headers is None else headers.find(header)
        if headers is None:
            return
        if found is None:
            yield [addition(texts, headers, header, literal(texts, headers.at, value))]
        elif value is None:
            yield [removal(texts, found.at)]
        else:
            yield from text_changes(texts, found.value, value)

    return ways


def raw_body_ways(texts: Texts, reading: SourceReading) -> Iterator[Sequence[TextEdit]]:
    body = _request(reading, "call").body
    inner = None if body is None else offer_in(body)
    if body is not None and inner is not None:
        yield [TextEdit(body.at, texts.text(inner.at))]


def label_ways(channel: str) -> Ways:
    def ways(texts: Texts, reading: SourceReading) -> Iterator[Sequence[TextEdit]]:
        steps = [s.text for s in reading.peer if s.name == "createDataChannel" and s.text]
        if len(steps) == 1:
            yield from text_changes(texts, steps[0], channel)

    return ways
