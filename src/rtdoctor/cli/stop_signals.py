"""Ctrl-C and its relatives end a run in order: calls are hung up, the report is written."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType

# SIGHUP: the terminal was closed (POSIX). SIGBREAK: Ctrl-Break (Windows).
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


def stop_on_signals(stop: Callable[[], object]) -> None:
    """Call ``stop`` in the running event loop when the user or the system ends this process.

    It holds until the loop is closed, so that a second Ctrl-C does not break into the clean-up.
    Only the main thread can receive signals; elsewhere this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for name in _NAMES:
        number = getattr(signal, name, None)
        if number is None:
            continue
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # the event loops of Windows
            signal.signal(number, _handler(loop, stop))


def _handler(
    loop: asyncio.AbstractEventLoop, stop: Callable[[], object]
) -> Callable[[int, FrameType | None], None]:
    def handle(number: int, frame: FrameType | None) -> None:
        if loop.is_closed():
            signal.default_int_handler(number, frame)
        # a signal arrives between any two instructions: only the loop may touch its tasks
        loop.call_soon_threadsafe(stop)

    return handle
