"""The data of the reader: dated, sound, and in step with migration's table."""

from __future__ import annotations

import datetime
import json
import re
from importlib import resources
from typing import Any

import jsonschema
import pytest

from rtdoctor.knowledge.entry import KnownService
from rtdoctor.migration.places import ValueShape, load
from rtdoctor.schema import RequestKind
from rtdoctor.schema.published import names_at, published
from rtdoctor.schema.refusals import WHERE, Refusals, refusals
from rtdoctor.strict_yaml import load as read_strictly

FILES = resources.files("rtdoctor.schema")
DATA: dict[str, Any] = json.loads((FILES / "published.json").read_text("utf-8"))


def test_the_file_says_whence_and_of_when_it_is() -> None:
    assert "openai-openapi" in published().source
    assert datetime.date.fromisoformat(published().date) >= datetime.date(2026, 8, 21)
    assert set(published().requests) == set(RequestKind)


def test_every_schema_is_a_json_schema_and_every_object_with_names_is_closed() -> None:
    for schema in DATA["$defs"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    for node in nodes(DATA["$defs"]):
        if "properties" in node and "type" in node:
            assert "additionalProperties" in node
        assert "oneOf" not in node
        assert not any("anyOf" in branch for branch in node.get("anyOf", ()))


@pytest.mark.parametrize("shape", ValueShape)
def test_every_place_of_the_migration_table_is_in_the_schema(shape: ValueShape) -> None:
    session = published().sessions[shape]
    for field in load().fields:
        place = field.place(shape)
        if place is not None and place[0] != "expires_after":
            inside = place[1:] if place[0] == "session" else place
            if inside != ("type",):
                assert inside[-1] in names_at(inside[:-1], session), place


def test_refusals_are_read_strictly_and_are_about_places_of_the_schema() -> None:
    text = (FILES / "refusals.yaml").read_text("utf-8")

    assert read_strictly(text, Refusals, WHERE) == refusals()
    for rule in refusals().models:
        for place in (rule.at, rule.model_at):
            *above, name = place.split(".")
            for shape in rule.shapes:
                assert name in names_at(tuple(above), published().sessions[shape])
    for known in refusals().services:
        *above, name = known.at.split(".")
        assert name in names_at(tuple(above), published().requests[known.request])
        assert known.service in set(KnownService)


def test_what_is_not_the_document_itself_names_a_fact() -> None:
    based = [node["x-basis"] for node in nodes(DATA["$defs"]) if "x-basis" in node]

    assert based
    for basis in based:
        for facts in basis.values():
            assert all(re.fullmatch(r"[A-Z]+(-[A-Z0-9]+)+", fact) for fact in facts)


def nodes(value: Any) -> Any:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from nodes(inner)
