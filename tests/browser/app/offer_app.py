"""An app whose backend makes the call.

Run as ``python offer_app.py PORT``.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import httpx
from framework import KEY, App, serve

app = App()


@app.route("/offer")
def offer(sdp: bytes) -> Any:
    """The backend makes the call, with a field that the service refuses."""
    session = {"type": "realtime", "model": "gpt-realtime", "voice": "verse"}
    answer = httpx.post(
        "https://api.openai.com/v1/realtime/calls",
        headers={"Authorization": f"Bearer {KEY}"},
        files={"sdp": (None, sdp), "session": (None, json.dumps(session))},
    )
    answer.raise_for_status()
    return answer.text


if __name__ == "__main__":
    serve(app, "offer.js", int(sys.argv[1]))
