"""Requests as they go on the wire: the only values here that hold secrets."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rtdoctor.domain.secret import Secret

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True, slots=True)
class Credential:
    """A secret in a header, behind its scheme."""

    scheme: str
    secret: Secret

    def on_wire(self) -> str:
        return f"{self.scheme} {self.secret.reveal()}".strip()

    def shown(self) -> str:
        return f"{self.scheme} {self.secret.alias}".strip()


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a multipart/form-data body."""

    name: str
    content_type: str
    text: str


@dataclass(frozen=True, slots=True)
class WireRequest:
    """A request to send. Either ``body`` or ``parts``; ``purpose`` names it in the report.

    ``label`` names the probe and step in a recording; it is never sent.
    """

    purpose: str
    method: str
    url: str
    headers: tuple[tuple[str, str | Credential], ...] = ()
    body: str | None = None
    parts: tuple[Part, ...] = ()
    label: str = ""

    @property
    def unsendable_header(self) -> str | None:
        """The name of a header that no HTTP client could send (RFC 9110, section 5.5)."""
        for name, value in self.headers:
            text = value.on_wire() if isinstance(value, Credential) else value
            if not (_TOKEN.fullmatch(name) and text.isascii() and text.isprintable()):
                return name
        return None
