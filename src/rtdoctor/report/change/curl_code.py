"""A request as a curl command for bash. The offer is a file, since a page makes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from rtdoctor.domain.setup import EncodingKind
from rtdoctor.report.change.planned_request import PlannedRequest, RequestRole
from rtdoctor.report.quoting import shell_word

_TRIM = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read().rstrip())"
_INTO_JSON = (
    "import json, sys; sdp = sys.stdin.buffer.read().decode(){trim}; "
    'print(json.dumps({{"type": "offer", "sdp": sdp}}))'
)


def curl(request: PlannedRequest) -> str:
    """The request as a command that prints the answer with its status."""
    return "\n".join(_lines(request)) + "\n"


def _lines(request: PlannedRequest) -> Iterator[str]:
    if request.role is RequestRole.MINT:
        place = ".".join(request.token_at)
        yield f"# on your server; the answer has the token at {shell_word(place)}, for one call"
        yield _command(request, _mint_body(request))
        return
    yield f"# offer.sdp is the SDP offer of the page; it holds {request.offer_needs}"
    if request.encoding is EncodingKind.MULTIPART:
        yield from _multipart(request)
        return
    if request.encoding is EncodingKind.JSON:
        program = _INTO_JSON.format(trim=".rstrip()" if request.trims_offer else "")
    elif request.trims_offer:
        program = _TRIM
    else:
        yield _command(request, ["--data-binary @offer.sdp"])
        return
    yield f"python3 -c {shell_word(program)} < offer.sdp \\"
    yield f"  | {_command(request, ['--data-binary @-'])}"


def _multipart(request: PlannedRequest) -> Iterator[str]:
    name = "trimmed.sdp" if request.trims_offer else "offer.sdp"
    if request.trims_offer:
        yield f"python3 -c {shell_word(_TRIM)} < offer.sdp > {name}"
    parts = [f"-F 'sdp=<{name};type=application/sdp'"]
    if request.text is None:
        yield _command(request, parts)
        return
    text = request.text if request.json is None else _pretty(request)
    parts.append("-F 'session=<-;type=application/json'")
    yield f"printf %s {shell_word(text)} \\"
    yield f"  | {_command(request, parts)}"


def _mint_body(request: PlannedRequest) -> list[str]:
    if request.text is None:
        return []
    text = request.text if request.json is None else _pretty(request)
    return [f"--data-raw {shell_word(text)}"]


def _pretty(request: PlannedRequest) -> str:
    return json.dumps(request.json, indent=2, ensure_ascii=False)


def _command(request: PlannedRequest, body: list[str]) -> str:
    options = ["curl -sS -i"]
    if re.search(r"[\[\]{}]", request.url):
        options.append("--globoff")
    if "/." in request.url:
        options.append("--path-as-is")
    lines = [f"{' '.join(options)} -X {shell_word(request.method)} {shell_word(request.url)}"]
    for header in request.headers:
        text = (
            f"{header.name}: {header.text}" if header.text or header.variable else header.name + ";"
        )
        variable = f'"${header.variable}"' if header.variable else ""
        lines.append(f"-H {shell_word(text)}{variable}")
    if body and not any(h.name.lower() == "content-type" for h in request.headers):
        lines += [] if request.encoding is EncodingKind.MULTIPART else ["-H 'Content-Type:'"]
    return " \\\n  ".join([*lines, *body])
