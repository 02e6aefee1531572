"""The process: listen first, announce, load everything else, and leave nothing behind.

Importing aiortc and the rest takes a quarter of a second or more. The socket is opened and
announced before that; requests that come early wait in its backlog. So whoever started the
sandbox can import in the same time.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO

from rtdoctor.errors import UsageError

if TYPE_CHECKING:
    from uvicorn import Server

    from rtdoctor.sandbox.service import SandboxService

OfferedAddresses = Literal["loopback", "host", "all"]
_BACKLOG = 512


def serve(
    *,
    era: str = "single-use",
    host: str = "127.0.0.1",
    port: int = 0,
    rules: Path | None = None,
    candidates: OfferedAddresses = "all",
    announce: bool = False,
    log_requests: bool = False,
    out: TextIO | None = None,
) -> None:
    """Run the sandbox until SIGINT or SIGTERM.

    ``announce`` is for a parent process: one JSON line ``{"url", "era", "key"}`` instead of
    the text for a human, and the end of stdin ends the sandbox too. ``candidates`` says which
    addresses the answers offer: only 127.0.0.1, only the others, or all. ``log_requests`` keeps
    what was asked, without credentials, at ``/sandbox/requests``.
    Raises ``UsageError`` and ``ConfigError`` before anything listens.
    """
    out = out or sys.stdout
    if rules is not None or not announce:
        from rtdoctor.sandbox.rules.files import rule_book

        rule_book(era, rules)  # complain before the announcement
    listener = _listen(host, port)
    url = _url(listener)
    key = f"sk-sandbox-{os.urandom(12).hex()}"
    with _StopRequest() as stop:
        if announce:
            out.write(json.dumps({"url": url, "era": era, "key": key}) + "\n")
            stop.when_stdin_ends()
        else:
            out.write(_greeting(url, era, key))
        out.flush()
        _run(
            listener,
            stop,
            lambda: _load(era, rules, candidates, log_requests=log_requests),
        )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only where the protocol is named; without it an answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        _claim_port(listener)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise UsageError(
            f"the sandbox cannot listen on {host} port {port}: {error.strerror or error}",
            hint="Choose another port, or 0 for any free one.",
        ) from None
    return listener


def _claim_port(listener: socket.socket) -> None:
    """Let nobody else listen on the port, and let a sandbox follow one that has just ended."""
    # POSIX keeps a port from new listeners while old connections are in TIME_WAIT, unless
    # SO_REUSEADDR is set. On Windows that option lets a second process take over a port in use.
    if sys.platform == "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _greeting(url: str, era: str, key: str) -> str:
    return f"""\
rtdoctor sandbox, era {era}, at {url}
This is NOT the real service. It answers as the collected facts say the service did;
where they are silent its answers say `inferred`. Nothing here costs anything.

  API key   {key}   (any key that begins with sk- will do)
  OpenAI SDK        OPENAI_BASE_URL={url}/v1 OPENAI_API_KEY={key}
  State             curl {url}/sandbox/state

Ctrl-C ends it.
"""


def _run(
    listener: socket.socket, stop: _StopRequest, load: Callable[[], tuple[SandboxService, Server]]
) -> None:
    import asyncio
    import logging

    gc.disable()  # until everything is loaded: what is loaded stays
    # aiortc reports clients that break off as errors of its own; here they are the daily round.
    logging.getLogger("aiortc").setLevel(logging.CRITICAL + 1)

    def complain(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What aiortc's own tasks stumble over is the fault of the client's offer."""
        if not any(name in str(context) for name in ("aiortc", "aioice")):
            loop.default_exception_handler(context)

    async def until_stopped() -> None:
        asyncio.get_running_loop().set_exception_handler(complain)
        service, server = load()
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        warming = asyncio.create_task(asyncio.to_thread(_warm_up))
        await stop.wait()
        # Calls end before the server does, so that their peers say goodbye over a loop that still
        # runs.
        await service.close()
        # uvicorn's own shutdown waits for every open answer, also for one that a rule delays.
        serving.cancel()
        await asyncio.gather(serving, warming, return_exceptions=True)

    asyncio.run(until_stopped())


def _load(
    era: str, rules: Path | None, candidates: OfferedAddresses, *, log_requests: bool
) -> tuple[SandboxService, Server]:
    """The service and a uvicorn server for it, without anything uvicorn need not do here."""
    import uvicorn

    from rtdoctor.sandbox.app import make_app
    from rtdoctor.sandbox.calls import Calls
    from rtdoctor.sandbox.request_log import RequestLog
    from rtdoctor.sandbox.rules.files import rule_book
    from rtdoctor.sandbox.service import SandboxService

    class QuietServer(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield  # ours are set around the whole service, so that calls end too

    service = SandboxService(rule_book(era, rules), Calls(lambda: _hosts(candidates)))
    config = uvicorn.Config(
        make_app(service, era, RequestLog() if log_requests else None),
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level="error",
        proxy_headers=False,
        server_header=False,
        headers=[("server", "rtdoctor-sandbox")],
        # After uvicorn's default of 5 s, clients would find connections dead that they keep in a
        # pool.
        timeout_keep_alive=60,
    )
    return service, QuietServer(config)


def _hosts(candidates: OfferedAddresses) -> list[str]:
    from rtdoctor.ice.host_addresses import LOOPBACK, host_addresses

    if candidates == "loopback":
        return [LOOPBACK]
    return host_addresses(loopback=candidates == "all")


def _warm_up() -> None:
    try:
        import rtdoctor.sandbox.media.peer  # noqa: F401 - the first call must not wait for aiortc

        gc.freeze()
    finally:
        gc.enable()


class _StopRequest:
    """Asked for by SIGINT, SIGTERM or the end of stdin, perhaps before anything waits for it.

    Until then nothing interrupts what goes on, so that every call is closed in the end.
    """

    def __init__(self) -> None:
        self._asked = False
        self._wake: Callable[[], object] = lambda: None

    def __enter__(self) -> _StopRequest:
        # Before the event loop runs, only signal.signal can catch them. Windows has no other way at
        # all.
        self._before = {s: signal.signal(s, self._ask) for s in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def when_stdin_ends(self) -> None:
        """Also stop at the end of stdin, which comes at the latest when the parent is gone."""

        def wait() -> None:
            # os.read: a thread that sits in sys.stdin would hold a lock the interpreter needs
            with suppress(OSError):
                while os.read(0, 4096):
                    pass
            self._ask()

        threading.Thread(target=wait, name="stdin", daemon=True).start()

    async def wait(self) -> None:
        import asyncio

        asked = asyncio.Event()
        loop = asyncio.get_running_loop()
        # A signal handler and the thread that reads stdin run outside the loop.
        self._wake = lambda: loop.call_soon_threadsafe(asked.set)
        # It may have been asked for before there was anything to wake.
        if not self._asked:
            await asked.wait()
        self._wake = lambda: None

    def _ask(self, *_: object) -> None:
        self._asked = True
        self._wake()
