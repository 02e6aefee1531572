"""``rtdoctor check THING``: what was read is shown before anything is sent, then diagnosed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.cli import SavedRun, rtdoctor
from support.recordings import FOUNDING_BODY, KEY, OFFER, TOKEN, call, har, mint
from support.sandbox_process import rtdoctor_sandbox

NO_KEY = {"OPENAI_API_KEY": ""}


@pytest.fixture
def founding(tmp_path: Path) -> Path:
    """The founding page as a browser recorded it."""
    path = tmp_path / "page.har"
    path.write_text(json.dumps(har(mint(), call())))
    return path


def test_a_recording_of_the_founding_page_is_diagnosed(founding: Path) -> None:
    saved = founding.with_name("run.json")

    done = rtdoctor("check", founding, "--sandbox", "beta", "--json", saved, "--journal", "none")

    assert done.code == 1
    assert "What I read: HAR of Chrome" in done.err
    assert "the requests went to https://api.openai.com; here they go to the sandbox" in done.err
    assert "request 2 of page.har was answered with 400" in done.err
    assert "The call is refused (400, empty error) because the token comes from" in done.out
    diagnosis = SavedRun.read(saved).data["diagnosis"]
    (first, *_) = diagnosis["causes"]
    assert {level["factor"] for level in first["levels"]} == {"token_endpoint", "call_query"}
    changes = {c["factor"]: c["new"] for c in diagnosis["repairs"][0]["changes"]}
    assert changes == {"call_query": "intent_transcription"}


def test_a_refused_mint_alone_is_diagnosed_with_an_inferred_call(tmp_path: Path) -> None:
    path = tmp_path / "page.har"
    path.write_text(json.dumps(har(mint(status=404, answer="{}"))))

    done = rtdoctor("check", path, "--sandbox", "ga-only", "--journal", "none")

    assert done.code == 1
    assert "inferred: no call was seen; this one goes with the token" in done.err
    assert "The token request is refused (404)" in done.out
    assert "call endpoint: /v1/realtime → /v1/realtime/calls" in done.out


def test_nothing_of_the_users_secrets_is_printed_or_kept(tmp_path: Path) -> None:
    commands = tmp_path / "notes.txt"
    commands.write_text(
        f"curl https://api.openai.com/v1/realtime/sessions -H 'Authorization: Bearer {KEY}' "
        f"-H 'Content-Type: application/json' -H 'X-Session: {TOKEN}' -H 'api-key: {KEY[3:]}' "
        f'-H \'Cookie: sid=c00kie-va1ue-0123\' -d \'{{"model":"m","instructions":"{TOKEN}"}}\'\n'
    )
    files = [tmp_path / "run.json", tmp_path / "setup.yaml", tmp_path / "journal.ndjson"]

    done = rtdoctor(
        "check", commands, "--sandbox", "ga-only", "--json", files[0], "--write", files[1],
        "--journal", files[2],
    )  # fmt: skip

    assert done.code == 1
    shown = done.out + done.err + "".join(file.read_text() for file in files)
    for secret in (KEY, KEY[3:], TOKEN, "c00kie-va1ue-0123"):
        assert secret not in shown
    assert "# A secret was masked here" in files[1].read_text()


def test_a_dry_run_shows_what_was_read_and_sends_nothing(founding: Path) -> None:
    done = rtdoctor("check", "--dry-run", founding, **NO_KEY)

    assert done.code == 0
    assert "What I read" in done.err
    assert "Nothing was sent." in done.out


def test_what_was_read_is_kept_as_a_setup_that_reads_the_same(founding: Path) -> None:
    kept = founding.with_name("setup.yaml")

    first = rtdoctor("check", "--dry-run", founding, "--write", kept, **NO_KEY)
    second = rtdoctor("check", "--dry-run", kept, **NO_KEY)

    assert first.code == second.code == 0
    assert "# request 1 of page.har" in kept.read_text()
    assert "# inferred: an SDP holds no label; this is the usual one" in kept.read_text()
    requests = first.out[first.out.index("# mint the token") :]
    assert requests == second.out[second.out.index("# mint the token") :]
    assert "What I read" not in second.err  # its reader wrote it


def test_a_setup_is_not_written_over_another_file(founding: Path) -> None:
    kept = founding.with_name("setup.yaml")
    kept.write_text("mine")

    done = rtdoctor("check", "--dry-run", founding, "--write", kept, **NO_KEY)

    assert done.code == 2
    assert "exists already" in done.err
    assert kept.read_text() == "mine"


@pytest.mark.parametrize("words", [("--sandbox", "page.har"), ("page.har", "--sandbox")])
def test_a_thing_may_stand_behind_the_sandbox(founding: Path, words: tuple[str, str]) -> None:
    done = rtdoctor("check", *words, "--dry-run", cwd=founding.parent, **NO_KEY)

    assert done.code == 0
    assert "What I read: HAR of Chrome" in done.err


def test_standard_input_and_a_setup_file_are_things_too(tmp_path: Path) -> None:
    (tmp_path / "setup.yaml").write_text("auth: api_key\n")

    as_thing = rtdoctor("check", "--dry-run", tmp_path / "setup.yaml", **NO_KEY)
    as_option = rtdoctor("check", "--dry-run", "--setup", tmp_path / "setup.yaml", **NO_KEY)

    assert as_thing == as_option


def test_the_key_goes_to_no_service_that_only_a_file_names(tmp_path: Path) -> None:
    path = tmp_path / "page.har"
    evil = "https://evil.example/v1/realtime/client_secrets"
    path.write_text(json.dumps(har(mint(evil))))

    done = rtdoctor("check", path, OPENAI_API_KEY="sk-mine-0123456789")

    assert done.code == 2
    assert "go to https://evil.example, and a key goes only to a service that you name" in done.err
    assert "--base-url https://evil.example" in done.err


def test_a_named_service_gets_the_setup_with_the_users_own_key(tmp_path: Path) -> None:
    with rtdoctor_sandbox("single-use") as sandbox:
        path = tmp_path / "notes.txt"
        path.write_text(
            f"curl {sandbox.url}/v1/realtime/client_secrets -H 'Authorization: Bearer {KEY}' "
            "-H 'Content-Type: application/json' "
            """-d '{"session":{"type":"realtime","model":"gpt-realtime"}}'"""
        )

        done = rtdoctor(
            "check", path, "--base-url", sandbox.url, "--journal", "none",
            OPENAI_API_KEY=sandbox.key,
        )  # fmt: skip

    assert done.code == 0, done.err
    assert "It works" in done.out


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_an_offer_alone_is_sent_with_the_usual_requests(tmp_path: Path, line_end: str) -> None:
    path = tmp_path / "offer.sdp"
    path.write_bytes(OFFER.replace("\r\n", line_end).encode())

    done = rtdoctor("check", "--dry-run", path, **NO_KEY)

    assert done.code == 0
    assert "What I read: SDP offer" in done.err
    assert "not known: the token request, the call and their answers" in done.err


def test_a_broken_file_ends_in_a_message_and_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "page.har"
    path.write_text(json.dumps(har(mint(body=FOUNDING_BODY), call()))[:700])

    done = rtdoctor("check", path, "--sandbox", "beta")

    assert done.code == 2
    assert "not valid JSON" in done.err
    assert "Traceback" not in done.err
