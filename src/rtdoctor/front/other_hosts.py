"""What happens to requests for hosts that are not the target's."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Others(Enum):
    """The rule for other hosts. Whatever passes is tunnelled untouched and leaves no record."""

    TUNNEL = "tunnel"  # for a command: whatever it needs beside the target
    REFUSE = "refuse"  # for a page: only the hosts that the user allows


class OtherHosts:
    """Applies the rule, and remembers which hosts were refused."""

    def __init__(self, rule: Others, allowed: Iterable[str] = ()) -> None:
        self._rule = rule
        self._allowed = {host.lower() for host in allowed}
        self._refused: dict[str, None] = {}

    def allows(self, host: str, port: int) -> bool:
        """Whether a connection to this host may be made; a refusal is remembered."""
        host = host.lower()
        if self._rule is Others.TUNNEL or self._allowed & {host, f"{host}:{port}"}:
            return True
        self._refused[host] = None
        return False

    @property
    def refused(self) -> tuple[str, ...]:
        """The names of the hosts that were refused, in the order in which they were asked for."""
        return tuple(self._refused)
