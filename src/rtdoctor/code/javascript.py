"""JavaScript and TypeScript as a program: its functions and calls, and what its names stand for."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from rtdoctor.code.javascript_expressions import (
    FUNCTIONS,
    TRANSPARENT,
    JavaScriptExpressions,
)
from rtdoctor.code.program import Binding, Function, Identifier, Later, Scope, SourceExpression

if TYPE_CHECKING:
    from tree_sitter import Node

_OWN_MODULE = re.compile(r"""require\(\s*['"][.@~]""")


class JavaScriptReader(JavaScriptExpressions):
    """Reads the trees of the grammars of TypeScript and TSX."""

    of_status = ("ok", "status", "statusText")
    noted = frozenset(
        (
            *FUNCTIONS,
            "statement_block",
            "variable_declarator",
            "assignment_expression",
            "public_field_definition",
            "field_definition",
            "call_expression",
            "new_expression",
            "return_statement",
            "object",
            "member_expression",
        )
    )

    def visit(self, node: Node, scope: Scope) -> Scope:
        kind = node.type
        if kind in FUNCTIONS:
            return self._function(node, scope)
        if kind == "statement_block":
            is_body = node.parent is not None and node.parent.type in FUNCTIONS
            # The body shares the scope of its function, where the parameters stand.
            return scope if is_body else Scope(scope, None)
        if kind == "variable_declarator":
            self._declare(node, scope)
        elif kind == "assignment_expression":
            self._assign(node, scope)
        elif kind in ("public_field_definition", "field_definition"):
            self._field(node, scope)
        elif kind in ("call_expression", "new_expression"):
            callee = node.child_by_field_name(
                "function" if kind == "call_expression" else "constructor"
            )
            if callee is not None:
                self.call(self._last_name(callee), node, scope)
        elif kind == "return_statement" and node.named_children:
            self.returned(node.named_children[0], scope)
        elif kind == "object":
            self.object_literal(node, scope)
        elif kind == "member_expression":
            self.attribute(node, node.child_by_field_name("property"), scope)
        return scope

    def _last_name(self, node: Node) -> str:
        while node.type in TRANSPARENT and node.named_children:
            node = node.named_children[0]
        if node.type == "member_expression":
            node = node.child_by_field_name("property") or node
        return self.text(node, 60)

    def _function(self, node: Node, scope: Scope) -> Scope:
        name = node.child_by_field_name("name")
        parent = node.parent
        if name is None and parent is not None and parent.type in ("variable_declarator", "pair"):
            name = parent.child_by_field_name("name") or parent.child_by_field_name("key")
        function = self.function("" if name is None else self.text(name, 80), node, scope)
        above = parent
        if above is not None and above.type == "variable_declarator" and above.parent is not None:
            above = above.parent.parent
        if above is not None and above.type == "export_statement":
            function.exported = True
            if (
                above.child_by_field_name("value") is node
                or b"default" in self.data[above.start_byte : node.start_byte]
            ):
                function.name = "default"
        if node.type in ("function_declaration", "generator_function_declaration"):
            scope.declare(function.name, Binding(self.later(node)))
        elif node.type == "method_definition":
            # `this` is not followed: one name in a file is taken for one method.
            scope.top().declare(f"this.{function.name}", Binding(self.later(node)))
        self._parameters(node, function)
        body = node.child_by_field_name("body")
        if body is not None and body.type != "statement_block":
            function.returns.append((self.later(body), function.scope))
        return function.scope

    def _parameters(self, node: Node, function: Function) -> None:
        single = node.child_by_field_name("parameter")
        listed = node.child_by_field_name("parameters")
        found = [single] if single is not None else [] if listed is None else listed.named_children
        for parameter in found:
            if parameter is None or parameter.type == "comment":
                continue
            default = parameter.child_by_field_name("value") or parameter.child_by_field_name(
                "right"
            )
            pattern = (
                parameter.child_by_field_name("pattern")
                or parameter.child_by_field_name("left")
                or parameter
            )
            given = None if default is None else self.later(default)
            if pattern.type == "identifier":
                name = self.text(pattern, 80)
                function.parameters.append(name)
                function.scope.declare(name, Binding(None, default=given))
            else:
                # A pattern has no name of its own, and a call gives it by its position.
                name = f"parameter {len(function.parameters)}"
                function.parameters.append(name)
                function.scope.declare(name, Binding(None, default=given))
                given_object = Identifier(name, self.span(pattern))
                self._destructure(pattern, function.scope, partial(_same, given_object), ())

    def _declare(self, node: Node, scope: Scope) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None or value is None:
            return
        if name.type == "object_pattern" and _OWN_MODULE.match(self.text(value, 200)):
            return  # as with an import, the name belongs to the other file
        if name.type == "identifier":
            scope.declare(self.text(name, 200), Binding(self.later(value)))
        else:
            self._destructure(name, scope, self.later(value), ())

    def _destructure(
        self, pattern: Node, scope: Scope, value: Later, path: tuple[str, ...]
    ) -> None:
        if pattern.type != "object_pattern":
            return
        for item in pattern.named_children:
            key = inner = default = None
            if item.type == "shorthand_property_identifier_pattern":
                key = inner = item
            elif item.type == "object_assignment_pattern":
                key = inner = item.child_by_field_name("left")
                default = item.child_by_field_name("right")
            elif item.type == "pair_pattern":
                key, inner = item.child_by_field_name("key"), item.child_by_field_name("value")
                if inner is not None and inner.type == "assignment_pattern":
                    default = inner.child_by_field_name("right")
                    inner = inner.child_by_field_name("left")
            if key is None or inner is None:
                continue
            there = (*path, self.text(key, 80).strip("\"'"))
            if inner.type == "object_pattern":
                self._destructure(inner, scope, value, there)
            else:
                given = None if default is None else self.later(default)
                binding = Binding(value, there, given, self.span(item))
                scope.declare(self.text(inner, 80), binding)

    def _assign(self, node: Node, scope: Scope) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        if left.type == "identifier":
            name = self.text(left, 200)
            # A second assignment makes the name unknown to the evaluator, also from an inner
            # function.
            (scope.holder(name) or self._declarer(scope)).declare(name, Binding(self.later(right)))
        elif left.type == "member_expression" and self.text(left, 200).startswith("this."):
            scope.top().declare(self.text(left, 200), Binding(self.later(right)))

    @staticmethod
    def _declarer(scope: Scope) -> Scope:
        """Where a name stands that was declared without a value: the nearest function."""
        while scope.function is None and scope.parent is not None:
            scope = scope.parent
        return scope

    def _field(self, node: Node, scope: Scope) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        name = name or node.child_by_field_name("property")
        if name is not None and value is not None:
            scope.top().declare(f"this.{self.text(name, 80)}", Binding(self.later(value)))


def _same(expression: SourceExpression) -> SourceExpression:
    return expression
