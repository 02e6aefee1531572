"""What is the page's own, and is not blamed on the service. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rtdoctor.browser.page_run import OwnExchange, PageRun, Reached, is_of_backend
from rtdoctor.check.blocked_hosts import blocked_requests, blocked_scripts, unheard_press
from rtdoctor.check.missing_value import requests_with_missing_value
from rtdoctor.check.own_fault import OwnFault
from rtdoctor.domain.exchange import HttpRequest, HttpResponse
from rtdoctor.domain.setup import AuthKind
from rtdoctor.domain.token_words import names_token_route
from rtdoctor.subjects.headers import credential_in
from rtdoctor.subjects.passed_on import holds_refusal
from rtdoctor.subjects.posted_offer import posted_offer
from rtdoctor.subjects.server_action import is_server_action
from rtdoctor.subjects.shown_credential import kind_of
from rtdoctor.subjects.tokens import tokens_in

_LONGEST = 300
_REFUSED_HEADER = re.compile(r"Request header field (\S+) is not allowed")


def own_fault(run: PageRun) -> OwnFault | None:
    """The first thing of the page's own that explains why it went no further.

    Once the service was asked, or has given a token or a refusal through the page's own backend,
    only what cannot come from its answers counts.
    """
    found = [*_of_browser(run), *_of_missing_key(run)]
    if not run.exchanges:
        found += [*_of_document(run), *_of_missing_value(run), *_of_backend(run)]
        found += [*blocked_scripts(run), *blocked_requests(run)]
        route = token_route(run) or unmet_offer(run)
        if not token_was_given(run) and not (route and is_passed_on_refusal(route)):
            found += _of_script(run)
        if unmet_offer(run) is not None:
            found += filter(None, [unseen_request(run)])
        found += unheard_press(run)
    return found[0] if found else None


def unseen_request(run: PageRun) -> OwnFault | None:
    """A refusal of the service that the page's own backend passed on, for a request not seen."""
    route = token_route(run) or unmet_offer(run)
    if run.exchanges or route is None or not is_passed_on_refusal(route):
        return None
    return OwnFault(
        f"{_of_route(route)} This is a refusal of the service that the backend passed on; what it "
        "had sent to the service was not seen.",
        "Let rtdoctor start the backend, so that it is seen: rtdoctor check --run COMMAND URL",
        is_of_service=True,
    )


def token_was_given(run: PageRun) -> bool:
    """Whether an answer to the page held a token, from the service or from its own backend."""
    answers = [passed.exchange.response for passed in run.exchanges]
    answers += [own.response for own in run.own_exchanges]
    return any(map(has_token, answers))


def has_token(answer: HttpResponse | None) -> bool:
    """Whether an answer is a success and holds a token."""
    return answer is not None and answer.status < 300 and bool(tokens_in(answer.body))


def _of_browser(run: PageRun) -> list[OwnFault]:
    found = []
    # A page that hangs after the answer has got what it wanted from the service.
    if run.stopped == "hangs" and run.reached < Reached.ANSWERED:
        found.append(
            OwnFault(
                "A script of the page runs without end, so nothing else of it can run.",
                "Pause it in the browser's debugger to see where.",
            )
        )
    if run.stopped == "crash":
        found.append(OwnFault("The page crashed in the browser.", "It may use too much memory."))
    for record in run.of_kind("csp"):
        if record.rule in ("connect-src", "default-src"):
            found.append(
                OwnFault(
                    f"The page's own Content-Security-Policy ({record.rule}) forbids requests to "
                    f"{_host(record.text)}.",
                    f"Allow that host in {record.rule} of the policy.",
                )
            )
    for record in run.of_kind("cors"):
        header = _REFUSED_HEADER.search(record.text)
        if header is not None:
            found.append(
                OwnFault(
                    f"The browser did not send a request of the page to {_target_of(record.text)}: "
                    f"the preflight's answer does not allow its header {header[1][:80]}.",
                    f"Send the request without {header[1][:80]}.",
                )
            )
    refused = [r for r in run.of_kind("media") if r.error]
    if refused and run.reached <= Reached.ASKED and not run.of_kind("local"):
        first = refused[0]
        found.append(
            OwnFault(
                f"{first.name}({first.text[:80]}) was refused: {first.error[:_LONGEST]}",
                "This browser has one microphone, one camera and one screen; the page asks for "
                "something that they do not give, or its own policy forbids it.",
            )
        )
    return found


