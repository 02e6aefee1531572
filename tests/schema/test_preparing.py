"""How the published document becomes the data of the reader."""

from __future__ import annotations

from typing import Any

from tools.published_schema import REF, amend, compact

TEXT = {"type": "string"}


def test_prose_goes_and_an_object_with_listed_properties_is_closed() -> None:
    prepared = compact({"description": "x", "properties": {"a": {**TEXT, "default": "b"}}}, {})

    assert prepared == {"type": "object", "properties": {"a": TEXT}, "additionalProperties": False}
    assert compact({"type": "object"}, {}) == {"type": "object"}


def test_choices_within_choices_become_one_flat_choice() -> None:
    schemas = {"Two": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}
    node = {"oneOf": [TEXT, {"$ref": f"{REF}Two"}]}

    assert compact(node, schemas) == {"anyOf": [TEXT, {"type": "integer"}, {"type": "null"}]}


def test_a_list_of_names_beside_a_plain_string_stays_open() -> None:
    names = {"anyOf": [TEXT, {"type": "string", "enum": ["alloy", "ash"]}]}

    assert compact(names, {}) == TEXT


def test_null_is_allowed_where_it_is_the_default_or_said_to_be() -> None:
    allowed = {"anyOf": [TEXT, {"type": "null"}]}

    assert compact({**TEXT, "nullable": True}, {}) == allowed
    assert compact({**TEXT, "default": None}, {}) == allowed


def test_a_constant_is_a_list_of_one_value() -> None:
    assert compact({"type": "string", "const": "a"}, {}) == {"type": "string", "enum": ["a"]}


def test_a_correction_keeps_the_facts_that_it_rests_on() -> None:
    schemas: dict[str, Any] = {"Format": {"anyOf": [{"properties": {"rate": {}}}]}}
    change = {"schema": "Format", "at": "anyOf/0", "set": {"required": ["rate"]}}

    amend(schemas, {**change, "basis": ["TOK-OUTPUT-RATE", "inferred"]})

    prepared = compact(schemas["Format"], schemas)
    assert prepared["required"] == ["rate"]
    assert prepared["x-basis"] == {"required": ["TOK-OUTPUT-RATE"]}
