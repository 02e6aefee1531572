"""The process: how it starts, what it says, and that nothing is left when it ends."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from support.sandbox_http import FINGERPRINT, GA_REALTIME, OFFER, Caller
from support.sandbox_process import RunningSandbox, rtdoctor_sandbox, sandbox_command
from support.webrtc_client import webrtc_client


@contextmanager
def started(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    command, environment = sandbox_command("--announce", "--candidates", "loopback", *options)
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    )
    with process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def refuses_connections(url: str) -> bool:
    parts = urlsplit(url)
    with socket.socket() as s:
        return s.connect_ex((parts.hostname, parts.port)) != 0


def test_it_announces_itself_in_one_line() -> None:
    with started("--era", "coexist") as (process, said):
        assert said.keys() == {"url", "era", "key"}
        assert said["era"] == "coexist"
        assert said["url"].startswith("http://127.0.0.1:")
        assert said["key"].startswith("sk-sandbox-")
        out, err = process.communicate(timeout=10)
    assert (out, err) == ("", "")


@pytest.mark.parametrize(
    "how",
    [
        "stdin",
        pytest.param("SIGTERM", marks=pytest.mark.posix),
        pytest.param("SIGINT", marks=pytest.mark.posix),
    ],
)
async def test_its_end_ends_the_calls_and_frees_the_port(how: str) -> None:
    with started() as (process, said):
        caller = Caller(RunningSandbox(**said, process=process))
        async with webrtc_client() as client:
            answer = caller.send(
                "POST",
                "/v1/realtime/calls",
                key=caller.token("client_secrets", GA_REALTIME),
                headers={"Content-Type": "application/sdp"},
                content=await client.offer(),
            )
            await client.accept(answer.text)
            await client.event()

            if how == "stdin":
                assert process.stdin is not None
                process.stdin.close()
            else:
                process.send_signal(signal.Signals[how])
            process.wait(timeout=10)
            await client.until_closed()
        caller.close()

        assert process.returncode == 0
        assert refuses_connections(said["url"])
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_an_offer_that_upsets_the_peer_leaves_no_trace_on_the_terminal() -> None:
    fingerprint = f"a=fingerprint:sha-256 {FINGERPRINT}\r\n"
    second_section_only = OFFER.replace(fingerprint, "", 1)
    with started() as (process, said):
        caller = Caller(RunningSandbox(**said, process=process))
        answers = [
            caller.call("/calls", caller.token("client_secrets", GA_REALTIME), sdp=sdp).status
            for sdp in (second_section_only, OFFER.replace("sctp-port:5000", "sctp-port:99999"))
        ]
        caller.close()
        out, err = process.communicate(timeout=10)

    assert set(answers) <= {201, 400}
    assert (out, err) == ("", "")


def test_it_ends_while_it_is_still_loading() -> None:
    with started() as (process, _):
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=10) == 0


@pytest.mark.posix
def test_for_a_human_it_says_what_it_is_not() -> None:
    command, environment = sandbox_command("--port", "0")
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment, text=True
    )
    with process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(9)]
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0

    said = "".join(lines)
    assert "NOT the real service" in said
    assert "era single-use" in said
    assert "OPENAI_BASE_URL=http://127.0.0.1:" in said


def test_a_port_in_use_is_a_usage_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command, environment = sandbox_command("--announce", "--port", port)
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, input="")

    assert ended.returncode == 2
    assert f"cannot listen on 127.0.0.1 port {port}" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_unknown_era_is_a_usage_error() -> None:
    command, environment = sandbox_command("--announce", "--era", "gamma")

    ended = subprocess.run(command, env=environment, capture_output=True, text=True, input="")

    assert ended.returncode == 2
    assert "gamma" in ended.stderr
    assert "beta" in ended.stderr


def test_the_state_counts_tokens_and_calls() -> None:
    with rtdoctor_sandbox() as sandbox:
        caller = Caller(sandbox)
        caller.token("client_secrets", GA_REALTIME)
        caller.call("/calls", caller.token("client_secrets", GA_REALTIME))
        state = sandbox.state()
        caller.close()

    assert state["sandbox"] is True
    assert state["era"] == "single-use"
    assert state["tokens"] == {"minted": 2, "used": 1}
    assert (state["calls"]["opened"], state["calls"]["open"]) == (1, 0)
    assert state["rules"] == {"mint": 2, "call-token": 1, "hangup": 1}


def test_what_was_asked_is_kept_only_when_it_is_asked_for() -> None:
    with rtdoctor_sandbox() as sandbox:
        caller = Caller(sandbox)
        said = caller.send("GET", "/sandbox/requests")
        caller.close()

    assert said.status == 404
    assert said.rule == "no-such-url"


def test_no_page_can_read_what_was_asked() -> None:
    with started("--log-requests") as (process, said):
        caller = Caller(RunningSandbox(**said, process=process))
        caller.token("client_secrets", GA_REALTIME)
        log = caller.send("GET", "/sandbox/requests", headers={"Origin": "http://localhost"})
        clearing = caller.send("OPTIONS", "/sandbox/requests")
        caller.close()

    assert [r["rule"] for r in log.json["requests"]] == ["mint"]
    assert log.headers["x-sandbox-notice"] == "rtdoctor sandbox, not the real service"
    assert "access-control-allow-origin" not in log.headers
    assert "DELETE" not in clearing.headers["access-control-allow-methods"]
