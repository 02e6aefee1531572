"""A probe as code: curl, Python (httpx) and JavaScript that send what the probe sent.

The snippets come from the recorded exchanges, so that what is repeated is what was sent, not
what was meant. Credentials never appear: their places hold ``$OPENAI_API_KEY`` and
``$EPHEMERAL_TOKEN``. No text of a run is put into a comment, where it could end the comment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rtdoctor.domain.exchange import HttpExchange
from rtdoctor.domain.run import Observation
from rtdoctor.domain.setup import AuthKind, EncodingKind
from rtdoctor.domain.token_place import is_stand_in
from rtdoctor.report.quoting import javascript_value, python_text, shell_word
from rtdoctor.secrets.names import Name, judge

API_KEY, TOKEN = "OPENAI_API_KEY", "EPHEMERAL_TOKEN"

_MADE_BY_THE_CLIENT = frozenset(
    {"host", "content-length", "connection", "accept-encoding", "transfer-encoding"}
)
_NEVER_REPEATED = frozenset({"cookie", "proxy-authorization"})
_CREDENTIAL = (Name.AUTHORIZATION, Name.SECRET)
_CALLS = frozenset({"call", "first call"})
_HIDDEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Header:
    """A header to send: literal text, then the value of an environment variable, if any."""

    name: str
    text: str
    variable: str | None = None


@dataclass(frozen=True, slots=True)
class ReproStep:
    """One request of a probe, ready to be written down in any language."""

    purpose: str
    method: str
    url: str
    headers: tuple[Header, ...]
    body: str | None


def steps(observation: Observation) -> tuple[ReproStep, ...]:
    """The requests that repeat a probe, in order; hang-ups are left to the snippets."""
    return tuple(
        ReproStep(
            exchange.purpose,
            exchange.request.method,
            exchange.request.url,
            tuple(_headers(observation, exchange)),
            exchange.request.body,
        )
        for exchange in observation.exchanges
        if exchange.purpose != "hangup" and _is_http(exchange.request.url)
    )


def _is_http(url: str) -> bool:
    return url.startswith(("http://", "https://")) and not _CONTROL.search(url)


def _headers(observation: Observation, exchange: HttpExchange) -> Iterator[Header]:
    auth = observation.setup.auth.value
    is_call = exchange.purpose in _CALLS
    for name, value in exchange.request.headers:
        lower = name.lower()
        # A line end in a header would begin another header in the snippet.
        text = _CONTROL.sub("", value)
        if lower in _MADE_BY_THE_CLIENT or lower in _NEVER_REPEATED or _CONTROL.search(name):
            continue
        is_plain = judge(name) not in _CREDENTIAL and lower != auth.header.lower()
        # A literal such as `undefined` is no secret, and it is the very fault that is to be
        # repeated.
        sent_as_it_is = auth.kind is AuthKind.LITERAL or is_stand_in(text.rpartition(" ")[2])
        if is_plain or (is_call and sent_as_it_is):
            yield Header(name, text)
        else:
            scheme, space, _ = text.rpartition(" ")
            variable = TOKEN if is_call and auth.kind.needs_token else API_KEY
            yield Header(name, scheme + space, variable)


def curl(observation: Observation) -> str:
    """A bash script of curl commands; empty when the probe sent nothing."""
    parts = []
    for number, step in enumerate(steps(observation), 1):
        command = _curl_command(step)
        if step.purpose == "mint" and _uses_token(observation):
            note = "mint a token, for one call"
            program = _TOKEN_FROM_STDIN + f"print({_token_of(observation)})"
            command = f"{TOKEN}=$({command} \\\n  | python3 -c {shell_word(program)})"
        else:
            note = _NOTES.get(step.purpose, "send")
        parts.append(f"# {number}. {note}\n{command}\n")
    return "\n".join(parts)


_NOTES = {
    "mint": "ask for a token",
    "first call": "spend the token once",
    "call": "post the offer (a 201 opens a session, which ends when no peer connects)",
}
_TOKEN_FROM_STDIN = "import json, sys; answer = json.load(sys.stdin); "


def _token_of(observation: Observation) -> str:
    """The token in the answer to the mint, in Python: where the setup reads it, or where it is."""
    place = observation.setup.auth.value.read_at
    if place is not None and re.fullmatch(r"\w+(\.\w+)*", place, re.ASCII):
        return "answer" + "".join(f'["{step}"]' for step in place.split("."))
    return 'answer.get("value") or answer["client_secret"]["value"]'


def _uses_token(observation: Observation) -> bool:
    return any(h.variable == TOKEN for step in steps(observation) for h in step.headers)


def _curl_command(step: ReproStep) -> str:
    options = ["curl", "-sS"]
    if step.purpose != "mint":
        options.append("-i")
    # curl takes brackets and braces in a URL for a pattern of several URLs.
    if re.search(r"[\[\]{}]", step.url):
        options.append("--globoff")
    # curl would resolve `/../` before it sends, and another path is another probe.
    if "/." in step.url:
        options.append("--path-as-is")
    lines = [f"{' '.join(options)} -X {shell_word(step.method)} {shell_word(step.url)}"]
    named = {h.name.lower() for h in step.headers}
    if step.body is not None and "content-type" not in named:
        # Without this, curl would add a content type of its own to the body.
        lines.append("-H 'Content-Type:'")
    for header in step.headers:
        if header.variable:
            # The variable stands behind the single quotes, within which the shell would not fill it
            # in.
            lines.append(f'-H {shell_word(f"{header.name}: {header.text}")}"${header.variable}"')
        else:
            # A semicolon in place of the colon is how curl sends a header without a value.
            colon = f"{header.name}: {header.text}" if header.text else f"{header.name};"
            lines.append(f"-H {shell_word(colon)}")
    if step.body is not None:
        # --data would take a body that begins with @ for the name of a file.
        lines.append(f"--data-raw {shell_word(step.body)}")
    return " \\\n  ".join(lines)


def python(observation: Observation) -> str:
    """A Python program (httpx); empty when the probe sent nothing."""
    requests = steps(observation)
    if not requests:
        return ""
    token = _token_of(observation) if _uses_token(observation) else ""
    body = "\n".join(_python_step(step, token) for step in requests)
    return (
        "import os\n\nimport httpx\n\n"
        f'api_key = os.environ.get("{API_KEY}", "")\n'
        f'token = os.environ.get("{TOKEN}", "")\n\n'
        f"with httpx.Client() as client:\n{body}"
    )


def _python_step(step: ReproStep, token: str) -> str:
    """``token`` reads the token from the answer to the mint; empty where none is called with."""
    name = step.purpose.replace(" ", "_")
    variable = {API_KEY: "api_key", TOKEN: "token"}
    lines = [
        f"    {name} = client.request(",
        f"        {python_text(step.method)},",
        f"        {python_text(step.url)},",
        # Pairs and no dict, which would lose a header that was sent twice.
        "        headers=[",
    ]
    for h in step.headers:
        value = python_text(h.text)
        if h.variable:
            value = f"{value} + {variable[h.variable]}" if h.text else variable[h.variable]
        # httpx encodes header text as ASCII and would raise.
        encode = "" if (h.name + h.text).isascii() else ".encode()"
        shown = f"({value}){encode}" if encode else value
        lines.append(f"            ({python_text(h.name)}{encode}, {shown}),")
    lines.append("        ],")
    if step.body is not None:
        lines.append("        content=(")
        # One literal a line, which Python joins: an SDP stays readable.
        lines += [f"            {python_text(line)}" for line in step.body.splitlines(True) or [""]]
        lines.append("        ),")
    lines += ["    )", f"    print({name}.status_code, {name}.text)"]
    if step.purpose == "mint" and token:
        lines += ["    answer = mint.json()", f"    token = {token}"]
    return "\n".join(lines) + "\n"


def javascript(observation: Observation) -> str:
    """For a page: offer, fetch, answer. For a probe that never called: the mint, for Node."""
    calls = [s for s in steps(observation) if s.purpose == "call"]
    if not calls:
        mints = [s for s in steps(observation) if s.purpose == "mint"]
        return _node_mint(mints[0]) if mints else ""
    step, offer = calls[0], observation.setup.offer.value
    lines = [_js_variable(h.variable) for h in step.headers if h.variable]
    lines.append("const pc = new RTCPeerConnection();")
    if offer.sdp is not None:
        lines.append("// The probe sent an offer of another engine; this one is your own engine's.")
    if offer.audio:
        lines.append('pc.addTransceiver("audio");')
    if offer.channel is not None:
        lines.append(f"const channel = pc.createDataChannel({javascript_value(offer.channel)});")
        lines.append("channel.onmessage = (event) => console.log(event.data);")
    lines += ["await pc.setLocalDescription();", *_js_body(observation, step)]
    lines += [
        f"const response = await fetch({javascript_value(step.url)}, {{",
        f"  method: {javascript_value(step.method)},",
        *_js_headers(step),
        "  body,",
        "});",
        "const text = await response.text();",
        "console.log(response.status, text);",
        'if (response.ok) await pc.setRemoteDescription({ type: "answer", sdp: text });',
    ]
    return "\n".join(lines) + "\n"


def _js_variable(name: str | None) -> str:
    if name == TOKEN:
        return f'const {TOKEN} = "${TOKEN}"; // a fresh one, minted on your server'
    return f'const {API_KEY} = "${API_KEY}"; // for a test only: a page shows it to everybody'


def _js_headers(step: ReproStep, variable: str = "{name}") -> Iterator[str]:
    multipart = any("multipart/" in h.text.lower() for h in step.headers)
    yield "  headers: {"
    for h in step.headers:
        # The browser writes this one, with the boundary that it has chosen.
        if multipart and h.name.lower() == "content-type":
            continue
        value = javascript_value(h.text)
        if h.variable:
            value += " + " + variable.format(name=h.variable)
        yield f"    {javascript_value(h.name)}: {value},"
    yield "  },"


def _js_body(observation: Observation, step: ReproStep) -> Iterator[str]:
    encoding = observation.setup.call_encoding.value
    yield f"const sdp = pc.localDescription.sdp{'.trim()' if encoding.trim else ''};"
    if encoding.kind is EncodingKind.MULTIPART:
        yield "const body = new FormData();"
        yield 'body.set("sdp", new Blob([sdp], { type: "application/sdp" }));'
        if encoding.session is not None:
            session = javascript_value(encoding.session)
            yield f'body.set("session", new Blob([{session}], {{ type: "application/json" }}));'
    elif encoding.kind is EncodingKind.JSON:
        others = javascript_value(_without_sdp(step.body))
        yield f"const body = JSON.stringify({{ ...{others}, sdp }});"
    else:
        yield "const body = sdp;"


def _without_sdp(body: str | None) -> object:
    try:
        value = json.loads(body or "{}")
    except ValueError:
        return {}
    return {k: v for k, v in value.items() if k != "sdp"} if isinstance(value, dict) else {}


def _node_mint(step: ReproStep) -> str:
    lines = [
        "// On your server (Node 18 or later): the API key never belongs into a page.",
        f"const response = await fetch({javascript_value(step.url)}, {{",
        f"  method: {javascript_value(step.method)},",
        *_js_headers(step, "process.env.{name}"),
        *([f"  body: {javascript_value(step.body)},"] if step.body is not None else []),
        "});",
        "console.log(response.status, await response.text());",
    ]
    return "\n".join(lines) + "\n"
