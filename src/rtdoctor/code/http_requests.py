"""The HTTP requests that a program makes, through the libraries that people use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from rtdoctor.code.client_calls import read_client
from rtdoctor.code.evaluate import Evaluator
from rtdoctor.code.program import (
    CallExpression,
    CallSite,
    Function,
    Scope,
    written,
)
from rtdoctor.code.request_readers import (
    SDK_CALL,
    read_axios,
    read_fetch,
    read_sdk,
    read_urllib,
    read_xhr,
)
from rtdoctor.code.source_request import SourceRequest
from rtdoctor.code.tree_reader import enclosing
from rtdoctor.code.values import (
    Composed,
    Fields,
    FormData,
    JsonText,
    KnownValue,
    UnknownValue,
    Value,
)

_METHODS = ("get", "post", "put", "patch", "delete", "request")
# A client of requests, httpx, aiohttp, axios, ky or superagent, by the name people give it.
_CLIENT = re.compile(
    r"(?i)(?:this\.|self\.)?_?(?:requests|httpx|axios|ky|got|superagent|needle"
    r"|[\w.]*(?:client|session|http|api|axios)\w*)"
)
_MOST_SITES = 20
_MOST_CALLERS = 50
_MOST_REQUESTS = 2000


def find_requests(evaluator: Evaluator) -> list[SourceRequest]:
    """Every request of the programs, in the order of the texts.

    A helper function that makes a request with what it is given counts once for each call of it.
    """
    sites = (site for program in evaluator.programs for site in program.calls)
    kinds = ((site, _kind(site)) for site in sites)
    asked = list(islice(((s, k) for s, k in kinds if k is not None), _MOST_REQUESTS))
    # Set before any request is read: while one is, the calls of the others are known as answers to
    # follow.
    evaluator.requests = {site.at: kind for site, kind in asked}
    found: list[SourceRequest] = []
    for site, kind in asked:
        found += _variants(evaluator, site, kind)
    return found


def _kind(site: CallSite) -> str | None:
    """Which library a call belongs to; ``None`` for one that sends nothing."""
    name = site.name
    if name in ("fetch", "$fetch", "ofetch", "axios", "ky", "nodeFetch"):
        expression = site.expression()
        is_call = isinstance(expression, CallExpression) and bool(expression.arguments)
        return "fetch" if is_call and name != "axios" else "axios" if is_call else None
    if name == "create":
        expression = site.expression()
        whole = written(expression.callee) if isinstance(expression, CallExpression) else ""
        return "sdk" if SDK_CALL.fullmatch(whole) else None
    if name == "open":
        expression = site.expression()
        # `open` is also the name of files and windows; a request names a method and a URL.
        is_xhr = isinstance(expression, CallExpression) and len(expression.arguments) >= 2
        return "xhr" if is_xhr and "xhr" in written(expression.callee).lower() else None  # type: ignore[union-attr]
    if name == "Request":
        return "urllib" if "urllib" in _callee(site) else None
    if name in _METHODS:
        of = _callee(site).rpartition(".")[0]
        if _CLIENT.fullmatch(of) and not of.startswith(("app", "router", "cache")):
            return "client"
    return None


def _callee(site: CallSite) -> str:
    expression = site.expression()
    return written(expression.callee) if isinstance(expression, CallExpression) else ""


def _variants(evaluator: Evaluator, site: CallSite, kind: str) -> Iterator[SourceRequest]:
    """The request, once for each way in which its function is called."""
    call = site.expression()
    assert isinstance(call, CallExpression)
    request = _request(evaluator, call, site, kind)
    function = enclosing(site.scope)
    if function is None or not _depends(request, function):
        yield request
        return
    callers = _callers(evaluator, function)
    # Nobody calls it in these files, so the request stands with its parameters unknown.
    if not callers:
        yield request
    for caller, scope in callers:
        with evaluator.called(function, caller, scope):
            yield _request(evaluator, call, site, kind)


def _depends(request: SourceRequest, function: Function) -> bool:
    """Whether something of the request is a parameter of the function that makes it."""
    unknown = [v for v in _parts(request) if isinstance(v, UnknownValue) or _has_default(v)]
    # By its written words, since an unknown value keeps no link to the names in it.
    words = {word for v in unknown for word in re.findall(r"\w+", _text(v))}
    return any(parameter in words for parameter in function.parameters) or (
        any(p.startswith("parameter ") for p in function.parameters) and bool(unknown)
    )


def _has_default(value: Value) -> bool:
    return isinstance(value, KnownValue) and bool(value.unless)


def _text(value: Value) -> str:
    return value.written if isinstance(value, UnknownValue) else getattr(value, "unless", "")


def _parts(request: SourceRequest) -> Iterator[Value]:
    waiting: list[Value | None] = [request.url, request.method, request.headers, request.body]
    while waiting:
        value = waiting.pop()
        match value:
            case Composed():
                waiting += value.parts
            case Fields():
                waiting += (f.value for f in value.fields)
            case JsonText():
                waiting.append(value.value)
            case FormData():
                waiting.append(value.fields)
            case None:
                pass
            case _:
                yield value


def _callers(evaluator: Evaluator, function: Function) -> list[tuple[CallExpression, Scope]]:
    found: list[tuple[CallExpression, Scope]] = []
    named = evaluator.calls_of(function.name)[:_MOST_CALLERS] if function.name else ()
    for site in named:
        call = site.expression()
        if (
            isinstance(call, CallExpression)
            and evaluator.function_of(call.callee, site.scope) is function
        ):
            found.append((call, site.scope))
        if len(found) == _MOST_SITES:
            break
    return found


def _request(
    evaluator: Evaluator, call: CallExpression, site: CallSite, kind: str
) -> SourceRequest:
    readers = {
        "fetch": read_fetch,
        "axios": read_axios,
        "sdk": read_sdk,
        "xhr": read_xhr,
        "urllib": read_urllib,
        "client": read_client,
    }
    request = readers[kind](evaluator, call, site)
    return replace(request, function=enclosing(site.scope))
