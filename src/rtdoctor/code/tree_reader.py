"""From a syntax tree to a program: what both languages have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from rtdoctor.code.program import (
    CallSite,
    Function,
    FunctionValue,
    Later,
    Other,
    Program,
    Scope,
    SourceExpression,
    SourceSpan,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_DEEPEST = 60
_SHOWN = 120


class TreeReader(ABC):
    """Walks a tree once, in the order of the text; expressions are read when they are needed.

    ``noted`` are the types of the nodes that ``visit`` has something to do with, ``of_status`` the
    attributes of an answer that say how the request went.
    """

    noted: ClassVar[frozenset[str]]
    of_status: ClassVar[tuple[str, ...]]

    def __init__(self, file: str, data: bytes) -> None:
        self.file = file
        self.data = data
        self.program = Program(file, Scope(None, None))
        self._read: dict[int, SourceExpression] = {}
        self._functions: dict[int, Function] = {}

    def read(self, root: Node) -> Program:
        """The program of a tree. Nothing here recurses: a tree can be as deep as its text."""
        waiting: list[tuple[Node, Scope]] = [(root, self.program.top)]
        while waiting:
            node, scope = waiting.pop()
            if node.type in self.noted:
                scope = self.visit(node, scope)
            # Reversed, so that the stack gives the nodes in the order of the text.
            if node.named_child_count:
                waiting += [(child, scope) for child in node.named_children[::-1]]
        return self.program

    @abstractmethod
    def visit(self, node: Node, scope: Scope) -> Scope:
        """Take note of a node. Returns the scope of what stands inside it."""

    @abstractmethod
    def translate(self, node: Node, depth: int) -> SourceExpression:
        """The expression at a node; ``expression`` for what is inside."""

    def expression(self, node: Node, depth: int = 0) -> SourceExpression:
        """The expression at a node. One that is nested too deeply is ``Other``."""
        known = self._read.get(node.id)
        if known is None:
            known = self.other(node) if depth > _DEEPEST else self.translate(node, depth + 1)
            self._read[node.id] = known
        return known

    def later(self, node: Node) -> Later:
        return lambda: self.expression(node)

    def other(self, node: Node) -> Other:
        return Other(self.text(node, _SHOWN), self.span(node))

    def span(self, node: Node) -> SourceSpan:
        return SourceSpan(self.file, node.start_byte, node.end_byte, node.start_point[0] + 1)

    def between(self, first: Node, last: Node) -> SourceSpan:
        """From behind ``first`` to the end of ``last``."""
        return SourceSpan(self.file, first.end_byte, last.end_byte, last.start_point[0] + 1)

    def text(self, node: Node, most: int = 1_000_000) -> str:
        end = min(node.end_byte, node.start_byte + most)
        return self.data[node.start_byte : end].decode("utf-8", "replace")

    def function(self, name: str, node: Node, scope: Scope) -> Function:
        """A function whose own scope lies in ``scope``."""
        inner = Scope(scope, None)
        function = Function(name, self.span(node), inner)
        inner.function = function
        self.program.functions.append(function)
        self._functions[node.id] = function
        return function

    def function_value(self, node: Node) -> SourceExpression:
        """A function that stands where a value does."""
        function = self._functions.get(node.id)
        at = self.span(node)
        return self.other(node) if function is None else FunctionValue(function, at)

    def call(self, name: str, node: Node, scope: Scope) -> None:
        self.program.calls.append(CallSite(name, self.later(node), scope, self.span(node)))

    def object_literal(self, node: Node, scope: Scope) -> None:
        """Take note of an object that may be a ``session.update``."""
        if b"session.update" in self.data[node.start_byte : node.start_byte + 300]:
            self.program.typed_objects.append((self.later(node), scope))

    def attribute(self, node: Node, name: Node | None, scope: Scope) -> None:
        """Take note of an attribute that says how a request went."""
        if name is not None and self.text(name, 20) in self.of_status:
            self.program.looked_at.append((self.later(node), scope))

    def returned(self, node: Node, scope: Scope) -> None:
        """Take note of a value that the function around it returns."""
        function = enclosing(scope)
        if function is not None:
            function.returns.append((self.later(node), scope))


def enclosing(scope: Scope | None) -> Function | None:
    """The function that a scope lies in."""
    while scope is not None and scope.function is None:
        scope = scope.parent
    return None if scope is None else scope.function
