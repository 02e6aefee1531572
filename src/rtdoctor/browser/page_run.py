"""What one run of a page showed, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import msgspec

from rtdoctor.browser.initiators import SentFrom
from rtdoctor.browser.pressing import Filled, Press
from rtdoctor.domain.exchange import HttpRequest, HttpResponse
from rtdoctor.front.passed import PassedExchange


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRecord:
    """One thing that a page did or that happened to it. ``at`` is Unix time in milliseconds.

    ``kind``, as watch.js names it: ``connection``, ``local``, ``remote`` (descriptions), ``offer``,
    ``channel``, ``channel open``, ``channel closed``, ``event in``, ``event out``, ``state``,
    ``ice``, ``remote track``, ``media``, ``play``, ``csp``, ``error``, ``rejection``, ``closed``;
    and from the browser: ``console``, ``cors``, ``dialog``, ``blocked``, ``crash``.
    Of what was blocked, ``text`` is the host, ``type`` the kind of resource, ``where`` its address.
    ``id`` numbers the connections of a frame. ``error`` is the exception that the page got.
    """

    kind: str
    at: float
    id: int = 0
    text: str = ""
    error: str = ""
    label: str = ""
    by: str = ""
    name: str = ""
    state: str = ""
    type: str = ""
    rule: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class OwnExchange:
    """A request of the page to its own backend, with the answer if one came."""

    started_at: float  # Unix time, ms
    request: HttpRequest
    response: HttpResponse | None


class Reached(IntEnum):
    """How far a page came, in order."""

    NOTHING = 0
    OPENED = 1
    PRESSED = 2
    MEDIA = 3  # it asked for the microphone or the screen
    ASKED = 4  # it sent a request to the service or to its own backend
    OFFERED = 5  # a description of its own was set
    ANSWERED = 6  # the service's answer was set
    CHANNEL = 7  # the data channel is open
    SESSION = 8  # the first event came


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRun:
    """What one run of a page showed. It comes from a stranger and is not redacted.

    ``exchanges`` passed the front, ``own_exchanges`` went to the page's own backend. ``stopped``
    says why watching ended: ``connected``, ``quiet``, ``unclear`` (nobody knows what to press),
    ``hangs``, ``time``, ``crash`` or ``not opened``. ``candidates`` is what could be pressed then,
    the likeliest first. ``shows`` is the text that was new on the page at the end. ``sent_from``
    tells the code that sent its requests.
    """

    exchanges: tuple[PassedExchange, ...] = ()
    own_exchanges: tuple[OwnExchange, ...] = ()
    records: tuple[PageRecord, ...] = ()
    presses: tuple[Press, ...] = ()
    filled: tuple[Filled, ...] = ()
    candidates: tuple[str, ...] = ()
    shows: str = ""
    reached: Reached = Reached.NOTHING
    stopped: str = "quiet"
    problem: str = ""
    duration_ms: float = 0.0
    sent_from: tuple[SentFrom, ...] = ()

    def of_kind(self, *kinds: str) -> tuple[PageRecord, ...]:
        """The records of these kinds, in order."""
        return tuple(record for record in self.records if record.kind in kinds)

    @property
    def error_events(self) -> tuple[str, ...]:
        """The ``error`` events of the service, whole."""
        return tuple(r.text for r in self.of_kind("event in") if event_type(r.text) == "error")

    @property
    def is_connected(self) -> bool:
        """Whether the channel opened, the first event came and nothing failed after or beside it:
        no ``error`` event, and no request to the service that was refused."""
        answers = [passed.exchange.response for passed in self.exchanges]
        is_refused = any(answer is not None and answer.status >= 400 for answer in answers)
        return self.reached is Reached.SESSION and not self.error_events and not is_refused

    @property
    def first_event(self) -> tuple[str, float] | None:
        """Type of the first event, and the milliseconds from the constructor until it came."""
        made, came = self.of_kind("connection"), self.of_kind("event in")
        if not made or not came:
            return None
        return event_type(came[0].text) or "a message", came[0].at - made[0].at


def is_of_backend(passed: PassedExchange) -> bool:
    """Whether a backend asked the service, and not the page: browsers say for whom they ask."""
    return passed.asked_by is None


def event_type(text: str) -> str:
    """The type of an event on the data channel; empty for what is no event."""
    try:
        return msgspec.json.decode(text, type=_Event).type
    except msgspec.MsgspecError:
        return ""


class _Event(msgspec.Struct):
    type: str = ""
