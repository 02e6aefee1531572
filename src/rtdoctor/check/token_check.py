"""The check of somebody's own token route: its answers, and one call with a token of it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from rtdoctor.check.clean_errors import fit_to_be_shown
from rtdoctor.check.route_faults import (
    RouteAnswer,
    RouteNote,
    clock_note,
    cors_note,
    notes_on_answer,
    notes_on_both,
)
from rtdoctor.domain.exchange import HttpRequest, HttpResponse
from rtdoctor.domain.outcome import OutcomeKind
from rtdoctor.domain.run import Observation, Purpose
from rtdoctor.domain.secret import Secret
from rtdoctor.domain.setup import AuthKind, Factor, Level, Setup
from rtdoctor.errors import CannotTest, ConfigError, ExitCode
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.probe.http import HttpxPort, NetworkError
from rtdoctor.probe.limits import Limits
from rtdoctor.probe.mint import TOKEN_ALIAS
from rtdoctor.probe.runner import Prober
from rtdoctor.probe.wire import Credential, WireRequest
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.subjects.cors import needs_preflight, preflight_headers, unsafe_headers
from rtdoctor.subjects.seen import Seen
from rtdoctor.subjects.setup_of_exchanges import reading_of
from rtdoctor.subjects.shown_credential import kind_of
from rtdoctor.subjects.token_route import TokenRoute
from rtdoctor.subjects.tokens import tokens_in
from rtdoctor.targets.target import Target

_GONE = RouteNote("the route gave no token for the call", is_fault=True)
_NOT_SPENT = RouteNote(
    "no call was made, since it would use up a token that others were given too; to make it all "
    "the same: --spend-token"
)


@dataclass(frozen=True, slots=True)
class TokenFinished:
    """What was seen of a token route, or of a token alone.

    ``call`` is one call with a token that was given for it, ``None`` when there was none.
    ``setup`` is the one behind that token, inferred from the route's answer; ``None`` when there
    was no route.
    """

    notes: tuple[RouteNote, ...] = ()
    call: Observation | None = None
    setup: Setup | None = None

    @property
    def has_fault(self) -> bool:
        return any(note.is_fault for note in self.notes)

    @property
    def call_failed(self) -> bool:
        return self.call is not None and self.call.outcome.is_fail

    @property
    def exit_code(self) -> ExitCode:
        outcome = self.call.outcome if self.call is not None else None
        if self.has_fault or self.call_failed:
            return ExitCode.FAILURE_REPRODUCED
        if outcome is None or outcome.kind in (OutcomeKind.TRANSIENT, OutcomeKind.SKIPPED):
            return ExitCode.CANNOT_TEST
        return ExitCode.WORKS


async def check_token_route(
    route: TokenRoute,
    service: Callable[[Secret], Target],
    *,
    catalogue: Catalogue,
    redactor: Redactor,
    limits: Limits,
    spend_shared: bool = False,
) -> TokenFinished:
    """Ask the route twice and judge its answers, then call once with a third token.

    The route is sent nothing but what ``route`` holds: no key goes there. ``service`` gives the
    target for a token. Without ``spend_shared`` a token that the route gives out again and again is
    not used for a call, since a client may hold it. Raises ``CannotTest`` when the route does not
    answer, ``UsageError`` when its request cannot be sent.
    """
    with fit_to_be_shown(redactor):
        for secret in _credentials_of(route):
            redactor.add(secret)
        asking = _Asking(route, redactor)
        async with HttpxPort(
            limits=limits, on_loopback=route.on_loopback, https=route.is_https
        ) as http:
            first = await asking.ask(http)
            second = await asking.ask(http) if first.token is not None else None
            notes = [*notes_on_answer(route, first)]
            notes += notes_on_both(first, second) if second is not None else ()
            preflight = await _preflight(route, http) if route.is_cross_origin else None
            judged = (clock_note(first), cors_note(route, first.response, preflight))
            notes += (note for note in judged if note is not None)
            if first.token is None:
                return TokenFinished(tuple(notes))
            if kind_of(first.token.value) is AuthKind.API_KEY:
                return TokenFinished(tuple(notes))
            # Two tokens were asked for to be compared, and either may have aged or been used; the
            # call gets one of its own.
            third = await asking.ask(http)
        if third.token is None:
            return TokenFinished((*notes, _GONE))
        earlier = [answer.token for answer in (first, second) if answer is not None]
        # A route that gives the same token to everybody: spending it could break a client that
        # holds it.
        is_shared = third.token.value in [token.value for token in earlier if token is not None]
        if is_shared and not spend_shared:
            return TokenFinished((*notes, _NOT_SPENT))
        secret = asking.secret_of(third.token.value)
        setup = setup_behind(route, third.response, catalogue)
        call = await call_once(setup, secret, service(secret), redactor=redactor, limits=limits)
        return TokenFinished(tuple(notes), call, setup)


async def check_lone_token(
    token: Secret, target: Target, *, catalogue: Catalogue, redactor: Redactor, limits: Limits
) -> TokenFinished:
    """One call of the usual setup with a token that was made elsewhere, and is spent by it."""
    with fit_to_be_shown(redactor):
        setup = catalogue.recipes[0].setup
        call = await call_once(setup, token, target, redactor=redactor, limits=limits)
        return TokenFinished(call=call)


async def call_once(
    setup: Setup, token: Secret, target: Target, *, redactor: Redactor, limits: Limits
) -> Observation:
    """One call of a setup with this token, which is spent by it; the call is hung up at its end."""
    from rtdoctor.probe.peers.aiortc import peer_factory

    redactor.add(token)
    if target.key is not None:
        redactor.add(target.key)
    auth = replace(setup.auth.value, kind=AuthKind.LITERAL, text=token.reveal(), read_at=None)
    called = setup.with_level(Factor.AUTH, Level(token.alias, auth)).as_sent()
    once = replace(limits, retries=0)  # a second try would show a spent token
    new_peer = peer_factory(once, on_loopback=target.on_loopback)

    def register(secret: Secret) -> None:
        redactor.add(secret)

    async with HttpxPort(
        limits=once, on_loopback=target.on_loopback, https=target.is_https
    ) as http:
        prober = Prober(target, http, new_peer, register, once)
        return await prober.probe("#1", called, Purpose.SUBJECT)


def setup_behind(route: TokenRoute, answer: HttpResponse, catalogue: Catalogue) -> Setup:
    """The setup that goes with a token of the route, inferred from the answer that held it."""
    request = HttpRequest(route.method, route.url, route.shown_headers, route.body)
    seen = Seen(request, answer, "the token route")
    try:
        return reading_of([seen], catalogue, kind="token route").setup
    except ConfigError:  # nothing in the answer says what it is for
        return catalogue.recipes[0].setup


class _Asking:
    """Asks the route, and tells the redactor of every token before anything else sees it."""

    def __init__(self, route: TokenRoute, redactor: Redactor) -> None:
        self._route = route
        self._redactor = redactor
        self._tokens: dict[str, Secret] = {}

    async def ask(self, http: HttpxPort) -> RouteAnswer:
        route = self._route
        headers = tuple(
            (name, Credential("", value) if isinstance(value, Secret) else value)
            for name, value in route.headers
        )
        origin = (("Origin", route.origin),) if route.is_cross_origin and route.origin else ()
        request = WireRequest("mint", route.method, route.url, (*headers, *origin), route.body)
        exchange, problem = await http.send(request)
        if exchange.response is None:
            raise _no_answer(problem)
        for found in tokens_in(exchange.response.body):
            self._redactor.add(self.secret_of(found.value))
        return RouteAnswer(exchange.response, time.time())

    def secret_of(self, value: str) -> Secret:
        """The token under its alias, which is the same whenever the route gives it."""
        number = len(self._tokens) + 1
        return self._tokens.setdefault(value, Secret(value, f"{TOKEN_ALIAS}{number}"))


def _credentials_of(route: TokenRoute) -> Iterator[Secret]:
    """The values of headers that are secret, whole and in parts: a route may repeat a part."""
    for name, value in route.headers:
        if isinstance(value, Secret):
            yield value
            # A service may quote the credential alone, without the scheme or the name around it.
            for part in re.split(r"[\s;=]+", value.reveal()):
                yield Secret(part, f"<{name} header>")


async def _preflight(route: TokenRoute, http: HttpxPort) -> HttpResponse | None:
    unsafe = unsafe_headers(route.shown_headers)
    if route.origin is None or not needs_preflight(route.method, unsafe):
        return None
    headers = tuple(preflight_headers(route.origin, route.method, unsafe).items())
    exchange, _ = await http.send(WireRequest("mint", "OPTIONS", route.url, headers))
    return exchange.response


def _no_answer(problem: NetworkError | None) -> CannotTest:
    why = problem.detail if problem is not None else "no answer"
    return CannotTest(
        f"the token route does not answer: {why}",
        hint="Start the backend, and see that --token-url has its host, port and path.",
    )
