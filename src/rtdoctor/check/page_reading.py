"""The exchanges of a page run as a setup. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from rtdoctor.browser.page_run import PageRun, is_of_backend
from rtdoctor.domain.setup import AuthKind, Factor, Level, Offer, Setup
from rtdoctor.front.passed import PassedExchange
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.subjects.address import to_service
from rtdoctor.subjects.completing import with_model_of_call
from rtdoctor.subjects.headers import credential_in
from rtdoctor.subjects.levels import level_of
from rtdoctor.subjects.posted_offer import posted_offer
from rtdoctor.subjects.reading import Reading, ReadPlace
from rtdoctor.subjects.seen import Seen
from rtdoctor.subjects.setup_of_exchanges import reading_of
from rtdoctor.subjects.shown_credential import kind_of
from rtdoctor.subjects.tokens import tokens_in

KIND = "a page"
OF_PAGE = "of the page"
_JSON_BEGINS = ("{", "[", '"')
OF_BACKEND = "of the page's backend"
_OF_CALL = (
    Factor.AUTH,
    Factor.CALL_ENDPOINT,
    Factor.CALL_QUERY,
    Factor.CALL_ENCODING,
    Factor.OFFER,
)


def seen_in(run: PageRun) -> tuple[Seen, ...]:
    """Every exchange of the page, with the service and with its own backend, in order."""
    timed = [_passed(passed) for passed in run.exchanges]
    timed += [
        Seen(own.request, own.response, OF_PAGE, own.started_at / 1000) for own in run.own_exchanges
    ]
    # The front and the browser keep apart lists of what they saw, by one clock.
    timed.sort(key=lambda seen: seen.at or 0.0)
    counted = [seen for seen in timed if seen.request.method != "OPTIONS"]
    return tuple(
        replace(seen, origin=f"request {number} {seen.origin}")
        for number, seen in enumerate(counted, 1)
    )


def _passed(passed: PassedExchange) -> Seen:
    exchange = passed.exchange
    at = datetime.fromisoformat(exchange.started_at).timestamp()
    by = OF_BACKEND if is_of_backend(passed) else OF_PAGE
    return Seen(exchange.request, exchange.response, by, at)


def read_page(run: PageRun, catalogue: Catalogue) -> Reading:
    """The setup of the page. Raises ``ConfigError`` when it asked for no token and made no call.

    A page that was given a token and called with ``Bearer undefined`` is read as if it had called
    with that token: what it got wrong is told apart (``called_without_token``), and the call may
    hold more faults.
    """
    seen = _without_relays(seen_in(run))
    if called_without_token(run):
        seen = tuple(_with_token(seen))
    reading = _with_label(reading_of(seen, catalogue, kind=KIND), run, catalogue)
    return replace(reading, setup=_as_probed(reading.setup, catalogue))


def _as_probed(setup: Setup, catalogue: Catalogue) -> Setup:
    """The setup with the browser's own SDP only where nothing is missing in it.

    An offer without audio or without a channel is sent as our own peer makes it: then the missing
    part is what differs from a working offer, and not the hand of another engine.
    """
    offer: Offer = setup.offer.value
    if offer.sdp is None or (offer.audio and offer.channel is not None):
        return setup
    level = level_of(catalogue, Factor.OFFER, replace(offer, sdp=None))
    return setup.with_level(Factor.OFFER, level)


def _without_relays(exchanges: tuple[Seen, ...]) -> tuple[Seen, ...]:
    """Without the page's requests to its own backend that the backend's own requests explain.

    The backend passes a token on, or an offer: the service's side of that is the mint or the call.
    """
    tokens: set[str] = set()
    offers: set[str] = set()
    for seen in exchanges:
        if to_service(seen.request):
            tokens |= _tokens_of(seen)
            offers |= _offers_of(seen)
    return tuple(
        seen
        for seen in exchanges
        if to_service(seen.request) or not (_tokens_of(seen) & tokens or _offers_of(seen) & offers)
    )


def _tokens_of(seen: Seen) -> set[str]:
    return {found.value for found in tokens_in(seen.response.body if seen.response else "")}


def _offers_of(seen: Seen) -> set[str]:
    offer = posted_offer(seen.request)
    # White space aside, since a backend often trims what it passes on.
    return set() if offer is None or offer.sdp is None else {" ".join(offer.sdp.split())}


def called_without_token(run: PageRun) -> str | None:
    """What the page showed in place of the token that it had been given; ``None`` for no such.

    That is what JavaScript writes for a value that is missing, or the JSON around the token.
    """
    given = False
    for seen in seen_in(run):
        answer = seen.response
        credential = credential_in(seen.request)
        if posted_offer(seen.request) and given and credential is not None:
            text = credential.text
            missing = kind_of(text) is AuthKind.LITERAL or text.startswith(_JSON_BEGINS)
            return f"{credential.scheme} {text}".strip() if missing else None
        given = given or bool(answer and answer.status < 300 and tokens_in(answer.body))
    return None


def called_with_whole_answer(run: PageRun) -> bool:
    """Whether the page took the text of an answer for the token."""
    shown = called_without_token(run)
    return shown is not None and shown.partition(" ")[2].startswith(_JSON_BEGINS)


def _with_token(exchanges: tuple[Seen, ...]) -> Iterator[Seen]:
    """The exchanges, each call with the token of the answer before it."""
    token = ""
    for seen in exchanges:
        request = seen.request
        if posted_offer(request) is not None and token:
            kept = (h for h in request.headers if h[0].lower() != "authorization")
            headers = (*kept, ("Authorization", f"Bearer {token}"))
            yield replace(seen, request=replace(request, headers=headers))
            continue
        found = tokens_in(seen.response.body) if seen.response else ()
        token = found[0].value if found else token
        yield seen


def with_call_of(
    reading: Reading, later: Reading, catalogue: Catalogue, *, body_is_usual: bool
) -> Reading:
    """The reading with the call of a later run, in which the page was helped to make it.

    ``body_is_usual`` says that nothing told the body of the token request, so that it takes the
    model which the page goes on to name.
    """
    header, called = reading.setup.beta_header.value, later.setup.beta_header.value
    both = replace(header, call=called.call, call_others=called.call_others)
    setup = reading.setup.take(later.setup, frozenset(_OF_CALL))
    setup = setup.with_level(Factor.BETA_HEADER, level_of(catalogue, Factor.BETA_HEADER, both))
    places = [p for p in reading.places if p.place.startswith("mint.")]
    if body_is_usual and any(p.inferred and p.place.startswith("mint.body") for p in places):
        setup = with_model_of_call(setup, catalogue)
    # where the token stood in the answer that the page was helped with is not the page's own
    helped = ReadPlace("credential", "an ephemeral token", "a run in which a token was given")
    places += [
        helped if p.place == "credential" else p
        for p in later.places
        if not p.place.startswith("mint.")
    ]
    return replace(reading, setup=setup, places=tuple(places))


def call_was_seen(reading: Reading) -> bool:
    """Whether the page made its call, so that nothing of it had to be inferred."""
    return not any(p.inferred and p.place.startswith("call.") for p in reading.places)


def alike(one: Setup, other: Setup) -> bool:
    """Whether two runs of a page show the same setup: credentials and keys of an offer differ."""
    return _without_sdp(one) == _without_sdp(other)


def _without_sdp(setup: Setup) -> Setup:
    offer: Level[Offer] = setup.offer
    return setup.with_level(Factor.OFFER, replace(offer, value=replace(offer.value, sdp=None)))


def _with_label(reading: Reading, run: PageRun, catalogue: Catalogue) -> Reading:
    """The label of the channel, which no offer tells but the page does."""
    labels = [record.label for record in run.of_kind("channel") if record.by == "page"]
    offer: Offer = reading.setup.offer.value
    if offer.channel is None or not labels:
        return reading
    level = level_of(catalogue, Factor.OFFER, replace(offer, channel=labels[0]))
    label = ReadPlace("offer.channel.label", labels[0], "createDataChannel in the page")
    places = tuple(label if p.place == label.place else p for p in reading.places)
    setup = reading.setup.with_level(Factor.OFFER, level)
    return replace(reading, setup=setup, places=places)
