"""What a stage's milliseconds count."""

from __future__ import annotations

import time

import pytest

from rtdoctor.domain.exchange import HttpExchange, HttpRequest, HttpResponse, HttpTiming
from rtdoctor.domain.run import Purpose
from rtdoctor.domain.secret import Secret
from rtdoctor.probe.http import NetworkError
from rtdoctor.probe.peers.aiortc import peer_factory
from rtdoctor.probe.runner import Prober
from rtdoctor.probe.wire import WireRequest
from rtdoctor.targets.target import Target
from support.probing import KEY, QUICK, setup


async def test_waiting_for_a_place_among_our_own_requests_is_no_part_of_a_stage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s = [1000.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now_s[0])

    class Crowded:
        """Nine seconds until a request is sent, one until it is answered."""

        async def send(self, request: WireRequest) -> tuple[HttpExchange, NetworkError | None]:
            now_s[0] += 10.0
            return HttpExchange(
                purpose=request.purpose,
                request=HttpRequest(request.method, request.url),
                response=HttpResponse(400, body='{"error": {"message": "no"}}'),
                timing=HttpTiming(total_ms=1000.0),
                started_at="2026-01-01T00:00:00.000+00:00",
            ), None

    target = Target("test", "http://127.0.0.1:9", Secret(KEY, "<api-key>"))
    prober = Prober(
        target, Crowded(), peer_factory(QUICK, on_loopback=True), lambda secret: None, QUICK
    )
    seen = await prober.probe("#1", setup(), Purpose.SURVEY)

    (mint,) = seen.stages
    assert (mint.start_ms, mint.duration_ms) == (9000.0, 1000.0)
    assert seen.duration_ms == 10_000.0
