"""Following names to their values: constants, parameters, helper functions, answers.

A name with two values that may both hold is unknown. Nothing is guessed, and the search ends: it
goes a limited number of steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rtdoctor.code.known_calls import value_of_known_call
from rtdoctor.code.program import (
    Array,
    Attribute,
    Binding,
    CallExpression,
    CallSite,
    Constant,
    Either,
    Function,
    FunctionValue,
    Identifier,
    Joined,
    Object,
    Program,
    Scope,
    SourceExpression,
    SourceSpan,
    written,
)
from rtdoctor.code.values import (
    AnswerPart,
    Composed,
    Fields,
    Items,
    JsonText,
    KnownValue,
    NamedValue,
    Sdp,
    Step,
    UnknownValue,
    Value,
    text_of,
)

_DEEPEST = 40
_MOST_STEPS = 5000

Bindings = dict[tuple[int, str], tuple[SourceExpression, Scope]]
"""What functions were called with: the function's id and the parameter to the argument."""


@dataclass(slots=True)
class Evaluator:
    """Reads values in a set of programs. ``requests`` are the calls whose answers are followed."""

    programs: tuple[Program, ...]
    requests: dict[SourceSpan, str] = field(default_factory=dict)
    bindings: Bindings = field(default_factory=dict)
    steps: int = 0
    _tops: dict[str, list[Program]] = field(default_factory=dict)
    _files: dict[int, str] = field(default_factory=dict)
    _calls: dict[str, list[CallSite]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for program in self.programs:
            self._files[id(program.top)] = program.file
            for name in program.top.bindings:
                self._tops.setdefault(name, []).append(program)
            for site in program.calls:
                self._calls.setdefault(site.name, []).append(site)

    def calls_of(self, name: str) -> Sequence[CallSite]:
        """The calls of everything that has this last name."""
        return self._calls.get(name, ())

    def read(self, expression: SourceExpression, scope: Scope) -> Value:
        """What an expression comes to, in a limited number of steps."""
        self.steps = 0
        return self.value(expression, scope)

    def value(self, expression: SourceExpression, scope: Scope, depth: int = 0) -> Value:
        """What an expression comes to where it stands in this scope."""
        self.steps += 1
        if depth > _DEEPEST or self.steps > _MOST_STEPS:
            return UnknownValue(written(expression), expression.at)
        match expression:
            case Constant():
                return KnownValue(expression.value, expression.at)
            case Joined():
                return self._joined(expression, scope, depth)
            case Object():
                return self._object(expression, scope, depth)
            case Array():
                items = tuple(self.value(item, scope, depth + 1) for item in expression.items)
                return Items(items, expression.at)
            case Identifier():
                return self._name(expression, scope, depth)
            case Attribute():
                return self._attribute(expression, scope, depth)
            case Either():
                return self._either(expression, scope, depth)
            case CallExpression():
                return self._call(expression, scope, depth)
            case _:
                return UnknownValue(written(expression), expression.at)

    def _joined(self, expression: Joined, scope: Scope, depth: int) -> Value:
        parts = tuple(self.value(part, scope, depth + 1) for part in expression.parts)
        return Composed(parts, expression.at, tuple(part.at for part in expression.parts))

    def _object(self, expression: Object, scope: Scope, depth: int) -> Fields:
        fields: list[NamedValue] = []
        is_open = False
        for member in expression.members:
            value = self.value(member.value, scope, depth + 1)
            key = None if member.key is None else text_of(self.value(member.key, scope, depth + 1))
            if key is not None:
                fields.append(NamedValue(key, value, member.at))
            elif member.key is None and isinstance(value, Fields):
                fields += value.fields
                is_open = is_open or value.is_open
            else:
                is_open = True
        return Fields(tuple(fields), expression.at, is_open)

    def _name(self, name: Identifier, scope: Scope, depth: int) -> Value:
        unknown = UnknownValue(name.name, name.at)
        holder = scope.holder(name.name) or self._elsewhere(name.name, scope)
        if holder is None:
            return unknown
        function = holder.function
        if function is not None:
            given = self.bindings.get((id(function), name.name))
            if given is not None:
                return self.value(*given, depth + 1)
        bindings = holder.bindings[name.name]
        # Assigned twice: which of the values holds depends on the run.
        if len(bindings) != 1:
            return unknown
        return self._bound(bindings[0], holder, unknown, depth)

    def _bound(self, binding: Binding, holder: Scope, unknown: UnknownValue, depth: int) -> Value:
        value: Value = unknown
        if binding.value is not None:
            value = self.value(binding.value(), holder, depth + 1)
            for step in binding.path:
                value = self._member(value, step, binding.pattern or unknown.at, unknown)
        if isinstance(value, UnknownValue) and binding.default is not None:
            default = self.value(binding.default(), holder, depth + 1)
            if isinstance(default, KnownValue):
                return KnownValue(default.value, default.at, unknown.written)
        return unknown if isinstance(value, UnknownValue) else value

    def _elsewhere(self, name: str, scope: Scope) -> Scope | None:
        """The top of the one other file in this language that has this name."""
        own = scope.top()
        is_python = self._files.get(id(own), "").endswith(".py")
        tops = [
            program.top
            for program in self._tops.get(name, ())
            if program.top is not own and program.file.endswith(".py") == is_python
        ]
        return tops[0] if len(tops) == 1 else None

    def _attribute(self, expression: Attribute, scope: Scope, depth: int) -> Value:
        unknown = UnknownValue(written(expression), expression.at)
        value = self.value(expression.of, scope, depth + 1)
        # `offer.sdp` and `pc.localDescription.sdp`: whatever it is the attribute of, a session
        # description.
        if expression.name == "sdp" and not isinstance(value, Fields):
            return Sdp(expression.at)
        return self._member(value, expression.name, expression.step, unknown)

    @staticmethod
    def _member(value: Value, name: str, step: SourceSpan, unknown: UnknownValue) -> Value:
        if isinstance(value, Fields):
            return value.get(name) or unknown
        if isinstance(value, AnswerPart):
            # axios wraps the body of an answer in `data`; anywhere else that is a field of the
            # body.
            if name == "data" and not value.steps and "axios" in unknown.written:
                return value
            return AnswerPart(value.request, (*value.steps, Step(name, step)), unknown.at)
        return unknown

    def _either(self, expression: Either, scope: Scope, depth: int) -> Value:
        first = self.value(expression.first, scope, depth + 1)
        if isinstance(first, KnownValue):
            return first if first.value else self.value(expression.second, scope, depth + 1)
        if isinstance(first, UnknownValue):
            second = self.value(expression.second, scope, depth + 1)
            if isinstance(second, KnownValue):
                return KnownValue(second.value, second.at, second.unless or first.written)
            if isinstance(second, Fields):
                return Fields(second.fields, second.at, is_open=True)
            return first if isinstance(second, UnknownValue) else second
        if isinstance(first, AnswerPart):
            second = self.value(expression.second, scope, depth + 1)
            if isinstance(second, KnownValue) and second.value:
                return KnownValue(second.value, second.at, second.unless or first.path)
        return first

    def _call(self, call: CallExpression, scope: Scope, depth: int) -> Value:
        if call.at in self.requests:
            return AnswerPart(call.at, (), call.at)
        if isinstance(call.callee, Attribute) and call.callee.name == "then":
            return self._then(call, call.callee, scope, depth)
        value = value_of_known_call(call, lambda part: self.value(part, scope, depth + 1))
        if value is None:
            value = self._returned(call, scope, depth)
        return UnknownValue(written(call), call.at) if value is None else value

    def _then(self, call: CallExpression, callee: Attribute, scope: Scope, depth: int) -> Value:
        """``promise.then(value => ...)``: what the function makes of the value."""
        of = self.value(callee.of, scope, depth + 1)
        handler = call.arguments[0] if call.arguments else None
        if not isinstance(handler, FunctionValue) or not isinstance(of, AnswerPart):
            return of
        function = handler.function
        if not function.parameters or len(function.returns) != 1:
            return of
        key = (id(function), function.parameters[0])
        # Not withdrawn: what the function does elsewhere with its parameter is read later.
        self.bindings.setdefault(key, (callee.of, scope))
        returned, inner = function.returns[0]
        return self.value(returned(), inner, depth + 1)

    def _returned(self, call: CallExpression, scope: Scope, depth: int) -> Value | None:
        """What a helper function returns, where it returns one thing."""
        function = self.function_of(call.callee, scope)
        if function is None or len(function.returns) == 0:
            return None
        found = []
        with self.called(function, call, scope):
            for returned, inner in function.returns:
                # Functions that call each other reach the limit of depth sooner, since each level
                # costs a whole body.
                value = self.value(returned(), inner, depth + 5)
                if not (isinstance(value, KnownValue) and value.value is None):
                    found.append(value)
        answers = [v for v in found if isinstance(v, AnswerPart) or _holds_answer(v)]
        # A helper returns the answer of its request on one path, and null or a fallback on the
        # others.
        if len(answers) == 1:
            return answers[0]
        return found[0] if len(found) == 1 else None

    def function_of(self, callee: SourceExpression, scope: Scope) -> Function | None:
        """The function of the program that a call goes to."""
        name = callee.name if isinstance(callee, Identifier) else None
        if isinstance(callee, FunctionValue):
            return callee.function
        if name is None:
            return None
        holder = scope.holder(name) or self._elsewhere(name, scope)
        if holder is None or len(holder.bindings[name]) != 1:
            return None
        later = holder.bindings[name][0].value
        value = None if later is None else later()
        if (
            isinstance(value, CallExpression) and value.arguments
        ):  # useCallback(...), errorHandler(...)
            value = value.arguments[0]
        return value.function if isinstance(value, FunctionValue) else None

    def called(self, function: Function, call: CallExpression, scope: Scope) -> _Called:
        """While this is entered, the parameters of a function have the values of a call."""
        given = dict(zip(function.parameters, call.arguments, strict=False)) | {
            name: value for name, value in call.named if name in function.parameters
        }
        return _Called(self, {(id(function), name): (e, scope) for name, e in given.items()})


def _holds_answer(value: Value) -> bool:
    if isinstance(value, JsonText):
        return _holds_answer(value.value)
    if isinstance(value, Fields):
        return any(isinstance(f.value, AnswerPart) or _holds_answer(f.value) for f in value.fields)
    return False


@dataclass(slots=True)
class _Called:
    evaluator: Evaluator
    given: Bindings
    before: Bindings = field(default_factory=dict)

    def __enter__(self) -> None:
        self.before = dict(self.evaluator.bindings)
        self.evaluator.bindings.update(self.given)

    def __exit__(self, *_: object) -> None:
        self.evaluator.bindings = self.before
