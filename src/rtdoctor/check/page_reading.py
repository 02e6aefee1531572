"""The exchanges of a page run as a setup. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from rtdoctor.browser.page_run import PageRun
from rtdoctor.domain.setup import Auth, AuthKind, Factor, Level, Offer, Setup
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.subjects.exchange import Seen
from rtdoctor.subjects.levels import level_of
from rtdoctor.subjects.reading import Reading, ReadPlace
from rtdoctor.subjects.requests import reading_of

KIND = "a page"


def seen_in(run: PageRun) -> tuple[Seen, ...]:
    """Every exchange of the page, with the service and with its own backend, in order."""
    timed: list[Seen] = []
    for passed in run.exchanges:
        exchange = passed.exchange
        at = datetime.fromisoformat(exchange.started_at).timestamp()
        timed.append(Seen(exchange.request, exchange.response, "", at))
    timed += [Seen(own.request, own.response, "", own.started_at / 1000) for own in run.own_exchanges]
    timed.sort(key=lambda seen: seen.at or 0.0)
    counted = [seen for seen in timed if seen.request.method != "OPTIONS"]
    return tuple(
        replace(seen, origin=f"request {number} of the page")
        for number, seen in enumerate(counted, 1)
    )


def read_page(run: PageRun, catalogue: Catalogue) -> Reading:
    """The setup of the page. Raises ``ConfigError`` when it asked for no token and made no call."""
    reading = _with_label(reading_of(seen_in(run), catalogue, kind=KIND), run, catalogue)
    return replace(reading, setup=as_probed(reading.setup, catalogue))


def call_was_seen(reading: Reading) -> bool:
    """Whether the page made its call, so that nothing of it had to be inferred."""
    return not any(p.inferred and p.place.startswith("call.") for p in reading.places)


def as_probed(setup: Setup, catalogue: Catalogue) -> Setup:
    """The setup as our own peer can send it: with an offer of its own, that has the same parts."""
    offer: Offer = setup.offer.value
    auth: Auth = setup.auth.value
    setup = setup.with_level(
        Factor.OFFER, level_of(catalogue, Factor.OFFER, Offer(offer.audio, offer.channel))
    )
    if auth.kind is AuthKind.EPHEMERAL and auth.read_at is not None:
        # the token is read where it stands in the answer that the page got
        level: Level[Auth] = level_of(catalogue, Factor.AUTH, replace(auth, read_at=None))
        setup = setup.with_level(Factor.AUTH, level)
    return setup


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
