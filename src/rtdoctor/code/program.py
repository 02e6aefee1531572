"""A program in the few shapes that matter here, the same for JavaScript and Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class SourceSpan:
    """A part of a file: bytes from ``start`` up to ``end``; ``line`` counts from 1."""

    file: str
    start: int
    end: int
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Constant:
    """A text, number, truth value or null as it is written."""

    value: str | int | float | bool | None
    at: SourceSpan


@dataclass(frozen=True, slots=True)
class Joined:
    """A text put together: a template literal, an f-string, or texts joined by ``+``."""

    parts: tuple[SourceExpression, ...]
    at: SourceSpan


@dataclass(frozen=True, slots=True)
class Property:
    """``key: value`` of an object; ``key`` is ``None`` for a spread."""

    key: SourceExpression | None
    value: SourceExpression
    at: SourceSpan


@dataclass(frozen=True, slots=True)
class Object:
    """An object literal, a dictionary, or the keyword arguments of ``dict(...)``."""

    members: tuple[Property, ...]
    at: SourceSpan


@dataclass(frozen=True, slots=True)
class Array:
    items: tuple[SourceExpression, ...]
    at: SourceSpan


@dataclass(frozen=True, slots=True)
class Identifier:
    """A variable; ``this.x`` and ``self.x`` are names as well."""

    name: str
    at: SourceSpan


@dataclass(frozen=True, slots=True)
class Attribute:
    """``of.name``, ``of["name"]`` or ``of.get("name")``; ``step`` is the part behind ``of``."""

    of: SourceExpression
    name: str
    at: SourceSpan
    step: SourceSpan


@dataclass(frozen=True, slots=True)
class CallExpression:
    """A call or a construction, with positional and named arguments.

    ``named_at`` is where each named argument stands, ``name=value``.
    """

    callee: SourceExpression
    arguments: tuple[SourceExpression, ...]
    named: tuple[tuple[str, SourceExpression], ...]
    at: SourceSpan
    named_at: tuple[SourceSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """``first || second``: the second where the first is missing."""

    first: SourceExpression
    second: SourceExpression
    at: SourceSpan


@dataclass(frozen=True, slots=True)
class FunctionValue:
    """A function that is written where a value stands."""

    function: Function
    at: SourceSpan


@dataclass(frozen=True, slots=True)
class Other:
    """Anything else, with its text."""

    text: str
    at: SourceSpan


SourceExpression: TypeAlias = (
    Constant
    | Joined
    | Object
    | Array
    | Identifier
    | Attribute
    | CallExpression
    | Either
    | FunctionValue
    | Other
)


def written(expression: SourceExpression) -> str:
    """An expression as it is written, for names; ``…`` for what is longer than a name."""
    match expression:
        case Identifier():
            return expression.name
        case Attribute():
            return f"{written(expression.of)}.{expression.name}"
        case CallExpression():
            return f"{written(expression.callee)}()"
        case Constant():
            return str(expression.value)
        case Other():
            return expression.text
        case Either():
            return written(expression.first)
        case _:
            return "…"


Later: TypeAlias = Callable[[], SourceExpression]
"""An expression that is read when it is needed."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What a name is given: a value, or what stands at ``path`` in it (destructuring).

    ``default`` stands in for a missing value. ``value`` is ``None`` for a parameter. ``pattern``
    is the part of a destructuring that names the place.
    """

    value: Later | None
    path: tuple[str, ...] = ()
    default: Later | None = None
    pattern: SourceSpan | None = None


@dataclass(eq=False, slots=True)
class Scope:
    """Where names are looked up: a file, a function, or a block."""

    parent: Scope | None
    function: Function | None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)

    def declare(self, name: str, binding: Binding) -> None:
        self.bindings.setdefault(name, []).append(binding)

    def holder(self, name: str) -> Scope | None:
        """The nearest scope that has the name."""
        scope: Scope | None = self
        while scope is not None and name not in scope.bindings:
            scope = scope.parent
        return scope

    def top(self) -> Scope:
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope


@dataclass(eq=False, slots=True)
class Function:
    """A function: its parameters in order, and what it returns."""

    name: str
    at: SourceSpan
    scope: Scope
    parameters: list[str] = field(default_factory=list)
    returns: list[tuple[Later, Scope]] = field(default_factory=list)
    decorators: list[Later] = field(default_factory=list)
    exported: bool = False


@dataclass(frozen=True, slots=True)
class CallSite:
    """A call where it stands. ``name`` is the last name of what is called."""

    name: str
    expression: Later
    scope: Scope
    at: SourceSpan


@dataclass(eq=False, slots=True)
class Program:
    """One file, or one script of a page."""

    file: str
    top: Scope
    functions: list[Function] = field(default_factory=list)
    calls: list[CallSite] = field(default_factory=list)
    typed_objects: list[tuple[Later, Scope]] = field(default_factory=list)
    looked_at: list[tuple[Later, Scope]] = field(default_factory=list)
