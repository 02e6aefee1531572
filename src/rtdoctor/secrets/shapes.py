"""What a secret looks like when its value is not known, and what only stands in its place.

A shape names the part of a text that must go. Whatever explains a failure must stay:
``Bearer undefined``, ``[object Object]``, placeholders, model names, header names, schemes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mask:
    """What is shown instead: ``stand_in`` gets a number, ``kind`` is how it is counted.

    ``learn``: the value itself is a secret, to be searched for everywhere from then on.
    """

    kind: str
    stand_in: str
    learn: bool = True

    @property
    def stem(self) -> str:
        return self.stand_in.partition("{")[0]


@dataclass(frozen=True, slots=True)
class Found:
    """A part of a text that has to be masked."""

    start: int
    end: int
    value: str
    mask: Mask


@dataclass(frozen=True, slots=True)
class Shape:
    """``pattern`` has a group ``secret``; it cannot match without one of the lower-case ``hints``.

    ``strong``: so certain that the final self-test may refuse to write because of it.
    """

    mask: Mask
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    strong: bool

    def find(self, text: str) -> Iterator[Found]:
        for match in self.pattern.finditer(text):
            yield from found(self.mask, match)


CREDENTIAL = Mask("credential", "<credential {n}>")
COOKIE = Mask("cookie", "<cookie {n}>")
_SK = Mask("API key", "sk-…?{n}")
_EK = Mask("ephemeral token", "ek_…?{n}")
_XAI = Mask("xAI key or token", "xai-…?{n}")
_JWT = Mask("JSON Web Token", "eyJ…?{n}")
_PEM = Mask("private key", "<private key {n}>")
# 23 ice-chars, so that the SDP stays valid (RFC 8839, section 5.4)
_ICE = Mask("ICE password", "redacted/ice/pwd/{n:06}")
_ORGANIZATION = Mask("organization", "org-…?{n}", learn=False)
_USER = Mask("user in a URL", "<user {n}>", learn=False)
_PASSWORD = Mask("password in a URL", "<password {n}>")
_HALF = Mask("half-masked key", "<half-masked key {n}>", learn=False)

_KEY_NAME = (
    r"(?:x-)?(?:[a-z]+_)?api[_-]?key|(?:client|app)?_?secret|private_?key|ephemeral_?key"
    r"|(?:access|refresh|id|auth|session|ephemeral)?_?token|password|passwd|credential"
)
_WORD = r"[^\s\"'`<>\\,;&()]"


def _shape(mask: Mask, hints: str, pattern: str, *, strong: bool = False) -> Shape:
    return Shape(mask, tuple(hints.split("|")), re.compile(pattern), strong)


SHAPES = (
    # The literal comes first and the look-behind after it: many times faster to search for.
    _shape(
        _SK,
        "sk-",
        r"(?P<secret>sk-(?<![A-Za-z0-9]sk-)"
        r"(?:[A-Za-z0-9_-]{12,}|(?=[A-Za-z_-]{0,99}[0-9])[A-Za-z0-9_-]{8,}))",
        strong=True,
    ),
    _shape(
        _SK,
        "sk_",
        r"(?P<secret>sk_(?<![A-Za-z0-9_]sk_)(?=[A-Za-z_]{0,99}[0-9])[A-Za-z0-9_]{16,})",
        strong=True,
    ),
    _shape(_EK, "ek_", r"(?P<secret>ek_(?<![A-Za-z0-9_]ek_)[A-Za-z0-9_-]{6,})", strong=True),
    _shape(
        _XAI,
        "xai-",
        r"(?P<secret>xai-(?<![A-Za-z0-9]xai-)(?:(?:realtime-)?client-secret[-.])?"
        r"(?=[A-Za-z_.-]{0,99}[0-9])[A-Za-z0-9_.-]{8,})",
        strong=True,
    ),
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
        r"(?i)authorization[\"']?\s*[:=]\s*[\"']?(?:bearer|basic|token|apikey)[ \t]+"
        rf"(?P<secret>{_WORD}+)",
    ),
    _shape(
        CREDENTIAL,
        "authorization",
        r"(?i)authorization[\"']?\s*[:=]\s*[\"']?"
        r"(?P<secret>(?=[a-z._~+/=-]{0,99}[0-9])[a-z0-9._~+/=-]{8,}|[a-z0-9._~+/=-]{20,})",
    ),
    _shape(
        CREDENTIAL,
        "key|secret|token|passw|credential",
        rf"(?i)\b(?:{_KEY_NAME})\\?[\"']?\s*[:=]\s*(?P<quote>\\?[\"'`])"
        r"(?P<secret>(?:(?!(?P=quote))(?:[^\\\r\n]|\\.))++)(?P=quote)",
    ),
    _shape(
        CREDENTIAL,
        '"value"',  # where token answers carry their token, whatever it looks like
        r'"value"\s*:\s*"(?P<secret>(?=[^"]{0,99}[0-9])(?=[^"]{0,99}[a-z])(?=[^"]{0,99}[A-Z])'
        r'[A-Za-z0-9._~+/=-]{24,})"',
    ),
    _shape(
        CREDENTIAL,
        "key=|secret=|token=|password=|passwd=|credential=|sig=|signature=",
        rf"(?i)(?:[?&]|^)(?:{_KEY_NAME}|key|sig|signature)=(?P<secret>[^&;#\s\"'`<>\\]+)",
    ),
    _shape(
        CREDENTIAL,
        "key=|token=|secret=|password=",
        r"\b[A-Z0-9_]*(?:API_?KEY|TOKEN|SECRET|PASSWORD)=[\"']?"
        r"(?P<secret>(?=[^\s]{0,99}[0-9])(?![$({\[])" + _WORD + "{6,})",
    ),
    _shape(
        CREDENTIAL,
        "--",
        rf"--(?:api-?key|token|password|secret|key)[= ](?P<secret>(?!-){_WORD}+)",
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
    _shape(_ORGANIZATION, "org-", r"(?P<secret>org-(?<![A-Za-z0-9]org-)[A-Za-z0-9]{16,})"),
    _shape(
        _HALF,
        "***",  # as in: Incorrect API key provided: sk-proj-****abcd
        r"\b(?:sk-(?:[a-z]+-)?|ek_|(?=[A-Za-z0-9_-]{2,99}\*{3,}[A-Za-z0-9]))"
        r"(?P<secret>[A-Za-z0-9_-]{0,99}\*{3,}[A-Za-z0-9_*-]*)",
    ),
)

_STRONG = tuple(shape for shape in SHAPES if shape.strong)

_COOKIE_HEADER = re.compile(
    r"(?i)\b(?P<set>set-)?cookie[\"']?\s*[:=]\s*[\"']?"
    r"(?P<value>[^\s=;\"']{1,200}=(?:(?<==)\"[^\"\r\n;]*\"(?=\s*(?:;|[\r\n]|\Z))|[^\r\n\"'\\])+)"
)
_COOKIE_PAIR = re.compile(r"(?:[^=;\s]+=)?(?P<secret>[^;\s][^;]*)")

# an ICE password must look like one (RFC 8839, 5.4), and a report may cut its stand-in short
_ICE_STAND_IN = "|".join("redacted/ice/pwd/"[:length] for length in range(17, 0, -1))
_ALIAS = r"(?:sk|ek|xai|eyJ|org)[-_]?…[#?]?\d*" rf"|(?:{_ICE_STAND_IN})\d*[^A-Za-z0-9+/]*"
_MISSING = r"undefined|null|None|none|nan|NaN|true|True|false|False|\[object(?:\ \w+\])?"
_EVIDENCE = re.compile(
    rf"""(?x) {_ALIAS} | {_MISSING}
      | (?i: \$\{{?[\w.()\[\]]*\}}? | \$\(.* | \{{.*\}} | <[^<>]*> | %\w%?    # a template
      | (?:your|insert|replace|paste|put|enter)[-_\ ](?:[a-z]+[-_\ ])*(?:key|token|secret|password)
        (?:[-_\ ]here)?
      | process\.env\.\w+ | os\.(?:environ|getenv).* | import\.meta\..*
      | x{{3,}} | \*+ | \.+ | -+ | (?:sk|ek|xai)[-_]\.* )
      | [A-Z]+(?:_[A-Z]+)*_(?:KEY|TOKEN|SECRET|PASSWORD)
    """
)


def is_alias(text: str) -> bool:
    """Whether this is already an alias that can stand in a text as it is (``ek_…#3``)."""
    return re.fullmatch(_ALIAS, text) is not None


def is_word(value: str) -> bool:
    """Whether this is what a program prints where a value is missing: never a secret."""
    return re.fullmatch(_MISSING, value) is not None


def is_evidence(value: str) -> bool:
    """Whether this stands where a secret should be without being one.

    ``undefined``, ``[object Object]``, ``${TOKEN}``, ``YOUR_API_KEY``, an alias of ours.
    """
    return _EVIDENCE.fullmatch(value.strip()) is not None


def find_shapes(text: str) -> Iterator[Found]:
    """Every part of a text that looks like a secret, and is not evidence."""
    lowered = text.lower()
    for shape in _hinted(SHAPES, lowered):
        yield from shape.find(text)
    if "cookie" in lowered:
        for header in _COOKIE_HEADER.finditer(text):
            yield from find_cookies(text, *header.span("value"), only_first=bool(header["set"]))


def find_strong_shapes(text: str) -> Iterator[Found]:
    """Only what is a secret beyond doubt: for the self-test on final bytes."""
    for shape in _hinted(_STRONG, text.lower()):
        yield from shape.find(text)


def _hinted(shapes: tuple[Shape, ...], lowered: str) -> Iterator[Shape]:
    for shape in shapes:
        for hint in shape.hints:
            if hint in lowered:
                yield shape
                break


def find_cookies(text: str, start: int, end: int, *, only_first: bool) -> Iterator[Found]:
    """The cookie values; of a Set-Cookie only the first, the rest are its attributes."""
    for match in _COOKIE_PAIR.finditer(text, start, end):
        yield from found(COOKIE, match)
        if only_first:
            return


def found(mask: Mask, match: re.Match[str]) -> Iterator[Found]:
    value = match["secret"].strip()
    if value and not is_evidence(value):
        start = match.start("secret") + match["secret"].index(value[0])
        yield Found(start, start + len(value), value, mask)
