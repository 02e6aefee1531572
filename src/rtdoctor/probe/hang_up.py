"""Ending a call: asking the service, and judging whether the call is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from rtdoctor.domain.call_end import NO_SUCH_ROUTE, call_address, is_over
from rtdoctor.domain.exchange import HttpResponse
from rtdoctor.domain.secret import Secret
from rtdoctor.probe.wire import Credential, WireRequest

Send = Callable[[WireRequest], Awaitable["HttpResponse | str"]]
"""Sends a request; the text says why there is no answer."""

NO_LOCATION = "no Location"
UNUSABLE_LOCATION = "the Location cannot be used"
ELSEWHERE = "the Location is not at the target"
UNANSWERED = "no answer to the hang-up in time"


@dataclass(slots=True)
class OpenCall:
    """A call that the service opened. ``left_open`` says why it is not known to have ended."""

    location: str | None
    left_open: str


async def hang_up(location: str, key: Secret | None, send: Send) -> str:
    """End the call at this URL; why that could not be done, or nothing when the call is over.

    The published way is a POST. Other servers want a DELETE of the call itself; it is tried only
    where the service has no such route to POST to.
    """
    answer = await send(hangup_request(location, key))
    if isinstance(answer, str):
        return f"the hang-up failed: {answer}"
    if is_over(answer):
        return ""
    # Any other refusal is the service's word on this call, and a DELETE would only be a second
    # guess.
    if answer.status not in NO_SUCH_ROUTE:
        return f"the hang-up was answered {answer.status}"
    deleted = await send(delete_request(location, key))
    if isinstance(deleted, str):
        return f"the hang-up was answered {answer.status}, and DELETE failed: {deleted}"
    if is_over(deleted):
        return ""
    return f"the hang-up was answered {answer.status}, and DELETE {deleted.status}"


def hangup_request(location: str, key: Secret | None) -> WireRequest:
    """``POST /v1/realtime/calls/{call_id}/hangup`` (published API description)."""
    return WireRequest("hangup", "POST", call_address(location) + "/hangup", _authorization(key))


def delete_request(location: str, key: Secret | None) -> WireRequest:
    """``DELETE`` on the call itself, as Hugging Face speech-to-speech wants it."""
    return WireRequest("hangup", "DELETE", call_address(location), _authorization(key))


def _authorization(key: Secret | None) -> tuple[tuple[str, str | Credential], ...]:
    return () if key is None else (("Authorization", Credential("Bearer", key)),)
