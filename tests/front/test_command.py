"""A command behind the front: its output is redacted, and its whole process tree ends."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import sys
import time
from pathlib import Path

import pytest

from rtdoctor.errors import UsageError
from rtdoctor.front.command import run_behind
from rtdoctor.secrets.redactor import Redactor
from support.fronting import front_before

NOWHERE = "http://127.0.0.1:9"
WITHIN_S = 15.0


def python(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


# a child, a grandchild in a session of its own whose parent has gone, and one that heeds no signal
FAMILY = """
import os, signal, subprocess, sys, time
sleeps = [sys.executable, "-c", "import time; time.sleep(600)"]
deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(); "
deaf += "time.sleep(600)"
orphan = "import subprocess, sys; p = subprocess.Popen(" + repr(sleeps) + \
    ", start_new_session=True, stdout=subprocess.DEVNULL); print(p.pid)"
pids = [
    os.getpid(),
    subprocess.Popen(sleeps).pid,
    int(subprocess.run([sys.executable, "-c", orphan], stdout=subprocess.PIPE).stdout),
]
stubborn = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE)
stubborn.stdout.readline()
print("family", *pids, stubborn.pid, flush=True)
time.sleep(600)
"""


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def all_end(pids: list[int]) -> bool:
    until = time.monotonic() + WITHIN_S
    while any(map(runs, pids)) and time.monotonic() < until:
        await asyncio.sleep(0.05)
    return not any(map(runs, pids))


class Family:
    """Waits for the line in which the command names its processes."""

    def __init__(self) -> None:
        self.pids: list[int] = []
        self.is_there = asyncio.Event()

    def say(self, line: str) -> None:
        if line.startswith("family "):
            self.pids = [int(word) for word in line.split()[1:]]
            self.is_there.set()


@pytest.mark.linux
async def test_the_whole_process_tree_ends_with_the_block() -> None:
    family = Family()
    async with front_before(NOWHERE) as front:
        async with run_behind(python(FAMILY), front, Redactor(), os.environ, say=family.say):
            async with asyncio.timeout(WITHIN_S):
                await family.is_there.wait()
            assert all(map(runs, family.pids))
        assert not any(map(runs, family.pids))
    assert len(family.pids) == 4


@pytest.mark.linux
async def test_the_whole_process_tree_ends_when_the_run_is_cancelled() -> None:
    family = Family()

    async def run() -> None:
        async with (
            front_before(NOWHERE) as front,
            run_behind(python(FAMILY), front, Redactor(), os.environ, say=family.say),
        ):
            await asyncio.Event().wait()

    running = asyncio.create_task(run())
    async with asyncio.timeout(WITHIN_S):
        await family.is_there.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert not any(map(runs, family.pids))


# one run of a command behind a front, in a process that a test can kill
RUNNER = """
import asyncio, os, sys
from rtdoctor.front.command import run_behind
from rtdoctor.front.front import Front
from rtdoctor.front.upstream import Upstream
from rtdoctor.secrets.redactor import Redactor

async def run():
    redactor = Redactor()
    async with Front(Upstream("http://127.0.0.1:9"), redactor) as front:
        async with run_behind(sys.argv[1], front, redactor, os.environ, say=print):
            await asyncio.Event().wait()

