"""A body against its schema: what the JSON Schema library complains about, at the right branch.

The library decides whether a value is right. Where it reports that no branch of a choice fits,
the complaints of the branch that the writer meant are taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from rtdoctor.schema.branch import TAGS, agreement, meant_branch, takes_type_of
from rtdoctor.schema.published import Schema, branches
from rtdoctor.schema.requests import At

if TYPE_CHECKING:
    from jsonschema import ValidationError


@dataclass(frozen=True, slots=True)
class Complaint:
    """A place that breaks a keyword of its schema.

    For ``required`` and ``additionalProperties`` the place is that of the missing or unknown name,
    and ``schema`` is that of the object around it. An unknown name that another branch of the
    choice knows has that branch's ``type`` as ``expected``.
    """

    at: At
    keyword: str
    schema: Schema
    expected: tuple[str, ...] = ()

    @property
    def basis(self) -> tuple[str, ...]:
        """The compiled facts behind the keyword; empty when the document says it by itself."""
        return tuple(self.schema.get("x-basis", {}).get(self.keyword, ()))

    @property
    def limit(self) -> tuple[str, float] | None:
        """The keyword and its number, where a number of the body is outside of it."""
        if self.keyword not in ("minimum", "maximum"):
            return None
        return self.keyword, self.schema[self.keyword]


def complaints(schema: Schema, value: Any) -> Iterator[Complaint]:
    """Everything that is wrong with a value, lazily, parents before what is inside them."""
    from jsonschema import Draft202012Validator  # most runs read no body

    for error in Draft202012Validator(dict(schema)).iter_errors(value):
        yield from _told(error)


def _told(error: ValidationError) -> Iterator[Complaint]:
    at = tuple(error.absolute_path)
    schema, value = cast("Schema", error.schema), cast("Any", error.instance)
    keyword = str(error.validator)
    match keyword:
        case "anyOf":
            yield from _in_branch(error, at, branches(schema), value)
        case "additionalProperties":
            names = (name for name in value if name not in schema["properties"])
            yield from (Complaint((*at, name), keyword, schema) for name in names)
        case "required":
            names = (name for name in schema["required"] if name not in value)
            yield from (Complaint((*at, name), keyword, schema) for name in names)
        case "enum" if not takes_type_of(schema, value):
            return  # the wrong type is a complaint of its own
        case _:
            yield Complaint(at, keyword, schema, expectation(schema, keyword))


def _in_branch(
    error: ValidationError, at: At, choice: Sequence[Schema], value: Any
) -> Iterator[Complaint]:
    index = meant_branch(choice, value)
    if not takes_type_of(choice[index], value):
        yield Complaint(at, "type", choice[index], _any_of(choice))
        return
    fitting = [branch for branch in choice if takes_type_of(branch, value)]
    # Where the branch is a guess, a name that it demands may be one that the writer never wanted.
    # Only the tag is asked for, since it ends the guessing.
    is_guess = len(fitting) > 1 and isinstance(value, dict) and agreement(choice[index], value) <= 0
    # jsonschema puts the index of the branch first in the path of each error inside a choice.
    of_branch = (e for e in error.context or () if e.relative_schema_path[0] == index)
    for complaint in (c for inner in of_branch for c in _told(inner)):
        needed = complaint.keyword == "required" and complaint.at[:-1] == at
        if not (is_guess and needed and complaint.at[-1] not in TAGS):
            yield _widened(complaint, at, choice, value)


def _widened(complaint: Complaint, at: At, choice: Sequence[Schema], value: Any) -> Complaint:
    """With what the other branches would take at the same place, where that is a way out."""
    rest = complaint.at[len(at) :]
    if rest == () and complaint.keyword == "enum":
        return replace(complaint, expected=_any_of(choice))
    if len(rest) != 1 or complaint.keyword not in ("enum", "required", "additionalProperties"):
        return complaint
    having = [branch for branch in choice if rest[0] in branch.get("properties", ())]
    if complaint.keyword == "additionalProperties":
        types = [b["properties"]["type"] for b in having if "type" in b["properties"]]
        return replace(complaint, expected=_any_of(types))
    if rest[0] not in TAGS:
        return complaint
    best = max(agreement(branch, value) for branch in having)
    near = [b["properties"][rest[0]] for b in having if agreement(b, value) == best]
    return replace(complaint, expected=_any_of(near))


def _any_of(choice: Sequence[Schema]) -> tuple[str, ...]:
    said = (words for branch in choice for words in expectation(branch, "type"))
    return tuple(dict.fromkeys(said))


def expectation(schema: Schema, keyword: str) -> tuple[str, ...]:
    """What a keyword demands: JSON texts of the allowed values, or words."""
    if keyword in ("enum", "type") and "enum" in schema:
        return tuple(json.dumps(value) for value in schema["enum"])
    if keyword == "type":
        return (_ARTICLES[schema["type"]],) if "type" in schema else ()
    return (_WORDS[keyword].format(schema[keyword]),)


_ARTICLES = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}
_WORDS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minItems": "at least {} item",
    "maxItems": "at most {} item",
    "maxLength": "at most {} characters",
    "pattern": "text of the form {}",
}
