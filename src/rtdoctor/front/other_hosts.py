"""What happens to requests for hosts that are not the target's."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Others(Enum):
    """The rule for other hosts. Whatever passes is tunnelled untouched and leaves no record."""

    TUNNEL = "tunnel"  # for a command: whatever it needs beside the target
    REFUSE = "refuse"  # for a page: only the hosts that the user allows


class OtherHosts:
    """Applies the rule, with the hosts that are allowed by name."""

    def __init__(self, rule: Others, allowed: Iterable[str] = ()) -> None:
        self._rule = rule
        self._allowed = {host.lower() for host in allowed}

    def allows(self, host: str, port: int) -> bool:
        """Whether a connection to this host may be made."""
        if self._rule is Others.TUNNEL:
            return True
        host = host.lower()
        return not self._allowed.isdisjoint((host, f"{host}:{port}"))
