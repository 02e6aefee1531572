"""Signals stop a run also where the event loop has no handlers for them, as on Windows."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from rtdoctor.cli.stop_signals import stop_on_signals


class LikeWindows(asyncio.SelectorEventLoop):
    def add_signal_handler(self, sig: int, callback: Callable[..., object], *args: object) -> None:
        raise NotImplementedError


@pytest.fixture(autouse=True)
def _handlers_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in signal.valid_signals()}
    yield
    for number, handler in before.items():
        if handler is not None and signal.getsignal(number) is not handler:
            signal.signal(number, handler)


async def raised(number: int) -> str:
    """Who stopped a run that got this signal."""
    stopped = asyncio.Event()
    stop_on_signals(stopped.set)
    signal.raise_signal(number)
    async with asyncio.timeout(30):
        await stopped.wait()
    return "the signal"


@pytest.mark.parametrize("loop", [asyncio.SelectorEventLoop, LikeWindows])
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"])
def test_every_way_to_end_a_process_stops_the_run(
    name: str, loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    number = getattr(signal, name, None)
    if number is None:
        pytest.skip(f"{name} is not known to this system")

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(raised(number)) == "the signal"


def test_after_the_run_ctrl_c_is_the_interpreters_again() -> None:
    with asyncio.Runner(loop_factory=LikeWindows) as runner:
        runner.run(raised(signal.SIGTERM))

    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_run_in_another_thread_leaves_signals_alone() -> None:
    before = signal.getsignal(signal.SIGINT)

    async def run() -> None:
        stop_on_signals(lambda: None)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    thread.join()

    assert signal.getsignal(signal.SIGINT) is before