def _of_document(run: PageRun) -> Iterator[OwnFault]:
    """An app that answers with an error instead of its page. Some serve a page with 404."""
    if run.reached <= Reached.OPENED:
        for record in run.of_kind("document"):
            shown = f", and shows: {run.shows[:_LONGEST]}" if run.shows else ""
            yield OwnFault(
                f"The app answered {record.text} with {record.error}{shown}. No page came of it.",
                "See what the app printed, or whether this is the address of the page.",
            )


def _of_missing_key(run: PageRun) -> Iterator[OwnFault]:
    """A request for a token that shows what a program prints for a missing value."""
    for passed in run.exchanges:
        request = passed.exchange.request
        shown = credential_in(request)
        if posted_offer(request) is None and shown and kind_of(shown.text) is AuthKind.LITERAL:
            who = "The page's own backend" if is_of_backend(passed) else "The page"
            value = f"{shown.scheme} {shown.text}".strip()
            yield OwnFault(
                f"{who} asked for a token with “{value[:80]}” in place of a key.",
                "Set the variable that the key is read from, under the name that the code reads.",
            )


def _of_missing_value(run: PageRun) -> Iterator[OwnFault]:
    for text in requests_with_missing_value(run):
        yield OwnFault(
            text, "Set the variable of which the address is made, and build and start again."
        )


def _of_backend(run: PageRun) -> list[OwnFault]:
    found = [
        OwnFault(
            f"The browser refused a request of the page to {_target_of(record.text)}: "
            f"{record.text[:_LONGEST]}",
            "The backend that is asked must send Access-Control-Allow-Origin for this page.",
        )
        for record in run.of_kind("cors")
    ]
    route = token_route(run) or unmet_offer(run)
    if route is not None and not is_passed_on_refusal(route):
        found.append(OwnFault(_of_route(route), _next_at(route)))
    return found


def _of_script(run: PageRun) -> list[OwnFault]:
    thrown = run.of_kind("error", "rejection")
    return [
        OwnFault(
            f"A script of the page failed before the service was asked: {r.error[:_LONGEST]}",
            f"See {r.where}." if r.where else "",
        )
        for r in thrown[:1]
    ]


def token_route(run: PageRun) -> OwnExchange | None:
    """The last request to the page's own backend that was to bring a token and brought none."""
    for own in reversed(run.own_exchanges):
        if posted_offer(own.request) is not None:
            return None
        body = own.response.body if own.response else ""
        if tokens_in(body):
            return None
        if is_server_action(own.request) or names_token_route(own.request.url):
            return own
    return None


def unmet_offer(run: PageRun) -> OwnExchange | None:
    """The last request that gave an offer to the page's own backend and brought no SDP back."""
    offers = [own for own in run.own_exchanges if posted_offer(own.request) is not None]
    if not offers:
        return None
    answer = offers[-1].response
    is_met = answer is not None and answer.status < 300 and "v=0" in answer.body
    return None if is_met else offers[-1]


def is_passed_on_refusal(own: OwnExchange) -> bool:
    """Whether a backend's answer holds a refusal of the service."""
    return own.response is not None and holds_refusal(own.response.body)


def _next_at(own: OwnExchange) -> str:
    if own.response is not None and own.response.status in (401, 403):
        return "If it asks for a login: --storage-state FILE, or --fill and --click."
    return "See the log of that backend."


def _of_route(own: OwnExchange) -> str:
    asked = f"{own.request.method} {_path(own.request)}"
    if own.response is None:
        return f"The page's own backend gave no answer to {asked}."
    nothing = "a body that was not seen" if own.response.truncated else "an empty body"
    said = " ".join(own.response.body.split())[:_LONGEST] or nothing
    what = "a token" if posted_offer(own.request) is None else "an SDP answer"
    return (
        f"The page's own backend answered {asked} with {own.response.status} and without {what}: "
        f"{said}"
    )


def _path(request: HttpRequest) -> str:
    return "/" + request.url.split("://", 1)[-1].partition("/")[2].partition("?")[0]


def _host(url: str) -> str:
    return url.split("://", 1)[-1].partition("/")[0] or url


def _target_of(text: str) -> str:
    """The URL in Chromium's words: Access to fetch at 'URL' from origin ... has been blocked."""
    return text.partition("'")[2].partition("'")[0][:200] or "another origin"
