"""A user's app as a command: it serves a page and asks the service for it, and swallows errors.

Run as ``python app_backend.py MODE PORT``. It says its process id and the key that it was given.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = os.environ.get("OPENAI_API_KEY", "")
BOUNDARY = "----of-the-app"
TO_SERVICE = """
    const answer = await fetch("https://api.openai.com/v1/realtime?model=gpt-4o-realtime-preview", {
      method: "POST", body: pc.localDescription.sdp,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/sdp" } });"""
TO_BACKEND = """
    const answer = await fetch("/offer", {
      method: "POST", body: pc.localDescription.sdp,
      headers: { "Content-Type": "application/sdp" } });"""
TOKEN = """
    const token = (await (await fetch("/token")).json()).client_secret.value;"""
PAGE = """<!doctype html><meta charset="utf-8"><title>A voice app</title>
<button id="start">Start</button>
<script>
  document.querySelector("#start").onclick = async () => {%s
    const pc = new RTCPeerConnection();
    const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
    pc.addTrack(microphone.getTracks()[0], microphone);
    pc.createDataChannel("oai-events");
    await pc.setLocalDescription(await pc.createOffer());%s
    if (!answer.ok) return alert(await answer.text());
    await pc.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  };
</script>"""


def asked(path: str, content_type: str, body: bytes) -> bytes:
    request = urllib.request.Request(
        f"https://api.openai.com{path}",
        body,
        {"Authorization": f"Bearer {KEY}", "Content-Type": content_type},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        got: bytes = answer.read()
    return got


def token(_: bytes) -> bytes:
    body = {"model": "gpt-4o-realtime-preview", "voice": "verse", "instructions": "Be kind."}
    return asked("/v1/realtime/sessions", "application/json", json.dumps(body).encode())


def offer(sdp: bytes) -> bytes:
    """The way in which the backend makes the call, with a field that the service refuses."""
    session = json.dumps({"type": "realtime", "model": "gpt-realtime", "voice": "verse"})
    parts = [("sdp", sdp.decode()), ("session", session)]
    form = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in parts
    )
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return asked("/v1/realtime/calls", kind, f"{form}--{BOUNDARY}--\r\n".encode())


PAGES = {"token": PAGE % (TOKEN, TO_SERVICE), "offer": PAGE % ("", TO_BACKEND)}
ROUTES: dict[str, Callable[[bytes], bytes]] = {"/token": token, "/offer": offer}


def serve(page: str, port: int) -> None:
    class App(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                route = ROUTES.get(self.path)
                status, data = (200, route(body)) if route else (200, page.encode())
            except urllib.error.HTTPError:
                print("the token was not given", flush=True)
                status, data = 500, b'{"error":"please try again later"}'
            self.send_response(status)
            self.send_header("Content-Type", "application/json" if route else "text/html")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), App) as server:
        print("app", os.getpid(), KEY, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    serve(PAGES[sys.argv[1]], int(sys.argv[2]))
