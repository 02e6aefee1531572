"""What is wrong with a token route, by its answers alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rtdoctor.domain.error_body import error_signature
from rtdoctor.domain.exchange import HttpResponse
from rtdoctor.domain.outcome import Outcome, Stage
from rtdoctor.domain.setup import AuthKind
from rtdoctor.migration.json_text import parse_object
from rtdoctor.probe.answer_words import kind_of_text, names
from rtdoctor.probe.service_clock import lifetime_by_date
from rtdoctor.subjects.cors import (
    allows_authorization_by_wildcard,
    needs_preflight,
    origin_problem,
    preflight_problem,
    unsafe_headers,
)
from rtdoctor.subjects.shown_credential import kind_of
from rtdoctor.subjects.token_route import TokenRoute
from rtdoctor.subjects.token_session import asked_of, model_of, session_of, type_of
from rtdoctor.subjects.tokens import TokenFound, tokens_in, why_likely
from rtdoctor.wording.local_codes import local_code_text
from rtdoctor.wording.outcomes import describe_error

_SKEW_S = 30
_MILLISECONDS = 10_000_000_000  # as seconds, this is after the year 2200
_SHORT_S = 5


@dataclass(frozen=True, slots=True)
class RouteNote:
    """One thing that was seen of a token route. ``is_fault`` for what keeps a client from working.

    ``inferred`` for what follows from the shape of an answer and was not seen itself.
    """

    text: str
    is_fault: bool = False
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class RouteAnswer:
    """An answer of the route, and when it came in UNIX seconds of the local clock."""

    response: HttpResponse
    at: float

    @property
    def token(self) -> TokenFound | None:
        """The likeliest token of an answer that is a success; ``None`` when it holds none."""
        found = tokens_in(self.response.body) if 200 <= self.response.status < 300 else ()
        return found[0] if found else None


def notes_on_answer(route: TokenRoute, answer: RouteAnswer) -> Iterator[RouteNote]:
    """What one answer says: its token, expiry, type and model, or why there is no token."""
    token = answer.token
    if token is None:
        yield _without_token(route, answer.response)
        return
    others = tokens_in(answer.response.body)[1:]
    where = f"at {token.place}" if token.place else "as the whole answer"
    text = f"the token is read {where}: {why_likely(token)}"
    if others:
        text += "; it was preferred to " + ", ".join(other.place for other in others)
    yield RouteNote(text)
    if kind_of(token.value) is AuthKind.API_KEY:
        yield RouteNote(
            "what the route gives out looks like an API key, which nobody but the backend may see",
            is_fault=True,
        )
    yield from _expiry_notes(token, answer)
    yield from _session_notes(route, answer.response.body, token.place)


def notes_on_both(first: RouteAnswer, second: RouteAnswer) -> Iterator[RouteNote]:
    """What two answers to the same request say when they are compared."""
    one, other = first.token, second.token
    if one is None:
        return
    if other is None:
        got = second.response.status
        yield RouteNote(f"asked again, the route gave no token (status {got})", is_fault=True)
    elif one.value != other.value:
        yield RouteNote("asked again, the route gave another token, as it should")
    else:
        age = second.response.header("age")
        cached = f"; the answer has Age: {age}, so a cache gave it" if age else ""
        yield RouteNote(
            f"asked twice, the route gave the same token{cached}. A token that opens one call only "
            "fails for the second client. Mint a token for each request and answer with "
            "Cache-Control: no-store",
            is_fault=True,
        )


def clock_note(answer: RouteAnswer) -> RouteNote | None:
    """How far the route's clock is from the local one, where that is more than a network takes."""
    left_by_route = lifetime_by_date(0, answer.response)
    if left_by_route is None:
        return None
    # A lifetime of an expiry at 0 is the negative of the route's own clock.
    skew = -left_by_route - answer.at
    if abs(skew) < _SKEW_S:
        return None
    way = "ahead of" if skew > 0 else "behind"
    return RouteNote(f"the clock of the route is {abs(skew):.0f} s {way} the one of this machine")


def cors_note(
    route: TokenRoute, answer: HttpResponse, preflight: HttpResponse | None
) -> RouteNote | None:
    """Whether a browser lets a page of the route's ``origin`` read the answer."""
    if route.origin is None or 300 <= answer.status < 400:  # what follows a redirect is not known
        return None
    if not route.is_cross_origin:
        return RouteNote("the page and the route have the same origin, so CORS does not matter")
    unsafe = unsafe_headers(route.shown_headers)
    # A page sends cookies only where it asks for that; that it does follows from the header given.
    cookies = any(name.lower() == "cookie" for name, _ in route.headers)
    if needs_preflight(route.method, unsafe):
        if preflight is None:
            return RouteNote("CORS is not known: the preflight got no answer", inferred=True)
        problem = preflight_problem(
            preflight, route.origin, route.method, unsafe, with_cookies=cookies
        )
        if problem:
            return _cors_fault(route.origin, "the preflight (OPTIONS)", problem, inferred=cookies)
    problem = origin_problem(answer, route.origin, with_cookies=cookies)
    if problem:
        return _cors_fault(route.origin, "the answer", problem, inferred=cookies)
    text = f"CORS: a page at {route.origin} may read the answer"
    if preflight is not None and allows_authorization_by_wildcard(preflight, unsafe):
        text += (
            " in Chromium, and perhaps not in other browsers: the preflight allows Authorization "
            "by * alone, which the Fetch standard does not accept. Name Authorization in "
            "Access-Control-Allow-Headers"
        )
    return RouteNote(text, inferred=cookies)


