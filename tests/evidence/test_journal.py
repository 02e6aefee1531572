"""The journal keeps every observation, however the run ends."""

from __future__ import annotations

import errno
import json
import os
import random
import stat
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rtdoctor.domain.run import Run
from rtdoctor.domain.secret import Secret
from rtdoctor.errors import EvidenceError, RedactionError, UsageError
from rtdoctor.evidence import journal
from rtdoctor.evidence.journal import JournalWriter
from rtdoctor.evidence.kept_runs import default_journal_path
from rtdoctor.evidence.load import load_journal
from rtdoctor.secrets.redactor import Redactor
from support import runs

SRC = Path(journal.__file__).parents[2]
TESTS = Path(__file__).parents[1]


def sample() -> Run:
    return Redactor().clean(runs.founding()[0])


def write(path: Path, run: Run, *, end: str | None = "complete") -> None:
    writer = JournalWriter(path, run.header, Redactor())
    for observation in run.observations:
        writer.append(observation)
    if end is None:
        writer.close()
    else:
        writer.end(end, 6400.0)


def test_a_whole_journal_is_the_run(tmp_path: Path) -> None:
    run = sample()
    write(tmp_path / "deep" / "run.ndjson", run)

    loaded = load_journal(tmp_path / "deep" / "run.ndjson")

    assert loaded.finished_at is not None
    assert replace(loaded, finished_at=run.finished_at) == run


def test_what_a_page_did_is_added_to_a_journal_that_has_ended(tmp_path: Path) -> None:
    run = Redactor().clean(runs.of_a_page()[0])
    assert run.page is not None
    path = tmp_path / "run.ndjson"
    write(path, run)
    redactor = Redactor()
    redactor.add(Secret("a-secret-of-the-page", "<filled in>"))
    shown = replace(run.page, did=("shows: a-secret-of-the-page",))

    JournalWriter.add_page(path, shown, redactor)

    loaded = load_journal(path)
    assert loaded.page == replace(run.page, did=("shows: <filled in>",))
    assert (loaded.finished, loaded.wall_ms) == ("complete", 6400.0)


@pytest.mark.posix
def test_it_is_private(tmp_path: Path) -> None:
    path = default_journal_path("4f2a", datetime(2026, 11, 22, 17, 30, tzinfo=UTC))
    write(path, sample())

    assert path == tmp_path / "state/rtdoctor/runs/20261122T173000Z-4f2a.ndjson"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_default_place_needs_no_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "relative/is/invalid")
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    for home in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(home, str(tmp_path))

    path = default_journal_path("../../etc/passwd and more")

    assert path.parent == tmp_path / ".local/state/rtdoctor/runs"
    assert path.name.endswith("Z-etcpassw.ndjson")


def test_on_windows_the_default_place_is_among_the_local_data_of_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))

    assert default_journal_path("4f2a").parent == tmp_path / "rtdoctor/runs"


def test_observations_are_listed_by_number_not_by_end(tmp_path: Path) -> None:
    run = sample()
    shuffled = list(run.observations)
    random.Random(1).shuffle(shuffled)
    write(tmp_path / "run.ndjson", replace(run, observations=tuple(shuffled)))

    assert load_journal(tmp_path / "run.ndjson").observations == run.observations


def test_every_observation_is_on_disk_before_the_next(tmp_path: Path) -> None:
    run = sample()
    path = tmp_path / "run.ndjson"
    writer = JournalWriter(path, run.header, Redactor())

    for count, observation in enumerate(run.observations, 1):
        writer.append(observation)
        loaded = load_journal(path)
        assert loaded.observations == run.observations[:count]
        assert loaded.finished == "crashed"
    writer.close()


@pytest.mark.thorough
def test_torn_at_any_byte_it_loses_at_most_the_last_line(tmp_path: Path) -> None:
    run = sample()
    brief = [replace(o, exchanges=(), stages=()) for o in run.observations[:3]]
    run = replace(run, observations=tuple(brief))
    write(tmp_path / "whole", run, end=None)
    data = (tmp_path / "whole").read_bytes()
    start = data.rstrip(b"\n").rfind(b"\n") + 1
    path = tmp_path / "torn"

    for cut in range(start, len(data)):
        for tail in (b"", b"\0" * 512) if cut % 16 == 0 else (b"",):
            path.write_bytes(data[:cut] + tail)
            loaded = load_journal(path)
            whole = cut == len(data) - 1  # only the line end is missing
            assert loaded.observations == run.observations[: 3 if whole else 2]
            assert loaded.finished == "crashed"


