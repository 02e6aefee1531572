"""Which place of a request an error names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rtdoctor.domain.outcome import Signature
from rtdoctor.domain.setup import Setup


@dataclass(frozen=True, slots=True)
class Named:
    """A place that an error text names, and whether the setup sends it."""

    where: Literal["header", "query", "body", "form"]
    name: str
    present: bool


def wanted(signature: Signature, setup: Setup) -> tuple[Named, ...]:
    """The places that the error of this setup names."""
    return ()
