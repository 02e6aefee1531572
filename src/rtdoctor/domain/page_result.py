"""What a check of a page found: what the page did, and the proof of the repair on it.

The texts quote the page, the service and the page's own backend, so they come from strangers.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageAttempt:
    """One run of the page with parts of a repair applied to its traffic.

    ``changed`` names these parts and is empty for the page as it is. ``result`` says in words how
    far the page came. ``idle`` are parts that it never came to: with them changed as well it would
    have run just so.
    """

    changed: tuple[str, ...]
    is_connected: bool
    result: str
    idle: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProofOnPage:
    """A repair applied to the page's own traffic, part by part.

    ``is_proved``: with all ``changes`` the page connected every time, at least twice, and without
    any of them it failed every time. ``needed`` are the changes without which, all others applied,
    it failed. ``sentence`` says what the attempts show together. ``events`` are the events that
    the page has to send in place of its own.
    """

    changes: tuple[str, ...]
    attempts: tuple[PageAttempt, ...]
    is_proved: bool
    sentence: str
    needed: tuple[str, ...] = ()
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestInCode:
    """Where a request of the page or of its backend is sent.

    ``request`` says which, in words. ``file`` is as the browser, a source map or the folder names
    it. ``line`` counts from 1, ``column`` too, and is 0 where it is not known. ``known_by`` says in
    words how the place is known.
    """

    request: str
    file: str
    line: int
    column: int
    known_by: str


@dataclass(frozen=True, slots=True)
class PageResult:
    """A page as it ran, in sentences.

    ``headline`` says whether it works, and if not, how far it came. ``reached`` is the last of
    ``nothing``, ``opened``, ``pressed``, ``media``, ``asked``, ``offered``, ``answered``,
    ``channel`` and ``session``. ``did`` is what was pressed, what the page asked for and got, and
    what it shows. ``candidates`` could have been pressed, the likeliest first.

    ``in_code`` are the places in the user's code that sent the requests.

    ``fault`` is something of the page's own that kept it from the service. ``setup_works`` is set
    when the page failed with a setup that works. ``leaves_open`` says what its runs do not show.
    """

    headline: str
    reached: str
    is_connected: bool
    did: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    fault: str = ""
    setup_works: str = ""
    proof: ProofOnPage | None = None
    leaves_open: str = ""
    next_step: str = ""
    in_code: tuple[RequestInCode, ...] = ()
