"""``rtdoctor check --setup``: the founding case and its relatives, diagnosed by real probes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.cli import CommandResult, SavedRun, rtdoctor

FOUNDING = """\
token_endpoint: /v1/realtime/transcription_sessions
token_body:
  json: {input_audio_transcription: {model: gpt-4o-transcribe, language: en}}
call_endpoint: /v1/realtime
call_query: {params: {model: gpt-4o-transcribe}}
"""
THE_USERS_OWN_IN_GA = {
    "session": {
        "type": "transcription",
        "audio": {"input": {"transcription": {"model": "gpt-4o-transcribe", "language": "en"}}},
    }
}
GA_TOKEN_BETA_URL = """\
token_body: ga_transcription
call_endpoint: realtime
call_query: model_transcribe
"""
BETA_TOKEN_GA_URL = """\
token_endpoint: sessions
token_body: realtime_with_model
"""
FLAKY = """\
rules:
  - id: half-the-time
    basis: inferred
    when: {endpoint: call}
    every: 2
    answer: {status: 400, error: {message: now and then, type: x, code: y}}
"""


@dataclass(frozen=True)
class Diagnosed:
    done: CommandResult
    saved: SavedRun

    @property
    def diagnosis(self) -> dict[str, Any]:
        found: dict[str, Any] = self.saved.data["diagnosis"]
        return found

    def causes(self) -> list[set[tuple[str, str]]]:
        return [{(b["factor"], b["level"]) for b in c["levels"]} for c in self.diagnosis["causes"]]

    def repairs(self) -> list[dict[str, str]]:
        """The edits of each repair, factor to new level."""
        return [{c["factor"]: c["new"] for c in r["changes"]} for r in self.diagnosis["repairs"]]


def diagnosed(folder: Path, era: str, setup: str, *options: str | Path, **env: str) -> Diagnosed:
    (folder / "setup.yaml").write_text(setup)
    done = rtdoctor(
        "check", "--sandbox", era, "--setup", folder / "setup.yaml", "--json", folder / "run.json",
        *options, XDG_STATE_HOME=str(folder), **env,
    )  # fmt: skip
    return Diagnosed(done, SavedRun.read(folder / "run.json"))


@pytest.fixture(scope="module")
def founding(tmp_path_factory: pytest.TempPathFactory) -> Diagnosed:
    return diagnosed(tmp_path_factory.mktemp("founding"), "beta", FOUNDING)


def test_the_founding_cause_is_the_pair_of_token_and_query(founding: Diagnosed) -> None:
    assert founding.done.code == 1
    assert founding.causes() == [
        {("token_endpoint", "transcription_sessions"), ("call_query", "model_transcribe")}
    ]


def test_every_blamed_level_has_a_repeated_witness_pair(founding: Diagnosed) -> None:
    (cause,) = founding.diagnosis["causes"]
    outcomes = {o["probe"]: o["outcome"]["kind"] for o in founding.saved.observations}

    blamed = {f for w in cause["witnesses"] for f in w["factors"]}
    assert {b["factor"] for b in cause["levels"]} <= blamed
    for witness in cause["witnesses"]:
        assert (outcomes[witness["failing"]], outcomes[witness["passing"]]) == ("fail", "pass")
        assert witness["repeated"]


def test_the_founding_repairs_are_found_and_the_key_comes_last(founding: Diagnosed) -> None:
    repairs = founding.repairs()

    assert repairs[0] == {"call_query": "intent_transcription"}
    assert {"token_endpoint": "sessions", "token_body": "founding_with_model"} in repairs
    assert repairs[-1] == {"auth": "api_key"}
    assert [r["leaks_key"] for r in founding.diagnosis["repairs"]].count(True) == 1
    assert "LEAKS THE KEY" in founding.done.out


def test_every_repair_was_probed_twice_and_passed(founding: Diagnosed) -> None:
    outcomes = {o["probe"]: o["outcome"]["kind"] for o in founding.saved.observations}

    for repair in founding.diagnosis["repairs"]:
        assert len(repair["probes"]) >= 2
        assert {outcomes[p] for p in repair["probes"]} == {"pass"}


def test_today_the_mint_hides_the_call_and_the_call_hides_the_query(tmp_path: Path) -> None:
    seen = diagnosed(tmp_path, "single-use", FOUNDING)

    assert seen.causes() == [
        {("token_endpoint", "transcription_sessions")},
        {("call_endpoint", "realtime")},
        {("call_query", "model_transcribe")},
    ]
    assert [c["hidden_behind"] for c in seen.diagnosis["causes"]] == [[], [0], [0, 1]]
    assert seen.diagnosis["causes"][0]["signature"]["status"] == 404
    assert seen.repairs()[0] == {
        "token_endpoint": "client_secrets",
        "token_body": json.dumps(THE_USERS_OWN_IN_GA, separators=(",", ":")),
        "call_endpoint": "calls",
        "call_query": "none",
    }


@pytest.mark.parametrize(
    ("setup", "pair"),
    [
        (GA_TOKEN_BETA_URL, {("token_endpoint", "client_secrets"), ("call_endpoint", "realtime")}),
        (BETA_TOKEN_GA_URL, {("token_endpoint", "sessions"), ("call_endpoint", "calls")}),
    ],
    ids=["GA token, beta URL", "beta token, GA URL"],
)
def test_in_coexistence_neither_half_of_a_clash_is_blamed_alone(
    setup: str, pair: set[tuple[str, str]], tmp_path: Path
) -> None:
    seen = diagnosed(tmp_path, "coexist", setup)

    assert seen.causes()[0] == pair
    assert seen.diagnosis["causes"][0]["signature"]["code"] == "api_version_mismatch"


def test_a_setup_that_works_is_not_diagnosed(tmp_path: Path) -> None:
    seen = diagnosed(tmp_path, "single-use", "token_body: ga_transcription\n")

    assert seen.done.code == 0
    assert seen.diagnosis["verdict"] == "works"
    assert seen.causes() == []


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("sk-sandbox-revoked-0123456789", "key"),
        ("sk-sandbox-no-quota-0123456789", "quota"),
        ("sk-sandbox-region-0123456789", "region"),
    ],
)
def test_when_no_control_passes_the_fact_is_named_and_no_cause(
    key: str, kind: str, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text(key)

    seen = diagnosed(tmp_path, "single-use", FOUNDING, "--key-file", tmp_path / "key")

    assert seen.done.code == 3
    assert seen.causes() == []
    assert kind in {f["kind"] for f in seen.diagnosis["facts"]}
    assert key not in seen.done.out + (tmp_path / "run.json").read_text("utf-8")


PLANTED = """\
rules:
  - id: planted-header
    when: {endpoint: call, headers: {openai-beta: present}}
    answer: {status: 403, error: {message: no header here, type: planted, code: header}}
  - id: planted-pair
    when:
      endpoint: call
      query: {model: present}
      content_type: {equals: text/plain}
    answer: {status: 400, error: {message: "", type: "", code: "", param: ""}}
  - id: planted-label
    when: {endpoint: channel, label: {equals: events}}
    answer: {error: {message: no such label, type: planted, code: label}}
  # alone, text/plain must be fine here, so that the pair is a pair
  - id: text-is-fine
    when: {endpoint: call, content_type: {equals: text/plain}, auth: token}
    connect: {dialect: ga}
