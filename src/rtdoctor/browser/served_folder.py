"""A folder at http://localhost, as a developer's own server would give it: modules and workers do
not load from file addresses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import BinaryIO
from urllib.parse import quote, unquote, urlsplit


@contextmanager
def serve_folder_of(page: Path) -> Iterator[str]:
    """Serve the folder of a page for the block, and yield the page's address.

    Only files of this folder and below are served: no listing, no file whose name or folder begins
    with a dot, none outside that a link leads to.
    """
    page = page.resolve()
    handler = partial(_FilesOnly, directory=str(page.parent))
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
    timeout = 10

    def send_head(self) -> BinaryIO | None:
        if not self._may_be_served():
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def _may_be_served(self) -> bool:
        asked = unquote(urlsplit(self.path).path)
        if any(part.startswith(".") for part in asked.split("/")):
            return False
        path = Path(self.translate_path(self.path))
        return path.is_file() and path.resolve().is_relative_to(self.directory)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing: the terminal is for the check."""
