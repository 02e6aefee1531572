"""Several files read at once: the mint, the call, and how the token gets from one to the other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from rtdoctor.code.evaluate import Evaluator
from rtdoctor.code.http_requests import find_requests
from rtdoctor.code.javascript import JavaScriptReader
from rtdoctor.code.peer_connection import PeerStep, SentEvent, peer_steps, sent_events
from rtdoctor.code.program import Attribute, Program, SourceSpan
from rtdoctor.code.python import PythonReader
from rtdoctor.code.routes import BackendRoute, answers_of, find_routes, route_of
from rtdoctor.code.source import Language, as_bytes, parse, scripts_of
from rtdoctor.code.source_request import SDK, SourceRequest
from rtdoctor.code.values import (
    AnswerPart,
    Fields,
    FormData,
    JsonText,
    Sdp,
    Step,
    UnknownValue,
    Value,
    pieces,
    sketch,
    text_of,
)
from rtdoctor.domain.exchange import CREDENTIAL_HEADERS

_MINT = re.compile(
    r"/realtime/(?:translations/)?(?:client_secrets|sessions|transcription_sessions)/?$"
)
_SERVICE = re.compile(
    r"(?:/v1|/openai|\})/realtime(?:/(?:translations/)?calls)?/?$|/realtime/calls/?$"
)
_MOST_ROUTES = 100
_MOST_ANSWERS = 50
_SDP = re.compile(r"(?i)sdp|\boffer|localdescription")


class Role(StrEnum):
    """What a request is for."""

    MINT = "mint"
    CALL = "call"
    OWN = "own"  # to a route of the app's own backend
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class TokenPath:
    """How the call comes by its token: the steps into the mint's answer, and through which route.

    ``steps`` are those that count for the service's answer; ``complete`` is false where the
    backend that passes the answer on was not read.
    """

    steps: tuple[Step, ...]
    complete: bool

    @property
    def path(self) -> str:
        return ".".join(step.name for step in self.steps)


@dataclass(frozen=True, slots=True)
class SourceReading:
    """What the files tell. Requests stand in the order of the texts.

    ``joined`` are requests of the page with the route that answers them. ``checked`` are the
    requests whose status the code looks at. ``cut`` names files that were not read to their end,
    with the place.
    """

    requests: tuple[tuple[Role, SourceRequest], ...]
    routes: tuple[BackendRoute, ...]
    joined: tuple[tuple[SourceRequest, BackendRoute], ...]
    peer: tuple[PeerStep, ...]
    events: tuple[SentEvent, ...]
    token: TokenPath | None
    checked: frozenset[SourceSpan]
    cut: tuple[SourceSpan, ...]

    def of_role(self, role: Role) -> tuple[SourceRequest, ...]:
        """The requests of a role."""
        return tuple(request for found, request in self.requests if found is role)

    @property
    def mint(self) -> SourceRequest | None:
        """The request for the token: the one behind a route that the page asks, if there is one."""
        mints = self.of_role(Role.MINT)
        asked = [route.handler for _, route in self.joined]
        behind = [m for m in mints if any(m.function is handler for handler in asked)]
        return next(iter(behind or mints), None)

    @property
    def call(self) -> SourceRequest | None:
        """The request that posts the offer to the service, not to the app's own backend."""
        routed = {request.at for request, _ in self.joined}
        calls = [c for c in self.of_role(Role.CALL) if c.at not in routed and not is_own(c)]
        # A page and its backend may both hold the call. The one that goes to the service is what
        # the service judges.
        to_service = [c for c in calls if _SERVICE.search(sketch(c.url).partition("?")[0])]
        return next(iter(to_service or calls), None)


def read_sources(files: Mapping[str, str]) -> SourceReading:
    """Read the files of an app, name to text. Nothing is run; any text is read without an error."""
    programs, cut = [], []
    for name, text in files.items():
        data = as_bytes(text)
        for script in scripts_of(name, data):
            tree = parse(data, script)
            reader = PythonReader if script.language is Language.PYTHON else JavaScriptReader
            programs.append(reader(name, data).read(tree.root))
            if tree.cut_at is not None:
                line = data.count(b"\n", 0, tree.cut_at) + 1
                cut.append(SourceSpan(name, tree.cut_at, script.end, line))
    evaluator = Evaluator(tuple(programs))
    found = find_requests(evaluator)
    routes = list(islice(find_routes(evaluator), _MOST_ROUTES))
    roles = tuple((role_of(request, routes), request) for request in found)
    joined = tuple(
        (request, route)
        for role, request in roles
        if role in (Role.OWN, Role.CALL) and (route := route_of(request.url, routes)) is not None
    )
    return SourceReading(
        requests=roles,
        routes=tuple(routes),
        joined=joined,
        peer=tuple(peer_steps(evaluator)),
        events=tuple(sent_events(evaluator)),
        token=_token_path(evaluator, roles, joined),
        checked=_checked(evaluator, programs),
        cut=tuple(cut),
    )


