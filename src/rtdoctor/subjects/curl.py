"""``curl`` commands, as people write them and as browsers copy them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rtdoctor.domain.exchange import HttpRequest
from rtdoctor.subjects.form import BOUNDARY, form_body
from rtdoctor.subjects.seen import Seen
from rtdoctor.subjects.shell_words import Command

_PROGRAM = re.compile(r"(?i)(?:.*[/\\])?curl(?:\.exe)?")
# Options of curl that take a value and say nothing about the request (curl's manual).
_WITH_VALUE = frozenset(
    """-o --output -m --max-time --connect-timeout --cacert --cert --key -E -w --write-out -c
    --cookie-jar --retry --retry-delay --resolve --interface -x --proxy --proxy-user -U
    --limit-rate -T --upload-file --trace --trace-ascii -D --dump-header -K --config --ciphers
    --tls-max --noproxy -z --time-cond -r --range -C --continue-at --request-target""".split()  # noqa: SIM905
)
_NAMES = {
    "-X": "--request",
    "-H": "--header",
    "-d": "--data",
    "--data-ascii": "--data",
    "-F": "--form",
    "-u": "--user",
    "-A": "--user-agent",
    "-e": "--referer",
    "-b": "--cookie",
    "-I": "--head",
    "-G": "--get",
}
_VALUED = frozenset(
    """--request --header --data --data-raw --data-binary --data-urlencode --json --form
    --form-string --user --user-agent --referer --cookie --url --oauth2-bearer
    --url-query""".split()  # noqa: SIM905
)


@dataclass(slots=True)
class RequestDraft:
    """A request as the options of one command build it, by the rules of curl."""

    urls: list[str] = field(default_factory=list)
    method: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    fields: list[tuple[str, str, str]] = field(default_factory=list)
    is_get: bool = False
    is_json: bool = False


def is_curl(command: Command) -> bool:
    """Whether a command runs curl, perhaps behind ``$`` or ``sudo``."""
    return _start(command.words) is not None


def _start(words: Sequence[str]) -> int | None:
    for at, word in enumerate(words[:4]):
        if _PROGRAM.fullmatch(word):
            return at
    return None


def read_curl(command: Command, name: str) -> Iterator[Seen]:
    """The requests of a curl command. What stands in other files is not known."""
    draft = RequestDraft()
    words = command.words[(_start(command.words) or 0) + 1 :]
    for option, value in _options(words):
        _apply(draft, option, value)
    for url in draft.urls:
        yield Seen(request_of(draft, url), None, f"line {command.line} of {name}", exact=False)


def _options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each option with its value; a word that is none is a URL."""
    rest = iter(words)
    for word in rest:
        # What follows is another request with options of its own.
        if word == "--next":
            return
        if word.startswith("--"):
            option, equals, value = word.partition("=")
            name = _NAMES.get(option, option)
            if name in _VALUED or option in _WITH_VALUE:
                yield name, value if equals else next(rest, "")
            else:
                yield name, ""
        elif word.startswith("-") and len(word) > 1:
            yield from _short(word, rest)
        elif word not in ("<", ">", ">>", "2>&1"):
            yield "--url", word


def _short(word: str, rest: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Short options, which may be written as one word: ``-sSXPOST``."""
    for at, letter in enumerate(word[1:], 1):
        option = f"-{letter}"
        name = _NAMES.get(option, option)
        if name in _VALUED or option in _WITH_VALUE:
            # The rest of the word is the value, as in `-XPOST`, or the next word is.
            yield name, word[at + 1 :] or next(rest, "")
            return
        yield name, ""


def _apply(draft: RequestDraft, option: str, value: str) -> None:
    match option:
        case "--url":
            draft.urls.append(value if "://" in value else f"http://{value}")
        case "--request":
            draft.method = value.upper()
        case "--header":
            name, colon, text = value.partition(":")
            draft.headers += [(name.strip(), text.strip())] if colon else []
        case "--data" | "--data-raw" | "--data-binary" | "--data-urlencode":
            draft.data.append(value)
        case "--json":
            draft.data.append(value)
            draft.is_json = True
        case "--form" | "--form-string":
            draft.fields.append(_form_field(value))
        case "--user":
            encoded = base64.b64encode(value.encode()).decode()
            draft.headers.append(("Authorization", f"Basic {encoded}"))
        case "--oauth2-bearer":
            draft.headers.append(("Authorization", f"Bearer {value}"))
        case "--user-agent" | "--referer" | "--cookie":
            draft.headers.append((option.removeprefix("--"), value))
        case "--get" | "--head":
            draft.is_get = True
        case "--url-query":
            draft.urls[-1:] = [f"{url}{'&' if '?' in url else '?'}{value}" for url in draft.urls]
        case _:
            pass


def _form_field(value: str) -> tuple[str, str, str]:
    """``sdp=<offer.sdp;type=application/sdp`` as name, content type and text."""
    name, _, text = value.partition("=")
    text, typed, rest = text.partition(";type=")
    return name, rest.partition(";")[0] if typed else "", text.strip('"') if typed else text


def request_of(draft: RequestDraft, url: str) -> HttpRequest:
    """The request to one of the URLs, with what curl adds: method and content type."""
    headers = list(draft.headers)
    known = {name.lower() for name, _ in headers}

    def default(name: str, value: str) -> None:
        if name.lower() not in known:
            headers.append((name, value))

    body: str | None = None
    if draft.fields:
        body = form_body(draft.fields)
        default("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
    elif draft.data and draft.is_get:
        url = f"{url}{'&' if '?' in url else '?'}{'&'.join(draft.data)}"
    elif draft.data:
        # curl joins several --data by `&`, and several --json by nothing.
        body = "".join(draft.data) if draft.is_json else "&".join(draft.data)
        form = "application/x-www-form-urlencoded"  # curl's manual, --data
        default("Content-Type", "application/json" if draft.is_json else form)
    method = draft.method or ("POST" if body is not None else "GET")
    return HttpRequest(method, url, tuple(headers), body)
