"""The call: posting the SDP offer and judging the answer."""

from __future__ import annotations

import json
from urllib.parse import urlencode, urljoin, urlsplit

from rtdoctor.domain.exchange import HttpResponse
from rtdoctor.domain.outcome import LocalCode, Outcome, Signature, Stage
from rtdoctor.domain.secret import Secret
from rtdoctor.domain.setup import AuthKind, EncodingKind, Setup
from rtdoctor.probe.answer_words import kind_of_text
from rtdoctor.probe.mint import refusal
from rtdoctor.probe.wire import Credential, Part, WireRequest
from rtdoctor.sdp.description import read_description
from rtdoctor.targets.target import Target

MAX_LOCATION = 2000  # characters; longer ones cannot be sent back as a URL


def call_url(setup: Setup, target: Target) -> str:
    """The URL the offer is posted to, query included."""
    url = target.url(setup.call_endpoint.value.path)
    query = urlencode(setup.call_query.value.params)
    if not query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{query}"


def call_request(
    setup: Setup, target: Target, sdp: str, credential: Secret | None, *, purpose: str = "call"
) -> WireRequest:
    """The request this setup calls with.

    ``credential`` is the token or key; it is ignored by the auth kinds that show neither.
    """
    headers: list[tuple[str, str | Credential]] = []
    auth = setup.auth.value
    if auth.kind is AuthKind.LITERAL:
        # Literal text is sent as the user's client sends it, and is no secret: it is what is wrong.
        headers.append((auth.header, f"{auth.scheme} {auth.text}".strip()))
    elif auth.kind is not AuthKind.NONE and credential is not None:
        headers.append((auth.header, Credential(auth.scheme, credential)))
    if setup.beta_header.value.call is not None:
        headers.append(("OpenAI-Beta", setup.beta_header.value.call))
    headers += setup.beta_header.value.call_others
    encoding = setup.call_encoding.value
    if encoding.trim:
        sdp = sdp.rstrip("\r\n")
    body: str | None = sdp
    parts: tuple[Part, ...] = ()
    if encoding.kind is EncodingKind.MULTIPART:
        body = None
        parts = (Part("sdp", "application/sdp", sdp),)
        if encoding.session is not None:
            parts += (Part("session", "application/json", encoding.session),)
    else:
        # A multipart body gets its type from the HTTP client, which chooses the boundary.
        headers.append(("Content-Type", encoding.content_type))
        if encoding.kind is EncodingKind.JSON:
            body = json.dumps({"type": "offer", "sdp": sdp})
    method = setup.call_endpoint.value.method
    return WireRequest(purpose, method, call_url(setup, target), tuple(headers), body, parts)


def read_call(response: HttpResponse) -> str | Outcome:
    """The SDP answer, or the outcome that stands in for one.

    Judged by the body, since services differ in success status and content type
    (fact SDP-GA-OK: do not demand 200 nor a given Content-Type).
    """
    refused = refusal(Stage.EXCHANGE, response)
    if refused is not None:
        return refused

    def failed(code: LocalCode, message: str | None = None) -> Outcome:
        return Outcome.failed(
            Signature(Stage.EXCHANGE, response.status, code=code.value, message=message)
        )

    body = _sdp_of(response.body)
    if not body.strip():
        return failed(LocalCode.EMPTY_BODY)
    if not body.lstrip().startswith("v=0"):
        what = kind_of_text(response.body, response.header("content-type") or "")
        return failed(LocalCode.ANSWER_NOT_SDP, f"the answer does not begin with v=0, it is {what}")
    # without line ends nothing of it can be read; that is another fault
    if "\n" in body.strip() and not read_description(body).media:
        return failed(
            LocalCode.NO_SECTIONS, "the answer has no m-section, so there is nothing to connect"
        )
    if "a=ice-ufrag:" not in body or "a=ice-pwd:" not in body:
        wanted = ("a=ice-ufrag", "a=ice-pwd")
        missing = " and ".join(name for name in wanted if f"{name}:" not in body)
        return failed(LocalCode.ANSWER_WITHOUT_ICE, f"the answer has no {missing}")
    return body


def _sdp_of(body: str) -> str:
    """Some services answer JSON ``{"sdp": ...}`` (provider notes, section A6)."""
    if body.lstrip().startswith("{"):
        try:
            data = json.loads(body)
        except (ValueError, RecursionError):
            return body
        if isinstance(data, dict) and isinstance(data.get("sdp"), str):
            return str(data["sdp"])
    return body


def call_location(setup: Setup, target: Target, response: HttpResponse) -> str | None:
    """The absolute URL of the opened call, from ``Location``; ``None`` without a usable one."""
    location = response.header("location")
    if not location or len(location) > MAX_LOCATION or not location.isprintable():
        return None
    try:
        # RFC 9110, section 10.2.2: a Location may be relative to the URL of the request.
        return urljoin(call_url(setup, target), location)
    except ValueError:
        return None


def call_id_of(location: str) -> str:
    """The call's id: the last path segment of its URL."""
    return urlsplit(location).path.rstrip("/").rsplit("/", 1)[-1]
