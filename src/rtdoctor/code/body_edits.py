"""A JSON body in code, changed leaf by leaf; what the user computes stays the user's code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

from rtdoctor.code.program import SourceSpan
from rtdoctor.code.text_edits import (
    CannotEdit,
    TextEdit,
    Texts,
    addition,
    key,
    literal,
    removal,
    text_changes,
    value_code,
)
from rtdoctor.code.values import (
    MISSING,
    Composed,
    Fields,
    Items,
    JsonText,
    KnownValue,
    NamedValue,
    UnknownValue,
    Value,
    data_of,
    sketch,
)

Path = tuple[str, ...]
_MARK = "\0unknown "


def marked(value: Value, path: Path = ()) -> Any:
    """The data of a body with a mark in place of each part that the code computes."""
    if isinstance(value, JsonText):
        return marked(value.value, path)
    if isinstance(value, Fields):
        return {f.name: marked(f.value, (*path, f.name)) for f in value.fields}
    data = data_of(value)
    if data is MISSING:
        return _MARK + (sketch(value) if isinstance(value, UnknownValue) else "/".join(path[-1:]))
    return _MARK + "/".join(path[-1:]) if isinstance(data, list) and _has_missing(data) else data


def _has_missing(data: Any) -> bool:
    if isinstance(data, dict):
        return any(_has_missing(value) for value in data.values())
    return any(_has_missing(item) for item in data) if isinstance(data, list) else data is MISSING


def marks_in(data: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """The marks in data with their places."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from marks_in(value, (*path, name))
    elif isinstance(data, str) and data.startswith(_MARK):
        yield path, data


def put(data: Any, path: Path, value: Any) -> Any:
    """The data with a value at a place; objects on the way are made."""
    copy = deepcopy(data)
    inner = copy
    for name in path[:-1]:
        inner = inner.setdefault(name, {})
        if not isinstance(inner, dict):
            return copy
    inner[path[-1]] = value
    return copy


def body_edits(texts: Texts, body: Value, new: Any) -> list[TextEdit]:
    """The edits that make a body come to ``new``, in which marks stand for what stays as it is.

    Raises ``CannotEdit`` where the body is not written out in the code.
    """
    value = body.value if isinstance(body, JsonText) else body
    if isinstance(value, Fields) and value.fields and _is_arguments(texts, value):
        return [_arguments(texts, value, new)]
    return list(_changes(texts, value, new, _sources(value), ()))


def _is_arguments(texts: Texts, value: Fields) -> bool:
    """Whether the members are the named arguments of a call."""
    return re.match(r"\w+\s*=", texts.text(value.fields[0].at)) is not None


def _arguments(texts: Texts, value: Fields, new: dict[str, Any]) -> TextEdit:
    """The named arguments of a call anew."""
    if value.is_open:
        raise CannotEdit(f"more is given to the call at {value.at} than is known")
    first, last = value.fields[0].at, value.fields[-1].at
    at = SourceSpan(first.file, first.start, last.end, first.line)
    indent = _indent(texts, at)
    sources = _sources(value)
    given = [f"{name}={_code(texts, at, v, sources, indent, name)}" for name, v in new.items()]
    return TextEdit(at, (f",\n{indent}" if "\n" in texts.text(at) else ", ").join(given))


def _sources(value: Value) -> dict[str, tuple[Any, NamedValue]]:
    """Where the parts of an object stand: place to data and member, the outer ones first."""
    found: dict[str, tuple[Any, NamedValue]] = {}

    def walk(inner: Value, path: Path) -> None:
        if isinstance(inner, Fields):
            for field in inner.fields:
                there = (*path, field.name)
                found["/".join(there)] = (marked(field.value, there), field)
                walk(field.value, there)

    walk(value, ())
    return found


def _changes(
    texts: Texts, value: Value, new: Any, sources: dict[str, tuple[Any, NamedValue]], path: Path
) -> Iterator[TextEdit]:
    if marked(value, path) == new:
        return
    if isinstance(value, Fields) and isinstance(new, dict):
        yield from _object_changes(texts, value, new, sources, path)
    elif isinstance(value, KnownValue | Composed) and not isinstance(new, dict | list):
        yield from _scalar_change(texts, value, new)
    elif isinstance(value, KnownValue | Composed | Items | Fields):
        yield TextEdit(value.at, _code(texts, value.at, new, sources, _indent(texts, value.at)))
    else:
        raise CannotEdit(f"the value at {value.at} is computed")


