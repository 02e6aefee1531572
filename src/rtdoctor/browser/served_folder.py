"""A folder at http://localhost, as a developer's own server would give it: modules and workers do
not load from file addresses."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, BinaryIO
from urllib.parse import quote, unquote, urlsplit


@contextmanager
def serve_folder_of(page: Path, copies: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serve the folder of a page for the block, and yield the page's address.

    ``copies`` are texts that are served in place of files, by their path below the folder; what is
    put there later counts as well.

    Only files of this folder and below are served: no listing, no file whose name or folder begins
    with a dot, none outside that a link leads to.
    """
    page = page.resolve()
    given: Mapping[str, str] = {} if copies is None else copies
    handler = partial(_FilesOnly, directory=str(page.parent), copies=given)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}/{quote(page.name)}"
        finally:
            server.shutdown()
            thread.join()


class _FilesOnly(SimpleHTTPRequestHandler):
    # Seconds, read by StreamRequestHandler: a connection on which nothing comes is closed.
    timeout = 10

    def __init__(self, *args: Any, copies: Mapping[str, str], **options: Any) -> None:
        # First, because the class of the standard library serves its request within __init__.
        self._copies = copies
        super().__init__(*args, **options)

    def send_head(self) -> BinaryIO | None:
        if not self._may_be_served():
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        copy = self._copies.get(self._asked.lstrip("/"))
        return super().send_head() if copy is None else self._send_copy(copy)

    def _send_copy(self, copy: str) -> BinaryIO:
        data = copy.encode("utf-8", "replace")
        self.send_response(HTTPStatus.OK)
        kind = self.guess_type(self.translate_path(self.path))
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        return io.BytesIO(data)

    @property
    def _asked(self) -> str:
        return unquote(urlsplit(self.path).path)

    def _may_be_served(self) -> bool:
        asked = self._asked
        if any(part.startswith(".") for part in asked.split("/")):
            return False
        path = Path(self.translate_path(self.path))
        return path.is_file() and path.resolve().is_relative_to(self.directory)

    def end_headers(self) -> None:
        # A copy is served under the name of its file, so neither may be kept for the other.
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing: the terminal is for the check."""