def test_a_journal_cut_in_its_first_line_says_so(tmp_path: Path) -> None:
    write(tmp_path / "run.ndjson", sample())
    data = (tmp_path / "run.ndjson").read_bytes()
    (tmp_path / "torn").write_bytes(data[:50])

    with pytest.raises(EvidenceError, match="no run is in it"):
        load_journal(tmp_path / "torn")


def test_damage_inside_is_named_by_line(tmp_path: Path) -> None:
    write(tmp_path / "run.ndjson", sample())
    lines = (tmp_path / "run.ndjson").read_bytes().split(b"\n")
    lines[3] = lines[3][:-20]
    (tmp_path / "bad").write_bytes(b"\n".join(lines))

    with pytest.raises(EvidenceError, match="bad, line 4, is not JSON"):
        load_journal(tmp_path / "bad")


def test_a_newer_format_says_to_upgrade(tmp_path: Path) -> None:
    path = tmp_path / "run.ndjson"
    write(path, sample())
    path.write_text(path.read_text("utf-8").replace('"data_format":1', '"data_format":7', 1))

    with pytest.raises(EvidenceError, match="Upgrade rtdoctor"):
        load_journal(path)


def test_lines_of_a_later_kind_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "run.ndjson"
    write(path, sample())
    path.write_text(path.read_text("utf-8") + '{"event":"weather","sky":"blue"}\n')

    assert load_journal(path).observations == sample().observations


@pytest.mark.parametrize("end", [None, "interrupted"])
def test_an_unfinished_journal_goes_on(tmp_path: Path, end: str | None) -> None:
    run = sample()
    path = tmp_path / "run.ndjson"
    write(path, replace(run, observations=run.observations[:5]), end=end)
    if end is None:
        path.write_bytes(path.read_bytes() + b'{"event":"observation","obser')

    writer = JournalWriter.resume(path, Redactor())
    assert load_journal(path).finished == "crashed"
    for observation in run.observations[5:]:
        writer.append(observation)
    writer.end("complete", 1000.0)

    loaded = load_journal(path)
    assert loaded.observations == run.observations
    assert loaded.finished == "complete"
    assert loaded.wall_ms == (7400.0 if end else 1000.0)


def test_a_line_that_only_lacks_its_end_survives_resuming(tmp_path: Path) -> None:
    run = sample()
    path = tmp_path / "run.ndjson"
    write(path, replace(run, observations=run.observations[:5]), end=None)
    path.write_bytes(path.read_bytes().rstrip(b"\n") + b"\0" * 100)

    JournalWriter.resume(path, Redactor()).end("complete", 1.0)

    assert load_journal(path).observations == run.observations[:5]


def test_aliases_go_on_after_resuming(tmp_path: Path) -> None:
    run = sample()
    path = tmp_path / "run.ndjson"
    first = replace(run.observations[0], call_id="ek_…?4")
    write(path, replace(run, observations=(first,)), end=None)

    redactor = Redactor()
    JournalWriter.resume(path, redactor).close()

    assert redactor.clean_text("ek_abcdefgh1234") == "ek_…?5"


def test_two_writers_do_not_meet(tmp_path: Path) -> None:
    run = sample()
    path = tmp_path / "run.ndjson"
    writer = JournalWriter(path, run.header, Redactor())

    with pytest.raises(UsageError, match="exists already"):
        JournalWriter(path, run.header, Redactor())
    with pytest.raises(EvidenceError, match="being written by another"):
        JournalWriter.resume(path, Redactor())
    writer.append(run.observations[0])
    writer.end("complete", 1.0)

    assert load_journal(path).observations == run.observations[:1]
    assert [file.name for file in tmp_path.iterdir()] == ["run.ndjson"], "the lock is gone"


def test_a_writer_that_was_killed_locks_nobody_out(tmp_path: Path) -> None:
    path = tmp_path / "run.ndjson"
    write(path, sample(), end=None)
    (tmp_path / "run.ndjson.lock").write_bytes(b"")

    JournalWriter.resume(path, Redactor()).end("complete", 1.0)

    assert load_journal(path).finished == "complete"


def test_a_secret_never_gets_into_the_file(tmp_path: Path) -> None:
    run = sample()
    redactor = Redactor()
    redactor.add(Secret("opaque-live-token", "ek_…#1"))
    path = tmp_path / "run.ndjson"
    writer = JournalWriter(path, replace(run.header, command="x opaque-live-token"), redactor)

    writer.append(replace(run.observations[0], call_id="opaque-live-token"))
    writer.end("complete", 1.0)

    assert b"opaque-live-token" not in path.read_bytes()
    assert load_journal(path).observations[0].call_id == "ek_…#1"


