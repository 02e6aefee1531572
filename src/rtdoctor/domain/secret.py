"""A value that must never be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn


class Secret:
    """An API key, token or password, known to outputs only by its alias.

    Aliases look like ``<api-key>`` or ``ek_…#3``, which no redaction rule takes for a secret.
    ``str``, ``repr`` and ``format`` give the alias; pickling and JSON encoding fail.
    The value is reached only by the explicit call ``reveal()``.
    """

    __slots__ = ("_value", "alias")

    def __init__(self, value: str, alias: str) -> None:
        self._value = value
        self.alias = alias

    def reveal(self) -> str:
        """The value itself. For the wire and for the redactor, nowhere else."""
        return self._value

    def __repr__(self) -> str:
        return self.alias

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    # Pickle and copy go through here: a secret must not reach a file or another process.
    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be serialised")


@dataclass(frozen=True, slots=True)
class TokenUse:
    """How an ephemeral token was used in one probe, without the token itself.

    ``alias`` is the same for the same token across probes, so that reuse stays visible.
    Times are UNIX seconds as the service gave them, ages are milliseconds by the local clock.
    ``lifetime_s`` is ``expires_at`` minus the ``Date`` of the answer that brought the token, so
    both are the service's own clock; ``None`` when the answer lacked one of them.
    """

    alias: str
    expires_at: int | None = None
    age_at_call_ms: float | None = None
    earlier_calls: int = 0
    lifetime_s: float | None = None
