"""The requests of an application to a sandbox that the fixture ``realtime_sandbox`` gave."""

from __future__ import annotations

from typing import Any

import httpx

from rtdoctor.testing import RealtimeSandbox
from support.sandbox_http import GA_REALTIME, OFFER


def post(
    service: RealtimeSandbox,
    path: str,
    credential: str,
    *,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> httpx.Response:
    sent = {"Authorization": f"Bearer {credential}", **(headers or {})}
    with httpx.Client(base_url=service.base_url, trust_env=False) as client:
        return client.post(path, headers=sent, **more)


def token(service: RealtimeSandbox, body: object = GA_REALTIME) -> str:
    """A fresh token."""
    answer = post(service, "/v1/realtime/client_secrets", service.api_key, json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["value"])


def call(service: RealtimeSandbox, credential: str, sdp: str = OFFER) -> httpx.Response:
    headers = {"Content-Type": "application/sdp"}
    return post(service, "/v1/realtime/calls", credential, headers=headers, content=sdp)


def hang_up(service: RealtimeSandbox, answer: httpx.Response) -> None:
    ended = post(service, f"{answer.headers['location']}/hangup", service.api_key)
    assert ended.status_code == 200, ended.text
