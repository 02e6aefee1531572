"""Answers of the user's own backend, which are told as such: the service was not asked, or its
answer stands in the backend's log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from rtdoctor.explain.paper import Paper
from rtdoctor.explain.read_out import ReadOut

_MOST = 2
_SEARCHED = 200_000
# A line of a log: perhaps a method and a host, a path that speaks of tokens or sessions, and behind
# it the status.
_ROUTE = re.compile(
    r"(?<![\w/.:-])(?:(?P<method>GET|POST|PUT|OPTIONS)\s{1,3})?"
    r"(?:https?://(?P<host>[\w.-]{1,80})(?::\d{1,5})?)?"
    r"(?P<path>/(?:[\w.-]{1,40}/){0,5}[\w-]{0,40}"
    r"(?:token|session|realtime|ephemeral|client[-_]?secret|offer|voice)[\w-]{0,20}(?:/[\w-]{1,40})?)"
    r"\b[^\n]{0,60}?(?<![\w.:-])(?P<status>401|403|404|405|500|502|503)\b",
    re.IGNORECASE,
)
_SERVICES = re.compile(r"(?:openai\.com|azure\.com|x\.ai|chatgpt\.com|inworld\.ai)$", re.IGNORECASE)
_OF_A_SERVICE = ("/v1/realtime", "/openai/", "/realtime/calls", "/realtime/client_secrets")
_MEANING = {
    401: "its own login refused the request, or it passes a refused key on; its log tells which",
    403: "its own rules refused the request, or it passes a refusal on; its log tells which",
    404: "it has no such route, or it passes a 404 of the service on; its log tells which",
    405: "the route takes another method",
}
_HIDDEN = "what the service answered stands in the log of the backend"


def own_routes(paper: Paper) -> Iterator[ReadOut]:
    """The refusals of routes that are no service's, at most two."""
    yield from islice(_told(paper), _MOST)


def _told(paper: Paper) -> Iterator[ReadOut]:
    told: set[tuple[str, int]] = set()
    for match in _ROUTE.finditer(paper.text, 0, _SEARCHED):
        path, host, status = match["path"], match["host"] or "", int(match["status"])
        is_service = _SERVICES.search(host) or any(part in path for part in _OF_A_SERVICE)
        if is_service or (path, status) in told or paper.line_of(match.start()) in paper.idle:
            continue
        told.add((path, status))
        line = paper.line_of(match.start())
        said = f"{path} of the app's own backend answered {status}."
        meaning = _MEANING.get(status, _HIDDEN)
        yield ReadOut(line, said, None, None, f"The service did not answer this itself: {meaning}.")
