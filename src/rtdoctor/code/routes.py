"""The routes of a backend, and which of them a request of the page goes to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from rtdoctor.code.evaluate import Evaluator
from rtdoctor.code.program import (
    CallExpression,
    Function,
    FunctionValue,
    Identifier,
    Scope,
    SourceExpression,
    SourceSpan,
    written,
)
from rtdoctor.code.tree_reader import enclosing
from rtdoctor.code.values import AnswerPart, Fields, JsonText, NamedValue, Value, sketch, text_of

_VERBS = ("get", "post", "put", "all", "route", "use", "api_route", "any")
_OWNER = re.compile(r"(?i)(?:\w*(?:app|router|server|fastify|api|bp|blueprint|routes?)\w*|bp_\w+)")
_NEXT_APP = re.compile(r"(?:^|/)app/(?P<path>.*?)/?route\.[jt]sx?$")
_NEXT_PAGES = re.compile(r"(?:^|/)pages/(?P<path>api/.*?)(?:/index)?\.[jt]sx?$")
_VERCEL = re.compile(r"(?:^|/)(?P<path>api/.*?)\.[jt]sx?$")
_GROUPS = re.compile(r"\([^/]*\)/")
_SENDS = ("json", "send", "end", "jsonify", "JSONResponse", "Response", "PlainTextResponse")


@dataclass(frozen=True, slots=True)
class BackendRoute:
    """A path of a backend and what answers there."""

    path: str
    at: SourceSpan
    handler: Function


def find_routes(evaluator: Evaluator) -> Iterator[BackendRoute]:
    """Express, Fastify, FastAPI, Flask by their calls; Next and Vercel by the file's name."""
    for program in evaluator.programs:
        for site in program.calls:
            if site.name in _VERBS:
                yield from _by_call(evaluator, site.expression(), site.scope)
        for function in program.functions:
            yield from _by_decorator(evaluator, function)
            path = _path_of(program.file)
            is_verb = function.name in ("GET", "POST", "default", "handler")
            if path is not None and function.exported and is_verb:
                yield BackendRoute(path, function.at, function)


def _by_call(evaluator: Evaluator, call: SourceExpression, scope: Scope) -> Iterator[BackendRoute]:
    if not isinstance(call, CallExpression) or len(call.arguments) < 2:
        return
    owner = written(call.callee).rpartition(".")[0]
    path = text_of(evaluator.read(call.arguments[0], scope))
    if path is None or not path.startswith("/") or not _OWNER.fullmatch(owner.rpartition(".")[2]):
        return
    # Middleware may stand between the path and the handler, which comes last.
    handler = call.arguments[-1]
    # A wrapper around the handler, such as asyncHandler(...).
    if isinstance(handler, CallExpression) and handler.arguments:
        handler = handler.arguments[0]
    if isinstance(handler, FunctionValue):
        yield BackendRoute(path, call.at, handler.function)
    elif isinstance(handler, Identifier):
        function = evaluator.function_of(handler, scope)
        if function is not None:
            yield BackendRoute(path, call.at, function)


def _by_decorator(evaluator: Evaluator, function: Function) -> Iterator[BackendRoute]:
    for decorator in function.decorators:
        call = decorator()
        if not isinstance(call, CallExpression) or not call.arguments:
            continue
        if written(call.callee).rpartition(".")[2] in _VERBS:
            path = text_of(evaluator.read(call.arguments[0], function.scope))
            if path is not None:
                yield BackendRoute(path, call.at, function)


def _path_of(file: str) -> str | None:
    name = file.replace("\\", "/")
    # From the strictest to the loosest: a file below `pages/api` is one below `api` as well.
    for pattern in (_NEXT_APP, _NEXT_PAGES, _VERCEL):
        found = pattern.search(name)
        if found:
            return "/" + _GROUPS.sub("", found["path"])
    return None


def route_of(url: Value, routes: list[BackendRoute]) -> BackendRoute | None:
    """The route that a URL leads to: the same path, or the end of it below a prefix."""
    text = sketch(url)
    try:
        path = urlsplit(text).path.rstrip("/")
    except ValueError:
        return None
    if not path:
        return None
    exact = [route for route in routes if route.path.rstrip("/") == path]
    below = [
        route for route in routes if len(route.path) > 1 and path.endswith(route.path.rstrip("/"))
    ]
    # A router may be mounted below a prefix that is set in another file.
    found = exact or below
    return found[0] if found else None


def answers_of(evaluator: Evaluator, route: BackendRoute) -> Iterator[Value]:
    """What a route answers with, as far as it comes from a request that it makes itself."""
    for returned, scope in route.handler.returns:
        value = evaluator.read(returned(), scope)
        if _comes_from_answer(value):
            yield value
    for site in (site for name in _SENDS for site in evaluator.calls_of(name)):
        if _is_inside(site.scope, route.handler):
            call = site.expression()
            if isinstance(call, CallExpression):
                yield from _sent(evaluator, call, site.scope)


def _sent(evaluator: Evaluator, call: CallExpression, scope: Scope) -> Iterator[Value]:
    if call.arguments:
        value = evaluator.read(call.arguments[0], scope)
        if _comes_from_answer(value):
            yield value
    if call.named:
        fields = tuple(NamedValue(n, evaluator.read(v, scope), v.at) for n, v in call.named)
        value = Fields(fields, call.at)
        if _comes_from_answer(value):
            yield value


def _comes_from_answer(value: Value) -> bool:
    if isinstance(value, JsonText):
        return _comes_from_answer(value.value)
    if isinstance(value, Fields):
        return any(_comes_from_answer(field.value) for field in value.fields)
    return isinstance(value, AnswerPart)


def _is_inside(scope: Scope | None, function: Function) -> bool:
    while scope is not None:
        if enclosing(scope) is function:
            return True
        scope = scope.parent
    return False
