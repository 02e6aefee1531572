"""Small words of the terminal, without rich, so that a plan shows at once."""

from __future__ import annotations


def plural(count: int, noun: str) -> str:
    """``1 probe``, ``2,000 probes``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
