"""Every field that docs/data-format.md explains is filled by some real run."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from rtdoctor import (
    Limits,
    NewDiagnosis,
    NewSurvey,
    Replay,
    run_check,
    serve_sandbox,
    setup_from_yaml,
)
from rtdoctor.check.fingerprint import environment
from rtdoctor.evidence import codec
from test_documents import names_of

CASSETTES = Path(__file__).parents[2] / "cassettes"

RULES = """
rules:
  - id: limit
    when: {endpoint: mint, body: {session.instructions: {equals: limited}}}
    answer:
      status: 429
      headers: {retry-after: "1"}
      error: {message: slow down, type: requests, code: rate_limit_exceeded, param: session}
  - id: broken
    when: {endpoint: call, query: {broken: present}}
    answer: {status: 500, error: {message: oops}}
  - id: wavering
    every: 2
    when: {endpoint: call, query: {wavering: present}}
    answer: {error: {message: now and then, code: wavering}}
  - id: no-recipe
    when: {endpoint: call, body_kind: multipart}
    answer: {error: {message: not this way, code: no_multipart}}
  - id: gone
    when: {endpoint: call, query: {long: present}}
    answer: {status: 413, text: "AAAA", content_type: text/plain}
"""
SETUPS = {
    "limited": "token_body: {json: {session: {type: realtime, model: m, instructions: limited}}}\n",
    "broken": "call_query: {params: {broken: '1'}}\n",
    "wavering": "call_query: {params: {wavering: '1'}}\n",
    "multipart": "auth: api_key\ncall_encoding: {kind: multipart, session: {type: realtime}}\n",
    "named": "token_body: {json: {session: {type: realtime, model: m, voice: alloy}}}\n",
    "trimmed": "call_encoding: trimmed\nbeta_header: both\n",
    "used": "auth: used\n",
    "headers": "beta_header: {mint_others: {x-team: a}, call_others: {x-team: a}}\n",
    "read": "auth: {kind: ephemeral, read_at: client_secret.value}\n",
    "browser": "offer: {sdp: 'v=0'}\n",
    "literal": "auth: {text: undefined}\ntoken_body: {json: {session: {voice: alloy}}}\n",
    "key in a page": "call_endpoint: realtime\ncall_query: model_transcribe\n",
}
ELSEWHERE = {
    "left_open": "tests/probe/test_clean_up.py: a service without Location",
    "cut_short": "tests/cli/test_interruption.py: probes that Ctrl-C stopped",
    "truncated": "tests/probe/test_hostile_answers.py: a body above the limit",
    "error": "tests/probe/test_hostile_transport.py: a connection that breaks",
    "tls_ms": "tests/probe/test_surroundings.py: a service behind TLS",
    **dict.fromkeys(
        (
            "page",
            "headline",
            "reached",
            "is_connected",
            "did",
            "setup_works",
            "proof",
            "attempts",
            "idle",
            "in_code",
            "known_by",
            "file",
            "line",
            "column",
            "changed",
            "result",
            "is_proved",
            "needed",
            "events",
            "leaves_open",
            "candidates",
            "fault",
        ),
        "tests/browser/test_page_report.py: pages that are run in Chromium",
    ),
    **dict.fromkeys(
        ("file", "line", "column"),
        "tests/browser/test_places_in_code.py: where a page's code sends a request",
    ),
    "proxy": "below",
    "ca_bundle": "below",
}


@pytest.fixture(scope="module")
def produced(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of all fields that held something in one of these runs."""
    rules = tmp_path_factory.mktemp("runs") / "rules.yaml"
    rules.write_text(RULES)
    return asyncio.run(_produced(rules))


async def _produced(rules: Path) -> set[str]:
    names: set[str] = set()

    async def run(task: NewSurvey | NewDiagnosis | Replay) -> None:
        done = await run_check(task, limits=Limits(retries=1))
        names.update(_filled(json.loads(codec.encode(done.run, done.diagnosis))))

    founding = setup_from_yaml((CASSETTES / "founding.yaml").read_text("utf-8"))
    for era in ("beta", "single-use"):
        async with serve_sandbox(era) as sandbox:
            await run(NewSurvey(sandbox, budget=40))
            await run(NewDiagnosis(founding, sandbox))
        await run(Replay(CASSETTES / f"founding-{era}"))
    async with serve_sandbox(rules=rules) as sandbox:
        page = setup_from_yaml(SETUPS["key in a page"])
        async with asyncio.TaskGroup() as tasks:  # some of them wait until a limit is over
            for text in SETUPS.values():
                tasks.create_task(run(NewDiagnosis(setup_from_yaml(text), sandbox)))
            tasks.create_task(run(NewDiagnosis(page, sandbox, budget=3)))
    return names


def test_every_field_is_filled_by_some_run(produced: set[str]) -> None:
    silent = names_of(codec.schema()) - produced - set(ELSEWHERE)

    assert not silent


def test_a_proxy_and_a_ca_bundle_are_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("SSL_CERT_FILE", "/certificates.pem")

    assert environment().proxy
    assert environment().ca_bundle


def _filled(data: Any) -> set[str]:
    if isinstance(data, list):
        return {name for item in data for name in _filled(item)}
    if not isinstance(data, dict):
        return set()
    own = {name for name, value in data.items() if value not in (None, "", [], {}, False)}
    return own | {name for value in data.values() for name in _filled(value)}
