"""Small words of the terminal, without rich, so that a plan shows at once."""

from __future__ import annotations

from rtdoctor.domain.outcome import Signature


def plural(count: int, noun: str) -> str:
    """``1 probe``, ``2,000 probes``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def describe_error(signature: Signature) -> str:
    """The error as the service sent it, empty fields included."""
    if signature.is_local:
        return signature.describe()
    fields = {
        "message": signature.message,
        "type": signature.type,
        "code": signature.code,
        "param": signature.param,
    }
    said = ", ".join(f'{k}: "{v}"' for k, v in fields.items() if v is not None)
    return f"{signature.status if signature.status is not None else 'event'} {{{said}}}"