asyncio.run(run())
"""


@pytest.mark.linux
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
async def test_the_whole_process_tree_ends_however_we_end(number: signal.Signals) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-c", RUNNER, python(FAMILY)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    async with asyncio.timeout(WITHIN_S):
        line = (await process.stdout.readline()).decode()
    pids = [int(word) for word in line.split()[1:]]
    assert len(pids) == 4
    process.send_signal(number)
    assert await all_end(pids)
    await process.wait()


@pytest.mark.posix
async def test_what_the_command_leaves_in_the_background_belongs_to_it() -> None:
    said: list[str] = []
    command = f"{python('print(1); import time; time.sleep(0.4); print(2)')} & exit 7"
    async with (
        front_before(NOWHERE) as front,
        run_behind(command, front, Redactor(), os.environ, say=said.append) as running,
    ):
        assert await running.wait() == 7
    assert said == ["1", "2"]


async def test_the_output_is_redacted_line_by_line() -> None:
    code = (
        "import sys\n"
        "sys.stdout.write('key sk-proj-AbCdEf'); sys.stdout.flush()\n"
        "sys.stdout.write('Gh1234567890abcdef\\n'); sys.stdout.flush()\n"
        "sys.stderr.write('Bearer ek_68af296e8e408191a1120ab6'); sys.stderr.flush()"
    )
    said: list[str] = []
    async with front_before(NOWHERE) as front:
        redactor = Redactor()
        async with run_behind(
            python(code), front, redactor, os.environ, say=said.append
        ) as running:
            await running.wait()
    assert said == ["key sk-…?1", "Bearer ek_…?1"]


async def test_a_colour_in_the_middle_of_a_key_does_not_hide_it() -> None:
    code = (
        "print('key sk-proj-AbCd\\x1b[31mEfGh1234567890abcdef\\x1b[0m')\n"
        "print('\\x1b]8;;http://localhost/\\x07link\\x1b]8;;\\x07 \\x1b[2K\\x1b(Bdone')"
    )
    said: list[str] = []
    async with (
        front_before(NOWHERE) as front,
        run_behind(python(code), front, Redactor(), os.environ, say=said.append) as running,
    ):
        await running.wait()
    assert said == ["key sk-…?1", "link done"]


async def test_an_endless_line_is_cut_and_held_no_further() -> None:
    code = "import sys\nfor _ in range(300): sys.stdout.write('x' * 10000)\nprint()\nprint('next')"
    said: list[str] = []
    async with (
        front_before(NOWHERE) as front,
        run_behind(python(code), front, Redactor(), os.environ, say=said.append) as running,
    ):
        await running.wait()
    assert len(said[0]) == 64 * 1024
    assert said[1:] == ["next"]


async def test_a_command_that_does_not_exist_says_so_itself() -> None:
    said: list[str] = []
    async with (
        front_before(NOWHERE) as front,
        run_behind("no-such-thing-1", front, Redactor(), os.environ, say=said.append) as running,
    ):
        assert await running.wait() != 0
    assert "no-such-thing-1" in " ".join(said)


@pytest.mark.parametrize(
    ("command", "environment"),
    [(" ", {}), ("true", {"SSL_CERT_FILE": "/no/such/bundle.pem"})],
)
async def test_what_cannot_be_run_is_refused(command: str, environment: dict[str, str]) -> None:
    async with front_before(NOWHERE) as front:
        with pytest.raises(UsageError):
            async with run_behind(command, front, Redactor(), environment, say=print):
                pass


async def test_the_folder_with_the_certificates_goes_with_the_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code = python("import os; print(open(os.environ['SSL_CERT_FILE']).read()[-30:])")
    said: list[str] = []
    async with (
        front_before(NOWHERE) as front,
        run_behind(code, front, Redactor(), os.environ, say=said.append) as running,
    ):
        await running.wait()
        (folder,) = tmp_path.iterdir()
        if os.name == "posix":
            assert folder.stat().st_mode & 0o077 == 0
    assert "-----END CERTIFICATE-----" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("own_key", [False, True], ids=["placeholder", "own"])
async def test_whose_key_a_command_gets_and_where_it_runs(own_key: bool, tmp_path: Path) -> None:
    said: list[str] = []
    code = "import os; print(os.getcwd(), os.environ['OPENAI_API_KEY'])"
    environment = {**os.environ, "OPENAI_API_KEY": "the-command's-own"}
    async with (
        front_before(NOWHERE) as front,
        run_behind(
            *(python(code), front, Redactor(), environment),
            say=said.append,
            own_key=own_key,
            folder=tmp_path,
        ) as running,
    ):
        assert await running.wait() == 0
        wanted = "the-command's-own" if own_key else front.placeholder
    assert Redactor().clean_text(f"{tmp_path.resolve()} {wanted}") in said
