"""The label that a recording goes by stays on this machine."""

from __future__ import annotations

from rtdoctor.probe.http import HttpxPort
from rtdoctor.probe.limits import Limits
from rtdoctor.probe.wire import WireRequest
from support.hostile import Answer, Received, answer, hostile_server


async def test_a_label_reaches_neither_the_service_nor_the_report() -> None:
    seen: list[Received] = []

    async def handler(received: Received) -> Answer:
        seen.append(received)
        return answer(200, "{}")

    async with hostile_server(handler) as url, HttpxPort(limits=Limits(), on_loopback=True) as port:
        request = WireRequest("mint", "POST", f"{url}/v1/mint?a=b", label="bétä/\ud800 #1 mint")
        exchange, problem = await port.send(request)

    assert problem is None
    (received,) = seen
    assert received.path == "/v1/mint?a=b"
    assert not any("mint" in value for value in received.headers.values())
    assert exchange.request.url == f"{url}/v1/mint?a=b"
