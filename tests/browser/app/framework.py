"""A web framework as small as can be. An app says its process id and the key that it was given."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

KEY = os.environ.get("OPENAI_API_KEY", "")
HERE = Path(__file__).parent
Handler = Callable[[bytes], Any]


class App:
    def __init__(self) -> None:
        self.routes: dict[str, Handler] = {}

    def route(self, path: str) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.routes[path] = handler
            return handler

        return register


def serve(app: App, script: str, port: int) -> None:
    """Serve the routes, and a page with this script. What goes wrong is swallowed."""

    class Requests(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, kind, data = (
                200,
                "text/html",
                f"<script src='{script}' defer></script>".encode(),
            )
            try:
                if self.path in app.routes:
                    got = app.routes[self.path](body)
                    data = got.encode() if isinstance(got, str) else json.dumps(got).encode()
                elif self.path.endswith(".js"):
                    kind, data = "text/javascript", (HERE / self.path.strip("/")).read_bytes()
            except httpx.HTTPStatusError:
                print("the service was not pleased", flush=True)
                status, data = 500, b'{"error":"please try again later"}'
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Requests) as server:
        print("app", os.getpid(), KEY, flush=True)
        server.serve_forever()
