"""A hostile server in a thread, for tests that run the command as a process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from support.hostile import Answer, Received, hostile_server


@contextmanager
def serving(handler: Callable[[Received], Answer]) -> Iterator[str]:
    """Serve ``handler`` for the block; yields the base URL."""
    started: list[str] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def answering(received: Received) -> Answer:
        return handler(received)

    async def serve() -> None:
        async with hostile_server(answering) as url:
            started.append(url)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10), "the server did not start"
    try:
        yield started[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
