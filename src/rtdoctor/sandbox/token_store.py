"""Ephemeral tokens: minted here, looked up here, and single-use only where a rule says so."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rtdoctor.sandbox.sessions import Session


@dataclass(slots=True)
class IssuedToken:
    """A minted token. ``expires_at`` is UNIX time in seconds; ``calls`` counts opened calls."""

    value: str
    session: Session
    key: str | None
    minted_at: str
    expires_at: float
    calls: int = 0

    @property
    def expired(self) -> bool:
        return time.time() >= self.expires_at


@contextmanager
def opening_a_call(token: IssuedToken | None) -> Iterator[None]:
    """Inside the block a call is opened with the token; if that fails, it was not used."""
    if token is None:
        yield
        return
    token.calls += 1
    try:
        yield
    # Also when the request is cancelled: a client that went away has opened no call.
    except BaseException:
        token.calls -= 1
        raise


class TokenBook:
    """All tokens this service has minted."""

    def __init__(self) -> None:
        self._tokens: dict[str, IssuedToken] = {}

    def mint(
        self, session: Session, *, key: str | None, minted_at: str, ttl_s: float
    ) -> IssuedToken:
        value = f"ek_{secrets.token_hex(16)}"
        token = IssuedToken(value, session, key, minted_at, time.time() + ttl_s)
        self._tokens[value] = token
        return token

    def look_up(self, value: str | None) -> IssuedToken | None:
        return self._tokens.get(value) if value else None

    def expire(self, value: str) -> bool:
        """Make a token old, so that a test need not wait; whether there was one."""
        token = self._tokens.get(value)
        if token is None:
            return False
        # A token that is older already keeps its own time.
        token.expires_at = min(token.expires_at, time.time())
        return True

    @property
    def minted(self) -> int:
        return len(self._tokens)

    @property
    def used(self) -> int:
        return sum(token.calls > 0 for token in self._tokens.values())
