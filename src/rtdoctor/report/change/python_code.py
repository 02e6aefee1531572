"""A request as a Python program with httpx. The offer is a file, since a page makes it."""

from __future__ import annotations

from collections.abc import Iterator

from rtdoctor.domain.setup import EncodingKind
from rtdoctor.report.change.planned_request import PlannedRequest, RequestRole
from rtdoctor.report.quoting import python_object, python_string


def python(request: PlannedRequest) -> str:
    """The request as a whole program that ends with the service's words when it is refused."""
    lines = _mint(request) if request.role is RequestRole.MINT else _call(request)
    return "\n".join(lines) + "\n"


def _mint(request: PlannedRequest) -> Iterator[str]:
    yield from ("# On your server, which alone knows the API key.", "import os", "", "import httpx")
    yield ""
    yield from _request("mint", request, _mint_body(request))
    read = "".join(f"[{n if n.isdecimal() else python_string(n)}]" for n in request.token_at)
    yield f"token = mint.json(){read}  # for one call: give it to the page"
    yield "print(token)"


def _mint_body(request: PlannedRequest) -> str | None:
    if request.text is None:
        return None
    if request.json is not None:
        return f"json={python_object(request.json, '    ')}"
    return f"content={python_string(request.text)}"


def _call(request: PlannedRequest) -> Iterator[str]:
    yield f"# offer.sdp is the SDP offer of the page; it holds {request.offer_needs}."
    yield from ("import json",) if request.json is not None else ()
    yield from ("import os", "from pathlib import Path", "", "import httpx", "")
    yield 'offer = Path("offer.sdp").read_bytes()' + (".rstrip()" if request.trims_offer else "")
    yield from _request("call", request, _call_body(request))
    yield "print(call.status_code, call.text)"


def _call_body(request: PlannedRequest) -> str:
    if request.encoding is EncodingKind.JSON:
        return 'json={"type": "offer", "sdp": offer.decode()}'
    if request.encoding is not EncodingKind.MULTIPART:
        return "content=offer"
    parts = ['        "sdp": (None, offer, "application/sdp"),']
    if request.text is not None:
        value = python_object(request.json, "        ")
        text = python_string(request.text) if request.json is None else f"json.dumps({value})"
        parts.append(f'        "session": (None, {text}, "application/json"),')
    return "files={\n" + "\n".join(parts) + "\n    }"


def _request(name: str, request: PlannedRequest, body: str | None) -> Iterator[str]:
    yield f"{name} = httpx.request("
    yield f"    {python_string(request.method)},"
    yield f"    {python_string(request.url)},"
    yield "    headers={"
    for header in request.headers:
        value = python_string(header.text)
        if header.variable is not None:
            secret = f'os.environ["{header.variable}"]'
            value = f"{value} + {secret}" if header.text else secret
        yield f"        {python_string(header.name)}: {value},"
    yield "    },"
    if body is not None:
        yield f"    {body},"
    yield ")"
    yield f"if {name}.is_error:"
    yield f'    raise SystemExit(f"{{{name}.status_code}}: {{{name}.text}}")'
