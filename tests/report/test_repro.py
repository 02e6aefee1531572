"""The snippets send what the probe sent: run against a server on the loopback that listens."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtdoctor.domain.exchange import HttpExchange, HttpRequest, HttpResponse, HttpTiming
from rtdoctor.domain.run import Observation
from rtdoctor.domain.setup import Auth, AuthKind, CallEncoding, EncodingKind, Factor, Level
from rtdoctor.report import repro
from rtdoctor.report.quoting import shell_word
from support import levels as lv
from support.service import probe

KEY, TOKEN = "key-for-the-loopback", "token-for-the-loopback"
NASTY = 'it\'s "quoted" `id` $(id) $HOME \\ \\n %s {a,b} *\t\r\nv=0\r\n é → \u2028 \u202e \x1b[31m'


@dataclass
class Arrived:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Loopback:
    base: str
    arrived: list[Arrived] = field(default_factory=list)


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """A server that remembers requests, mints ``TOKEN``, and answers a call with 201."""
    seen = Loopback("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {k.lower(): v for k, v in self.headers.items()}
            seen.arrived.append(Arrived(self.command, self.path, headers, body))
            answer = json.dumps({"client_secret": {"value": TOKEN}}).encode()
            self.send_response(201)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        # the poll interval is also how long the server takes to notice that it is to end
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        seen.base = f"http://127.0.0.1:{server.server_port}"
        yield seen
        server.shutdown()
        thread.join()


def aimed(observation: Observation, base: str) -> Observation:
    """The same probe, as if its service stood at ``base``."""
    exchanges = tuple(
        replace(e, request=replace(e.request, url=base + "/v1" + e.request.url.partition("/v1")[2]))
        for e in observation.exchanges
    )
    return replace(observation, exchanges=exchanges)


def run_curl(snippet: str, folder: Path) -> None:
    _run(["bash", "-eu", "-o", "pipefail", "-c", snippet], folder)


def run_python(snippet: str, folder: Path) -> None:
    _run([sys.executable, "-c", snippet], folder)


def _run(command: list[str], folder: Path) -> None:
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "OPENAI_API_KEY": KEY,
        "LC_ALL": "C.UTF-8",
    }
    subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True, timeout=30)


RUNNERS = {"curl": (repro.curl, run_curl), "python": (repro.python, run_python)}
Runner = tuple[Callable[[Observation], str], Callable[[str, Path], None]]


@pytest.fixture(params=RUNNERS)
def runner(request: pytest.FixtureRequest) -> Runner:
    return RUNNERS[request.param]


def recorded(observation: Observation) -> list[HttpRequest]:
    return [e.request for e in observation.exchanges if e.purpose != "hangup"]


def assert_same(arrived: list[Arrived], requests: list[HttpRequest]) -> None:
    assert len(arrived) == len(requests)
    for got, sent in zip(arrived, requests, strict=True):
        assert got.method == sent.method
        assert got.path == "/v1" + sent.url.partition("/v1")[2]
        assert got.body == (sent.body or "").encode()
        for name, value in sent.headers:
            if name.lower() != "authorization":
                assert got.headers[name.lower()] == value


SETUPS = {
    "founding": lv.FOUNDING,
    "with a beta header": lv.FOUNDING.with_level(Factor.BETA_HEADER, lv.BETA),
    "multipart": lv.FOUNDING.with_level(Factor.CALL_ENCODING, lv.MULTIPART),
    "no audio": lv.FOUNDING.with_level(Factor.OFFER, lv.NO_AUDIO),
}


class TestSameRequest:
    @pytest.mark.parametrize("name", SETUPS)
    def test_mint_and_call_arrive_as_they_were_recorded(
        self, name: str, runner: Runner, loopback: Loopback, tmp_path: Path
    ) -> None:
        write, execute = runner
        observation = aimed(probe(1, SETUPS[name]), loopback.base)
        execute(write(observation), tmp_path)
        assert_same(loopback.arrived, recorded(observation))
        mint, call = loopback.arrived
        assert mint.headers["authorization"] == f"Bearer {KEY}"
        assert call.headers["authorization"] == f"Bearer {TOKEN}"

    def test_the_api_key_goes_into_the_call_where_it_went_in_the_probe(
        self, runner: Runner, loopback: Loopback, tmp_path: Path
    ) -> None:
        write, execute = runner
        setup = lv.FOUNDING.with_level(Factor.AUTH, lv.API_KEY)
        execute(write(aimed(probe(1, setup), loopback.base)), tmp_path)
        assert [a.headers["authorization"] for a in loopback.arrived] == [f"Bearer {KEY}"]

    def test_a_wrong_credential_is_repeated_literally(
        self, runner: Runner, loopback: Loopback, tmp_path: Path
    ) -> None:
        write, execute = runner
        setup = lv.FOUNDING.with_level(Factor.AUTH, lv.UNDEFINED)
        execute(write(aimed(probe(1, setup), loopback.base)), tmp_path)
        assert [a.headers["authorization"] for a in loopback.arrived] == ["Bearer undefined"]

    def test_no_credential_stays_no_credential(
        self, runner: Runner, loopback: Loopback, tmp_path: Path
    ) -> None:
        write, execute = runner
        setup = lv.FOUNDING.with_level(Factor.AUTH, lv.NO_AUTH)
        execute(write(aimed(probe(1, setup), loopback.base)), tmp_path)
        assert "authorization" not in loopback.arrived[0].headers

    @pytest.mark.parametrize("body", [NASTY, "@/etc/hostname", "", "-d x", "'", "\\", "a\n"])
    def test_any_body_arrives_byte_for_byte_and_nothing_in_it_is_executed(
        self, body: str, runner: Runner, loopback: Loopback, tmp_path: Path
    ) -> None:
        write, execute = runner
        observation = _call_with(loopback.base, body, (("content-type", "text/x-'odd'"),))
        execute(write(observation), tmp_path)
        assert loopback.arrived[0].body == body.encode()
        assert loopback.arrived[0].headers["content-type"] == "text/x-'odd'"
        assert list(tmp_path.iterdir()) == []

    def test_a_request_without_content_type_gets_none(
        self, runner: Runner, loopback: Loopback, tmp_path: Path
    ) -> None:
        write, execute = runner
        execute(write(_call_with(loopback.base, "v=0", ())), tmp_path)
        assert "content-type" not in loopback.arrived[0].headers


def _call_with(base: str, body: str, headers: tuple[tuple[str, str], ...]) -> Observation:
    observation = probe(1, lv.FOUNDING.with_level(Factor.AUTH, lv.API_KEY))
    url = f"{base}/v1/realtime?a=[1-3]&b={{x,y}}&c=it's"
    request = HttpRequest("POST", url, headers, body)
    exchange = HttpExchange("call", request, HttpResponse(201), HttpTiming(1.0), "")
    return replace(observation, exchanges=(exchange,))


class TestCredentials:
    @pytest.mark.parametrize("kind", [AuthKind.EPHEMERAL, AuthKind.USED, AuthKind.API_KEY])
    @pytest.mark.parametrize("write", [repro.curl, repro.python, repro.javascript])
    def test_what_stood_in_a_credential_header_never_appears(
        self, kind: AuthKind, write: Callable[[Observation], str]
    ) -> None:
        auth = Level("odd", Auth(kind, header="X-Key", scheme=""))
        observation = probe(1, lv.FOUNDING.with_level(Factor.AUTH, auth))
        names = ("authorization", "Api-Key", "X-API-Key", "x-key", "Cookie", "Proxy-Authorization")
        headers = tuple((name, f"Bearer leaked-{n}") for n, name in enumerate(names))
        exchanges = tuple(
            replace(e, request=replace(e.request, headers=headers)) for e in observation.exchanges
        )
        text = write(replace(observation, exchanges=exchanges))
        assert text
        assert "leaked" not in text


class TestNothingToRepeat:
    def test_a_probe_that_sent_nothing_has_no_snippets(self) -> None:
        silent = replace(probe(1, lv.FOUNDING), exchanges=())
        assert [f(silent) for f in (repro.curl, repro.python, repro.javascript)] == ["", "", ""]

    def test_a_url_that_is_no_web_address_is_not_repeated(self) -> None:
        observation = probe(1, lv.FOUNDING)
        odd = tuple(
            replace(e, request=replace(e.request, url="--upload-file /etc/passwd"))
            for e in observation.exchanges
        )
        assert repro.curl(replace(observation, exchanges=odd)) == ""


@settings(max_examples=40)
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_text_is_one_word_of_the_shell(text: str) -> None:
    script = f"printf %s {shell_word(text)}"
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"}
    )
    assert done.stdout == text.encode()


class TestJavaScript:
    @pytest.mark.parametrize("name", SETUPS)
    def test_it_offers_what_the_probe_offered_and_posts_it_where_the_probe_did(
        self, name: str
    ) -> None:
        setup = SETUPS[name]
        text = repro.javascript(probe(1, setup))
        assert ('addTransceiver("audio")' in text) == setup.offer.value.audio
        assert '"http://127.0.0.1:8089/v1/realtime?model=gpt-4o-transcribe"' in text
        assert ("FormData" in text) == (setup.call_encoding.value.kind is EncodingKind.MULTIPART)
        assert 'const EPHEMERAL_TOKEN = "$EPHEMERAL_TOKEN"' in text

    def test_a_refused_mint_is_repeated_from_a_server(self) -> None:
        setup = lv.FOUNDING.with_level(Factor.TOKEN_ENDPOINT, lv.CLIENT_SECRETS)
        text = repro.javascript(probe(1, setup))
        assert "process.env.OPENAI_API_KEY" in text
        assert "RTCPeerConnection" not in text

    @pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
    @pytest.mark.parametrize("body", [NASTY, "</script>"])
    def test_it_is_valid_whatever_the_probe_sent(self, body: str, tmp_path: Path) -> None:
        json_call = Level("json", CallEncoding(EncodingKind.JSON, "application/json", NASTY))
        for setup in (*SETUPS.values(), lv.FOUNDING.with_level(Factor.CALL_ENCODING, json_call)):
            text = repro.javascript(probe(1, setup))
            observation = _call_with("http://127.0.0.1", body, (("x-" + "y", NASTY),))
            for snippet in (text, repro.javascript(observation)):
                place = tmp_path / "snippet.mjs"
                place.write_text(snippet, "utf-8")
                subprocess.run(["node", "--check", place], check=True, capture_output=True)
                assert "</script" not in snippet
