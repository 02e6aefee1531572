"""HTTP on 127.0.0.1 that is forwarded to a service in another network, as ``docker -p`` does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.cli import SavedRun
from support.sandbox_process import sandbox_command

pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("ip") is None,
    reason="network namespaces need root and ip",
)
NEAR, FAR = f"rtd-near-{os.getpid()}", f"rtd-far-{os.getpid()}"
SERVICE = "10.231.7.2"
FORWARD = """
import asyncio, sys

async def pump(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()

async def forward(reader, writer):
    far = await asyncio.open_connection(sys.argv[1], int(sys.argv[2]))
    await asyncio.gather(pump(reader, far[1]), pump(far[0], writer))

async def main():
    server = await asyncio.start_server(forward, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


def ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no network namespace here: {done.stderr.decode().strip()}")


@contextmanager
def inside(namespace: str, *command: str, **env: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        ["ip", "netns", "exec", namespace, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **env},
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the process ended before it was ready"
    return line


@pytest.fixture
def networks() -> Iterator[None]:
    """Two namespaces, joined by a cable."""
    with ExitStack() as stack:
        for name in (NEAR, FAR):
            ip("netns", "add", name)
            stack.callback(subprocess.run, ["ip", "netns", "del", name], check=False)
        ip("-n", NEAR, "link", "add", "cable", "type", "veth", "peer", "name", "end", "netns", FAR)
        for name, link, address in ((NEAR, "cable", "10.231.7.1"), (FAR, "end", SERVICE)):
            ip("-n", name, "addr", "add", f"{address}/24", "dev", link)
            ip("-n", name, "link", "set", link, "up")
            ip("-n", name, "link", "set", "lo", "up")
        yield


@pytest.mark.usefixtures("networks")
def test_a_forwarded_service_connects(tmp_path: Path) -> None:
    out = tmp_path / "run.json"
    sandbox_line, env = sandbox_command("--announce", "--host", SERVICE, "--candidates", "host")
    with inside(FAR, *sandbox_line, **env) as sandbox:
        said: dict[str, Any] = json.loads(first_line(sandbox))
        port = said["url"].rpartition(":")[2]
        with inside(NEAR, sys.executable, "-c", FORWARD, SERVICE, port) as forwarder:
            url = f"http://127.0.0.1:{first_line(forwarder).strip()}"
            with inside(
                NEAR, sys.executable, "-m", "rtdoctor", "check", "--base-url", url,
                "--only", "token_body=ga_realtime", "--only", "auth=ephemeral",
                "--json", str(out), "--journal", "none",
                **{**env, "OPENAI_API_KEY": said["key"], "XDG_STATE_HOME": str(tmp_path)},
            ) as check:  # fmt: skip
                check.communicate(timeout=120)

    passed = [o for o in SavedRun.read(out).observations if o["outcome"]["kind"] == "pass"]
    assert passed
    assert {o["connection"]["remote_candidate"].split()[0] for o in passed} == {"udp"}
    assert {o["connection"]["ice_state"] for o in passed} == {"completed"}
