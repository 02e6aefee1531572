"""The judgement of CORS headers is that of a browser (Fetch standard)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.domain.exchange import HttpResponse
from rtdoctor.subjects.cors import (
    needs_preflight,
    origin_problem,
    preflight_headers,
    preflight_problem,
    unsafe_headers,
)

PAGE = "http://localhost:3000"
ORIGIN = "Access-Control-Allow-Origin"


def answered(status: int = 204, **headers: str) -> HttpResponse:
    """An answer with these ``Access-Control-`` headers."""
    named = ((f"Access-Control-{k.replace('_', '-')}", v) for k, v in headers.items())
    return HttpResponse(status, tuple(named))


@pytest.mark.parametrize(
    ("method", "headers", "asked"),
    [
        ("GET", [], False),
        ("POST", [("Content-Type", "text/plain; charset=utf-8")], False),
        ("POST", [("Content-Type", "application/json")], True),
        ("GET", [("Authorization", "x")], True),
        ("DELETE", [], True),
        ("GET", [("Cookie", "a=b")], False),
    ],
)
def test_a_browser_asks_first_for_what_a_form_could_not_send(
    method: str, headers: list[tuple[str, str]], asked: bool
) -> None:
    assert needs_preflight(method, unsafe_headers(headers)) is asked


def test_a_preflight_names_the_headers_in_lower_case_and_sorted() -> None:
    unsafe = unsafe_headers([("X-Team", "1"), ("Content-Type", "application/json")])

    asked = preflight_headers(PAGE, "POST", unsafe)

    assert asked["Access-Control-Request-Headers"] == "content-type,x-team"
    assert asked["Origin"] == PAGE


@pytest.mark.parametrize(
    ("headers", "cookies", "problem"),
    [
        ({"Allow_Origin": "*"}, False, ""),
        ({"Allow_Origin": PAGE}, False, ""),
        ({}, False, "no Access-Control-Allow-Origin"),
        ({"Allow_Origin": f"{PAGE}/"}, False, f"is {PAGE}/, and not {PAGE}"),
        ({"Allow_Origin": "*"}, True, "does not do for a request with cookies"),
        ({"Allow_Origin": PAGE}, True, "Allow-Credentials is not true"),
        ({"Allow_Origin": PAGE, "Allow_Credentials": "true"}, True, ""),
    ],
)
def test_an_answer_is_kept_from_a_page_that_it_does_not_allow(
    headers: dict[str, str], cookies: bool, problem: str
) -> None:
    found = origin_problem(answered(200, **headers), PAGE, with_cookies=cookies)

    assert problem in found
    assert bool(found) is bool(problem)


def test_two_allowed_origins_are_none() -> None:
    twice = HttpResponse(200, ((ORIGIN, "*"), (ORIGIN, PAGE)))

    assert "is *, " + PAGE in origin_problem(twice, PAGE)


@pytest.mark.parametrize(
    ("status", "headers", "problem"),
    [
        (204, {"Allow_Origin": "*", "Allow_Headers": "*"}, ""),
        (204, {"Allow_Origin": "*", "Allow_Headers": "Authorization, X-Team"}, ""),
        (204, {"Allow_Origin": "*", "Allow_Headers": "authorization"}, "does not name x-team"),
        (404, {"Allow_Origin": "*", "Allow_Headers": "Authorization, X-Team"}, "404"),
    ],
)
def test_a_preflight_must_succeed_and_allow_every_header(
    status: int, headers: dict[str, str], problem: str
) -> None:
    found = preflight_problem(
        answered(status, **headers), PAGE, "POST", ("authorization", "x-team")
    )

    assert problem in found
    assert bool(found) is bool(problem)


def test_a_method_that_no_form_has_must_be_allowed() -> None:
    allowing = answered(Allow_Origin="*", Allow_Methods="GET, POST")

    assert "does not name PUT" in preflight_problem(allowing, PAGE, "PUT", ())


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5), st.text(), st.booleans())
def test_any_headers_are_judged(headers: list[tuple[str, str]], origin: str, cookies: bool) -> None:
    response = HttpResponse(200, tuple(headers))

    unsafe = unsafe_headers(headers)

    assert isinstance(
        preflight_problem(response, origin, "POST", unsafe, with_cookies=cookies), str
    )
