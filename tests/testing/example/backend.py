"""A small backend: it serves the page, mints the page's tokens, and hangs up its calls."""

import os
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse
from starlette.routing import Route

SESSION = {
    "type": "transcription",
    "audio": {"input": {"transcription": {"model": "gpt-live-transcribe", "language": "en"}}},
}


def service() -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1"),
        headers={"Authorization": f"Bearer {os.environ['OPENAI_API_KEY']}"},
    )


async def page(request: Request) -> FileResponse:
    return FileResponse(Path(__file__).with_name("talk.html"))


async def token(request: Request) -> JSONResponse:
    async with service() as realtime:
        minted = await realtime.post("/realtime/client_secrets", json={"session": SESSION})
    if minted.is_error:
        return JSONResponse({"error": "Speech is not available now."}, status_code=503)
    return JSONResponse({"token": minted.json()["value"]})


async def hang_up(request: Request) -> JSONResponse:
    async with service() as realtime:
        ended = await realtime.post(f"/realtime/calls/{request.path_params['call_id']}/hangup")
    return JSONResponse({"hung_up": ended.is_success})


app = Starlette(
    routes=[
        Route("/", page),
        Route("/token", token, methods=["POST"]),
        Route("/calls/{call_id}/hangup", hang_up, methods=["POST"]),
    ]
)
