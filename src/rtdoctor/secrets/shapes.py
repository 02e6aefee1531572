"""What a secret looks like when neither its value nor its name is known.

A shape names the part of a text that must go. Keys with a prefix are in the table; here are the
shapes that have a structure: tokens and keys of a standard, and what stands around a credential.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from rtdoctor.secrets.appearance import is_evidence
from rtdoctor.secrets.table import KeyShape, table


@dataclass(frozen=True, slots=True)
class Replacement:
    """What is shown instead: ``stand_in`` gets a number, ``kind`` is how it is counted.

    ``learn``: the value itself is a secret, to be searched for everywhere from then on.
    """

    kind: str
    stand_in: str
    learn: bool = True

    @property
    def stem(self) -> str:
        return self.stand_in.partition("{")[0]

    @property
    def short(self) -> str:
        """The stand-in as one word without a number."""
        return self.stem.rstrip("?") if "…" in self.stem else "…"


@dataclass(frozen=True, slots=True)
class Found:
    """A part of a text that has to be masked."""

    start: int
    end: int
    value: str
    mask: Replacement


@dataclass(frozen=True, slots=True)
class Shape:
    """``pattern`` has a group ``secret``; it cannot match without ``hint``, which is lower case.

    Most texts hold few of the hints, so a pattern is compiled when it is first needed.

    ``strong``: so certain that the final self-test may refuse to write because of it.
    """

    mask: Replacement
    hint: str
    pattern: str
    strong: bool

    def find(self, text: str) -> Iterator[Found]:
        for match in _compiled(self.pattern).finditer(text):
            yield from found(self.mask, match)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


CREDENTIAL = Replacement("credential", "<credential {n}>")
COOKIE = Replacement("cookie", "<cookie {n}>")
_JWT = Replacement("JSON Web Token", "eyJ…?{n}")
_PEM = Replacement("private key", "<private key {n}>")
# 23 ice-chars, so that the SDP stays valid (RFC 8839, section 5.4)
_ICE = Replacement("ICE password", "redacted/ice/pwd/{n:06}")
_ORGANIZATION = Replacement("organization", "org-…?{n}", learn=False)
_USER = Replacement("user in a URL", "<user {n}>", learn=False)
_PASSWORD = Replacement("password in a URL", "<password {n}>")
_HALF = Replacement("half-masked key", "<half-masked key {n}>", learn=False)

WORD = r"[^\s\"'`<>\\,;&()]"


def word_without(characters: str) -> str:
    """The class ``WORD`` without these characters: a search for one of them need not go back."""
    return WORD.replace("[^", f"[^{characters}")


def _shape(mask: Replacement, hint: str, pattern: str, *, strong: bool = False) -> Shape:
    return Shape(mask, hint, pattern, strong)


_STRUCTURES = (
    _shape(
        _JWT,
        "eyj",
        r"(?P<secret>eyJ(?<![A-Za-z0-9]eyJ)[A-Za-z0-9_-]{5,1000}+(?:\.[A-Za-z0-9_-]*){1,4})",
        strong=True,
    ),
    _shape(
        _PEM,
        "private key-----",
        r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"
        r"(?P<secret>(?:[A-Za-z0-9+/=:,.\s]|-(?!-))++)",
        strong=True,
    ),
    _shape(
        _ICE,
        "ice-pwd:",
        r"ice-pwd:(?P<secret>(?:(?!&(?:#|quot;|amp;|lt;|gt;|apos;))[^\s\"'<>\\]){4,})",
        strong=True,
    ),
    _shape(
        CREDENTIAL,
        "bearer",
        r"(?i)\bbearer[ \t]+(?P<secret>(?=[a-z._~+/=-]{0,99}[0-9])[a-z0-9._~+/=-]{8,}"
        r"|[a-z0-9._~+/=-]{20,})",
        strong=True,
    ),
    # From here on the surroundings say that it is a secret.
    _shape(
        CREDENTIAL,
        "basic",
        r"(?i)\bbasic[ \t]+(?P<secret>(?=[a-z+/]{0,99}[0-9=])[a-z0-9+/]{8,}={0,2})",
    ),
    _shape(
        CREDENTIAL,
        "authorization",
        r"(?i)authorization[\"']?\s*[:=]\s*[\"']?"
        r"(?P<secret>(?=[a-z._~+/=-]{0,99}[0-9])[a-z0-9._~+/=-]{8,}|[a-z0-9._~+/=-]{20,})",
    ),
    _shape(
        CREDENTIAL,
        '"value"',  # where token answers carry their token, whatever it looks like
        r'"value"\s*:\s*"(?P<secret>(?=[^"]{0,99}[0-9])(?=[^"]{0,99}[a-z])(?=[^"]{0,99}[A-Z])'
        r'[A-Za-z0-9._~+/=-]{24,})"',
    ),
    _shape(
        _USER,
        "://",
        r"(?i)\b[a-z][a-z0-9+.-]{0,20}://(?P<secret>[^\s/?#:@\"'`<>\\]+)(?=(?::[^\s/?#\"'`\\]*)?@)",
    ),
    _shape(
        _PASSWORD,
        "://",
        r"(?i)\b[a-z][a-z0-9+.-]{0,20}://[^/?#:@\"'`\\]*:(?P<secret>[^\s/?#\"'`<>\\]+)@",
    ),
    _shape(
        CREDENTIAL,
        "api key provided:",  # as services repeat a wrong key; not the dot of their sentence
        r"(?i)\bAPI key provided:\s{0,3}(?![^\s]{0,400}[*<…])"
        r"(?P<secret>[^\s\"'`\\,}&]{7,400}[^\s\"'`\\,}&.])",
    ),
    _shape(_ORGANIZATION, "org-", r"(?P<secret>org-(?<![A-Za-z0-9]org-)[A-Za-z0-9]{16,})"),
    _shape(
        _HALF,
        "***",  # as in: Incorrect API key provided: sk-proj-****abcd
        r"\b(?:sk-(?:[a-z]+-)?|ek_|(?=[A-Za-z0-9_-]{2,99}\*{3,}[A-Za-z0-9]))"
        r"(?P<secret>[A-Za-z0-9_-]{0,99}\*{3,}[A-Za-z0-9_*-]*)",
    ),
)


def _of_key(key: KeyShape) -> Shape:
    prefix, also = re.escape(key.prefix), re.escape(key.also)
    mixed = f"(?=[A-Za-z{also}]{{0,99}}[0-9])" if key.digit else ""
    # The prefix comes first and the look-behind after it: many times faster to search for.
    pattern = (
        f"(?P<secret>{prefix}(?<![A-Za-z0-9{re.escape(key.not_after)}]{prefix}){mixed}"
        f"[A-Za-z0-9{also}]{{{key.length},}})"
    )
    mask = Replacement(key.kind, key.shown or f"<{key.kind} {{n}}>")
    return _shape(mask, key.prefix.lower(), pattern, strong=True)


def _behind_scheme() -> Shape:
    schemes = "|".join(table().names.schemes)
    pattern = rf"(?i)authorization[\"']?\s*[:=]\s*[\"']?(?:{schemes})[ \t]+(?P<secret>{WORD}+)"
    return _shape(CREDENTIAL, "authorization", pattern)


@cache
def _shapes() -> tuple[Shape, ...]:
    return (*map(_of_key, table().keys), *_STRUCTURES, _behind_scheme())


@cache
def _strong_shapes() -> tuple[Shape, ...]:
    return tuple(shape for shape in _shapes() if shape.strong)


def find_shapes(text: str, lowered: str) -> Iterator[Found]:
    """Every part of a text that looks like a secret, and is not evidence."""
    for shape in _shapes():
        if shape.hint in lowered:
            yield from shape.find(text)


def find_strong_shapes(text: str) -> Iterator[Found]:
    """Only what is a secret beyond doubt: for the self-test on final bytes."""
    lowered = text.lower()
    for shape in _strong_shapes():
        if shape.hint in lowered:
            yield from shape.find(text)


def found(mask: Replacement, match: re.Match[str]) -> Iterator[Found]:
    """What the group ``secret`` matched, without the space around it, unless it is evidence."""
    value = match["secret"].strip()
    if value and not is_evidence(value):
        start = match.start("secret") + match["secret"].index(value[0])
        yield Found(start, start + len(value), value, mask)
