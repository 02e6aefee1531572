"""Expressions of JavaScript and TypeScript, as the trees of their grammars hold them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rtdoctor.code.program import (
    Array,
    Attribute,
    CallExpression,
    Constant,
    Either,
    Identifier,
    Joined,
    Object,
    Property,
    SourceExpression,
)
from rtdoctor.code.tree_reader import TreeReader

if TYPE_CHECKING:
    from tree_sitter import Node

FUNCTIONS = (
    "function_declaration",
    "function_expression",
    "arrow_function",
    "method_definition",
    "generator_function_declaration",
)
TRANSPARENT = (
    "await_expression",
    "parenthesized_expression",
    "as_expression",
    "satisfies_expression",
    "non_null_expression",
    "type_assertion",
)
_ESCAPE = re.compile(r"\\(u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r\n|[\s\S])")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}


class JavaScriptExpressions(TreeReader):
    """Translates the nodes that have a value; its subclass says what the names stand for."""

    def translate(self, node: Node, depth: int) -> SourceExpression:
        kind = node.type
        at = self.span(node)
        children = node.named_children
        if kind in TRANSPARENT and children:
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
        if kind in FUNCTIONS:
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
                # `int` reads 0x, 0o and 0b; an old octal such as 017 and an exponent are left to
                # `float`.
                int(text, 0) if text.lstrip("-").isalnum() else float(text),
                self.span(node),
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
        # One name with its dot, as it is declared.
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
        # They differ for 0 and the empty text only, which stand in for no value of a request.
        if sign in ("||", "??"):
            return Either(
                self.expression(left, depth), self.expression(right, depth), self.span(node)
            )
        return self.other(node)


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
