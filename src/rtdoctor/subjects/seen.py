"""One HTTP exchange of somebody's app, as a recording, a command or a browser showed it."""

from __future__ import annotations

from dataclasses import dataclass

from rtdoctor.domain.exchange import HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True)
class Seen:
    """A request with its answer, ``None`` where there was none or it is not known.

    ``origin`` says where it was found, as in "request 3 of page.har". ``at`` is when the request
    was sent, in UNIX seconds. ``exact`` is false where the end of the body may have been lost, as
    in a text that somebody copied.

    Values may be masked already: a token is told by its equality, so an alias serves as well.
    """

    request: HttpRequest
    response: HttpResponse | None
    origin: str
    at: float | None = None
    exact: bool = True