def role_of(request: SourceRequest, routes: list[BackendRoute]) -> Role:
    """The role by content: an offer that is posted is a call, a token endpoint is a mint."""
    address = sketch(request.url).partition("?")[0]
    # A path of the app itself, whatever it is called: `/api/realtime/session` is a route and no
    # token endpoint.
    if is_own(request) and not address.startswith(("/v1/realtime", "/realtime")):
        return Role.CALL if posts_offer(request) else Role.OWN
    if is_own(request) and any(route.path.rstrip("/") == address for route in routes):
        return Role.OWN
    if _MINT.search(address):
        return Role.MINT
    if posts_offer(request) or _SERVICE.search(address):
        is_sent = sketch(request.method).upper() != "GET" or request.body is not None
        return Role.CALL if is_sent else Role.OTHER
    return Role.OTHER if route_of(request.url, routes) is None else Role.OWN


def is_own(request: SourceRequest) -> bool:
    """Whether a request goes to the page's own origin."""
    return sketch(request.url).startswith("/") and request.client != SDK


def posts_offer(request: SourceRequest) -> bool:
    """Whether the body is an SDP offer, alone or in a form or JSON object."""
    kind = None if request.headers is None else request.headers.find("content-type")
    if kind is not None and (text_of(kind.value) or "").startswith("application/sdp"):
        return request.body is not None
    return request.body is not None and offer_in(request.body) is not None


def offer_in(body: Value) -> Value | None:
    """The part of a body that is the offer."""
    if isinstance(body, FormData):
        return body.fields.get("sdp")
    if isinstance(body, JsonText):
        return offer_in(body.value)
    if isinstance(body, Fields):
        inner = body.get("sdp")
        if inner is None and (nested := body.get("offer")) is not None:
            return offer_in(nested)
        return inner
    if isinstance(body, Sdp):
        return body
    return body if isinstance(body, UnknownValue) and _SDP.search(body.written) else None


def credential_of(request: SourceRequest) -> Value | None:
    """The value of the header that shows a credential."""
    for name in CREDENTIAL_HEADERS:
        found = None if request.headers is None else request.headers.find(name)
        if found is not None:
            return found.value
    return None


def _token_path(
    evaluator: Evaluator,
    roles: tuple[tuple[Role, SourceRequest], ...],
    joined: tuple[tuple[SourceRequest, BackendRoute], ...],
) -> TokenPath | None:
    """Where the token is read: by what the call shows, else by what a route passes on."""
    mints = {request.at for role, request in roles if role is Role.MINT}
    by_route = {request.at: route for request, route in joined}
    calls = [request for role, request in roles if role is Role.CALL]
    shown = [piece for call in calls for piece in pieces(credential_of(call) or _nothing(call))]
    answers = [piece for piece in shown if isinstance(piece, AnswerPart)][:_MOST_ANSWERS]
    for answer in answers:
        if answer.request in mints:
            return TokenPath(answer.steps, complete=True)
        route = by_route.get(answer.request)
        for passed in answers_of(evaluator, route) if route is not None else ():
            steps = _through(passed, answer.steps, mints)
            if steps is not None:
                return TokenPath(steps, complete=True)
    for answer in answers:
        return TokenPath(answer.steps, complete=False)
    return None


def _nothing(request: SourceRequest) -> Value:
    return UnknownValue("", request.at)


def _through(
    passed: Value, steps: tuple[Step, ...], mints: set[SourceSpan]
) -> tuple[Step, ...] | None:
    """The steps into the mint's answer when a route answers with ``passed``."""
    if isinstance(passed, JsonText):
        return _through(passed.value, steps, mints)
    if isinstance(passed, AnswerPart):
        # The route unwraps the answer first, and the page then reads on in what is left of it.
        return (*passed.steps, *steps) if passed.request in mints else None
    if isinstance(passed, Fields) and steps:
        # The route builds an object of its own, so the page's first step leads into that and not
        # into the service's answer.
        inner = passed.get(steps[0].name)
        return None if inner is None else _through(inner, steps[1:], mints)
    return None


def _checked(evaluator: Evaluator, programs: list[Program]) -> frozenset[SourceSpan]:
    """The requests whose answer is asked for its status."""
    found = set()
    for program in programs:
        for later, scope in program.looked_at:
            expression = later()
            if isinstance(expression, Attribute):
                value = evaluator.read(expression.of, scope)
                if isinstance(value, AnswerPart) and not value.steps:
                    found.add(value.request)
    return frozenset(found)
