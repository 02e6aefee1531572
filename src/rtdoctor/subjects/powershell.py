"""``Invoke-WebRequest`` and ``Invoke-RestMethod`` commands, as people and browsers write them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rtdoctor.domain.exchange import HttpRequest
from rtdoctor.subjects.seen import Seen

_COMMAND = re.compile(r"(?i)\b(?:Invoke-WebRequest|Invoke-RestMethod|iwr|irm)\b")
_TOKEN = re.compile(
    r"""(?xs)
      "(?P<double>(?:[^"`]|`.?|"")*+)(?:"|\Z)
    | '(?P<single>(?:[^']|'')*+)(?:'|\Z)
    | (?<![\w-])-(?P<parameter>[A-Za-z]+)\b:?
    | (?P<continued>`\r?\n)
    | (?P<open>@\{) | (?P<close>\})
    | (?P<end>[\r\n;|])
    | (?P<equals>=)
    | (?P<bare>[^\s"'`@{}();|=-][^\s"'`@{}();|=]*)
    | (?P<other>.)
    """
)
_ESCAPE = re.compile(r'(?s)`(?P<escaped>.)|\$\(\[char\](?P<code>[0-9]{1,6})\)|(?P<quote>"")')
_NAMES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "`": "`"}


def is_powershell(text: str) -> bool:
    """Whether a text holds a command for PowerShell."""
    return _COMMAND.search(text) is not None


def read_powershell(text: str, name: str) -> Iterator[Seen]:
    """The request of each command. Variables stay as they are written."""
    starts = [match.start() for match in _COMMAND.finditer(text)]
    line, counted = 1, 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        line += text.count("\n", counted, start)
        counted = start
        yield from _seen(text[start:end], f"line {line} of {name}")


def _seen(command: str, origin: str) -> Iterator[Seen]:
    values, table = _parameters(command)
    url = values.get("uri")
    if not url:
        return
    headers = dict(table)
    if "contenttype" in values:
        headers["Content-Type"] = values["contenttype"]
    body = values.get("body")
    method = values.get("method", "POST" if body else "GET").upper()
    yield Seen(HttpRequest(method, url, tuple(headers.items()), body), None, origin, exact=False)


def _parameters(command: str) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The first text behind each parameter, and the pairs of the table behind ``-Headers``."""
    values: dict[str, str] = {}
    table: list[tuple[str, str]] = []
    parameter, in_table, texts = "uri", False, list[str]()
    for match in _TOKEN.finditer(command, len(_first_word(command))):
        kind = match.lastgroup or ""
        if kind in ("double", "single", "bare"):
            text = _text(kind, match[kind])
            if in_table:
                texts.append(text)
            elif not (kind == "bare" and text.startswith("[")):  # a type, as in [Text.Encoding]
                # The first text counts; what follows an unknown parameter belongs to that.
                values.setdefault(parameter, text)
        elif kind == "parameter" and not in_table:
            parameter = match["parameter"].lower()
        elif kind in ("open", "close"):
            in_table = kind == "open"
        elif kind == "end" and not in_table:
            break
        if kind in ("close", "end") and texts:
            if parameter == "headers" and len(texts) > 1:
                # A value that is put together of several texts counts as one.
                table.append((texts[0], " ".join(texts[1:])))
            texts = []
    return values, table


def _first_word(command: str) -> str:
    match = _COMMAND.match(command)
    return match[0] if match else ""


def _text(kind: str, text: str) -> str:
    if kind == "single":
        return text.replace("''", "'")
    return _ESCAPE.sub(_unescaped, text) if kind == "double" else text


def _unescaped(match: re.Match[str]) -> str:
    if match["code"]:
        number = int(match["code"])
        return chr(number) if number <= 0x10FFFF else "\N{REPLACEMENT CHARACTER}"
    if match["quote"]:
        return '"'
    return _NAMES.get(match["escaped"], match["escaped"])
