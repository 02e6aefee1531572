"""A request as JavaScript: ``fetch`` on the server for the mint, in the page for the call."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rtdoctor.domain.setup import EncodingKind
from rtdoctor.report.change.planned_request import PlannedRequest, RequestRole
from rtdoctor.report.quoting import javascript_object, javascript_value
from rtdoctor.report.repro import API_KEY

_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


def javascript(request: PlannedRequest) -> str:
    """The request as statements at the top of a module. The API key is read on the server only."""
    lines = _mint(request) if request.role is RequestRole.MINT else _call(request)
    return "\n".join(lines) + "\n"


def _mint(request: PlannedRequest) -> Iterator[str]:
    yield "// On your server, which alone knows the API key."
    yield from _fetch("mint", request, _body(request))
    read = "".join(f".{n}" if _NAME.fullmatch(n) else _index(n) for n in request.token_at)
    yield f"const token = (await mint.json()){read}; // for one call: give it to the page"


def _index(name: str) -> str:
    return f"[{name}]" if name.isdecimal() else f"[{javascript_value(name)}]"


def _body(request: PlannedRequest) -> str | None:
    if request.text is None:
        return None
    if request.json is not None:
        return f"JSON.stringify({javascript_object(request.json, '  ')})"
    return javascript_value(request.text)


def _call(request: PlannedRequest) -> Iterator[str]:
    if request.shows_key:
        yield "// On your server: in a page everybody could read the API key."
        yield f"// sdp is the offer that the page sends you; it holds {request.offer_needs}."
    else:
        yield "// In the page; token is what your server minted."
        yield "const pc = new RTCPeerConnection();"
        if request.offer.audio:
            yield 'pc.addTransceiver("audio"); // or pc.addTrack(microphone)'
        if request.offer.channel is not None:
            label = javascript_value(request.offer.channel)
            yield f"const channel = pc.createDataChannel({label});"
        yield "await pc.setLocalDescription();"
        yield "const sdp = pc.localDescription.sdp;"
    yield from _packed(request)
    yield from _fetch("call", request, _call_body(request))
    if not request.shows_key:
        answer = '{ type: "answer", sdp: await call.text() }'
        yield f"await pc.setRemoteDescription({answer});"


def _packed(request: PlannedRequest) -> Iterator[str]:
    if request.encoding is not EncodingKind.MULTIPART:
        return
    yield "const body = new FormData();"
    yield f'body.set("sdp", new Blob([{_sdp(request)}], {{ type: "application/sdp" }}));'
    if request.text is not None:
        kind = '{ type: "application/json" }'
        yield f'body.set("session", new Blob([{_body(request)}], {kind}));'


def _sdp(request: PlannedRequest) -> str:
    return "sdp.trim()" if request.trims_offer else "sdp"


def _call_body(request: PlannedRequest) -> str:
    if request.encoding is EncodingKind.MULTIPART:
        return "body"
    if request.encoding is EncodingKind.JSON:
        return f'JSON.stringify({{ type: "offer", sdp: {_sdp(request)} }})'
    return _sdp(request)


def _fetch(name: str, request: PlannedRequest, body: str | None) -> Iterator[str]:
    yield f"const {name} = await fetch({javascript_value(request.url)}, {{"
    yield f"  method: {javascript_value(request.method)},"
    yield "  headers: {"
    for header in request.headers:
        value = javascript_value(header.text)
        if header.variable is not None:
            secret = "process.env.OPENAI_API_KEY" if header.variable == API_KEY else "token"
            value = f"{value} + {secret}" if header.text else secret
        yield f"    {javascript_value(header.name)}: {value},"
    yield "  },"
    if body is not None:
        yield f"  body: {body},"
    yield "});"
    yield f"if (!{name}.ok) throw new Error(`${{{name}.status}}: ${{await {name}.text()}}`);"