def _cors_fault(origin: str, what: str, problem: str, *, inferred: bool) -> RouteNote:
    text = (
        f"CORS: a browser keeps the answer from a page at {origin}: of {what}, {problem}. "
        "This is set in the backend of the route, not in the service"
    )
    return RouteNote(text, is_fault=True, inferred=inferred)


def _without_token(route: TokenRoute, response: HttpResponse) -> RouteNote:
    status = response.status
    content_type = response.header("content-type") or ""
    signature = error_signature(Stage.MINT, status, response.body, content_type)
    said = local_code_text(Outcome.failed(signature)) or describe_error(signature)
    if 300 <= status < 400:
        where = response.header("location") or "nowhere"
        text = (
            f"the route redirects ({status}) to {where}. It was not followed, since the headers "
            "are for the route alone; perhaps a login or a trailing slash is missing"
        )
        return RouteNote(text, is_fault=True)
    if status >= 400:
        if _is_of_service(response.body):
            text = f"the route passes on a refusal in the shape of the service's: {said}"
            return RouteNote(text, is_fault=True, inferred=True)
        text = (
            "the route itself refuses, and nothing in its answer points to the service. Look into "
            f"the backend's log, and whether it takes {route.method} with these headers and this "
            f"body. The answer: {said}"
        )
        return RouteNote(text, is_fault=True)
    what = kind_of_text(response.body, content_type)
    data = parse_object(response.body)
    if data is not None and data.get("error"):
        text = (
            f"the route passes a refusal on with status {status}, and a page that does not look "
            f"for an error reads a token that is not there. The answer: {said}"
        )
        return RouteNote(text, is_fault=True, inferred=_is_of_service(response.body))
    if what.startswith("an HTML page"):
        text = (
            f"the route answers {status} with {what} instead of JSON: the path may be one "
            "that the frontend's server answers with its own page, or a login"
        )
        return RouteNote(text, is_fault=True)
    if what == "empty":
        return RouteNote(f"the route answers {status} with an empty body", is_fault=True)
    if response.truncated:
        text = f"the route answers {status} with more than {len(response.body):,} characters"
        return RouteNote(text, is_fault=True)
    if what == "text of type application/json":
        what += " that is not valid JSON"
    held = f"the answer has {names(data)}" if data is not None else f"it is {what}"
    return RouteNote(f"the route answers {status} without a token: {held}", is_fault=True)


def _is_of_service(body: str) -> bool:
    """Whether an error has the fields of the service's error object; who made it is inferred."""
    error = (parse_object(body) or {}).get("error")
    if isinstance(error, str):  # an object that the backend passes on as text
        error = parse_object(error)
    return isinstance(error, dict) and {"message", "type", "code"} <= set(error)


def _expiry_notes(token: TokenFound, answer: RouteAnswer) -> Iterator[RouteNote]:
    expires_at = token.expires_at
    if expires_at is None:
        yield RouteNote("the answer does not say when the token expires")
        return
    if expires_at > _MILLISECONDS:
        yield RouteNote("the expiry is too large for UNIX seconds; it may be in milliseconds")
        return
    left_here = expires_at - answer.at
    left_there = lifetime_by_date(expires_at, answer.response)
    if left_there is None:
        left_there = left_here
    # Expired by both clocks is certain. By one of them alone it may be that clock which is wrong.
    if max(left_here, left_there) <= 0:
        text = f"the token had expired {-left_here:.0f} s before it was given out"
        yield RouteNote(text, is_fault=True)
    elif min(left_here, left_there) <= 0:
        ran_out, other = ("this machine", "the route")[:: 1 if left_here <= 0 else -1]
        yield RouteNote(
            f"the token has expired by the clock of {ran_out}, and has not by that of {other}: one "
            "of the clocks is wrong, and which one is not known"
        )
    else:
        short = ", which is short for a page that still asks for the microphone"
        text = f"the token expires {left_here:.0f} s after it was given out"
        yield RouteNote(text + (short if left_here < _SHORT_S else ""))


def _is_same(asked: str, value: str) -> bool:
    """Whether a session has what was asked for; a model may have the date of its version."""
    return re.fullmatch(rf"{re.escape(asked)}(-\d{{4}}-\d\d-\d\d)?", value) is not None


def _session_notes(route: TokenRoute, body: str, place: str) -> Iterator[RouteNote]:
    session = session_of(body, place)
    got = {"type": type_of(session), "model": model_of(session)}
    for name, asked in asked_of(route).items():
        value = got[name]
        if asked is not None and value is not None and not _is_same(asked, value):
            yield RouteNote(
                f"the request asks for the {name} {asked}, and the token is for {value}",
                is_fault=True,
            )
    known = [f"{name} {value}" for name, value in got.items() if value is not None]
    yield RouteNote(
        f"the token is for a session of {' and '.join(known)}"
        if known
        else "the answer does not say what type of session and which model the token is for"
    )
