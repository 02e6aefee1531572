"""What passed as HAR 1.2."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.domain.exchange import HttpExchange, HttpRequest, HttpResponse, HttpTiming
from rtdoctor.front.archive import har
from rtdoctor.front.passed import PURPOSE, PassedExchange, Route

TEXT = st.text(max_size=30)
HEADERS = st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple)
REQUESTS = st.builds(
    HttpRequest, TEXT, TEXT.map("https://api.openai.com/".__add__), HEADERS, st.none() | TEXT
)
RESPONSES = st.builds(
    HttpResponse, st.integers(100, 599), HEADERS, TEXT, st.integers(0, 9), st.booleans()
)


def passed(request: HttpRequest, response: HttpResponse | None, **more: Any) -> PassedExchange:
    exchange = HttpExchange(
        PURPOSE,
        request,
        response,
        HttpTiming(12.5, wait_ms=10.0),
        "2026-11-28T10:00:00.000+00:00",
        error=None if response else "rtdoctor.timeout: no answer within 60 s",
    )
    return PassedExchange(number=1, route=Route.PROXY, asked_by=None, exchange=exchange, **more)


def entry_of(exchange: PassedExchange) -> dict[str, Any]:
    (entry,) = json.loads(har([exchange], "1.0"))["log"]["entries"]
    return dict(entry)


def test_an_exchange_as_browsers_write_it() -> None:
    request = HttpRequest(
        "POST",
        "https://api.openai.com/v1/realtime/calls?model=gpt%20x&a=",
        (("Content-Type", "application/sdp"),),
        "v=0\r\nä",
    )
    response = HttpResponse(
        201, (("content-type", "application/sdp"), ("location", "/c/1")), "v=0", 3
    )
    entry = entry_of(passed(request, response))
    assert entry["startedDateTime"] == "2026-11-28T10:00:00.000+00:00"
    assert entry["time"] == 12.5
    assert entry["timings"] == {"send": 0, "wait": 10.0, "receive": 2.5}
    assert entry["request"]["method"] == "POST"
    assert entry["request"]["url"] == request.url
    assert entry["request"]["queryString"] == [
        {"name": "model", "value": "gpt x"},
        {"name": "a", "value": ""},
    ]
    assert entry["request"]["postData"] == {"mimeType": "application/sdp", "text": "v=0\r\nä"}
    assert entry["request"]["bodySize"] == 7
    assert entry["response"]["status"] == 201
    assert entry["response"]["content"] == {"size": 3, "mimeType": "application/sdp", "text": "v=0"}
    assert entry["response"]["redirectURL"] == ""


def test_an_exchange_without_an_answer_has_status_0_and_says_why() -> None:
    entry = entry_of(passed(HttpRequest("GET", "https://api.openai.com/v1/models"), None))
    assert entry["response"]["status"] == 0
    assert entry["response"]["_error"] == "rtdoctor.timeout: no answer within 60 s"
    assert "postData" not in entry["request"]


def test_a_body_that_was_cut_says_so() -> None:
    cut = passed(
        HttpRequest("POST", "https://api.openai.com/v1/files", (), "aaa"),
        HttpResponse(200, (), "bbb", 9_000_000, truncated=True),
        request_truncated=True,
    )
    entry = entry_of(cut)
    assert entry["request"]["bodySize"] == -1
    assert "only the beginning" in entry["request"]["postData"]["comment"]
    assert "only the beginning" in entry["response"]["content"]["comment"]
    assert entry["response"]["content"]["size"] == 9_000_000


@given(REQUESTS, st.none() | RESPONSES)
def test_any_exchange_has_every_field_that_har_demands(
    request: HttpRequest, response: HttpResponse | None
) -> None:
    entry = entry_of(passed(request, response))
    assert set(entry) >= {"startedDateTime", "time", "request", "response", "cache", "timings"}
    assert set(entry["request"]) >= {
        *("method", "url", "httpVersion", "cookies", "headers", "queryString"),
        *("headersSize", "bodySize"),
    }
    assert set(entry["response"]) >= {
        *("status", "statusText", "httpVersion", "cookies", "headers", "content"),
        *("redirectURL", "headersSize", "bodySize"),
    }
