"""What was asked of the sandbox and how it answered, for the test that started it.

The log is the sandbox's own and no part of the imitated service. It is kept only when it is asked
for, and it never holds a credential: an alias stands for each one, the same alias wherever the same
credential comes again, so that a test can see which token was used twice.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from typing import Any

from rtdoctor.sandbox.rules.request import ReceivedRequest
from rtdoctor.sandbox.rules.rule_file import Rule

KEPT = 10_000  # requests; the oldest are dropped first
_CREDENTIAL_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "api-key", "x-api-key"}
)
# What JavaScript and Python make of a missing token: to hide it would hide the fault.
_NO_CREDENTIAL = frozenset({"", "Bearer", "undefined", "null", "None", "NaN", "[object Object]"})
_SHAPE = re.compile(r"(?<![A-Za-z0-9])(?:sk-|ek_)[A-Za-z0-9_-]{6,}")
_ICE_PASSWORD = re.compile(r"(a=ice-pwd:)[^\s\\]+")


class RequestLog:
    """The requests in the order in which they were answered."""

    def __init__(self) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._answered = 0
        self._aliases: dict[str, str] = {}
        self._aliases_of: Counter[str] = Counter()

    @property
    def entries(self) -> list[dict[str, Any]]:
        return list(self._entries)

    def forget(self) -> None:
        """Begin anew, with the first number and the first alias."""
        self._entries.clear()
        self._answered = 0
        self._aliases.clear()
        self._aliases_of.clear()

    def add(self, seen: ReceivedRequest, status: int, rule: Rule, auth: tuple[str, ...]) -> None:
        """Note a request. ``auth`` is what the credential was when the request came."""
        self._answered += 1
        self._entries.append(
            {
                "number": self._answered,
                "endpoint": seen.endpoint,
                "method": seen.method,
                # Also a path and a query may hold a token, where a client puts it there by mistake.
                "path": self._masked(seen.path),
                "query": {n: self._masked(v) for n, v in seen.query.items()},
                "headers": {n: self._header(n, v) for n, v in seen.headers.items()},
                "auth": list(auth),
                "body": self._masked(seen.text, seen.credential),
                "status": status,
                "rule": rule.id,
                "fact": rule.fact,
                "basis": rule.basis,
            }
        )

    def _header(self, name: str, value: str) -> str:
        if name not in _CREDENTIAL_HEADERS:
            return self._masked(value)
        scheme, space, credential = value.strip().partition(" ")
        if name.endswith("authorization") and space:
            return f"{scheme} {self._alias(credential.strip())}"
        return self._alias(value.strip())

    def _masked(self, text: str, credential: str | None = None) -> str:
        """The text without anything that looks like a key or a token, or is the credential."""
        if credential and len(credential) >= 6 and credential not in _NO_CREDENTIAL:
            text = text.replace(credential, self._alias(credential))
        text = _SHAPE.sub(lambda found: self._alias(found[0]), text)
        return _ICE_PASSWORD.sub(r"\1…", text)

    def _alias(self, credential: str) -> str:
        if credential in _NO_CREDENTIAL:
            return credential
        if credential not in self._aliases:
            kind = credential[:3] if credential.startswith(("sk-", "ek_")) else ""
            self._aliases_of[kind] += 1
            self._aliases[credential] = f"{kind}…#{self._aliases_of[kind]}"
        return self._aliases[credential]
