"""What a repair changes, place by place: the new value, and what to do where it is done by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rtdoctor.code.body_edits import marked, marks_in, put
from rtdoctor.code.literal_edits import (
    Ways,
    body_ways,
    event_ways,
    header_ways,
    label_ways,
    raw_body_ways,
    url_ways,
)
from rtdoctor.code.source_reading import SourceReading
from rtdoctor.code.source_request import SourceRequest
from rtdoctor.code.state import headers_of, whole_url
from rtdoctor.code.token_edits import token_edits
from rtdoctor.code.values import Value
from rtdoctor.domain.setup import EncodingKind, Setup
from rtdoctor.migration.bodies import migrate
from rtdoctor.migration.dialect import Dialect, dialect_at
from rtdoctor.migration.json_text import compact_json, parse_object

MigrateEvent = Callable[[str], str | None]
"""Returns an event as it has to be sent; ``None`` where it cannot be told."""

_USUAL_PLACE = {
    Dialect.SESSIONS: "client_secret.value",
    Dialect.TRANSCRIPTION_SESSIONS: "client_secret.value",
}


@dataclass(frozen=True, slots=True)
class SourceChange:
    """One place that is to come to a new value. ``ways`` are tried in turn, the smallest first.

    ``where`` is the request or step that it belongs to, ``by_hand`` what to do otherwise.
    """

    place: str
    wanted: Any
    by_hand: str
    ways: Ways


def changes_between(
    reading: SourceReading, subject: Setup, repaired: Setup
) -> Iterator[SourceChange]:
    yield from _mint_changes(reading, subject, repaired)
    yield from _call_changes(reading, subject, repaired)
    old, new = subject.auth.value, repaired.auth.value
    if old.kind is not new.kind:
        said = f"Show {new.kind.value.replace('_', ' ')} as the credential of the call"
        yield by_hand("credential", f"{said}, in place of {old.kind.value.replace('_', ' ')}.")
    elif new.kind.needs_token:
        path = _token_place(subject, repaired)
        if (reading.token is None and old.read_at not in (None, path)) or (
            reading.token is not None and reading.token.path != path
        ):
            said = f"Read the token at {path} of the answer to the token request."
            yield SourceChange("token", path, said, lambda t, r: token_edits(t, r.token, path))
    channel = repaired.offer.value.channel
    if subject.offer.value.channel != channel and channel is not None:
        yield SourceChange(
            "label", channel, f"Call the data channel {channel}.", label_ways(channel)
        )


def event_changes(reading: SourceReading, migrate_event: MigrateEvent) -> Iterator[SourceChange]:
    """The session updates that stand in the code, each as ``migrate_event`` has it.

    What the code computes is a mark in the text that is migrated, and stays the user's code.
    """
    before = [marked(event.body) for event in reading.events]
    after = [parse_object(migrate_event(compact_json(one)) or "") or one for one in before]
    said = "Send the session.update with its fields where the service looks for them."
    if not before:
        yield by_hand("events", said)
    elif after != before:
        yield SourceChange("events", after, said, event_ways(after))


def _token_place(subject: Setup, repaired: Setup) -> str:
    """Where the token stands in the answer to the repaired request (fact TOK-GA-SHAPE)."""
    place = repaired.auth.value.read_at
    moved = _dialect(subject) is not _dialect(repaired)
    if place is None or (moved and place == subject.auth.value.read_at):
        return _USUAL_PLACE.get(_dialect(repaired), "value")
    return place


def by_hand(place: str, said: str) -> SourceChange:
    return SourceChange(place, object(), said, lambda _texts, _reading: iter(()))


def _dialect(setup: Setup) -> Dialect:
    return dialect_at(setup.token_endpoint.value.path) or Dialect.CLIENT_SECRETS


def _mint_changes(
    reading: SourceReading, subject: Setup, repaired: Setup
) -> Iterator[SourceChange]:
    mint, auth = reading.mint, repaired.auth.value
    if not auth.kind.needs_token:
        return
    old, new = subject.token_endpoint.value, repaired.token_endpoint.value
    if old != new:
        said = f"Send the token request to {new.method} {new.path}."
        if mint is None or old.path is None or new.path is None:
            yield by_hand("mint.url", said)
        else:
            url = _moved(whole_url(mint), old.path, new.path)
            yield SourceChange("mint.url", url, said, url_ways("mint", url))
    body, target = subject.token_body.value, repaired.token_body.value
    if body != target:
        said = f"Send this body with the token request: {target.text or 'none'}"
        data = parse_object(target.text or "")
        if mint is None or mint.body is None or data is None:
            yield by_hand("mint.body", said)
        else:
            wanted, lost = _with_computed(mint.body, data, _dialect(subject), _dialect(repaired))
            yield SourceChange("mint.body", wanted, said, body_ways(wanted))
            for place in lost:
                yield by_hand("mint.lost", f"{place} is computed and has no place in the new body.")
    yield from _header_changes("mint", mint, subject, repaired)


def _with_computed(
    body: Value, target: dict[str, Any], source: Dialect, goal: Dialect
) -> tuple[dict[str, Any], list[str]]:
    """The new body with what the code computes, where the migration puts it."""
    before = marked(body)
    moved = before
    if source is not goal:
        text = migrate(compact_json(before), source, goal).text
        moved = parse_object(text or "") or {}
    wanted, places = target, {mark: path for path, mark in marks_in(moved)}
    lost = []
    for path, mark in marks_in(before):
        if mark in places:
            wanted = put(wanted, places[mark], mark)
        else:
            lost.append(".".join(path))
    return wanted, lost


def _call_changes(
    reading: SourceReading, subject: Setup, repaired: Setup
) -> Iterator[SourceChange]:
    call = reading.call
    old, new = subject.call_endpoint.value, repaired.call_endpoint.value
    params = repaired.call_query.value.params
    if old != new or subject.call_query.value.params != params:
        query = "&".join(f"{name}={text}" for name, text in params)
        path = f"{new.path}?{query}" if query else new.path
        said = f"Post the offer to {path}."
        if call is None:
            yield by_hand("call.url", said)
        else:
            address, _, _ = whole_url(call).partition("?")
            url = _moved(address, old.path, new.path) + (f"?{query}" if query else "")
            yield SourceChange("call.url", url, said, url_ways("call", url))
    yield from _header_changes("call", call, subject, repaired)
    yield from _encoding_changes(call, subject, repaired)


def _moved(url: str, old: str, new: str) -> str:
    """A URL with another path; below an unknown beginning the part that both paths share stays."""
    address, question, query = url.partition("?")
    base = address.removesuffix("/")
    for start in ("", "/v1"):
        tail = old.removeprefix(start)
        if base.endswith(tail) and new.startswith(start):
            return base.removesuffix(tail) + new.removeprefix(start) + question + query
    return url


def _header_changes(
    name: str, request: SourceRequest | None, subject: Setup, repaired: Setup
) -> Iterator[SourceChange]:
    old, new = subject.beta_header.value, repaired.beta_header.value
    is_mint = name == "mint"
    pairs = []
    for value in (old, new):
        beta = value.mint if is_mint else value.call
        headers = dict(value.mint_others if is_mint else value.call_others)
        pairs.append(headers if beta is None else {"OpenAI-Beta": beta, **headers})
    before, after = pairs
    for header in dict.fromkeys((*before, *after)):
        if before.get(header) != after.get(header):
            yield from _header_change(name, request, header, after.get(header))


def _header_change(
    name: str, request: SourceRequest | None, header: str, value: str | None
) -> Iterator[SourceChange]:
    where = "token request" if name == "mint" else "call"
    said = (
        f"Leave the header {header} out of the {where}."
        if value is None
        else f"Send the header {header}: {value} with the {where}."
    )
    if request is None:
        yield by_hand(f"{name}.headers", said)
        return
    wanted = {k: v for k, v in headers_of(request).items() if k != header.lower()}
    if value is not None:
        wanted[header.lower()] = value
    yield SourceChange(f"{name}.headers", wanted, said, header_ways(name, header, value))


def _encoding_changes(
    call: SourceRequest | None, subject: Setup, repaired: Setup
) -> Iterator[SourceChange]:
    old, new = subject.call_encoding.value, repaired.call_encoding.value
    if old == new:
        return
    if old.kind is not new.kind and new.kind is EncodingKind.RAW and call is not None:
        said = "Post the SDP of the offer itself as the body of the call."
        yield SourceChange("call.body", "sdp", said, raw_body_ways)
    elif old.kind is not new.kind or old.session != new.session or old.trim != new.trim:
        yield by_hand("call.body", f"Post the offer as {new.kind}, not as {old.kind}.")
    if old.content_type != new.content_type and new.kind is not EncodingKind.MULTIPART:
        yield from _header_change("call", call, "Content-Type", new.content_type)


def offer_changes(subject: Setup, repaired: Setup) -> Iterator[str]:
    old, new = subject.offer.value, repaired.offer.value
    if old.audio != new.audio:
        yield (
            "Add an audio track or transceiver before createOffer."
            if new.audio
            else "Leave the audio section out of the offer."
        )
    if (old.channel is None) != (new.channel is None):
        yield (
            f"Create a data channel {new.channel} before createOffer."
            if new.channel is not None
            else "Create no data channel."
        )
