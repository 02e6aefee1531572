"""How a call is ended, and what tells that it is over, whoever asks for it."""

from __future__ import annotations

from rtdoctor.domain.error_body import parse_error
from rtdoctor.domain.exchange import HttpResponse

NO_SUCH_ROUTE = (404, 405, 501)
"""What a service answers that has no hang-up to POST to."""

_ENDED = "call_id_not_found"  # fact SDP-HANGUP-ENDED-404


def is_over(response: HttpResponse) -> bool:
    """Whether the call has ended: hung up now, or gone before."""
    if response.status < 300:
        return True
    error = parse_error(response.body) if response.status in (400, 404) else None
    return error is not None and error.code == _ENDED


def call_address(location: str) -> str:
    """The URL of a call itself, from the Location of the answer that opened it."""
    return location.split("?", 1)[0].rstrip("/")
