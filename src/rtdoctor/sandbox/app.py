"""The HTTP side: Starlette hands every request to the service and dresses its reply."""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable
from json import JSONDecodeError

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rtdoctor.sandbox.request_log import RequestLog
from rtdoctor.sandbox.rules.request import ReceivedRequest
from rtdoctor.sandbox.rules.rule_file import Answer, Rule
from rtdoctor.sandbox.service import SandboxService

MAX_BODY_BYTES = 1_000_000
NOTICE = "rtdoctor sandbox, not the real service"
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_EXPOSED = "Location, x-request-id, openai-processing-ms, X-Rtdoctor-Sandbox, X-Sandbox-Notice"
_PREFLIGHT = Rule(
    id="cors-preflight",
    fact="BRW-CORS-HEADER",
    note="that openai-beta and x-openai-agents-sdk are among the allowed headers is inferred",
    answer=Answer(
        status=200,
        headers={
            "access-control-allow-methods": "GET, POST, OPTIONS",
            "access-control-allow-headers": (
                "authorization, content-type, openai-beta, x-openai-agents-sdk"
            ),
            "access-control-max-age": "600",
        },
    ),
)


def make_app(service: SandboxService, era: str, log: RequestLog | None = None) -> Starlette:
    """The ASGI application of a service; with a ``log``, it tells what it was asked."""

    async def anything(request: Request) -> Response:
        started = time.perf_counter()
        try:
            seen = await _see(request, service)
        # Starlette raises this where the client goes before its body has come.
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        auth = seen.auth  # before the call it opens makes the token a used one
        reply = await service.answer(seen, _PREFLIGHT if request.method == "OPTIONS" else None)
        if log is not None:
            log.add(seen, reply.status, reply.rule, auth)
        response = Response(reply.body, reply.status, reply.headers, reply.content_type)
        taken_ms = (time.perf_counter() - started) * 1000
        response.headers["openai-processing-ms"] = str(round(taken_ms))
        return _dressed(response, reply.rule)

    async def state(request: Request) -> Response:
        return _dressed(JSONResponse({**service.state, "era": era}))

    async def expire(request: Request) -> Response:
        try:
            asked = await request.json()
        except JSONDecodeError:
            asked = None
        token = asked.get("token") if isinstance(asked, dict) else None
        if not isinstance(token, str):
            return _dressed(JSONResponse({"error": 'send {"token": "ek_..."}'}, 400))
        return _dressed(JSONResponse({"expired": service.tokens.expire(token)}))

    own = [
        Route("/sandbox/state", state, methods=["GET"]),
        Route("/sandbox/expire", expire, methods=["POST"]),
    ]
    if log is not None:
        own.append(Route("/sandbox/requests", _log_route(log), methods=["GET", "DELETE"]))
    return Starlette(
        routes=[*own, Route("/{path:path}", anything, methods=_METHODS)],
        max_body_size=MAX_BODY_BYTES,
    )


def _log_route(log: RequestLog) -> Callable[[Request], Awaitable[Response]]:
    async def requests(request: Request) -> Response:
        if request.method == "DELETE":
            log.forget()
        # no CORS header: the page under test, or any other, shall not read the log
        return JSONResponse(
            {"sandbox": True, "requests": log.entries}, headers={"x-sandbox-notice": NOTICE}
        )

    return requests


async def _see(request: Request, service: SandboxService) -> ReceivedRequest:
    body = await request.body()
    return ReceivedRequest.request(
        request.method,
        request.url.path,
        request.query_params,
        request.headers,
        body.decode("utf-8", "replace"),
        await _parts(request),
        service.tokens,
    )


async def _parts(request: Request) -> dict[str, str] | None:
    """The parts of a multipart body as texts; ``None`` when it is not one or cannot be read."""
    # The body was read already, and Starlette keeps it, so the form can be parsed from it.
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return None
    parts: dict[str, str] = {}
    try:
        async with request.form() as form:
            for name, value in form.items():
                data = await value.read() if isinstance(value, UploadFile) else value
                parts[name] = data if isinstance(data, str) else data.decode("utf-8", "replace")
    except (HTTPException, KeyError):
        return None
    return parts


def _dressed(response: Response, rule: Rule | None = None) -> Response:
    """What every answer carries: CORS, a request id, and that it is no claim about a service."""
    headers = response.headers
    headers["access-control-allow-origin"] = "*"
    headers["access-control-expose-headers"] = _EXPOSED
    headers["x-request-id"] = f"req_sandbox_{secrets.token_hex(12)}"
    headers["x-sandbox-notice"] = NOTICE
    if rule is not None:
        headers["x-rtdoctor-sandbox"] = (
            f"rule={rule.id}; fact={rule.fact or '-'}; basis={rule.basis}; note={rule.note}"
        )
    return response
