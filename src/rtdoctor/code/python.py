"""Python as a program."""

from __future__ import annotations

import ast
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
    Object,
    Property,
    Scope,
    SourceExpression,
    SourceSpan,
)
from rtdoctor.code.tree_reader import TreeReader

if TYPE_CHECKING:
    from tree_sitter import Node

_LITERALS = {"true": True, "false": False, "none": None}


class PythonReader(TreeReader):
    """Reads the trees of the grammar of Python."""

    of_status = ("status_code", "status", "ok", "raise_for_status", "is_success", "is_error")
    noted = frozenset(
        (
            "function_definition",
            "lambda",
            "assignment",
            "named_expression",
            "as_pattern",
            "call",
            "return_statement",
            "dictionary",
            "attribute",
        )
    )

    def visit(self, node: Node, scope: Scope) -> Scope:
        kind = node.type
        if kind in ("function_definition", "lambda"):
            return self._function(node, scope)
        if kind in ("assignment", "named_expression"):
            self._assign(node, scope)
        elif kind == "as_pattern" and len(node.named_children) == 2:
            value, target = node.named_children
            if target.named_children:
                target = target.named_children[0]
            scope.declare(self.text(target, 200), Binding(self.later(value)))
        elif kind == "call":
            callee = node.child_by_field_name("function")
            if callee is not None:
                last = callee.child_by_field_name("attribute") or callee
                self.call(self.text(last, 60), node, scope)
        elif kind == "return_statement" and node.named_children:
            self.returned(node.named_children[0], scope)
        elif kind == "dictionary":
            self.object_literal(node, scope)
        elif kind == "attribute":
            self.attribute(node, node.child_by_field_name("attribute"), scope)
        return scope

    def _function(self, node: Node, scope: Scope) -> Scope:
        name = node.child_by_field_name("name")
        function = self.function("" if name is None else self.text(name, 80), node, scope)
        if name is not None:
            in_class = _is_in_class(node)
            home, shown = (
                (scope.top(), f"self.{function.name}") if in_class else (scope, function.name)
            )
            # Methods are known to the whole file by their `self.name`; which class has them is not
            # followed.
            home.declare(shown, Binding(self.later(node)))
        parent = node.parent
        if parent is not None and parent.type == "decorated_definition":
            function.decorators = [
                self.later(child.named_children[0])
                for child in parent.named_children
                if child.type == "decorator" and child.named_children
            ]
        self._parameters(node, function)
        if node.type == "lambda" and (body := node.child_by_field_name("body")) is not None:
            function.returns.append((self.later(body), function.scope))
        return function.scope

    def _parameters(self, node: Node, function: Function) -> None:
        listed = node.child_by_field_name("parameters")
        for parameter in [] if listed is None else listed.named_children:
            name = parameter.child_by_field_name("name") or parameter
            if parameter.type == "typed_parameter" and parameter.named_children:
                name = parameter.named_children[0]
            text = self.text(name, 80)
            # `self` is given by the call itself, so the arguments are counted without it.
            if text == "self" or name.type != "identifier":
                continue
            default = parameter.child_by_field_name("value")
            given = None if default is None else self.later(default)
            function.parameters.append(text)
            function.scope.declare(text, Binding(None, default=given))

    def _assign(self, node: Node, scope: Scope) -> None:
        left = node.child_by_field_name("left") or node.child_by_field_name("name")
        right = node.child_by_field_name("right") or node.child_by_field_name("value")
        if left is None or right is None:
            return
        if left.type == "identifier":
            scope.declare(self.text(left, 200), Binding(self.later(right)))
        elif left.type == "attribute" and self.text(left, 200).startswith("self."):
            scope.top().declare(self.text(left, 200), Binding(self.later(right)))

    def translate(self, node: Node, depth: int) -> SourceExpression:
        kind = node.type
        at = self.span(node)
        children = node.named_children
        if kind in ("await", "parenthesized_expression") and children:
            return self.expression(children[0], depth)
        if kind == "string":
            return self._string(node, depth)
        if kind == "concatenated_string":
            return Joined(tuple(self.expression(child, depth) for child in children), at)
        if kind in _LITERALS:
            return Constant(_LITERALS[kind], at)
        if kind in ("integer", "float"):
            return self._number(node)
        if kind == "identifier":
            return Identifier(self.text(node, 200), at)
        if kind in ("attribute", "subscript"):
            return self._attribute(node, depth)
        if kind == "dictionary":
            return Object(tuple(self._members(node, depth)), at)
        if kind in ("list", "tuple"):
            return Array(tuple(self.expression(child, depth) for child in _plain(node)), at)
        if kind == "call":
            return self._call(node, depth)
        if kind in ("function_definition", "lambda"):
            return self.function_value(node)
        if kind in ("binary_operator", "boolean_operator"):
            return self._binary(node, depth)
        return self.other(node)

    def _string(self, node: Node, depth: int) -> SourceExpression:
        opening = self.text(node.children[0], 8) if node.children else ""
        prefix = opening.rstrip("\"'").lower()
        # Bytes are no text that could stand in JSON or in a URL.
        if "b" in prefix:
            return self.other(node)
        parts: list[SourceExpression] = []
        for child in node.named_children:
            if child.type == "interpolation" and child.named_children:
                parts.append(self.expression(child.named_children[0], depth))
            elif child.type == "string_content":
                text = self.text(child)
                if "r" not in prefix:
                    text = _unescaped(text)
                if "f" in prefix:
                    # In an f-string doubled braces stand for one.
                    text = text.replace("{{", "{").replace("}}", "}")
                parts.append(Constant(text, self.span(child)))
        if "f" in prefix:
            return Joined(tuple(parts), self.span(node))
        text = "".join(str(p.value) for p in parts if isinstance(p, Constant))
        return Constant(text, self.span(node))

    def _number(self, node: Node) -> SourceExpression:
        try:
            value = ast.literal_eval(self.text(node, 40))
        except (ValueError, SyntaxError):
            return self.other(node)
        return (
            Constant(value, self.span(node)) if isinstance(value, int | float) else self.other(node)
        )

    def _attribute(self, node: Node, depth: int) -> SourceExpression:
        of = node.child_by_field_name("object") or node.child_by_field_name("value")
        name = node.child_by_field_name("attribute") or node.child_by_field_name("subscript")
        if of is None or name is None:
            return self.other(node)
        text = self.text(name, 200)
        if node.type == "subscript":
            if name.type != "string":
                return self.other(node)
            text = text.strip("\"'")
        elif self.text(of, 6) == "self":
            return Identifier(f"self.{text}", self.span(node))
        return Attribute(self.expression(of, depth), text, self.span(node), self.between(of, node))

    def _members(self, node: Node, depth: int) -> list[Property]:
        members = []
        for child in _plain(node):
            at = self.span(child)
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            if child.type == "pair" and key is not None and value is not None:
                named = self.expression(key, depth)
                members.append(Property(named, self.expression(value, depth), at))
            elif child.type == "dictionary_splat" and child.named_children:
                members.append(Property(None, self.expression(child.named_children[0], depth), at))
            else:
                members.append(Property(None, self.other(child), at))
        return members

    def _call(self, node: Node, depth: int) -> SourceExpression:
        callee, listed = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if callee is None:
            return self.other(node)
        values: list[SourceExpression] = []
        named: list[tuple[str, SourceExpression]] = []
        named_at: list[SourceSpan] = []
        for argument in [] if listed is None else _plain(listed):
            name, value = (argument.child_by_field_name(n) for n in ("name", "value"))
            if argument.type in ("keyword_argument", "dictionary_splat"):
                named_at.append(self.span(argument))
            if argument.type == "keyword_argument" and name is not None and value is not None:
                named.append((self.text(name, 80), self.expression(value, depth)))
            elif argument.type == "dictionary_splat" and argument.named_children:
                named.append(("**", self.expression(argument.named_children[0], depth)))
            else:
                values.append(self.expression(argument, depth))
        function = self.expression(callee, depth)
        if isinstance(function, Attribute) and function.name == "get" and not named:
            looked_up = self._looked_up(function, values, node)
            if looked_up is not None:
                return looked_up
        return CallExpression(
            function, tuple(values), tuple(named), self.span(node), tuple(named_at)
        )

    def _looked_up(
        self, function: Attribute, values: list[SourceExpression], node: Node
    ) -> SourceExpression | None:
        """``of.get("name", default)`` as what it reads; ``None`` for a request."""
        key = values[0].value if values and isinstance(values[0], Constant) else None
        if not isinstance(key, str) or "/" in key or len(values) > 2:
            return None
        at = self.span(node)
        step = SourceSpan(self.file, function.step.start, at.end, function.step.line)
        found = Attribute(function.of, key, at, step)
        return Either(found, values[1], at) if len(values) == 2 else found

    def _binary(self, node: Node, depth: int) -> SourceExpression:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None or operator is None:
            return self.other(node)
        sign = self.text(operator, 4)
        if sign == "+":
            parts = (self.expression(left, depth), self.expression(right, depth))
            return Joined(parts, self.span(node))
        if sign == "or":
            return Either(
                self.expression(left, depth), self.expression(right, depth), self.span(node)
            )
        return self.other(node)


def _is_in_class(node: Node) -> bool:
    block = node.parent
    if block is not None and block.type == "decorated_definition":
        block = block.parent
    return (
        block is not None and block.parent is not None and block.parent.type == "class_definition"
    )


def _plain(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.type != "comment"]


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    try:
        return str(ast.literal_eval('"""' + text.replace('\\"', '"').replace('"', '\\"') + '"""'))
    except (ValueError, SyntaxError):
        return text
