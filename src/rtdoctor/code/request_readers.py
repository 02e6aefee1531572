"""What each way to send a request says of it: fetch, axios, XMLHttpRequest, urllib, SDK."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from rtdoctor.code.evaluate import Evaluator
from rtdoctor.code.program import (
    Attribute,
    CallExpression,
    CallSite,
    Scope,
    SourceExpression,
    written,
)
from rtdoctor.code.source_request import SDK, SourceRequest
from rtdoctor.code.tree_reader import enclosing
from rtdoctor.code.values import (
    Composed,
    Fields,
    FormData,
    Items,
    KnownValue,
    NamedValue,
    UnknownValue,
    Value,
    text_of,
)

_MOST_CALLS = 300  # of one name
SDK_CALL = re.compile(
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


def read_fetch(evaluator: Evaluator, call: CallExpression, site: CallSite) -> SourceRequest:
    scope = site.scope
    url = with_changed_query(evaluator, call.arguments[0], site)
    options = evaluator.read(call.arguments[1], scope) if len(call.arguments) > 1 else None
    request = from_options(call, "fetch", url, options, evaluator, site, default="GET")
    return replace(request, url_at=call.arguments[0].at)


def from_options(
    call: CallExpression, client: str, url: Value, options: Value | None, evaluator: Evaluator,
    site: CallSite, *, default: str,
) -> SourceRequest:  # fmt: skip
    method: Value = KnownValue(default, call.at)
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


def read_axios(evaluator: Evaluator, call: CallExpression, site: CallSite) -> SourceRequest:
    """``axios(config)`` or ``axios(url, config)``."""
    first = evaluator.read(call.arguments[0], site.scope)
    if isinstance(first, Fields):
        url = first.get("url") or UnknownValue("url", call.at)
        return from_options(call, "axios", url, first, evaluator, site, default="GET")
    options = evaluator.read(call.arguments[1], site.scope) if len(call.arguments) > 1 else None
    return from_options(call, "axios", first, options, evaluator, site, default="GET")


def read_sdk(evaluator: Evaluator, call: CallExpression, site: CallSite) -> SourceRequest:
    """``client.realtime.client_secrets.create(...)`` of OpenAI's own libraries."""
    found = SDK_CALL.fullmatch(written(call.callee))
    assert found is not None, "only calls of this form are read so"
    path = _SDK_PATHS[found[1].replace("_", "").lower()]
    scope = site.scope
    named = dict(call.named)
    headers = read_fields(evaluator, named.get("extra_headers"), scope)
    body: Value
    if call.arguments:
        body = evaluator.read(call.arguments[0], scope)
    else:
        fields = tuple(
            NamedValue(name, evaluator.read(value, scope), at)
            for (name, value), at in zip(call.named, call.named_at, strict=True)
            if name not in _NOT_BODY
        )
        body = Fields(fields, call.at, is_open="**" in named or "extra_body" in named)
    url = KnownValue(path, call.callee.at)
    return SourceRequest(call.at, SDK, KnownValue("POST", call.at), url, headers, body)


def read_xhr(evaluator: Evaluator, call: CallExpression, site: CallSite) -> SourceRequest:
    """``xhr.open(method, url)`` with its ``setRequestHeader`` and ``send``."""
    assert isinstance(call.callee, Attribute)
    of = written(call.callee.of)
    method, url = (evaluator.read(value, site.scope) for value in call.arguments[:2])
    headers: list[NamedValue] = []
    body: Value | None = None
    for name, given, scope in _calls_on(evaluator, of, site, "setRequestHeader", "send"):
        if name == "setRequestHeader" and len(given.arguments) == 2:
            key, value = (evaluator.read(argument, scope) for argument in given.arguments)
            text = text_of(key)
            if text is not None:
                headers.append(NamedValue(text, value, given.at))
        elif name == "send" and given.arguments:
            body = evaluator.read(given.arguments[0], scope)
    return SourceRequest(call.at, of, method, url, Fields(tuple(headers), call.at), body)


