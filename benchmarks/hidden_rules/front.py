"""A small HTTP proxy before a sandbox, for faults that no rule file can describe.

It maps path prefixes, changes the answers of chosen rules, breaks connections off, and takes
away the headers by which the sandbox names its rules: what they are is hidden. Loopback only;
one request a connection.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from string import Template
from urllib.parse import urlsplit

from benchmarks.hidden_rules.services import AnswerChange, FrontPlan, SdpFault

Headers = list[tuple[str, str]]

_RULE = re.compile(r"rule=([^;]+)")
_HIDDEN = ("x-rtdoctor-sandbox", "x-sandbox-notice")
_REPLACED = ("content-length", "connection", "transfer-encoding")
_OTHER_FINGERPRINT = "sha-256 " + ":".join(["5A"] * 32)


@dataclass(frozen=True, slots=True)
class Message:
    """A request or an answer: first line, headers, body."""

    start: str
    headers: Headers
    body: bytes = b""

    def header(self, name: str) -> str:
        return next((v for k, v in self.headers if k.lower() == name), "")

    def encoded(self) -> bytes:
        kept = [(k, v) for k, v in self.headers if k.lower() not in _REPLACED]
        kept += [("Content-Length", str(len(self.body))), ("Connection", "close")]
        head = "\r\n".join([self.start, *(f"{k}: {v}" for k, v in kept)])
        return head.encode("latin-1") + b"\r\n\r\n" + self.body


@asynccontextmanager
async def front(plan: FrontPlan, sandbox_url: str) -> AsyncIterator[str]:
    """The base URL of the front while the block runs."""
    inside = urlsplit(sandbox_url)
    host, port = inside.hostname or "127.0.0.1", inside.port or 80

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            answer = await _answered(plan, await _read(reader), host, port)
            if answer is None:
                writer.transport.abort()
                return
            writer.write(answer.encoded())
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def _read(reader: asyncio.StreamReader, *, to_the_end: bool = False) -> Message:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    start, *lines = head.rstrip("\r\n").split("\r\n")
    headers = [(k, v.strip()) for k, _, v in (line.partition(":") for line in lines)]
    message = Message(start, headers)
    length = message.header("content-length")
    if to_the_end and not length:
        return Message(start, headers, await reader.read())
    return Message(start, headers, await reader.readexactly(int(length or 0)))


async def _answered(plan: FrontPlan, request: Message, host: str, port: int) -> Message | None:
    """The answer to a request; ``None`` when the connection is to break."""
    method, target, version = request.start.split(" ", 2)
    mapped = _mapped(plan.paths, target)
    if mapped is None:
        kind = "application/json" if plan.elsewhere.startswith("{") else "text/plain"
        return Message("HTTP/1.1 404 Not Found", [("Content-Type", kind)], plan.elsewhere.encode())
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(
            Message(f"{method} {mapped} {version}", request.headers, request.body).encoded()
        )
        await writer.drain()
        answer = await _read(reader, to_the_end=True)
    finally:
        writer.close()
    return _changed(plan, answer)


def _mapped(paths: dict[str, str], target: str) -> str | None:
    """The path inside; ``None`` when this one leads nowhere. The longest prefix decides."""
    if not paths:
        return target
    for outside in sorted(paths, key=len, reverse=True):
        rest = target.removeprefix(outside)
        if rest != target and (not rest or rest[0] in "/?"):
            return paths[outside] + rest
    return None


def _changed(plan: FrontPlan, answer: Message) -> Message | None:
    found = _RULE.search(answer.header("x-rtdoctor-sandbox"))
    rule = found[1] if found else ""
    headers = [(k, v) for k, v in answer.headers if k.lower() not in _HIDDEN]
    for outside, inside in plan.paths.items():
        headers = [
            (k, v.replace(inside, outside, 1) if k.lower() == "location" else v) for k, v in headers
        ]
    answer = Message(answer.start, headers, answer.body)
    for change in plan.answers:
        if fnmatchcase(rule, change.rule):
            if change.drop:
                return None
            answer = _apply(change, answer)
    return answer


def _apply(change: AnswerChange, answer: Message) -> Message:
    headers = [(k, v) for k, v in answer.headers if k.lower() not in change.without]
    body = answer.body
    kind = answer.header("content-type")
    if change.sdp is not None and kind.startswith("application/sdp"):
        body = broken_sdp(body.decode(), change.sdp).encode()
    if change.mint_text is not None and kind.startswith("application/json"):
        minted = json.loads(body)
        minted = minted.get("client_secret", minted)
        if "value" in minted:
            values = {"token": minted["value"], "expires_at": minted["expires_at"]}
            body = Template(change.mint_text).substitute(values).encode()
            headers = [(k, v) for k, v in headers if k.lower() != "content-type"]
            headers.append(("Content-Type", change.mint_type))
    return Message(answer.start, headers, body)


def broken_sdp(sdp: str, fault: SdpFault) -> str:
    """An SDP answer with one thing wrong."""
    lines = sdp.splitlines()
    match fault:
        case "no_candidates":
            lines = [line for line in lines if not line.startswith("a=candidate:")]
        case "tcp_only":
            lines = [line for line in lines if not re.match(r"a=candidate:\S+ \d+ udp ", line)]
        case _:
            pattern, new = {
                "wrong_password": (r"^a=ice-pwd:.*", "a=ice-pwd:" + "x" * 24),
                "wrong_fingerprint": (r"^a=fingerprint:.*", f"a=fingerprint:{_OTHER_FINGERPRINT}"),
                "wrong_role": (r"^a=setup:active", "a=setup:passive"),
            }[fault]
            lines = [re.sub(pattern, new, line) for line in lines]
    return "\r\n".join(lines) + "\r\n"
