"""Rebuild a value with every string in it changed. What did not change stays the same object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

from rtdoctor.domain.secret import Secret

_SAFE = (type(None), bool, int, float, Enum)


class Walker:
    """``text`` cleans a string; ``named`` cleans one whose name says what it is."""

    def __init__(self, text: Callable[[str], str], named: Callable[[str, str], str]) -> None:
        self._text = text
        self._named = named

    def rebuild(self, value: Any) -> Any:
        """``TypeError`` for a type it does not know: nothing may slip through unseen."""
        if isinstance(value, _SAFE):  # first: the members of a StrEnum are strings as well
            return value
        if isinstance(value, str):
            return _same(value, self._text(value))
        if isinstance(value, bytes):
            return self._text(value.decode("utf-8", "surrogateescape")).encode(
                "utf-8", "surrogateescape"
            )
        if isinstance(value, Secret):
            return str(value)
        if is_dataclass(value) and not isinstance(value, type):
            return self._dataclass(value)
        if isinstance(value, Mapping):
            return {self.rebuild(k): self._item(k, v) for k, v in value.items()}
        if isinstance(value, (tuple, list, set, frozenset)):
            return self._sequence(value)
        raise TypeError(f"cannot redact a value of type {type(value).__name__}")

    def _dataclass(self, value: Any) -> Any:
        changes = {}
        for field in fields(value):
            old = getattr(value, field.name)
            new = self.rebuild(old)
            if new is not old:
                changes[field.name] = new
        return replace(value, **changes) if changes else value

    def _sequence(self, value: Any) -> Any:
        if _is_pair(value):
            name, text = value
            new = [self.rebuild(name), _same(text, self._named(name, text))]
        else:
            new = [self.rebuild(item) for item in value]
        if isinstance(value, (tuple, list)) and all(
            a is b for a, b in zip(new, value, strict=True)
        ):
            return value
        return type(value)(new)

    def _item(self, name: Any, value: Any) -> Any:
        if isinstance(name, str) and isinstance(value, str):
            return self._named(name, value)
        if isinstance(name, str) and isinstance(value, (tuple, list)):
            items = (self._item(name, item) for item in value)
            return type(value)(items)
        return self.rebuild(value)


def _same(old: str, new: str) -> str:
    return old if new == old else new


def _is_pair(value: Any) -> bool:
    """A header or query parameter: a sequence of a name and its text."""
    return (
        isinstance(value, (tuple, list))
        and len(value) == 2
        and all(isinstance(item, str) and not isinstance(item, Enum) for item in value)
    )