def _scalar_change(texts: Texts, value: KnownValue | Composed, new: Any) -> Iterator[TextEdit]:
    if isinstance(new, str) and isinstance(sketch(value), str):
        first = next(text_changes(texts, value, new), None)
        if first is not None and not (
            isinstance(value, KnownValue) and not isinstance(value.value, str)
        ):
            yield from first
            return
    yield TextEdit(value.at, literal(texts, value.at, new))


def _object_changes(
    texts: Texts,
    value: Fields,
    new: dict[str, Any],
    sources: dict[str, tuple[Any, NamedValue]],
    path: Path,
) -> Iterator[TextEdit]:
    names = [field.name for field in value.fields]
    kept = [name for name in names if name in new]
    if len(set(names)) < len(names):
        raise CannotEdit(f"a name is repeated in the object at {value.at}")
    if not kept and names:
        if value.is_open:
            raise CannotEdit(f"more stands in the object at {value.at} than is known")
        yield TextEdit(value.at, _code(texts, value.at, new, sources, _indent(texts, value.at)))
        return
    for field in value.fields:
        if field.name in new:
            yield from _changes(texts, field.value, new[field.name], sources, (*path, field.name))
        else:
            if not (
                field.at.file == value.at.file and value.at.start <= field.at.start < value.at.end
            ):
                raise CannotEdit(f"{field.name} at {field.at} is put in from elsewhere")
            yield removal(texts, field.at)
    added = {name: data for name, data in new.items() if name not in names}
    if added:
        # behind the last member that stays: what stands behind a removed one goes with it
        staying = tuple(field for field in value.fields if field.name in new)
        yield _additions(texts, replace(value, fields=staying), added, sources)


def _additions(
    texts: Texts, value: Fields, added: dict[str, Any], sources: dict[str, tuple[Any, NamedValue]]
) -> TextEdit:
    indent = _indent(texts, value.fields[-1].at if value.fields else value.at)
    (first, data), *others = added.items()
    edit = addition(texts, value, first, _code(texts, value.at, data, sources, indent))
    for name, more in others:
        code = _code(texts, value.at, more, sources, indent)
        apart = f",\n{indent}" if "\n" in edit.text[:40] else ", "
        edit = TextEdit(edit.at, f"{edit.text}{apart}{key(texts, value.at, name)}: {code}")
    return edit


def _indent(texts: Texts, at: SourceSpan) -> str:
    data = texts.data(at.file)
    line = data.rfind(b"\n", 0, at.start) + 1
    text = data[line : line + 200].decode("utf-8", "replace")
    return text[: len(text) - len(text.lstrip(" \t"))]


def _step(texts: Texts, at: SourceSpan) -> str:
    """By how much the members of an object are indented."""
    first = re.search(r"\n([ \t]+)\S", texts.text(at))
    own = len(_indent(texts, at))
    usual = "  " if texts.is_script(at.file) else "    "
    return first[1][own:] if first is not None and len(first[1]) > own else usual


def _code(
    texts: Texts,
    at: SourceSpan,
    data: Any,
    sources: dict[str, tuple[Any, NamedValue]],
    indent: str,
    name: str = "",
) -> str:
    """Data as code, with the user's own code for what stood there before."""
    own = _own_code(texts, data, sources, name)
    if own is not None:
        return own
    if not isinstance(data, dict) or not data:
        return literal(texts, at, data)
    is_long = "\n" in texts.text(at)
    step = _step(texts, at)
    inner = indent + step if is_long else indent
    members = [
        _member(texts, at, k, _code(texts, at, v, sources, inner, k)) for k, v in data.items()
    ]
    if not is_long:
        space = " " if texts.is_script(at.file) else ""
        return f"{{{space}{', '.join(members)}{space}}}"
    return "{\n" + "".join(f"{inner}{member},\n" for member in members) + indent + "}"


def _member(texts: Texts, at: SourceSpan, name: str, code: str) -> str:
    """``name: code``, or the name alone where JavaScript takes it for both."""
    if code == name and texts.is_script(at.file):
        return name
    return f"{key(texts, at, name)}: {code}"


def _own_code(
    texts: Texts, data: Any, sources: dict[str, tuple[Any, NamedValue]], name: str
) -> str | None:
    """The user's code for a value: what a mark stands for, or a value of the same name."""
    if isinstance(data, str) and data.startswith(_MARK):
        found = [field for old, field in sources.values() if old == data]
        if len({texts.text(field.at) for field in found}) != 1:
            raise CannotEdit("two values that are computed cannot be told apart")
        return value_code(texts, found[0])
    same = [
        f for place, (old, f) in sources.items() if old == data and place.endswith(name) and name
    ]
    same = [f for f in same if f.name == name]
    if len(same) == 1 and not isinstance(data, dict):
        return value_code(texts, same[0])
    return None
