"""Requests through a client: ``requests.post``, ``axios.post``, ``client.get`` and the like."""

from __future__ import annotations

from dataclasses import replace

from rtdoctor.code.evaluate import Evaluator
from rtdoctor.code.program import (
    Attribute,
    CallExpression,
    CallSite,
    Identifier,
    Object,
    Scope,
    SourceExpression,
    written,
)
from rtdoctor.code.request_readers import from_options, read_fields, with_changed_query
from rtdoctor.code.source_request import SourceRequest
from rtdoctor.code.values import (
    Composed,
    Fields,
    FormData,
    KnownValue,
    UnknownValue,
    Value,
    text_of,
)


def read_client(evaluator: Evaluator, call: CallExpression, site: CallSite) -> SourceRequest:
    """``requests.post(url, json=...)``, ``axios.post(url, data, config)``, ``ky.post(url, {})``."""
    callee = call.callee
    assert isinstance(callee, Attribute)
    scope, named, values = site.scope, dict(call.named), list(call.arguments)
    if callee.name == "request" and len(values) > 1:
        method = evaluator.read(values.pop(0), scope)
    else:
        method = KnownValue(callee.name.upper(), call.at)
    first = named.get("url") or (values.pop(0) if values else None)
    url: Value = (
        UnknownValue("url", call.at)
        if first is None
        else with_changed_query(evaluator, first, site)
    )
    of = written(callee.of)
    url = _below_base(evaluator, callee, url, site)
    if _is_script(site) and not named:
        has_data = callee.name not in ("get", "delete") and not of.endswith("ky")
        body = evaluator.read(values.pop(0), scope) if has_data and values else None
        options = evaluator.read(values[0], scope) if values else None
        request = from_options(call, of, url, options, evaluator, site, default="GET")
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
        query=read_fields(evaluator, named.get("params"), scope),
        url_at=None if first is None else first.at,
        is_known_whole="**" not in named and (given is None or isinstance(given, Fields)),
    )


def _python_body(
    evaluator: Evaluator, named: dict[str, SourceExpression], call: CallExpression, scope: Scope
) -> Value | None:
    if "files" in named:
        files = evaluator.read(named["files"], scope)
        return FormData(files, call.at) if isinstance(files, Fields) else files
    for name in ("json", "data", "content"):
        if name in named:
            return evaluator.read(named[name], scope)
    return None


def _is_script(site: CallSite) -> bool:
    return not site.at.file.lower().endswith((".py", ".pyw"))


def _construction(
    evaluator: Evaluator, callee: Attribute, site: CallSite
) -> tuple[CallExpression, Scope] | None:
    """Where a client was made: ``axios.create({...})``, ``httpx.AsyncClient(...)``."""
    if not isinstance(callee.of, Identifier):
        return None
    holder = site.scope.holder(callee.of.name)
    if holder is None or len(holder.bindings[callee.of.name]) != 1:
        return None
    later = holder.bindings[callee.of.name][0].value
    made = None if later is None else later()
    return (made, holder) if isinstance(made, CallExpression) else None


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
