"""The placeholder that a client holds, and the real key that takes its place at the target only."""

from __future__ import annotations

import re
import secrets
import string

from rtdoctor.domain.exchange import CREDENTIAL_HEADERS
from rtdoctor.domain.secret import Secret
from rtdoctor.front.hop_headers import RawHeaders
from rtdoctor.secrets.encodings import forms

_LETTERS = string.ascii_letters + string.digits
_CARRIES_KEY = {
    *(name.encode() for name in CREDENTIAL_HEADERS),
    b"sec-websocket-protocol",  # where a browser's WebSocket puts it, since it sets no header
}
_SHORTEST_FORM = 16
_HELD = 4
"""A part of the key this long at the end of some bytes is held back until it is known what follows.

A shorter one is let go, since bytes that are held may be the end of a message somebody waits for;
so the key is also searched for without as many of its first characters.
"""


def new_placeholder() -> str:
    """A key that opens nothing: 48 characters, in the form that pages check for."""
    return "sk-" + "".join(secrets.choice(_LETTERS) for _ in range(45))


class KeySwap:
    """Puts the real key into requests that leave for the target, and masks it in what returns.

    A mask is as long as what it hides, so that lengths that were announced stay true. The key is
    found in its usual encodings, but not in a compressed body.
    """

    def __init__(self, placeholder: str, key: Secret | None) -> None:
        self._placeholder = placeholder.encode()
        self._key = None if key is None else key.reveal().encode()
        self._forms = () if key is None else tuple(sorted(_forms(key), key=len, reverse=True))
        self._pattern = re.compile(b"|".join(map(re.escape, self._forms)) or b"(?!)")

    @property
    def has_key(self) -> bool:
        return self._key is not None

    def leaving(self, headers: RawHeaders) -> RawHeaders:
        """The header of a request for the target, with the key where the placeholder was."""
        if self._key is None:
            return headers
        return [
            # The key goes into these headers only. A placeholder in a body or URL stays: there the
            # key would be written to the logs of others.
            (name, value.replace(self._placeholder, self._key))
            if name.lower() in _CARRIES_KEY
            else (name, value)
            for name, value in headers
        ]

    @property
    def authorization(self) -> RawHeaders:
        """The header with the real key, for a request of our own; none without a key."""
        return [] if self._key is None else [(b"Authorization", b"Bearer " + self._key)]

    def masked(self, data: bytes) -> bytes:
        """These bytes, with stars where the key was."""
        return self._pattern.sub(lambda found: b"*" * len(found[0]), data)

    def masked_header(self, headers: RawHeaders) -> RawHeaders:
        return [(name, self.masked(value)) for name, value in headers]

    def masker(self) -> StreamMasker:
        """A masker for bytes that come in parts."""
        return StreamMasker(self)

    def held_from(self, data: bytes) -> int:
        """Where the beginning of a key stands at the end of these bytes; else their length."""
        if not self._forms:
            return len(data)
        # The forms are sorted by length, and nothing before this can be the beginning of any of
        # them.
        longest = len(self._forms[0])
        for start in range(max(0, len(data) - longest + 1), len(data) - _HELD + 1):
            if any(form.startswith(data[start:]) for form in self._forms):
                return start
        return len(data)


class StreamMasker:
    """Masks the key also where it is cut in two. Call ``last`` when no more bytes come."""

    def __init__(self, swap: KeySwap) -> None:
        self._swap = swap
        self._held = b""

    def next(self, data: bytes) -> bytes:
        """What may go on of these bytes and those before."""
        data = self._swap.masked(self._held + data)
        cut = self._swap.held_from(data)
        self._held = data[cut:]
        return data[:cut]

    def last(self) -> bytes:
        """What was held back."""
        held, self._held = self._held, b""
        return held


def _forms(key: Secret) -> set[bytes]:
    """The key in every encoding, and each without its first characters (``_HELD``)."""
    value = key.reveal()
    long = {form for form in forms(value) if form.isascii() and len(form) >= _SHORTEST_FORM}
    whole = {form.encode() for form in long | {value}}
    cut = {form[skipped:] for form in whole for skipped in range(1, _HELD)}
    return whole | {form for form in cut if len(form) >= _SHORTEST_FORM}
