"""Rebuild a value with every string in it changed. What did not change stays the same object."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

from rtdoctor.domain.secret import Secret
from rtdoctor.domain.setup import Auth, BetaHeader, CallQuery, Level
from rtdoctor.secrets.appearance import looks_random


class Walker:
    """``text`` cleans a string; ``named`` cleans one whose name says what it is.

    ``literal`` is told the credentials that a setup spells out, before they are cleaned.
    """

    def __init__(
        self,
        text: Callable[[str], str],
        named: Callable[[str, str], str],
        literal: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._text = text
        self._named = named
        self._literal = literal
        self._by_type: dict[type, Callable[[Any], Any]] = {}

    def rebuild(self, value: Any) -> Any:
        """``TypeError`` for a type it does not know: nothing may slip through unseen."""
        kind = type(value)
        rebuild = self._by_type.get(kind)
        if rebuild is None:
            rebuild = self._by_type[kind] = self._for_type(kind)
        return rebuild(value)

    def _for_type(self, kind: type) -> Callable[[Any], Any]:
        # first: the members of a StrEnum are strings as well
        if issubclass(kind, (type(None), bool, int, float, Enum)):
            return lambda value: value
        if issubclass(kind, str):
            return lambda value: _same(value, self._text(value))
        if issubclass(kind, bytes):
            return self._bytes
        # The text of a Secret is its alias.
        if issubclass(kind, Secret):
            return str
        if issubclass(kind, Level):
            return self._level
        if is_dataclass(kind):
            return self._dataclass_of(tuple(field.name for field in fields(kind)))
        if issubclass(kind, Mapping):
            return lambda value: {self.rebuild(k): self._item(k, v) for k, v in value.items()}
        if issubclass(kind, (tuple, list, set, frozenset)):
            return self._sequence
        raise TypeError(f"cannot redact a value of type {kind.__name__}")

    def _bytes(self, value: bytes) -> bytes:
        text = value.decode("utf-8", "surrogateescape")
        return self._text(text).encode("utf-8", "surrogateescape")

    def _dataclass_of(self, names: tuple[str, ...]) -> Callable[[Any], Any]:
        def rebuild(value: Any) -> Any:
            changes = {}
            for name in names:
                old = getattr(value, name)
                new = self.rebuild(old)
                # What did not change is not built anew, so the caller can tell by identity.
                if new is not old:
                    changes[name] = new
            return replace(value, **changes) if changes else value

        return rebuild

    def _level(self, level: Level[Any]) -> Level[Any]:
        """Its name too, which may spell out what only its place in the value gives away."""
        for text in self._credentials(level.value):
            self._literal(text)
        name, value = level.name, self.rebuild(level.value)
        if value is not level.value:
            for old, new in _changed(level.value, value):
                name = name.replace(old, new)
        name = _same(level.name, self._text(name))
        unchanged = name is level.name and value is level.value
        return level if unchanged else replace(level, name=name, value=value)

    def _credentials(self, value: Any) -> Iterator[str]:
        if isinstance(value, Auth):
            yield value.text
        elif isinstance(value, CallQuery):
            yield from (text for name, text in value.params if self._named(name, text) != text)
        elif isinstance(value, BetaHeader):
            # a header of the client's own may be a key whatever its name is
            others = (text for _, text in (*value.mint_others, *value.call_others))
            yield from filter(looks_random, others)

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


def _changed(old: Any, new: Any) -> Iterator[tuple[str, str]]:
    """The texts in a value, and what became of them."""
    if isinstance(old, str):
        if old and old != new:
            yield old, new
    elif isinstance(old, tuple):
        for one, other in zip(old, new, strict=True):
            yield from _changed(one, other)
    elif is_dataclass(old):
        for field in fields(old):
            yield from _changed(getattr(old, field.name), getattr(new, field.name))


def _same(old: str, new: str) -> str:
    return old if new == old else new


def _is_pair(value: Any) -> bool:
    """A header or query parameter: a sequence of a name and its text."""
    return (
        isinstance(value, (tuple, list))
        and len(value) == 2
        and all(isinstance(item, str) and not isinstance(item, Enum) for item in value)
    )
