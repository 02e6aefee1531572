"""Answers and events of a service, held against the published schema, unknown names included."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

_FILE = Path(__file__).parents[1] / "schema" / "published_answers.json"


@cache
def _validator(name: str) -> Draft202012Validator:
    data = json.loads(_FILE.read_text("utf-8"))
    return Draft202012Validator(
        {"$ref": f"#/$defs/{data['answers'][name]}", "$defs": data["$defs"]}
    )


@cache
def _of_event(type_: str) -> Draft202012Validator | None:
    """The validator of the one schema of events of this type, so that its complaints are told."""
    data = json.loads(_FILE.read_text("utf-8"))
    for branch in data["$defs"][data["answers"]["event"]]["anyOf"]:
        schema = data["$defs"][branch["$ref"].rpartition("/")[2]]
        if type_ in schema["properties"]["type"]["enum"]:
            return Draft202012Validator({**schema, "$defs": data["$defs"]})
    return None


def answer_faults(name: str, answer: Any) -> list[str]:
    """What the schema of this answer (``client_secret``, ...) does not allow in it."""
    return _told(_validator(name), answer)


def event_faults(event: dict[str, Any]) -> list[str]:
    """What the schema of server events does not allow in this one, but for the sandbox's field."""
    sent = {name: value for name, value in event.items() if name != "sandbox"}
    validator = _of_event(str(sent.get("type")))
    return ["no such event"] if validator is None else _told(validator, sent)


def _told(validator: Draft202012Validator, value: Any) -> list[str]:
    errors = (
        error for top in validator.iter_errors(value) for error in [top, *(top.context or ())]
    )
    return [f"{error.json_path}: {error.message[:200]}" for error in errors]
