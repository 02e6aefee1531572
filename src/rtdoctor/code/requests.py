"""The HTTP requests that a program makes, through the libraries that people use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from rtdoctor.code.evaluate import Evaluator, written
from rtdoctor.code.program import (
    Attribute,
    Call,
    CallSite,
    Expression,
    Function,
    Name,
    Object,
    Scope,
    Span,
)
from rtdoctor.code.tree_reader import enclosing
from rtdoctor.code.values import (
    Composed,
    Field,
    Fields,
    FormData,
    Items,
    JsonText,
    Known,
    Unknown,
    Value,
    text_of,
)

_METHODS = ("get", "post", "put", "patch", "delete", "request")
_FETCHES = re.compile(r"(?:window\.|globalThis\.|self\.)?(?:fetch|\$fetch|ofetch|nodeFetch)")
# A client of requests, httpx, aiohttp, axios, ky or superagent, by the name people give it.
_CLIENT = re.compile(
    r"(?i)(?:this\.|self\.)?_?(?:requests|httpx|axios|ky|got|superagent|needle"
    r"|[\w.]*(?:client|session|http|api|axios)\w*)"
)
_SDK = re.compile(
    r"(?:[\w.()]+\.)?(?:beta\.)?realtime\."
    r"(sessions|transcription_?sessions|client_?secrets)\.create",
    re.IGNORECASE,
)
_SDK_PATHS = {
    "sessions": "/v1/realtime/sessions",
    "transcriptionsessions": "/v1/realtime/transcription_sessions",
    "clientsecrets": "/v1/realtime/client_secrets",
}
_NOT_BODY = ("extra_headers", "extra_query", "extra_body", "timeout", "**")
_MOST_SITES = 20
_MOST_CALLERS = 50
_MOST_REQUESTS = 2000
_MOST_CALLS = 300  # of one name
SDK = "OpenAI SDK"


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """A request with what the text tells of it. ``at`` is where it is made.

    ``body`` is what is sent: data for JSON, a text, a form; ``None`` for nothing. A body that
    stands as data in the code is sent as JSON. ``query`` are parameters given beside the URL.
    ``url_at`` is where the URL is given to the call; its value may stand elsewhere.
    ``is_known_whole`` is false when options that are not read may add headers or a body.
    """

    at: Span
    client: str
    method: Value
    url: Value
    headers: Fields | None
    body: Value | None
    query: Fields | None = None
    function: Function | None = None
    is_known_whole: bool = True
    url_at: Span | None = None


def find_requests(evaluator: Evaluator) -> list[SourceRequest]:
    """Every request of the programs, in the order of the texts.

    A helper function that makes a request with what it is given counts once for each call of it.
    """
    sites = (site for program in evaluator.programs for site in program.calls)
    kinds = ((site, _kind(site)) for site in sites)
    asked = list(islice(((s, k) for s, k in kinds if k is not None), _MOST_REQUESTS))
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
        is_call = isinstance(expression, Call) and bool(expression.arguments)
        return "fetch" if is_call and name != "axios" else "axios" if is_call else None
    if name == "create":
        expression = site.expression()
        whole = written(expression.callee) if isinstance(expression, Call) else ""
        return "sdk" if _SDK.fullmatch(whole) else None
    if name == "open":
        expression = site.expression()
        is_xhr = isinstance(expression, Call) and len(expression.arguments) >= 2
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
    return written(expression.callee) if isinstance(expression, Call) else ""


def _variants(evaluator: Evaluator, site: CallSite, kind: str) -> Iterator[SourceRequest]:
    """The request, once for each way in which its function is called."""
    call = site.expression()
    assert isinstance(call, Call)
    request = _request(evaluator, call, site, kind)
    function = enclosing(site.scope)
    if function is None or not _depends(request, function):
        yield request
        return
    callers = _callers(evaluator, function)
    if not callers:
        yield request
    for caller, scope in callers:
        with evaluator.called(function, caller, scope):
            yield _request(evaluator, call, site, kind)


def _depends(request: SourceRequest, function: Function) -> bool:
    """Whether something of the request is a parameter of the function that makes it."""
    unknown = [v for v in _parts(request) if isinstance(v, Unknown) or _has_default(v)]
    words = {word for v in unknown for word in re.findall(r"\w+", _text(v))}
    return any(parameter in words for parameter in function.parameters) or (
        any(p.startswith("parameter ") for p in function.parameters) and bool(unknown)
    )


def _has_default(value: Value) -> bool:
    return isinstance(value, Known) and bool(value.unless)


def _text(value: Value) -> str:
    return value.written if isinstance(value, Unknown) else getattr(value, "unless", "")


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


def _callers(evaluator: Evaluator, function: Function) -> list[tuple[Call, Scope]]:
    found: list[tuple[Call, Scope]] = []
    named = evaluator.calls_of(function.name)[:_MOST_CALLERS] if function.name else ()
    for site in named:
        call = site.expression()
        if isinstance(call, Call) and evaluator.function_of(call.callee, site.scope) is function:
            found.append((call, site.scope))
        if len(found) == _MOST_SITES:
            break
    return found


def _request(evaluator: Evaluator, call: Call, site: CallSite, kind: str) -> SourceRequest:
    readers = {
        "fetch": _fetch,
        "axios": _axios,
        "sdk": _sdk,
        "xhr": _xhr,
        "urllib": _urllib,
        "client": _client,
    }
    request = readers[kind](evaluator, call, site)
    return replace(request, function=enclosing(site.scope))


def _fetch(evaluator: Evaluator, call: Call, site: CallSite) -> SourceRequest:
    scope = site.scope
    url = _with_changed_query(evaluator, call.arguments[0], site)
    options = evaluator.read(call.arguments[1], scope) if len(call.arguments) > 1 else None
    request = _from_options(call, "fetch", url, options, evaluator, site, default="GET")
    return replace(request, url_at=call.arguments[0].at)


def _from_options(
    call: Call, client: str, url: Value, options: Value | None, evaluator: Evaluator,
    site: CallSite, *, default: str,
) -> SourceRequest:  # fmt: skip
    method: Value = Known(default, call.at)
    if not isinstance(options, Fields):
        whole = options is None
        return SourceRequest(call.at, client, method, url, None, None, is_known_whole=whole)
    method = options.get("method") or method
    headers = options.get("headers")
    body = options.get("body") or options.get("data") or options.get("json")
    given = isinstance(headers, Fields)
    return SourceRequest(
        call.at,
        client,
        method,
        url,
        headers if isinstance(headers, Fields) else None,
        _with_appended(evaluator, body, call, site),
        is_known_whole=not options.is_open and (headers is None or given),
    )


def _axios(evaluator: Evaluator, call: Call, site: CallSite) -> SourceRequest:
    """``axios(config)`` or ``axios(url, config)``."""
    first = evaluator.read(call.arguments[0], site.scope)
    if isinstance(first, Fields):
        url = first.get("url") or Unknown("url", call.at)
        return _from_options(call, "axios", url, first, evaluator, site, default="GET")
    options = evaluator.read(call.arguments[1], site.scope) if len(call.arguments) > 1 else None
    return _from_options(call, "axios", first, options, evaluator, site, default="GET")


def _client(evaluator: Evaluator, call: Call, site: CallSite) -> SourceRequest:
    """``requests.post(url, json=...)``, ``axios.post(url, data, config)``, ``ky.post(url, {})``."""
    callee = call.callee
    assert isinstance(callee, Attribute)
    scope, named, values = site.scope, dict(call.named), list(call.arguments)
    if callee.name == "request" and len(values) > 1:
        method = evaluator.read(values.pop(0), scope)
    else:
        method = Known(callee.name.upper(), call.at)
    first = named.get("url") or (values.pop(0) if values else None)
    url: Value = (
        Unknown("url", call.at) if first is None else _with_changed_query(evaluator, first, site)
    )
    of = written(callee.of)
    url = _below_base(evaluator, callee, url, site)
    if _is_script(site) and not named:
        has_data = callee.name not in ("get", "delete") and not of.endswith("ky")
        body = evaluator.read(values.pop(0), scope) if has_data and values else None
        options = evaluator.read(values[0], scope) if values else None
        request = _from_options(call, of, url, options, evaluator, site, default="GET")
        shared = _shared_headers(evaluator, callee, site)
        headers = request.headers if shared is None else _merged(shared, request.headers)
        url_at = None if first is None else first.at
        return replace(
            request, method=method, headers=headers, body=body or request.body, url_at=url_at
        )
    given = evaluator.read(named["headers"], scope) if "headers" in named else None
    return SourceRequest(
        call.at,
        of,
        method,
        url,
        given if isinstance(given, Fields) else _shared_headers(evaluator, callee, site),
        _python_body(evaluator, named, call, scope),
        query=_fields(evaluator, named.get("params"), scope),
        url_at=None if first is None else first.at,
        is_known_whole="**" not in named and (given is None or isinstance(given, Fields)),
    )


def _python_body(
    evaluator: Evaluator, named: dict[str, Expression], call: Call, scope: Scope
) -> Value | None:
    if "files" in named:
        files = evaluator.read(named["files"], scope)
        return FormData(files, call.at) if isinstance(files, Fields) else files
    for name in ("json", "data", "content"):
        if name in named:
            return evaluator.read(named[name], scope)
    return None


def _fields(evaluator: Evaluator, expression: Expression | None, scope: Scope) -> Fields | None:
    value = None if expression is None else evaluator.read(expression, scope)
    return value if isinstance(value, Fields) else None


def _is_script(site: CallSite) -> bool:
    return not site.at.file.lower().endswith((".py", ".pyw"))


def _construction(
    evaluator: Evaluator, callee: Attribute, site: CallSite
) -> tuple[Call, Scope] | None:
    """Where a client was made: ``axios.create({...})``, ``httpx.AsyncClient(...)``."""
    if not isinstance(callee.of, Name):
        return None
    holder = site.scope.holder(callee.of.name)
    if holder is None or len(holder.bindings[callee.of.name]) != 1:
        return None
    later = holder.bindings[callee.of.name][0].value
    made = None if later is None else later()
    return (made, holder) if isinstance(made, Call) else None


def _option(evaluator: Evaluator, callee: Attribute, site: CallSite, *names: str) -> Value | None:
    made = _construction(evaluator, callee, site)
    if made is None:
        return None
    call, scope = made
    for name, value in call.named:
        if name in names:
            return evaluator.read(value, scope)
    if call.arguments and isinstance(call.arguments[0], Object):
        options = evaluator.read(call.arguments[0], scope)
        if isinstance(options, Fields):
            return next((v for n in names if (v := options.get(n)) is not None), None)
    return None


def _below_base(evaluator: Evaluator, callee: Attribute, url: Value, site: CallSite) -> Value:
    base = _option(evaluator, callee, site, "baseURL", "base_url", "prefixUrl")
    text = text_of(url)
    if base is None or (text is not None and "://" in text):
        return url
    return Composed((base, url), url.at)


def _shared_headers(evaluator: Evaluator, callee: Attribute, site: CallSite) -> Fields | None:
    headers = _option(evaluator, callee, site, "headers")
    return headers if isinstance(headers, Fields) else None


def _merged(first: Fields, second: Fields | None) -> Fields:
    more = second.fields if second is not None else ()
    return Fields((*first.fields, *more), first.at, first.is_open)


def _sdk(evaluator: Evaluator, call: Call, site: CallSite) -> SourceRequest:
    """``client.realtime.client_secrets.create(...)`` of OpenAI's own libraries."""
    found = _SDK.fullmatch(written(call.callee))
    assert found is not None, "only calls of this form are read so"
    path = _SDK_PATHS[found[1].replace("_", "").lower()]
    scope = site.scope
    named = dict(call.named)
    headers = _fields(evaluator, named.get("extra_headers"), scope)
    body: Value
    if call.arguments:
        body = evaluator.read(call.arguments[0], scope)
    else:
        fields = tuple(
            Field(name, evaluator.read(value, scope), at)
            for (name, value), at in zip(call.named, call.named_at, strict=True)
            if name not in _NOT_BODY
        )
        body = Fields(fields, call.at, is_open="**" in named or "extra_body" in named)
    url = Known(path, call.callee.at)
    return SourceRequest(call.at, SDK, Known("POST", call.at), url, headers, body)


