"""The service on paper refuses where the sandbox's rules for the beta era refuse."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from rtdoctor.domain.outcome import Stage
from rtdoctor.domain.secret import Secret
from rtdoctor.domain.setup import AuthKind, Factor, Setup
from rtdoctor.probe.call import call_request
from rtdoctor.probe.mint import mint_request
from rtdoctor.probe.wire import Credential, WireRequest
from rtdoctor.sandbox.calls import Calls
from rtdoctor.sandbox.rules.files import rule_book
from rtdoctor.sandbox.rules.request import ReceivedRequest
from rtdoctor.sandbox.service import SandboxService
from rtdoctor.targets.target import Target
from support import levels as lv
from support.service import refusal, sdp

KEY = Secret("sk-test-0123456789abcdefghijklmnop", "<api-key>")
TARGET = Target("test", "http://127.0.0.1:1", KEY)
SESSIONS = replace(lv.FOUNDING, token_endpoint=lv.SESSIONS, token_body=lv.SESSION_MODEL)
SETUPS = {
    "founding": lv.FOUNDING,
    "intent": lv.FOUNDING.with_level(Factor.CALL_QUERY, lv.INTENT),
    "beta header": lv.FOUNDING.with_level(Factor.BETA_HEADER, lv.BETA),
    "realtime model": lv.FOUNDING.with_level(Factor.CALL_QUERY, lv.MODEL_REALTIME),
    "no audio": lv.FOUNDING.with_level(Factor.OFFER, lv.NO_AUDIO),
    "API key": lv.FOUNDING.with_level(Factor.AUTH, lv.API_KEY).as_sent(),
    "undefined": lv.FOUNDING.with_level(Factor.AUTH, lv.UNDEFINED).as_sent(),
    "no credential": lv.FOUNDING.with_level(Factor.AUTH, lv.NO_AUTH).as_sent(),
    "client secrets": lv.FOUNDING.with_level(Factor.TOKEN_ENDPOINT, lv.CLIENT_SECRETS),
    "calls": lv.FOUNDING.with_level(Factor.CALL_ENDPOINT, lv.CALLS),
    "sessions": SESSIONS,
    "control": replace(SESSIONS, beta_header=lv.BETA, call_query=lv.MODEL_REALTIME),
}


@pytest.mark.parametrize("name", SETUPS)
async def test_both_refuse_the_same_setups_at_the_same_stage(name: str) -> None:
    answer = refusal(SETUPS[name])
    said = None if answer is None else (answer.stage, answer.status)

    assert said == await judged(SETUPS[name])


async def judged(setup: Setup) -> tuple[Stage, int] | None:
    """Where the sandbox refuses this setup, and with which status; no socket is opened."""
    service = SandboxService(rule_book("beta"), Calls(list))
    credential: Secret | None = KEY
    if setup.auth.value.kind is AuthKind.EPHEMERAL:
        reply = await service.answer(received(mint_request(setup, TARGET, KEY), service))
        if reply.status != 200:
            return Stage.MINT, reply.status
        minted = json.loads(reply.body)
        credential = Secret(minted["client_secret"]["value"], "ek_…#1")
    call = received(call_request(setup, TARGET, _offer(setup), credential), service)
    rule = service.book.first(call)
    assert rule is not None
    if rule.connect is not None:
        return None
    assert rule.answer is not None
    return Stage.EXCHANGE, rule.answer.status


def _offer(setup: Setup) -> str:
    offer = setup.offer.value
    return sdp(random.Random(1), audio=offer.audio, channel=offer.channel is not None)


def received(request: WireRequest, service: SandboxService) -> ReceivedRequest:
    """The request as the sandbox would see it."""
    url = urlsplit(request.url)
    headers = {
        name.lower(): value.on_wire() if isinstance(value, Credential) else value
        for name, value in request.headers
    }
    query = dict(parse_qsl(url.query))
    return ReceivedRequest.request(
        request.method, url.path, query, headers, request.body or "", None, service.tokens
    )
