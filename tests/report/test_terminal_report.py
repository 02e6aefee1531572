"""What the terminal shows: the matrix, the refusals, a diagnosis; at any width and encoding."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from io import BytesIO, StringIO, TextIOWrapper

import pytest
from rich.console import Console
from syrupy.assertion import SnapshotAssertion

from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.outcome import LocalCode, Outcome, Signature, Stage
from rtdoctor.domain.run import Run
from rtdoctor.report.terminal.encoding import never_fail_to_encode
from rtdoctor.report.terminal.run import print_run
from support import runs


def shown(case: tuple[Run, Diagnosis], width: int = 80) -> str:
    run, diagnosis = case
    out = StringIO()
    console = Console(file=out, width=width, highlight=False)
    print_run(run, diagnosis, console)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def test_a_survey(snapshot: SnapshotAssertion) -> None:
    assert shown(runs.survey(20)) == snapshot


def test_a_diagnosis(snapshot: SnapshotAssertion) -> None:
    assert shown(runs.founding()) == snapshot


def test_a_survey_ends_with_its_verdict() -> None:
    run, diagnosis = runs.survey(20)

    assert diagnosis.sentence in " ".join(shown((run, diagnosis)).splitlines()[-8:])


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_cell_is_cut_off_however_narrow_the_terminal(width: int) -> None:
    def cells(width: int) -> Counter[str]:
        text = shown(runs.survey(60), width).split("\nThe calls\n")[0].split("\nauth: ", 1)[1]
        return Counter(re.findall(r"\(?m?\b[0-9]{3}\b\)?|\bsession\b|…", text))

    assert cells(width) == cells(300)
    assert "…" not in cells(width)


def test_each_error_stands_once_however_many_probes_got_it() -> None:
    text = shown(runs.survey(60), width=300)
    errors = [line for line in text.splitlines() if line.startswith(("mint 4", "exchange 4"))]

    assert errors
    assert len(errors) == len(set(errors))


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("case", [runs.founding, runs.everything, runs.no_control])
def test_prose_keeps_to_the_width_and_ends_without_spaces(width: int, case: object) -> None:
    run, diagnosis = case()  # type: ignore[operator]
    out = StringIO()
    print_run(run, diagnosis, Console(file=out, width=width, highlight=False))

    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert not [line for line in lines if line != line.rstrip()]


def test_the_first_change_is_shown_as_the_requests_to_send() -> None:
    text = shown(runs.founding())

    assert "- POST /v1/realtime?model=gpt-4o-transcribe" in text
    assert "+ POST /v1/realtime?intent=transcription" in text


def test_a_played_back_run_says_so() -> None:
    run, diagnosis = runs.founding()
    replayed = tuple(replace(o, replayed=True) for o in run.observations)

    assert "Played back" not in shown((run, diagnosis))
    assert "Played back from a recording" in shown((replace(run, observations=replayed), diagnosis))


def test_what_a_recording_lacks_is_said_with_the_cure() -> None:
    run, diagnosis = runs.founding()
    absent = Outcome.transient(Signature(Stage.MINT, code=LocalCode.NOT_RECORDED.value))
    seen = (*run.observations[:-1], replace(run.observations[-1], outcome=absent))

    text = " ".join(shown((replace(run, observations=seen), diagnosis)).split())

    assert "The recording lacks what 1 probe asked for" in text
    assert "rtdoctor check --record DIR" in text
    assert "recording lacks" not in shown((run, diagnosis))


@pytest.mark.parametrize("case", [runs.founding, lambda: runs.survey(20)])
def test_an_interrupted_run_ends_with_how_to_go_on(case: object) -> None:
    run, diagnosis = case()  # type: ignore[operator]

    text = shown((replace(run, finished="interrupted"), diagnosis))

    assert "--resume JOURNAL" in " ".join(text.splitlines()[-6:])


def test_an_ascii_terminal_gets_near_characters_and_no_crash() -> None:
    raw = BytesIO()
    stream = TextIOWrapper(raw, encoding="ascii")
    never_fail_to_encode(stream)

    print("a → b · “c” …  ☃", file=stream, flush=True)

    assert raw.getvalue() == b'a -> b / "c" ...  ?\n'


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "cp932", "ascii"])
def test_a_code_page_of_windows_keeps_what_a_sign_means(encoding: str) -> None:
    raw = BytesIO()
    stream = TextIOWrapper(raw, encoding=encoding, newline="\n")
    never_fail_to_encode(stream)

    print("✓ ✕ ◇ ⚠ → ␛[31m ␡", file=stream, flush=True)

    seen = raw.getvalue().decode(encoding)
    assert "?[" not in seen
    assert len(set(seen.split())) == 7, "each can be told from the others"
    assert not set(seen.split()) & {"?"}