def _xhr(evaluator: Evaluator, call: Call, site: CallSite) -> SourceRequest:
    """``xhr.open(method, url)`` with its ``setRequestHeader`` and ``send``."""
    assert isinstance(call.callee, Attribute)
    of = written(call.callee.of)
    method, url = (evaluator.read(value, site.scope) for value in call.arguments[:2])
    headers: list[Field] = []
    body: Value | None = None
    for name, given, scope in _calls_on(evaluator, of, site, "setRequestHeader", "send"):
        if name == "setRequestHeader" and len(given.arguments) == 2:
            key, value = (evaluator.read(argument, scope) for argument in given.arguments)
            text = text_of(key)
            if text is not None:
                headers.append(Field(text, value, given.at))
        elif name == "send" and given.arguments:
            body = evaluator.read(given.arguments[0], scope)
    return SourceRequest(call.at, of, method, url, Fields(tuple(headers), call.at), body)


def _urllib(evaluator: Evaluator, call: Call, site: CallSite) -> SourceRequest:
    named = dict(call.named)
    first = named.get("url") or (call.arguments[0] if call.arguments else None)
    data = named.get("data") or (call.arguments[1] if len(call.arguments) > 1 else None)
    scope = site.scope
    url: Value = Unknown("url", call.at) if first is None else evaluator.read(first, scope)
    body = None if data is None else evaluator.read(data, scope)
    method = (
        evaluator.read(named["method"], scope)
        if "method" in named
        else Known("GET" if body is None else "POST", call.at)
    )
    headers = _fields(evaluator, named.get("headers"), scope)
    return SourceRequest(call.at, "urllib", method, url, headers, body)


