"""A page's own backend, as an Express or FastAPI app would be: it serves the page and asks the
service for tokens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx

Answer = tuple[int, str, str]
"""Status, content type, body."""
Route = Callable[[bytes], Answer]


@contextmanager
def served(routes: dict[str, Route]) -> Iterator[str]:
    """Serve these routes for the block, ``METHOD /path`` or the id of a server action; yields the
    origin."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            action = self.headers.get("Next-Action")
            route = routes.get(action or f"{self.command} {self.path.partition('?')[0]}")
            status, kind, text = route(body) if route else (404, "text/plain", "Not found")
            data = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _serve

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


def page(html: str) -> Route:
    return lambda _: (200, "text/html; charset=utf-8", html)


def minting(
    base_url: str, key: str, path: str, body: object, *, status: int | None = None
) -> Route:
    """A token route that asks the service and passes on what it says, whatever that is."""

    def route(_: bytes) -> Answer:
        with httpx.Client(base_url=base_url, trust_env=False) as client:
            answer = client.post(
                path,
                content=json.dumps(body),
                headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
            )
        return status or answer.status_code, "application/json", answer.text

    return route


def server_action(route: Route) -> Route:
    """A route as Next.js answers for a function that returns what the route says."""

    def action(body: bytes) -> Answer:
        text = json.dumps(json.loads(route(body)[2]))
        return 200, "text/x-component", f'0:{{"a":"$@1","f":"","b":"development"}}\n1:{text}\n'

    return action
