"""A front before some service, and clients that reach it in each of the ways there are."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from rtdoctor.domain.secret import Secret
from rtdoctor.front.front import Front
from rtdoctor.front.passed import Route
from rtdoctor.front.upstream import Upstream
from rtdoctor.secrets.redactor import Redactor
from support.hostile import Handler, hostile_server

TARGET = "https://api.openai.com"
KEY = "sk-proj-T3stK3yAbCdEfGhIjKlMnOpQrStUvWxYz0123456789"


@asynccontextmanager
async def front_before(
    base_url: str, *, key: str | None = KEY, redactor: Redactor | None = None, **options: Any
) -> AsyncIterator[Front]:
    """A front for ``api.openai.com`` that sends everything to ``base_url``."""
    secret = None if key is None else Secret(key, "<api-key>")
    upstream = Upstream(base_url, (TARGET,), secret)
    async with Front(upstream, redactor or Redactor(), **options) as front:
        yield front


@asynccontextmanager
async def client_of(front: Front, route: Route) -> AsyncIterator[httpx.AsyncClient]:
    """A client for which ``/v1/...`` is at the target, which it reaches through the front."""
    trust = trusting(front)
    match route:
        case Route.BASE_URL:
            client = httpx.AsyncClient(base_url=front.base_url, trust_env=False)
        case Route.PROXY:
            client = httpx.AsyncClient(
                base_url=TARGET, proxy=front.proxy_url, verify=trust, trust_env=False
            )
        case Route.NAME:
            client = httpx.AsyncClient(
                base_url=TARGET, transport=_ByName(front.port, trust), trust_env=False
            )
    async with client:
        yield client


def trusting(front: Front) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=front.ca_pem.decode())


class _ByName(httpx.AsyncHTTPTransport):
    """Resolves every name to the front, as ``--host-resolver-rules`` does."""

    def __init__(self, port: int, trust: ssl.SSLContext) -> None:
        super().__init__(verify=trust, trust_env=False)
        self._port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["sni_hostname"] = request.url.host
        request.url = request.url.copy_with(host="127.0.0.1", port=self._port)
        return await super().handle_async_request(request)


@asynccontextmanager
async def fronted(
    handler: Handler, route: Route = Route.BASE_URL, **options: Any
) -> AsyncIterator[tuple[Front, httpx.AsyncClient]]:
    """A service, a front before it, and a client that reaches it in this way."""
    async with (
        hostile_server(handler) as url,
        front_before(url, **options) as front,
        client_of(front, route) as client,
    ):
        yield front, client
