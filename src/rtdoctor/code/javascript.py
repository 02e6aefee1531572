"""JavaScript and TypeScript as a program."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from rtdoctor.code.program import (
    Array,
    Attribute,
    Binding,
    CallExpression,
    Constant,
    Either,
    Function,
    Identifier,
    Joined,
    Later,
    Object,
    Property,
    Scope,
    SourceExpression,
)
from rtdoctor.code.tree_reader import TreeReader

if TYPE_CHECKING:
    from tree_sitter import Node

_FUNCTIONS = (
    "function_declaration",
    "function_expression",
    "arrow_function",
    "method_definition",
    "generator_function_declaration",
)
_TRANSPARENT = (
    "await_expression",
    "parenthesized_expression",
    "as_expression",
    "satisfies_expression",
    "non_null_expression",
    "type_assertion",
)
_ESCAPE = re.compile(r"\\(u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r\n|[\s\S])")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}


class JavaScriptReader(TreeReader):
    """Reads the trees of the grammars of TypeScript and TSX."""

    of_status = ("ok", "status", "statusText")
    noted = frozenset(
        (
            *_FUNCTIONS,
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
        if kind in _FUNCTIONS:
            return self._function(node, scope)
        if kind == "statement_block":
            is_body = node.parent is not None and node.parent.type in _FUNCTIONS
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
        while node.type in _TRANSPARENT and node.named_children:
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
                name = f"parameter {len(function.parameters)}"
                function.parameters.append(name)
                function.scope.declare(name, Binding(None, default=given))
                given_object = Identifier(name, self.span(pattern))
                self._destructure(pattern, function.scope, partial(_same, given_object), ())

    def _declare(self, node: Node, scope: Scope) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None or value is None:
            return
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

    def translate(self, node: Node, depth: int) -> SourceExpression:
        kind = node.type
        at = self.span(node)
        children = node.named_children
        if kind in _TRANSPARENT and children:
            inner = children[-1] if kind == "type_assertion" else children[0]
            return self.expression(inner, depth)
        if kind == "string":
            return Constant(_unescaped(self.text(node)[1:-1]), at)
        if kind == "template_string":
            return self._template(node, depth)
        if kind == "number":
            return self._number(node)
        if kind in ("true", "false", "null"):
            return Constant({"true": True, "false": False, "null": None}[kind], at)
        if kind in ("identifier", "this", "shorthand_property_identifier"):
            return Identifier(self.text(node, 200), at)
        if kind == "member_expression" or kind == "subscript_expression":
            return self._attribute(node, depth)
        if kind == "object":
            return Object(tuple(self._members(node, depth)), at)
        if kind == "array":
            return Array(tuple(self.expression(c, depth) for c in _plain(node)), at)
        if kind in ("call_expression", "new_expression"):
            return self._call(node, depth)
        if kind in _FUNCTIONS:
            return self.function_value(node)
        if kind == "binary_expression":
            return self._binary(node, depth)
        return self.other(node)

    def _template(self, node: Node, depth: int) -> SourceExpression:
        parts: list[SourceExpression] = []
        for child in node.named_children:
            if child.type == "template_substitution" and child.named_children:
                parts.append(self.expression(child.named_children[0], depth))
            else:
                parts.append(Constant(_unescaped(self.text(child)), self.span(child)))
        return Joined(tuple(parts), self.span(node))

    def _number(self, node: Node) -> SourceExpression:
        text = self.text(node, 40).replace("_", "")
        try:
            return Constant(
                int(text, 0) if text.lstrip("-").isalnum() else float(text), self.span(node)
            )
        except ValueError:
            try:
                return Constant(float(text), self.span(node))
            except ValueError:
                return self.other(node)

    def _attribute(self, node: Node, depth: int) -> SourceExpression:
        of = node.child_by_field_name("object")
        name = node.child_by_field_name("property") or node.child_by_field_name("index")
        if of is None or name is None:
            return self.other(node)
        if of.type == "this":
            return Identifier(self.text(node, 200), self.span(node))
        if node.type == "subscript_expression" and name.type != "string":
            return self.other(node)
        text = self.text(name, 80)
        text = text[1:-1] if name.type == "string" else text
        step = self.between(of, node)
        return Attribute(self.expression(of, depth), text, self.span(node), step)

    def _members(self, node: Node, depth: int) -> list[Property]:
        members = []
        for child in _plain(node):
            at = self.span(child)
            if child.type == "shorthand_property_identifier":
                name = self.text(child, 200)
                members.append(Property(Constant(name, at), Identifier(name, at), at))
            elif child.type == "pair":
                key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
                if key is None or value is None:
                    continue
                named: SourceExpression = Constant(self.text(key, 200), self.span(key))
                if key.type == "string":
                    named = self.expression(key, depth)
                elif key.type == "computed_property_name":
                    named = self.other(key)
                members.append(Property(named, self.expression(value, depth), at))
            elif child.type == "spread_element" and child.named_children:
                members.append(Property(None, self.expression(child.named_children[0], depth), at))
            else:
                members.append(Property(None, self.other(child), at))
        return members

    def _call(self, node: Node, depth: int) -> SourceExpression:
        callee = node.child_by_field_name("function") or node.child_by_field_name("constructor")
        arguments = node.child_by_field_name("arguments")
        if callee is None:
            return self.other(node)
        given = [] if arguments is None else _plain(arguments)
        values = tuple(self.expression(argument, depth) for argument in given)
        return CallExpression(self.expression(callee, depth), values, (), self.span(node))

    def _binary(self, node: Node, depth: int) -> SourceExpression:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None or operator is None:
            return self.other(node)
        sign = self.text(operator, 4)
        if sign == "+":
            parts = (self.expression(left, depth), self.expression(right, depth))
            return Joined(parts, self.span(node))
        if sign in ("||", "??"):
            return Either(
                self.expression(left, depth), self.expression(right, depth), self.span(node)
            )
        return self.other(node)


def _same(expression: SourceExpression) -> SourceExpression:
    return expression


def _plain(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.type != "comment"]


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text

    def one(found: re.Match[str]) -> str:
        escape = found[1]
        if escape[0] in "ux" and len(escape) > 1:
            code = int(escape[1:].strip("{}"), 16)
            return chr(code) if code < 0x110000 else ""
        return _ESCAPES.get(escape, "" if escape == "\r\n" else escape)

    return _ESCAPE.sub(one, text)
