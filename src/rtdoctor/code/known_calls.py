"""What the calls of well-known functions and methods come to, by their arguments."""

from __future__ import annotations

from collections.abc import Callable

from rtdoctor.code.program import Attribute, CallExpression, SourceExpression, written
from rtdoctor.code.values import (
    AnswerPart,
    Composed,
    Fields,
    JsonText,
    KnownValue,
    NamedValue,
    Sdp,
    UnknownValue,
    Value,
)

_UNPACKING = ("json", "text", "body", "read", "model_dump", "to_dict", "parse")
_SAME = ("toString", "encodeURIComponent", "String", "str", "decode", "encode", "dict", "trimEnd")
_TRIMMING = ("trim", "strip", "trimEnd", "rstrip")
_JSON_TEXT = ("JSON.stringify", "json.dumps")
_JSON_DATA = ("JSON.parse", "json.loads", "json.load")
# A response with this content: what the other side reads is the content.
_RESPONSES = (
    "jsonify",
    "JSONResponse",
    "JsonResponse",
    "NextResponse.json",
    "Response.json",
    "Response",
    "PlainTextResponse",
)

Read = Callable[[SourceExpression], Value]


def value_of_known_call(call: CallExpression, read: Read) -> Value | None:
    """What a call comes to where its function is known; ``read`` reads the parts of the call.

    ``None`` for any other function.
    """
    name = written(call.callee)
    first = call.arguments[0] if call.arguments else None
    if name == "dict" and first is None:
        return _named_fields(call, read)
    if name in ("os.getenv", "getenv") and len(call.arguments) == 2:
        default = read(call.arguments[1])
        if isinstance(default, KnownValue):
            return KnownValue(default.value, default.at, written(call.arguments[0]))
        return UnknownValue(written(call), call.at)
    if first is not None:
        if name in _JSON_TEXT:
            return JsonText(read(first), call.at)
        if name in _JSON_DATA:
            inner = read(first)
            return inner.value if isinstance(inner, JsonText) else inner
        if name in _RESPONSES:
            return read(first)
    if isinstance(call.callee, Attribute):
        return _known_method(call, call.callee, read)
    if first is None:
        return None
    # `this.encode` and `self.encode` are names, so only the last part tells what is called
    if name.rpartition(".")[2] in _SAME and len(call.arguments) == 1:
        return read(first)
    if name in ("URL", "Headers"):
        return read(first)
    return _query_text(read(first), call) if name == "URLSearchParams" else None


def _known_method(call: CallExpression, callee: Attribute, read: Read) -> Value | None:
    of = read(callee.of)
    if callee.name in ("catch", "finally"):
        return of
    if isinstance(of, AnswerPart) and callee.name in _UNPACKING:
        return of
    if callee.name in _TRIMMING:
        if isinstance(of, Sdp):
            return Sdp(of.at, trimmed=True)
        if isinstance(of, KnownValue) and isinstance(of.value, str):
            return KnownValue(of.value.strip(), of.at, of.unless)
        return of if isinstance(of, AnswerPart) else UnknownValue(written(call), call.at)
    return of if callee.name in _SAME else None


def _named_fields(call: CallExpression, read: Read) -> Fields:
    fields = tuple(
        NamedValue(name, read(value), value.at) for name, value in call.named if name != "**"
    )
    return Fields(fields, call.at, is_open=any(name == "**" for name, _ in call.named))


def _query_text(value: Value, call: CallExpression) -> Value:
    """The text of a query whose fields are known."""
    if not isinstance(value, Fields):
        return value
    parts: list[Value] = []
    for number, one in enumerate(value.fields):
        sign = f"{'&' if number else ''}{one.name}="
        parts += [KnownValue(sign, one.at), one.value]
    return Composed(tuple(parts), call.at)
