"""``run_check`` as a program calls it: each task, what it returns, and how it ends early."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from pathlib import Path

import pytest

from rtdoctor import (
    Limits,
    NewDiagnosis,
    NewSurvey,
    Observation,
    Replay,
    Resume,
    RtdoctorError,
    Setup,
    Target,
    Verdict,
    Watcher,
    run_check,
    serve_sandbox,
    setup_from_yaml,
)
from rtdoctor.domain.run import RunHeader, TargetInfo
from rtdoctor.errors import EvidenceError, ExitCode, InternalError, RedactionError, UsageError
from rtdoctor.evidence.journal import JournalWriter
from rtdoctor.evidence.load import load_run
from support.probing import KEY

FOUNDING = (Path(__file__).parents[2] / "cassettes" / "founding.yaml").read_text("utf-8")
ONE_AT_A_TIME = Limits(probes_alive=1)


def setups(*names: str) -> tuple[Setup, ...]:
    return tuple(setup_from_yaml(f"auth: {name}") for name in names)


class After(Watcher):
    """Calls back after so many probes, and keeps what it was told."""

    def __init__(self, probes: int = 1, call: object = None) -> None:
        self.probes = probes
        self.call = call
        self.began: list[tuple[RunHeader, TargetInfo]] = []
        self.seen: list[Observation] = []
        self.problems: list[str] = []

    def begins(self, header: RunHeader, target: TargetInfo) -> None:
        self.began.append((header, target))

    def observed(self, observation: Observation) -> None:
        self.seen.append(observation)
        if len(self.seen) == self.probes and callable(self.call):
            self.call()

    def journal_problem(self, problem: str) -> None:
        self.problems.append(problem)


async def open_calls(sandbox: Target) -> int:
    def ask() -> int:
        with urllib.request.urlopen(f"{sandbox.base_url}/sandbox/state", timeout=10) as answer:
            calls: int = json.load(answer)["calls"]["open"]
            return calls

    return await asyncio.to_thread(ask)


async def test_a_survey_probes_the_setups_it_is_given_and_keeps_no_file(tmp_path: Path) -> None:
    watcher = After()
    async with serve_sandbox() as sandbox:
        finished = await run_check(
            NewSurvey(sandbox, setups("undefined", "ephemeral")), watcher=watcher
        )

    assert [o.outcome.is_pass for o in finished.run.observations] == [False, True]
    assert finished.diagnosis.verdict is Verdict.SURVEYED
    assert finished.exit_code == ExitCode.WORKS
    assert finished.journal is None
    assert list(tmp_path.iterdir()) == []
    ((header, target),) = watcher.began
    assert header.planned == 2
    assert (target.name, target.era) == ("sandbox", "single-use")
    assert {o.probe for o in watcher.seen} == {"#1", "#2"}


async def test_a_survey_runs_no_more_than_its_budget() -> None:
    async with serve_sandbox() as sandbox:
        finished = await run_check(NewSurvey(sandbox, budget=3))

    assert len(finished.run.observations) == len(finished.run.header.plan) == 3


async def test_a_diagnosis_proves_the_founding_cause() -> None:
    async with serve_sandbox(era="beta") as sandbox:
        finished = await run_check(NewDiagnosis(setup_from_yaml(FOUNDING), sandbox))

    (cause,) = finished.diagnosis.causes
    assert finished.exit_code == ExitCode.FAILURE_REPRODUCED
    assert cause.is_proved
    assert {level.factor for level in cause.levels} == {"token_endpoint", "call_query"}
    assert finished.run.ledger.sessions_left_open == 0


async def test_a_recording_is_played_back_without_the_service(tmp_path: Path) -> None:
    record = tmp_path / "recorded"
    async with serve_sandbox() as sandbox:
        task = NewSurvey(sandbox, setups("undefined", "ephemeral"), record=record)
        first = await run_check(task)

    again = await run_check(Replay(record))

    assert [o.outcome for o in again.run.observations] == [
        o.outcome for o in first.run.observations
    ]
    assert all(o.replayed for o in again.run.observations)
    assert again.journal is None


async def test_a_stopped_check_returns_what_it_saw_and_can_be_gone_on_with(tmp_path: Path) -> None:
    stop, journal = asyncio.Event(), tmp_path / "run.ndjson"
    async with serve_sandbox() as sandbox:
        task = NewSurvey(sandbox, budget=12, journal=journal)
        watcher = After(4, stop.set)
        finished = await run_check(task, limits=ONE_AT_A_TIME, watcher=watcher, stop=stop)
        left_open = await open_calls(sandbox)

    assert finished.run.finished == "interrupted"
    assert finished.exit_code == ExitCode.INTERRUPTED
    assert 4 <= len(finished.run.observations) < 12
    assert left_open == 0
    # the journal's sandbox is gone: another of its era takes its place
    resumed = await run_check(Resume(journal))
    assert resumed.run.finished == "complete"
    assert resumed.journal == journal
    assert [o.number for o in resumed.run.observations] == list(range(1, 13))
    kept = {o.probe: o.started_at for o in finished.run.observations}
    assert kept.items() <= {o.probe: o.started_at for o in resumed.run.observations}.items()


async def test_a_stop_that_was_asked_for_before_sends_nothing() -> None:
    stop = asyncio.Event()
    stop.set()
    async with serve_sandbox() as sandbox:
        finished = await run_check(NewSurvey(sandbox), stop=stop)

    assert finished.run.observations == ()
    assert finished.run.finished == "interrupted"


@pytest.mark.parametrize("stop", [None, asyncio.Event()], ids=["no stop", "a stop not set"])
async def test_a_cancelled_check_closes_its_journal_and_its_calls(
    tmp_path: Path, stop: asyncio.Event | None
) -> None:
    journal = tmp_path / "run.ndjson"
    async with serve_sandbox() as sandbox:
        watcher = After(2)
        task = asyncio.create_task(
            run_check(
                NewSurvey(sandbox, setups("undefined", "api_key", "ephemeral"), journal=journal),
                limits=ONE_AT_A_TIME,
                watcher=watcher,
                stop=stop,
            )
        )
        watcher.call = task.cancel
        with pytest.raises(asyncio.CancelledError):
            await task
        left_open = await open_calls(sandbox)

    run, _ = load_run(journal)
    assert run.finished == "interrupted"
    assert len(run.observations) >= 2
    assert left_open == 0


async def test_two_checks_run_in_one_event_loop() -> None:
    async with serve_sandbox("beta") as old, serve_sandbox("ga-only") as new:
        setup = setup_from_yaml("auth: ephemeral")
        first, second = await asyncio.gather(
            run_check(NewSurvey(old, (setup,))), run_check(NewSurvey(new, (setup,)))
        )

    assert not first.run.observations[0].outcome.is_pass
    assert second.run.observations[0].outcome.is_pass


async def test_a_complete_journal_and_one_that_exists_are_refused(tmp_path: Path) -> None:
    journal = tmp_path / "run.ndjson"
    async with serve_sandbox() as sandbox:
        task = NewSurvey(sandbox, setups("undefined"), journal=journal)
        await run_check(task)
        with pytest.raises(UsageError, match="exists already"):
            await run_check(task)

    with pytest.raises(UsageError, match="is complete"):
        await run_check(Resume(journal))


@pytest.mark.parametrize(
    ("task", "error"),
    [
        (Resume(Path("no-such.ndjson")), EvidenceError),
        (Replay(Path("no-such-folder")), UsageError),
    ],
)
async def test_a_file_that_is_not_there_is_an_error_of_ours(
    task: Resume | Replay, error: type[RtdoctorError]
) -> None:
    with pytest.raises(error):
        await run_check(task)


async def test_the_default_journal_is_where_the_command_line_keeps_its_own(tmp_path: Path) -> None:
    async with serve_sandbox() as sandbox:
        finished = await run_check(NewSurvey(sandbox, setups("undefined"), journal="default"))

    assert finished.journal is not None
    assert finished.journal.parent == tmp_path / "state" / "rtdoctor" / "runs"
    assert len(load_run(finished.journal)[0].observations) == 1


async def test_a_default_folder_that_cannot_be_made_is_reported_and_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    watcher = After()
    async with serve_sandbox() as sandbox:
        task = NewSurvey(sandbox, setups("undefined"), journal="default")
        finished = await run_check(task, watcher=watcher)

    (problem,) = watcher.problems
    assert finished.journal is not None
    assert str(finished.journal) in problem
    assert finished.journal.is_file()


async def test_a_setup_for_another_service_is_refused_before_anything_is_sent() -> None:
    setup = setup_from_yaml("call_endpoint: https://example.com/v1/realtime/calls")
    watcher = After()
    async with serve_sandbox() as sandbox:
        with pytest.raises(UsageError, match="keys and tokens go only to the service"):
            await run_check(NewDiagnosis(setup, sandbox), watcher=watcher)

    assert watcher.began == []


async def test_an_error_from_among_the_probes_is_raised_as_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(journal: JournalWriter, observation: Observation) -> Observation:
        raise RedactionError("planted: a secret was found")

    monkeypatch.setattr(JournalWriter, "append", refuse)
    async with serve_sandbox() as sandbox:
        with pytest.raises(RedactionError, match="planted"):
            await run_check(NewSurvey(sandbox, setups("none"), journal=tmp_path / "run.ndjson"))


async def test_a_bug_is_told_without_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError(f"planted beside {KEY}")

    monkeypatch.setattr("rtdoctor.check.full_check.diagnosis_of", broken)
    target = Target.at("http://127.0.0.1:9", key=KEY)
    with pytest.raises(InternalError) as caught:
        await run_check(NewSurvey(target, setups("none")))

    assert "planted beside" in str(caught.value)
    assert KEY not in str(caught.value)


async def test_a_service_out_of_reach_is_a_result_and_no_error() -> None:
    target = Target.at("http://127.0.0.1:9", key=KEY)

    finished = await run_check(NewDiagnosis(setup_from_yaml("auth: api_key"), target))

    assert finished.diagnosis.verdict is Verdict.CANNOT_TEST
    assert finished.exit_code == ExitCode.CANNOT_TEST
    assert KEY not in repr(finished)