"""
PLANTED_SUBJECT = """\
beta_header: on_call
call_query: model_realtime
call_encoding: wrong_type
offer: other_label
"""


def test_three_planted_causes_are_all_found_and_none_is_invented(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(PLANTED)

    seen = diagnosed(tmp_path, "single-use", PLANTED_SUBJECT, "--rules", tmp_path / "rules.yaml")

    assert sorted(map(sorted, seen.causes())) == [
        [("beta_header", "on_call")],
        [("call_encoding", "wrong_type"), ("call_query", "model_realtime")],
        [("offer", "other_label")],
    ]
    assert seen.diagnosis["repairs"]


def test_a_service_that_answers_now_this_now_that_is_inconclusive(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(FLAKY)

    seen = diagnosed(tmp_path, "single-use", FOUNDING, "--rules", tmp_path / "rules.yaml")

    assert seen.done.code == 4
    assert seen.causes() == []
    assert "flaky" in {f["kind"] for f in seen.diagnosis["facts"]}


@pytest.mark.parametrize(
    ("setup", "said"),
    [
        ("call_querry: none\n", "setup.yaml:1: the document: unknown field 'call_querry'"),
        ("\ncall_query: modle_transcribe\n", "did you mean 'model_transcribe'?"),
        ("offer: [1]\n", "setup.yaml:1"),
        ("", "the file is empty"),
    ],
)
def test_a_wrong_setup_file_names_the_place_and_the_closest_name(
    setup: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "setup.yaml").write_text(setup)

    done = rtdoctor(
        "check", "--sandbox", "--setup", "setup.yaml", cwd=tmp_path, XDG_STATE_HOME=str(tmp_path)
    )

    assert done.code == 2
    assert said in done.err
