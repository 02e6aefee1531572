"""What holds for every body, drawn by hypothesis."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
from bodies import ANY_JSON, right
from hypothesis import assume, given
from hypothesis import strategies as st

from rtdoctor.schema import FaultKind, RequestKind, explain_fault, leaves, read_text, read_value
from rtdoctor.schema.frame import frame_of
from rtdoctor.schema.published import names_at
from rtdoctor.schema.requests import At

KINDS = st.sampled_from(list(RequestKind))


@given(kind=KINDS, data=st.data())
def test_a_body_that_the_schema_allows_has_at_most_a_field_that_its_model_refuses(
    kind: RequestKind, data: st.DataObject
) -> None:
    reading = read_value(kind, data.draw(right(kind)))

    assert {fault.kind for fault in reading.faults} <= {FaultKind.OTHER_MODEL}


@given(kind=KINDS, data=st.data())
def test_the_reader_finds_a_fault_exactly_where_the_library_does(
    kind: RequestKind, data: st.DataObject
) -> None:
    body = mutated(data, data.draw(right(kind)))
    frame = frame_of(kind, body)
    valid = frame is not None and jsonschema.Draft202012Validator(dict(frame.schema)).is_valid(body)

    faults = read_value(kind, body).faults

    assert valid is all(fault.kind is FaultKind.OTHER_MODEL for fault in faults)


@given(kind=KINDS, body=ANY_JSON)
def test_any_json_is_read_as_text_and_as_a_value_alike(kind: RequestKind, body: Any) -> None:
    reading = read_text(kind, json.dumps(body))

    assert reading == read_value(kind, body)
    assert len({fault.place for fault in reading.faults}) == len(reading.faults)
    assert all(fault.place in explain_fault(fault) for fault in reading.faults)


@given(kind=KINDS, text=st.text())
def test_any_text_is_read_without_an_exception(kind: RequestKind, text: str) -> None:
    read_text(kind, text)


@given(kind=KINDS, body=ANY_JSON)
def test_the_leaves_of_a_body_are_the_body(kind: RequestKind, body: Any) -> None:
    found = leaves(kind, body)

    assert all(value_at(body, leaf.at) == leaf.value for leaf in found)
    assert len({leaf.at for leaf in found}) == len(found)
    assert sum(map(scalars, (leaf.value for leaf in found))) == scalars(body)


@given(kind=KINDS, data=st.data())
def test_a_name_that_nobody_knows_is_named_at_its_place(
    kind: RequestKind, data: st.DataObject
) -> None:
    body = data.draw(right(kind))
    closed = closed_objects(kind, body)
    assume(closed)
    at = data.draw(st.sampled_from(closed))
    value_at(body, at)["zzz_qqq_0"] = 1

    (fault,) = (f for f in read_value(kind, body).faults if f.kind is not FaultKind.OTHER_MODEL)

    assert (fault.kind, fault.at) == (FaultKind.UNKNOWN_NAME, (*at, "zzz_qqq_0"))


def mutated(data: st.DataObject, body: Any) -> Any:
    """The body with one leaf replaced by any JSON, or left out."""
    places = [at for at in objects(body) if value_at(body, at)]
    if not places:
        return data.draw(ANY_JSON)
    holder = value_at(body, data.draw(st.sampled_from(places)))
    name = data.draw(st.sampled_from(list(holder)))
    if data.draw(st.booleans()):
        holder[name] = data.draw(ANY_JSON)
    else:
        del holder[name]
    return body


def closed_objects(kind: RequestKind, body: Any) -> list[At]:
    """The objects of a body that take listed names only."""
    frame = frame_of(kind, body)
    assert frame
    return [at for at in objects(body) if names_at(at, frame.schema)]


def objects(value: Any, at: At = ()) -> list[At]:
    here = [at] if isinstance(value, dict) else []
    children = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list):
        children = enumerate(value)
    return here + [found for step, inner in children for found in objects(inner, (*at, step))]


def value_at(value: Any, at: At) -> Any:
    for step in at:
        value = value[step]
    return value


def scalars(value: Any) -> int:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return sum(map(scalars, inner))
    return 1
