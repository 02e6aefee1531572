"""A token route as FastAPI apps have it, on Starlette, on which FastAPI is built: a refusal of the
service becomes ``{"detail": ...}`` with the same status, as FastAPI answers an HTTPException."""

from __future__ import annotations

import os

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles


async def session(_: Request) -> JSONResponse:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(
            f"{os.environ['OPENAI_BASE_URL']}/realtime/sessions",
            headers={"Authorization": f"Bearer {os.environ['OPENAI_API_KEY']}"},
            json={"model": "gpt-4o-realtime-preview-2024-12-17", "voice": "verse"},
        )
    if answer.is_error:
        return JSONResponse({"detail": answer.text}, answer.status_code)
    return JSONResponse(answer.json())


app = Starlette(
    routes=[Route("/session", session), Mount("/", StaticFiles(directory=os.environ["PAGES"]))]
)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=0, access_log=False)
