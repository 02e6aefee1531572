"""What the published schema says of the subject's bodies stands below what probes say."""

from __future__ import annotations

from typing import Any

from rtdoctor.diagnose.body_lints import body_lints
from rtdoctor.domain.run import TargetInfo
from rtdoctor.domain.setup import Setup
from rtdoctor.plan import catalogue
from rtdoctor.subjects.setup_file import read_setup

KNOWN = catalogue.read()
SANDBOX = TargetInfo("sandbox", "http://127.0.0.1:1", "single-use")
GATEWAY = TargetInfo("gateway", "https://gateway.example")


def subject(session: dict[str, Any], **levels: str) -> Setup:
    lines = [f"token_body: {{json: {{session: {session}}}}}"]
    lines += [f"{factor}: {level}" for factor, level in levels.items()]
    return read_setup("\n".join(lines), "setup.yaml", KNOWN)


BETA = subject({"type": "realtime", "voice": "alloy"})


def test_a_beta_name_in_the_mint_body_is_a_lint_with_its_place_in_ga() -> None:
    (lint,) = body_lints(BETA, SANDBOX, ())

    assert lint.factor == "token_body"
    assert lint.text.startswith("By the published schema of 2")
    assert "its place is mint.body/session/audio/output/voice." in lint.text


def test_the_session_of_a_multipart_call_is_read_as_well() -> None:
    text = "auth: api_key\ncall_encoding: {kind: multipart, session: {voice: ash}}"
    found = body_lints(read_setup(text, "setup.yaml", KNOWN), SANDBOX, ())

    assert {lint.factor for lint in found} == {"call_encoding"}
    assert any("call.body/session/type is missing" in lint.text for lint in found)


def test_what_a_setup_that_passed_sends_as_well_is_no_fault() -> None:
    passed = subject({"type": "realtime", "voice": "alloy", "instructions": "x"})

    assert body_lints(BETA, SANDBOX, [passed]) == ()


def test_nothing_is_said_of_another_service() -> None:
    assert body_lints(BETA, GATEWAY, ()) == ()


def test_a_body_of_the_beta_is_read_as_such_at_its_endpoint() -> None:
    text = "token_endpoint: sessions\ntoken_body: {json: {model: m, voice: alloy}}"

    assert body_lints(read_setup(text, "setup.yaml", KNOWN), SANDBOX, ()) == ()


def test_a_body_full_of_faults_gets_five_sentences() -> None:
    many = subject({"type": "realtime", **{f"unknown_{n}": n for n in range(40)}})

    assert len(body_lints(many, SANDBOX, ())) == 5