def read_urllib(evaluator: Evaluator, call: CallExpression, site: CallSite) -> SourceRequest:
    named = dict(call.named)
    first = named.get("url") or (call.arguments[0] if call.arguments else None)
    data = named.get("data") or (call.arguments[1] if len(call.arguments) > 1 else None)
    scope = site.scope
    url: Value = UnknownValue("url", call.at) if first is None else evaluator.read(first, scope)
    body = None if data is None else evaluator.read(data, scope)
    method = (
        evaluator.read(named["method"], scope)
        if "method" in named
        else KnownValue("GET" if body is None else "POST", call.at)
    )
    headers = read_fields(evaluator, named.get("headers"), scope)
    return SourceRequest(call.at, "urllib", method, url, headers, body)


def _calls_on(
    evaluator: Evaluator, of: str, site: CallSite, *names: str
) -> Iterator[tuple[str, CallExpression, Scope]]:
    """The calls of these methods of one object in the function around a request."""
    function = enclosing(site.scope)
    calls = (call for name in names for call in evaluator.calls_of(name)[:_MOST_CALLS])
    for other in calls:
        # Another function may use the same name for an object of its own.
        if other.at.file != site.at.file or enclosing(other.scope) is not function:
            continue
        call = other.expression()
        if not isinstance(call, CallExpression) or not isinstance(call.callee, Attribute):
            continue
        if written(call.callee.of) == of:
            yield call.callee.name, call, other.scope


def _with_appended(
    evaluator: Evaluator, body: Value | None, call: CallExpression, site: CallSite
) -> Value | None:
    """A form with what was put into it by ``form.append(name, value)``."""
    if not isinstance(body, UnknownValue) or not re.fullmatch(r"\w+", body.written):
        return body
    holder = site.scope.holder(body.written)
    later = holder.bindings[body.written][0].value if holder is not None else None
    made = None if later is None else later()
    if not isinstance(made, CallExpression) or written(made.callee) != "FormData":
        return body
    fields = []
    for _, given, scope in _calls_on(evaluator, body.written, site, "append", "set"):
        if len(given.arguments) >= 2:
            key = text_of(evaluator.read(given.arguments[0], scope))
            if key is not None:
                fields.append(
                    NamedValue(key, _content(evaluator, given.arguments[1], scope), given.at)
                )
    return FormData(Fields(tuple(fields), made.at), made.at)


def _content(evaluator: Evaluator, expression: SourceExpression, scope: Scope) -> Value:
    """The value of a form's field; that of ``new Blob([text])`` is its text."""
    if (
        isinstance(expression, CallExpression)
        and written(expression.callee) == "Blob"
        and expression.arguments
    ):
        inner = evaluator.read(expression.arguments[0], scope)
        # A Blob joins its parts, and with more than one it is no value that stands in the text.
        if isinstance(inner, Items) and len(inner.items) == 1:
            return inner.items[0]
    return evaluator.read(expression, scope)


def with_changed_query(evaluator: Evaluator, expression: SourceExpression, site: CallSite) -> Value:
    """A URL with what ``url.searchParams.set(name, value)`` added to it."""
    value = evaluator.read(expression, site.scope)
    of = written(expression).removesuffix(".toString()").removesuffix(".href")
    added: list[Value] = []
    for _, given, scope in _calls_on(evaluator, f"{of}.searchParams", site, "set", "append"):
        if len(given.arguments) == 2:
            key = text_of(evaluator.read(given.arguments[0], scope))
            if key is not None:
                # The base may end in an unknown part, which is taken to hold no query.
                sign = "&" if added or "?" in (text_of(value) or "") else "?"
                added += [
                    KnownValue(f"{sign}{key}=", given.at),
                    evaluator.read(given.arguments[1], scope),
                ]
    return Composed((value, *added), value.at) if added else value


def read_fields(
    evaluator: Evaluator, expression: SourceExpression | None, scope: Scope
) -> Fields | None:
    value = None if expression is None else evaluator.read(expression, scope)
    return value if isinstance(value, Fields) else None
