"""HTTPie commands (``http``, ``https``, ``xh``), by their request items (HTTPie's manual)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import quote_plus

from rtdoctor.subjects.curl import RequestDraft, request_of
from rtdoctor.subjects.seen import Seen
from rtdoctor.subjects.shell_words import Command

_ITEM = re.compile(r"(?s)(?P<name>[^:=@]+)(?P<sign>:=@|=@|:=|==|=|:|@)(?P<text>.*)")
_URL = re.compile(r"[a-z]+://|[\w.-]*[.:/]")
_PROGRAMS = ("http", "https", "xh", "xhs")


def is_httpie(command: Command) -> bool:
    """Whether a command runs HTTPie."""
    return len(command.words) > 1 and command.words[0] in _PROGRAMS


def read_httpie(command: Command, name: str) -> Iterator[Seen]:
    """The request of a command. What stands in other files is not known."""
    program, *rest = command.words
    draft = RequestDraft()
    items, token = _words(rest, draft)
    # The method is the first word in capitals, and may be left out.
    if items and re.fullmatch(r"[A-Z]+", items[0]):
        draft.method = items.pop(0)
    if not items or not _URL.match(items[0]):
        return
    url = _url(items.pop(0), program)
    fields: dict[str, object] = {}
    for item in items:
        url = _put(item, draft, fields, url)
    if token:
        draft.headers.append(("Authorization", f"Bearer {token}"))
    if fields:
        draft.data.append(json.dumps(fields, ensure_ascii=False))
        draft.is_json = True
    yield Seen(request_of(draft, url), None, f"line {command.line} of {name}", exact=False)


def _words(rest: list[str], draft: RequestDraft) -> tuple[list[str], str]:
    """The words that are no options, and the token of ``--auth``."""
    items, token = [], ""
    words = iter(rest)
    for word in words:
        option, equals, value = word.partition("=")
        if option in ("-a", "--auth"):
            token = value if equals else next(words, "")
        elif option == "--raw":
            draft.data.append(value if equals else next(words, ""))
        elif option in ("-A", "--auth-type"):
            if not equals:
                next(words, "")
        elif word == "<":
            draft.data.append(f"@{next(words, '')}")
        elif not word.startswith("-"):
            items.append(word)
    return items, token


def _url(word: str, program: str) -> str:
    if "://" in word:
        return word
    scheme = "https" if program in ("https", "xhs") else "http"
    return f"{scheme}://{'localhost' if word.startswith(':') else ''}{word}"


def _put(item: str, draft: RequestDraft, fields: dict[str, object], url: str) -> str:
    """Put a request item where it belongs; returns the URL, which a parameter changes."""
    match = _ITEM.fullmatch(item)
    if match is None:
        return url
    name, sign, text = match["name"], match["sign"], match["text"]
    if sign == ":":
        draft.headers.append((name, text))
    elif sign == "==":
        return f"{url}{'&' if '?' in url else '?'}{name}={quote_plus(text)}"
    # The value is JSON and not a text.
    elif sign == ":=":
        try:
            fields[name] = json.loads(text)
        except (ValueError, RecursionError):
            fields[name] = text
    else:
        fields[name] = text if sign == "=" else f"@{text}"
    return url