def _calls_on(
    evaluator: Evaluator, of: str, site: CallSite, *names: str
) -> Iterator[tuple[str, Call, Scope]]:
    """The calls of these methods of one object in the function around a request."""
    function = enclosing(site.scope)
    calls = (call for name in names for call in evaluator.calls_of(name)[:_MOST_CALLS])
    for other in calls:
        if other.at.file != site.at.file or enclosing(other.scope) is not function:
            continue
        call = other.expression()
        if not isinstance(call, Call) or not isinstance(call.callee, Attribute):
            continue
        if written(call.callee.of) == of:
            yield call.callee.name, call, other.scope


def _with_appended(
    evaluator: Evaluator, body: Value | None, call: Call, site: CallSite
) -> Value | None:
    """A form with what was put into it by ``form.append(name, value)``."""
    if not isinstance(body, Unknown) or not re.fullmatch(r"\w+", body.written):
        return body
    holder = site.scope.holder(body.written)
    later = holder.bindings[body.written][0].value if holder is not None else None
    made = None if later is None else later()
    if not isinstance(made, Call) or written(made.callee) != "FormData":
        return body
    fields = []
    for _, given, scope in _calls_on(evaluator, body.written, site, "append", "set"):
        if len(given.arguments) >= 2:
            key = text_of(evaluator.read(given.arguments[0], scope))
            if key is not None:
                fields.append(Field(key, _content(evaluator, given.arguments[1], scope), given.at))
    return FormData(Fields(tuple(fields), made.at), made.at)


def _content(evaluator: Evaluator, expression: Expression, scope: Scope) -> Value:
    """The value of a form's field; that of ``new Blob([text])`` is its text."""
    if (
        isinstance(expression, Call)
        and written(expression.callee) == "Blob"
        and expression.arguments
    ):
        inner = evaluator.read(expression.arguments[0], scope)
        if isinstance(inner, Items) and len(inner.items) == 1:
            return inner.items[0]
    return evaluator.read(expression, scope)


def _with_changed_query(evaluator: Evaluator, expression: Expression, site: CallSite) -> Value:
    """A URL with what ``url.searchParams.set(name, value)`` added to it."""
    value = evaluator.read(expression, site.scope)
    of = written(expression).removesuffix(".toString()").removesuffix(".href")
    added: list[Value] = []
    for _, given, scope in _calls_on(evaluator, f"{of}.searchParams", site, "set", "append"):
        if len(given.arguments) == 2:
            key = text_of(evaluator.read(given.arguments[0], scope))
            if key is not None:
                sign = "&" if added or "?" in (text_of(value) or "") else "?"
                added += [
                    Known(f"{sign}{key}=", given.at),
                    evaluator.read(given.arguments[1], scope),
                ]
    return Composed((value, *added), value.at) if added else value
