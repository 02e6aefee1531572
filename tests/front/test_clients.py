"""The clients that backends use, each led to the front by nothing but its environment."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import sys

import pytest

from rtdoctor.front.command import run_behind
from rtdoctor.front.passed import Route
from rtdoctor.secrets.redactor import Redactor
from support.fronting import KEY, TARGET, front_before
from support.hostile import Answer, Received, answer, hostile_server

MINT = f"{TARGET}/v1/realtime/client_secrets"
WITHIN_S = 20.0
TOKEN = "ek_68af296e8e408191a1120ab6383263c2"

HTTPX = f"""
import httpx, os
key = os.environ["OPENAI_API_KEY"]
got = httpx.post("{MINT}", headers={{"Authorization": "Bearer " + key}}, json={{"a": 1}})
print(got.status_code, got.json()["value"])
"""
URLLIB = f"""
import os, urllib.request
key = os.environ["OPENAI_API_KEY"]
request = urllib.request.Request("{MINT}", b'{{"a":1}}', {{"Authorization": "Bearer " + key}})
got = urllib.request.urlopen(request)
print(got.status, got.read().decode())
"""
FETCH = f"""
const headers = {{ Authorization: "Bearer " + process.env.OPENAI_API_KEY }};
fetch("{MINT}", {{ method: "POST", headers, body: '{{"a":1}}' }})
  .then(async (got) => console.log(got.status, (await got.json()).value));
"""
HTTPS = f"""
import https from "node:https";
const headers = {{ Authorization: "Bearer " + process.env.OPENAI_API_KEY }};
const request = https.request("{MINT}", {{ method: "POST", headers }}, (got) => {{
  got.on("data", (data) => console.log(got.statusCode, String(data)));
}});
request.end('{{"a":1}}');
"""
NAMED_IMPORT = """
import { connect } from "node:tls";
const key = process.env.OPENAI_API_KEY;
const socket = connect(443, "api.openai.com", { servername: "api.openai.com" }, () => {
  const head = "POST /v1/realtime/client_secrets HTTP/1.1\\r\\nHost: api.openai.com\\r\\n";
  socket.write(`${head}Authorization: Bearer ${key}\\r\\nContent-Length: 7\\r\\n\\r\\n{"a":1}`);
});
let got = "";
socket.on("data", (data) => {
  got += data;
  if (got.endsWith("}")) { console.log(got); socket.end(); }
});
"""
CURL = f'curl -sS -H "Authorization: Bearer $OPENAI_API_KEY" -d \'{{"a":1}}\' {MINT}'

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")


def python(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


def node(code: str, *options: str) -> str:
    return shlex.join(["node", *options, "-e", code])


async def mints(received: Received) -> Answer:
    assert received.headers["authorization"] == f"Bearer {KEY}"
    assert received.body.replace(b" ", b"") == b'{"a":1}'
    return answer(200, f'{{"value": "{TOKEN}"}}')


@pytest.mark.parametrize(
    ("command", "route"),
    [
        pytest.param(python(HTTPX), Route.PROXY, id="httpx"),
        pytest.param(python(URLLIB), Route.PROXY, id="urllib"),
        pytest.param(CURL, Route.PROXY, id="curl", marks=needs_curl),
        pytest.param(node(FETCH), Route.NAME, id="fetch", marks=needs_node),
        pytest.param(node(HTTPS, "--input-type=module"), Route.NAME, id="https", marks=needs_node),
        pytest.param(
            node(NAMED_IMPORT, "--input-type=module"), Route.NAME, id="tls", marks=needs_node
        ),
    ],
)
async def test_a_request_for_the_target_comes_to_the_front(command: str, route: Route) -> None:
    said: list[str] = []
    redactor = Redactor()
    async with hostile_server(mints) as url, front_before(url, redactor=redactor) as front:
        async with run_behind(command, front, redactor, os.environ, say=said.append) as running:
            async with asyncio.timeout(WITHIN_S):
                assert await running.wait() == 0, said
        (passed,) = front.exchanges
    assert passed.exchange.request.url == MINT
    # Node 24 reads the proxy from its environment, and then its hook has nothing to do
    assert passed.route is route or (route is Route.NAME and passed.route is Route.PROXY)
    assert "ek_…" in "".join(said)
    assert TOKEN not in "".join(said)


@needs_node
async def test_another_host_is_reached_by_node_as_before() -> None:
    code = "fetch('URL').then(async (got) => console.log(await got.text()))"

    async def own(received: Received) -> Answer:
        return answer(200, "the backend itself")

    async def never(received: Received) -> Answer:
        raise AssertionError("nothing is for the target")

    said: list[str] = []
    async with hostile_server(own) as backend, hostile_server(never) as url:
        command = node(code.replace("URL", backend))
        async with (
            front_before(url) as front,
            run_behind(command, front, Redactor(), os.environ, say=said.append) as running,
        ):
            await running.wait()
    assert "the backend itself" in said
    assert front.exchanges == ()


async def test_the_environment_stays_the_users_where_it_does_not_lead_to_the_front() -> None:
    show = python(
        "import os\n"
        "for name in ('OWN', 'OPENAI_API_KEY', 'NO_PROXY', 'ALL_PROXY', 'OPENAI_BASE_URL',"
        " 'NODE_OPTIONS'): print(name, os.environ.get(name))"
    )
    own = {
        **os.environ,
        "OWN": "kept",
        "OPENAI_API_KEY": "sk-of-the-users-own-backend-1",
        "NO_PROXY": "db.internal,*",
        "ALL_PROXY": "socks5://127.0.0.1:1",
        "NODE_OPTIONS": "--max-old-space-size=512",
    }
    said: list[str] = []
    async with front_before("http://127.0.0.1:9", key=None) as front:
        redactor = Redactor(quoting=True)
        async with run_behind(
            show, front, redactor, own, say=said.append, openai_base_url=True
        ) as running:
            await running.wait()
    assert "OWN kept" in said
    assert "OPENAI_API_KEY sk-…" in said  # its own, and no placeholder
    assert "NO_PROXY db.internal,localhost,127.0.0.1,::1" in said
    assert "ALL_PROXY None" in said
    assert f"OPENAI_BASE_URL {front.base_url}/v1" in said
    assert any(line.startswith("NODE_OPTIONS --max-old-space-size=512 --require ") for line in said)
