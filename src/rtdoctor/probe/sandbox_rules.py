"""Which rules of the embedded sandbox answered, from the header it sends with every answer."""

from __future__ import annotations

from collections.abc import Iterable

from rtdoctor.domain.exchange import HttpExchange, SandboxRule

_HEADER = "x-rtdoctor-sandbox"


def sandbox_rules(exchanges: Iterable[HttpExchange]) -> tuple[SandboxRule, ...]:
    """One entry an exchange that a sandbox answered; hanging up is not counted."""
    rules = []
    for exchange in exchanges:
        header = exchange.response.header(_HEADER) if exchange.response else None
        if header and exchange.purpose != "hangup":
            fields = dict(p.strip().partition("=")[::2] for p in header.split(";") if "=" in p)
            fact = fields.get("fact", "-")
            rules.append(
                SandboxRule(
                    rule=fields.get("rule", "?"),
                    fact=None if fact == "-" else fact,
                    basis=fields.get("basis", "inferred"),
                    note=fields.get("note", ""),
                )
            )
    return tuple(rules)
