"""What the answers of a token route say, and what they do not."""

from __future__ import annotations

import json
from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.check.route_faults import (
    RouteAnswer,
    RouteNote,
    clock_note,
    cors_note,
    notes_on_answer,
    notes_on_both,
)
from rtdoctor.domain.exchange import HttpResponse
from rtdoctor.subjects.token_route import TokenRoute
from support.recordings import BETA_ANSWER, GA_ANSWER, KEY, TOKEN

NOW = 1_764_400_000.0
ROUTE = TokenRoute("http://localhost:3000/api/token")
REFUSAL = {"message": "Incorrect API key provided", "type": "t", "code": "invalid_api_key"}


def said(
    body: Any, status: int = 200, route: TokenRoute = ROUTE, **headers: str
) -> list[RouteNote]:
    return list(notes_on_answer(route, answered(body, status, **headers)))


def answered(body: Any, status: int = 200, **headers: str) -> RouteAnswer:
    text = body if isinstance(body, str) else json.dumps(body)
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return RouteAnswer(HttpResponse(status, named, text), NOW)


def faults(notes: list[RouteNote]) -> str:
    return "\n".join(note.text for note in notes if note.is_fault)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (GA_ANSWER, "at value"),
        (BETA_ANSWER, "at client_secret.value"),
        ({"client_secret": TOKEN}, "at client_secret"),
        ({"data": {"ephemeralKey": TOKEN}}, "at data.ephemeralKey"),
        (TOKEN, "as the whole answer"),
    ],
)
def test_the_token_is_found_where_backends_put_it(body: Any, place: str) -> None:
    (where, *_) = said(body)

    assert f"the token is read {place}: it begins with ek_" in where.text
    assert not where.is_fault


def test_of_several_candidates_the_chosen_one_and_the_others_are_named() -> None:
    (where, *_) = said({"accessToken": "abcdef-123456", "value": TOKEN})

    assert where.text.endswith("it was preferred to accessToken")


def test_an_api_key_is_a_fault_and_is_not_repeated() -> None:
    notes = said({"token": KEY})

    assert "looks like an API key" in faults(notes)
    assert all(KEY not in note.text for note in notes)


@pytest.mark.parametrize(
    ("status", "body", "headers", "words", "inferred"),
    [
        (200, {"error": REFUSAL}, {}, "passes a refusal on with status 200", True),
        (200, {"error": "no key"}, {}, "passes a refusal on with status 200", False),
        (401, {"error": REFUSAL}, {}, "in the shape of the service's", True),
        (500, {"error": "boom"}, {}, "the route itself refuses", False),
        (404, "<html>Cannot GET</html>", {}, "the route itself refuses", False),
        (200, "<!doctype html><p>App", {}, "an HTML page instead of JSON", False),
        (302, "", {"location": "/login"}, "redirects (302) to /login", False),
        (200, "", {}, "with an empty body", False),
        (200, {"user": "me"}, {}, "without a token: the answer has user", False),
        (200, '{"value": ', {"content-type": "application/json"}, "that is not valid JSON", False),
        (200, [1], {}, "without a token: it is JSON, a list", False),
    ],
)
def test_an_answer_without_a_token_is_one_fault_with_its_reason(
    status: int, body: Any, headers: dict[str, str], words: str, inferred: bool
) -> None:
    (note,) = said(body, status, **headers)

    assert note.is_fault
    assert words in note.text
    assert note.inferred is inferred


@pytest.mark.parametrize(
    ("expires_in", "date_off", "words", "is_fault"),
    [
        (60, 0, "expires 60 s after", False),
        (2, 0, "short for a page", False),
        (-5, 0, "had expired 5 s before", True),
        (-100, -300, "by the clock of this machine, and has not by that of the route", False),
        (100, 300, "by the clock of the route, and has not by that of this machine", False),
    ],
)
def test_the_expiry_is_held_against_both_clocks(
    expires_in: int, date_off: int, words: str, is_fault: bool
) -> None:
    date = formatdate(NOW + date_off, usegmt=True)
    notes = said({"value": TOKEN, "expires_at": int(NOW) + expires_in}, date=date)

    (note,) = [note for note in notes if words in note.text]
    assert note.is_fault is is_fault


def test_an_expiry_in_milliseconds_is_told() -> None:
    notes = said({"value": TOKEN, "expiresAt": int(NOW * 1000)})

    assert any("milliseconds" in note.text for note in notes)


@pytest.mark.parametrize(("off", "words"), [(90, "90 s ahead of"), (-45, "45 s behind"), (5, "")])
def test_a_clock_that_is_off_is_told(off: int, words: str) -> None:
    note = clock_note(answered("", date=formatdate(NOW + off, usegmt=True)))

    assert (words in note.text) if note is not None else not words


def test_another_model_and_type_than_asked_are_faults() -> None:
    asked = {"session": {"type": "transcription", "model": "gpt-realtime-mini"}}
    route = TokenRoute(ROUTE.url, "POST", body=json.dumps(asked))
    answer = {"value": TOKEN, "session": {"type": "realtime", "model": "gpt-realtime"}}

    text = faults(said(answer, route=route))

    assert "asks for the type transcription, and the token is for realtime" in text
    assert "asks for the model gpt-realtime-mini, and the token is for gpt-realtime" in text


def test_a_dated_version_of_the_model_is_what_was_asked_for() -> None:
    route = TokenRoute(f"{ROUTE.url}?model=gpt-realtime")
    answer = {"value": TOKEN, "session": {"model": "gpt-realtime-2025-08-28"}}

    assert not faults(said(answer, route=route))


def test_a_token_given_twice_is_a_fault_and_a_cache_is_named() -> None:
    first, second = answered({"value": TOKEN}), answered({"value": TOKEN}, Age="7")

    (note,) = notes_on_both(first, second)

    assert note.is_fault
    assert "Age: 7" in note.text


def test_two_tokens_are_as_it_should_be() -> None:
    (note,) = notes_on_both(answered({"value": TOKEN}), answered({"value": f"{TOKEN}1"}))

    assert not note.is_fault


def test_cors_is_judged_for_another_origin_only() -> None:
    same = TokenRoute(ROUTE.url, origin="http://localhost:3000")
    other = TokenRoute(ROUTE.url, origin="http://localhost:5173")
    response = HttpResponse(200)

    assert cors_note(ROUTE, response, None) is None
    note = cors_note(same, response, None)
    assert note is not None
    assert not note.is_fault
    note = cors_note(other, response, None)
    assert note is not None
    assert note.is_fault
    assert "not in the service" in note.text


def test_a_wildcard_for_authorization_is_told_to_work_in_chromium_only() -> None:
    route = TokenRoute(ROUTE.url, headers=(("Authorization", "x"),), origin="http://localhost:5173")
    allowing = HttpResponse(
        204, (("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Headers", "*"))
    )

    note = cors_note(route, allowing, allowing)

    assert note is not None
    assert not note.is_fault
    assert "perhaps not in other browsers" in note.text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["value", "client_secret", "session", "error", "expires_at", "token"]),
            inner,
        )
    ),
    max_leaves=12,
)


@given(JSON, st.integers(200, 599))
def test_any_answer_is_judged_and_one_without_a_token_is_a_fault(body: Any, status: int) -> None:
    answer = answered(body, status)

    notes = list(notes_on_answer(ROUTE, answer))

    assert notes
    assert answer.token is not None or any(note.is_fault for note in notes)
