"""What is secret in a value because of the name it goes by, wherever the two stand.

``find_named`` is for a header, a parameter or a field whose name is known; ``find_pairs`` finds
names with their values in a text: JSON, YAML, headers, queries, code, options, variables.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from functools import cache

from rtdoctor.secrets.appearance import looks_random
from rtdoctor.secrets.names import LONGEST, Name, hints, judge
from rtdoctor.secrets.shapes import (
    COOKIE,
    CREDENTIAL,
    WORD,
    Found,
    Replacement,
    found,
    word_without,
)
from rtdoctor.secrets.table import table

_ORGANIZATION = Replacement("organization", "<organization {n}>", learn=False)
_WHOLE = re.compile(r"\s*(?P<secret>\S(?:.*\S)?)", re.DOTALL)
_AUTHORIZATION = re.compile(
    r"\s*(?:(?P<scheme>[A-Za-z][A-Za-z0-9-]*)\s+)?(?P<secret>\S(?:.*\S)?)", re.DOTALL
)
_COOKIE_HEADER = re.compile(
    r"(?i)\b(?P<set>set-)?cookie[\"']?\s*[:=]\s*[\"']?"
    r"(?P<value>[^\s=;\"']{1,200}=(?:(?<==)\"[^\"\r\n;]*\"(?=\s*(?:;|[\r\n]|\Z))|[^\r\n\"'\\])+)"
)
_COOKIE_PAIR = re.compile(r"(?:[^=;\s]+=)?(?P<secret>[^;\s][^;]*)")
_KNOWN_COOKIE = r"(?<![A-Za-z0-9])(?:{names})=(?P<secret>[^;\s'\"\\]{{8,}})"

_NAME_CHARACTERS = string.ascii_letters + string.digits + "_-"
_REST_OF_NAME = r"[a-z0-9_-]{0,60}+"
_SIGN = r"(?P<before>\s*+)(?P<sign>=>|:=|=(?!=)|:(?!:))(?P<after>\s*+)"
# In a sentence or an XML element only a value that looks random is one: `the token abc1...`.
# Most words have no digit, and are done with here.
_NO_SIGN = (
    r"(?P<words>>|[ \t]++(?:is[ \t]++|was[ \t]++|of[ \t]++)?)"
    rf"(?=[\"'`]?{word_without('0-9')}*+[0-9])"
)
_OPTION = re.compile(rf"(?a)--(?P<name>[\w-]{{1,{LONGEST}}})[= ](?P<secret>(?!-){WORD}+)")
_QUOTED = re.compile(
    r"(?P<quote>\\?[\"'`])(?P<secret>(?:(?!(?P=quote))(?:[^\\\r\n]|\\.))++)(?P=quote)"
)
_OPENED, _NEXT = re.compile(r"\[\s*+"), re.compile(r"\s*+,\s*+")
_PARAMETER = re.compile(r"(?P<secret>[^&;#\s\"'`<>\\]+)")
# Without a quote, a word may be of a sentence or of code: only a digit tells a secret apart.
_DIGIT = rf"(?={word_without('0-9')}{{0,99}}+[0-9])"
_LETTER = rf"(?={word_without('A-Za-z')}{{0,99}}+[A-Za-z])"
_CALL = r"(?![\w.]{1,99}\()"
_ASSIGNED = re.compile(rf"[\"']?(?P<secret>{_DIGIT}{_CALL}(?![$({{\[]){WORD}{{6,}})")
_IN_WORDS = re.compile(rf"[\"'`]?(?P<secret>{_CALL}{WORD}*[^\s\"'`<>\\,;&().:?!])")
_BARE = re.compile(rf"[\"']?(?P<secret>{_DIGIT}{_LETTER}{_CALL}(?![$({{\[]){WORD}{{6,}})")


def find_named(name: str, value: str) -> Iterator[Found]:
    """The parts of ``value`` that must go. The scheme of an Authorization header stays."""
    match judge(name):
        case Name.COOKIE | Name.SET_COOKIE as kind:
            yield from find_cookies(value, 0, len(value), only_first=kind is Name.SET_COOKIE)
        case Name.AUTHORIZATION:
            credential = _AUTHORIZATION.match(value)
            if credential and (
                credential["scheme"] or credential["secret"].lower() not in table().names.schemes
            ):
                yield from found(CREDENTIAL, credential)
        case Name.ORGANIZATION:
            yield from _whole(_ORGANIZATION, value)
        case Name.SECRET | Name.SECRET_IN_REQUESTS:
            yield from _whole(CREDENTIAL, value)
        case Name.SECRET_IF_RANDOM if looks_random(value):
            yield from _whole(CREDENTIAL, value)


def find_pairs(text: str, lowered: str) -> Iterator[Found]:
    """The values in a text whose names say that they are secret.

    ``lowered`` is the text in lower case, with every character in its place.
    """
    if any(hint in lowered for hint in hints()):
        for pair in _pairs().finditer(lowered):
            yield from _of_pair(text, pair)
        for option in _OPTION.finditer(text):
            if judge(option["name"]) in (Name.SECRET, Name.SECRET_IN_REQUESTS):
                yield from found(CREDENTIAL, option)
    if "cookie" in lowered:
        for header in _COOKIE_HEADER.finditer(text):
            yield from find_cookies(text, *header.span("value"), only_first=bool(header["set"]))
    names = table().names.known_cookies
    if any(name in lowered for name in names):
        for cookie in re.finditer(_KNOWN_COOKIE.format(names="|".join(names)), text):
            yield from found(COOKIE, cookie)


def find_cookies(text: str, start: int, end: int, *, only_first: bool) -> Iterator[Found]:
    """The cookie values; of a Set-Cookie only the first, the rest are its attributes."""
    for match in _COOKIE_PAIR.finditer(text, start, end):
        yield from found(COOKIE, match)
        if only_first:
            return


@cache
def _pairs() -> re.Pattern[str]:
    """A word of the table, the rest of the name it stands in, and a sign before the value.

    It is looked for in lower case, since patterns that ignore case are many times slower.
    """
    words = "|".join(hints())
    part = "|".join(table().names.trailing)  # `client_secret.value`
    return re.compile(
        rf"(?P<word>(?:{words}){_REST_OF_NAME}(?:\.(?:{part})\b)?)"
        rf"\]?\\{{0,4}}[\"'`]?\]?(?:{_SIGN}|{_NO_SIGN})"
    )


def _of_pair(text: str, pair: re.Match[str]) -> Iterator[Found]:
    before = text[max(0, pair.start() - LONGEST) : pair.start()]
    # The word may stand inside a longer name, and the whole name is what is judged.
    begins = pair.start() - len(before) + len(before.rstrip(_NAME_CHARACTERS))
    name = judge(text[begins : pair.end("word")])
    if name not in (Name.SECRET, Name.SECRET_IN_REQUESTS, Name.SECRET_IF_RANDOM):
        return
    if pair["words"]:
        value = _IN_WORDS.match(text, pair.end())
        if value and looks_random(value["secret"]):
            yield from found(CREDENTIAL, value)
        return
    is_close = pair["sign"] == "=" and not pair["before"] and not pair["after"]
    start = pair.end()
    if opened := _OPENED.match(text, start):
        yield from _of_list(text, opened.end())
        return
    value = None
    is_parameter = is_close and text[max(0, begins - 1) : begins] in ("", "?", "&")
    if is_parameter and name is not Name.SECRET_IF_RANDOM:
        value = _PARAMETER.match(text, start)
    if value is None:
        value = _QUOTED.match(text, start)
        if value is None:
            value = (_ASSIGNED if is_close else _BARE).match(text, start)
        if value and name is not Name.SECRET and not looks_random(value["secret"]):
            return
    if value:
        yield from found(CREDENTIAL, value)


def _of_list(text: str, at: int) -> Iterator[Found]:
    """Those of the quoted texts of a list that look random."""
    while value := _QUOTED.match(text, at):
        if looks_random(value["secret"]):
            yield from found(CREDENTIAL, value)
        following = _NEXT.match(text, value.end())
        if following is None:
            return
        at = following.end()


def _whole(mask: Replacement, value: str) -> Iterator[Found]:
    if match := _WHOLE.match(value):
        yield from found(mask, match)
