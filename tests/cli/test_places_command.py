"""``rtdoctor check`` names the place inside a request, on the embedded sandbox with real probes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from support.cli import CommandResult, SavedRun, rtdoctor

EMPTY_ERROR = """
rules:
  - id: planted
    basis: inferred
    when: {endpoint: mint, body: {session.audio.output.speed: present}}
    answer: {status: 400, error: {message: "", type: "", code: "", param: ""}}
"""
LARGE = """
token_body:
  json:
    session:
      type: realtime
      model: gpt-realtime
      instructions: Be brief.
      audio:
        input: {noise_reduction: {type: near_field}, turn_detection: {type: server_vad}}
        output: {voice: marin, speed: 1.1}
      tool_choice: auto
      max_output_tokens: 400
"""


def checked(
    folder: Path, setup: str, *options: str | Path
) -> tuple[CommandResult, dict[str, Any], dict[str, str]]:
    """The command, the diagnosis in its JSON, and its other reports by ending."""
    (folder / "setup.yaml").write_text(setup)
    report = folder / "report"
    given = ("--setup", folder / "setup.yaml", "--report", f"all={report}")
    done = rtdoctor("check", "--sandbox", *given, *options)
    texts = {kind: next(report.glob(f"*{kind}")).read_text("utf-8") for kind in (".html", ".md")}
    (document,) = report.glob("*.json")
    return done, SavedRun.read(document).data["diagnosis"], texts


@pytest.fixture(scope="module")
def large(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[CommandResult, dict[str, Any], dict[str, str]]:
    folder = tmp_path_factory.mktemp("large")
    (folder / "rules.yaml").write_text(EMPTY_ERROR)
    return checked(folder, LARGE, "--rules", folder / "rules.yaml")


Checked = tuple[CommandResult, dict[str, Any], dict[str, str]]


def test_the_field_is_named_with_its_pair(large: Checked) -> None:
    done, diagnosis, _ = large

    ((found,),) = (cause["inside"] for cause in diagnosis["causes"])
    (place,) = found["places"]
    assert place["place"] == "mint.body/session/audio/output/speed"
    assert place["value"] == "1.1"
    assert place["witness"]["repeated"]
    assert "because it has session.audio.output.speed (1.1)" in diagnosis["sentence"]
    assert done.code == 1


def test_the_smallest_repair_leaves_out_that_field_alone(large: Checked) -> None:
    _, diagnosis, _ = large

    body = json.loads(diagnosis["repairs"][0]["setup"]["token_body"]["value"]["text"])
    assert body["session"]["audio"]["output"] == {"voice": "marin"}
    assert body["session"]["instructions"] == "Be brief."


@pytest.mark.parametrize("ending", [".html", ".md"])
def test_every_report_names_the_field(large: Checked, ending: str) -> None:
    done, _, texts = large

    assert "session.audio.output.speed" in texts[ending]
    assert "mint.body/session/audio/output/speed" in done.out


def test_a_token_that_is_read_at_the_wrong_place_is_told_with_the_right_one(tmp_path: Path) -> None:
    setup = "auth: {kind: ephemeral, read_at: client_secret.value}\n"

    done, diagnosis, _ = checked(tmp_path, setup)

    assert done.code == 1
    sentence = "No call is sent because the token is read at client_secret.value, and the answer"
    assert f"{sentence} has it at value." in diagnosis["sentence"]
    assert diagnosis["repairs"][0]["setup"]["auth"]["value"]["read_at"] == "value"
    assert len(diagnosis["repairs"][0]["probes"]) > 1


def test_a_token_that_is_not_there_is_sent_as_undefined_and_told(tmp_path: Path) -> None:
    done, diagnosis, _ = checked(tmp_path, "auth: {kind: ephemeral, read_at: token}\n")

    assert "the token is read at token, and the answer has it at value" in diagnosis["sentence"]
    assert "401" in diagnosis["sentence"]
    assert done.code == 1


def test_the_value_of_a_header_is_shown_in_no_report(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(
        EMPTY_ERROR.replace("body: {session.audio.output.speed", "headers: {x-team")
    )
    setup = "beta_header: {mint_others: {X-Team: squirrel, X-Page: a}}\n"

    done, diagnosis, texts = checked(tmp_path, setup, "--rules", tmp_path / "rules.yaml")

    assert "because it has the header x-team" in diagnosis["sentence"]
    assert "squirrel" not in done.out + texts[".md"]


def test_a_header_that_looks_like_a_key_is_in_no_file(tmp_path: Path) -> None:
    key = "9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c"
    (tmp_path / "setup.yaml").write_text(f"beta_header: {{mint_others: {{X-Team: {key}}}}}\n")
    out = tmp_path / "run.json"

    rtdoctor("check", "--sandbox", "--setup", tmp_path / "setup.yaml", "--json", out)

    assert key not in out.read_text("utf-8")
    assert '"X-Team"' in out.read_text("utf-8")
