"""What a value looks like: a stand-in of ours, what a program prints for a missing one, or random.

Whatever explains a failure must stay: ``Bearer undefined``, ``[object Object]``, placeholders.
"""

from __future__ import annotations

import re

from rtdoctor.secrets.names import Name, judge

# an ICE password must look like one (RFC 8839, 5.4), and a report may cut its stand-in short
_ICE_STAND_IN = "|".join("redacted/ice/pwd/"[:length] for length in range(17, 0, -1))
_ALIAS = r"(?:sk|ek|xai|eyJ|org)[-_]?…[#?]?\d*" rf"|(?:{_ICE_STAND_IN})\d*[^A-Za-z0-9+/]*"
_MISSING = r"undefined|null|None|none|nan|NaN|true|True|false|False|\[object(?:\ \w+\])?"
_PREFIX = "(?:(?:sk|ek|xai)[-_])?"
_EVIDENCE = re.compile(
    rf"""(?x) {_ALIAS} | {_MISSING}
      | (?i: \$\{{?[\w.()\[\]]*\}}? | \$\(.* | \{{.*\}} | <[^<>]*> | %\w%?    # a template
      | process\.env\.\w+ | os\.(?:environ|getenv).* | import\.meta\..*
      | {_PREFIX}x{{3,}} | \*+ | [.…]+ | -+ | (?:sk|ek|xai)[-_]\.* )
    """
)
# `your-api-key-here`, `sk-your-key`, `OPENAI_API_KEY`: a secret's name where the secret should be
_NAMED_INSTEAD = re.compile(
    r"(?P<variable>[A-Z]+(?:_[A-Z]+)+)"
    rf"|(?i:{_PREFIX}(?:your|insert|replace|paste|put|enter)[-_ ](?P<name>[a-z]+(?:[-_ ][a-z]+)*))"
)
_PIECE = re.compile(r"[A-Za-z0-9]{8,}")
_MIXED = re.compile(r"(?=[A-Za-z]{0,999}[0-9])(?=[0-9]{0,999}[A-Za-z])")
_SPACE = re.compile(r"\s")
# A date, a version, an amount, a short number: reports are full of them.
_NUMBER = re.compile(r"(?a)\d{1,7}|(?=.{0,20}\Z)\d+(?:[-./:,T ]\d+)+Z?")


def is_alias(text: str) -> bool:
    """Whether this is already an alias that can stand in a text as it is (``ek_…#3``)."""
    return re.fullmatch(_ALIAS, text) is not None


def is_word(value: str) -> bool:
    """Whether this is what a program prints where a value is missing: never a secret."""
    return re.fullmatch(_MISSING, value) is not None


def is_number(value: str) -> bool:
    """Whether this has no letter, and few digits, like a date, a version or a port."""
    return _NUMBER.fullmatch(value) is not None


def is_evidence(value: str) -> bool:
    """Whether this stands where a secret should be without being one.

    ``undefined``, ``[object Object]``, ``${TOKEN}``, ``YOUR_API_KEY``, an alias of ours.
    """
    value = value.strip()
    if _EVIDENCE.fullmatch(value):
        return True
    named = _NAMED_INSTEAD.fullmatch(value)
    if named is None:
        return False
    name = named["variable"] or named["name"]
    return judge(name.lower().removesuffix("here").rstrip("-_ ")) is not Name.ORDINARY


def looks_random(value: str) -> bool:
    """Whether eight letters and digits in a row are mixed, as in no word, version or date."""
    return _SPACE.search(value) is None and any(map(_MIXED.match, _PIECE.findall(value)))


def is_unmistakable(value: str) -> bool:
    """Whether a value cannot be an ordinary word, so that it may be searched for everywhere."""
    return (
        len(value) >= 16
        and re.search(r"[0-9]", value) is not None
        and re.search(r"[A-Za-z]", value) is not None
        and re.search(r"[\s<>…]", value) is None
    )