def test_a_hole_in_redaction_stops_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = sample()
    redactor = Redactor()
    redactor.add(Secret("opaque-live-token", "ek_…#1"))
    writer = JournalWriter(tmp_path / "run.ndjson", run.header, redactor)
    monkeypatch.setattr(redactor, "clean", lambda value: value)

    with pytest.raises(RedactionError):
        writer.append(replace(run.observations[0], call_id="opaque-live-token"))

    writer.close()
    assert load_journal(tmp_path / "run.ndjson").observations == ()


class Disk:
    """Takes so many bytes, then is full until there is room again."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._write = os.write

    def write(self, file: int, data: bytes) -> int:
        taken = data[: self.room]
        if not taken:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.room -= len(taken)
        return self._write(file, taken)


def test_a_full_disk_does_not_end_the_run_and_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = sample()
    told: list[str] = []
    path = tmp_path / "run.ndjson"
    writer = JournalWriter(path, run.header, Redactor(), on_problem=told.append)
    writer.append(run.observations[0])
    disk = Disk(room=1000)
    monkeypatch.setattr(journal.os, "write", disk.write)

    writer.append(run.observations[1])
    writer.append(run.observations[2])

    assert len(told) == 1
    assert "No space left on device" in told[0]
    assert writer.problem == told[0]
    assert load_journal(path).observations == run.observations[:1], "no torn line inside"

    disk.room = 10**9
    writer.append(run.observations[3])
    writer.end("complete", 1.0)

    assert load_journal(path).observations == run.observations[:4], "nothing was lost"


def test_a_journal_that_stayed_without_room_says_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = sample()
    told: list[str] = []
    writer = JournalWriter(tmp_path / "run.ndjson", run.header, Redactor(), on_problem=told.append)
    monkeypatch.setattr(journal.os, "write", Disk(room=1000).write)

    for observation in run.observations[:3]:
        writer.append(observation)
    writer.end("complete", 1.0)

    assert len(told) == 2
    assert "no room for its last 4 lines" in told[1]


def test_a_closed_journal_does_not_end_the_run(tmp_path: Path) -> None:
    run = sample()
    path = tmp_path / "run.ndjson"
    writer = JournalWriter(path, run.header, Redactor())
    writer.close()

    writer.append(run.observations[0])
    writer.end("complete", 1.0)

    assert writer.problem is not None
    assert load_journal(path).observations == ()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError, match=r"cannot make the journal .* something else stands where"):
        JournalWriter(tmp_path / "file" / "run.ndjson", sample().header, Redactor())
    with pytest.raises(UsageError, match="cannot go on with the journal"):
        JournalWriter.resume(tmp_path / "none.ndjson", Redactor())


@pytest.mark.posix
def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "run.ndjson").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(UsageError):
        JournalWriter(tmp_path / "run.ndjson", sample().header, Redactor())
    assert not (tmp_path / "elsewhere").exists()


ENDLESS = textwrap.dedent(
    """
    import itertools, sys
    from dataclasses import replace
    from pathlib import Path
    from support import runs
    from rtdoctor.evidence.journal import JournalWriter
    from rtdoctor.secrets.redactor import Redactor

    redactor = Redactor()
    run = redactor.clean(runs.founding()[0])
    writer = JournalWriter(Path(sys.argv[1]), run.header, redactor)
    for number in itertools.count(1):
        which = number % len(run.observations)
        writer.append(replace(run.observations[which], probe=f"#{number}"))
        print(number, flush=True)
    """
)


def test_kill_9_loses_at_most_the_probe_in_flight(tmp_path: Path) -> None:
    path = tmp_path / "run.ndjson"
    command = [sys.executable, "-c", ENDLESS, str(path)]
    environment = {**os.environ, "PYTHONPATH": f"{SRC}{os.pathsep}{TESTS}"}
    rnd = random.Random(9)
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(20 + rnd.randrange(20))]
        child.kill()
        said += child.stdout.readlines()
    acknowledged = int([line for line in said if line.endswith(b"\n")][-1])

    loaded = load_journal(path)

    assert loaded.finished == "crashed"
    assert len(loaded.observations) in (acknowledged, acknowledged + 1)
    assert [o.number for o in loaded.observations] == [*range(1, len(loaded.observations) + 1)]
    JournalWriter.resume(path, Redactor()).end("complete", 1.0)
    assert load_journal(path).observations == loaded.observations


def test_every_line_is_json_of_its_own(tmp_path: Path) -> None:
    hostile = Redactor().clean(runs.hostile()[0])
    write(tmp_path / "run.ndjson", hostile)

    lines = (tmp_path / "run.ndjson").read_bytes().rstrip(b"\n").split(b"\n")
    events = [json.loads(line)["event"] for line in lines]

    assert events == ["run", *["observation"] * len(hostile.observations), "end"]
    assert load_journal(tmp_path / "run.ndjson").observations == hostile.observations
