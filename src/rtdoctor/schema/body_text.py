"""JSON text as a value that is safe to walk, with the names that stand twice."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any, NoReturn

from rtdoctor.schema.requests import At

MAX_DEPTH = 64
"""Levels of nesting that are read; published requests have fewer than twenty."""

MAX_VALUES = 20_000
"""Values in a body that is read; a session with a hundred tools has fewer."""


class UnreadableError(ValueError):
    """The text is not JSON that can be judged; the message says why and where, never quotes it."""


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its names were repeated."""

    repeated: tuple[str, ...] = ()


def parse(text: str) -> tuple[Any, tuple[At, ...]]:
    """The value of a JSON text, and the places whose name is repeated.

    Raises ``UnreadableError``. Numbers that JSON does not have (NaN, RFC 8259 section 6) or that
    no double can hold are refused.
    """
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_float=_finite, parse_constant=_refuse
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise UnreadableError(f"it is not JSON at {where}: {error.msg}") from None
    except RecursionError:
        raise UnreadableError(_TOO_DEEP) from None
    except UnreadableError:
        raise
    except ValueError:  # an integer of thousands of digits
        raise UnreadableError(_TOO_LARGE) from None
    return value, tuple(_repeated(value))


def check_size(value: Any) -> None:
    """Raise ``UnreadableError`` for a body with too many levels or values to be judged in time."""
    level, count = [value], 1
    # Level by level, since a body that is nested too deeply would end a recursion.
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for _, inner in _children(outer)]
        count += len(level)
        if count > MAX_VALUES:
            raise UnreadableError(f"it holds more than {MAX_VALUES:,} values")
        if not level:
            return
    raise UnreadableError(_TOO_DEEP)


def _repeated(top: Any) -> Iterator[At]:
    check_size(top)
    waiting: list[tuple[At, Any]] = [((), top)]
    while waiting:
        at, value = waiting.pop()
        if isinstance(value, _Object):
            yield from ((*at, name) for name in value.repeated)
        waiting += [((*at, step), inner) for step, inner in _children(value)]


def _children(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    value = _Object(pairs)
    if len(value) < len(pairs):
        counted = Counter(name for name, _ in pairs)
        value.repeated = tuple(name for name, times in counted.items() if times > 1)
    return value


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise UnreadableError(_TOO_LARGE)
    return value


def _refuse(name: str) -> NoReturn:
    raise UnreadableError(f"it holds {name}, which JSON does not have")


_TOO_LARGE = "it holds a number that JSON readers cannot hold"
_TOO_DEEP = f"it is nested more than {MAX_DEPTH} levels deep"
