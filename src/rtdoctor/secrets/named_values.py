"""What is secret in a value because of the name it goes by: a header, a parameter, a field."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rtdoctor.secrets.shapes import CREDENTIAL, Found, Mask, find_cookies, found

_ORGANIZATION = Mask("organization", "<organization {n}>", learn=False)
_SCHEMES = frozenset({"bearer", "basic", "digest", "token", "apikey", "negotiate"})
_KEY_NAME = re.compile(
    r"(?i)(?:x-)?(?:[a-z]+[-_])*(?:api[-_]?key|subscription-key|(?:auth|security)[-_]token)"
    r"|key|(?:access_|refresh_|id_|session_|ephemeral_)?token|(?:client_)?secret"
    r"|password|passwd|credential|sig|signature"
)
_WHOLE = re.compile(r"\s*(?P<secret>\S(?:.*\S)?)", re.DOTALL)
_AUTHORIZATION = re.compile(
    r"\s*(?:(?P<scheme>[A-Za-z][A-Za-z0-9-]*)\s+)?(?P<secret>\S(?:.*\S)?)", re.DOTALL
)


def find_named(name: str, value: str) -> Iterator[Found]:
    """The parts of ``value`` that must go. The scheme of an Authorization header stays."""
    name = name.lower()
    if name in ("cookie", "set-cookie"):
        yield from find_cookies(value, 0, len(value), only_first=name == "set-cookie")
    elif name in ("authorization", "proxy-authorization"):
        match = _AUTHORIZATION.match(value)
        if match and (match["scheme"] or match["secret"].lower() not in _SCHEMES):
            yield from found(CREDENTIAL, match)
    elif name in ("openai-organization", "openai-project"):
        yield from _whole(_ORGANIZATION, value)
    elif _KEY_NAME.fullmatch(name):
        yield from _whole(CREDENTIAL, value)


def _whole(mask: Mask, value: str) -> Iterator[Found]:
    if match := _WHOLE.match(value):
        yield from found(mask, match)
