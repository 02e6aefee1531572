"""An app whose backend asks for a token as the beta did.

Run as ``python token_app.py PORT``.
"""

from __future__ import annotations

import sys
from typing import Any

import httpx
from framework import KEY, App, serve

app = App()


@app.route("/token")
def token(_: bytes) -> Any:
    answer = httpx.post(
        "https://api.openai.com/v1/realtime/sessions",
        headers={"Authorization": f"Bearer {KEY}"},
        json={"model": "gpt-4o-realtime-preview", "voice": "verse", "instructions": "Be kind."},
    )
    answer.raise_for_status()
    return answer.json()


if __name__ == "__main__":
    serve(app, "token.js", int(sys.argv[1]))
