"""A machine without a network address to offer says nothing about the setup."""

from __future__ import annotations

from rtdoctor.domain.outcome import LocalCode, OutcomeKind, Stage
from rtdoctor.domain.run import Purpose
from rtdoctor.domain.secret import Secret
from rtdoctor.probe.http import HttpxPort
from rtdoctor.probe.peers.aiortc import AiortcPeer
from rtdoctor.probe.runner import Prober
from rtdoctor.targets.target import Target
from support.hostile import Answer, Received, answer, hostile_server
from support.probing import KEY, QUICK, setup


async def test_without_local_candidates_nothing_is_called_and_nothing_claimed() -> None:
    asked: list[str] = []

    async def handler(received: Received) -> Answer:
        asked.append(received.path)
        return answer(200, '{"value": "ek_test_1234567890abcdef", "expires_at": 1}')

    async with hostile_server(handler) as url, HttpxPort(limits=QUICK, on_loopback=True) as http:
        target = Target("test", url, Secret(KEY, "<api-key>"))
        prober = Prober(target, http, lambda _: AiortcPeer(QUICK, []), lambda _: None, QUICK)
        seen = await prober.probe("#1", setup(), Purpose.SURVEY)

    assert (seen.outcome.kind, seen.outcome.stage) == (OutcomeKind.TRANSIENT, Stage.OFFER)
    assert seen.outcome.signature is not None
    assert seen.outcome.signature.code == LocalCode.NO_LOCAL_CANDIDATES
    assert asked == ["/v1/realtime/client_secrets"]
