"""What kept a page from the service without being the service's, as a value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OwnFault:
    """Something of the page's own that kept it from the service, in words, and what to do.

    ``is_of_service``: it passed a refusal of the service on, for a request that was not seen.
    ``is_of_check``: the page is not to blame, since this check keeps it from what it needs.
    ``options`` belong to the next step: they are added to the command.
    """

    text: str
    next_step: str
    is_of_service: bool = False
    is_of_check: bool = False
    options: tuple[str, ...] = ()
