"""SIGKILL at a random moment, many times: the journal loads and resumes to the same causes.

    python benchmarks/kill.py [--times 30] [--seed 1]

Each round diagnoses the founding case on the embedded beta sandbox, is killed at a random moment
after the journal began, and is taken up with ``--resume``. Prints a line a round; exits 1 when a
round lost something.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rtdoctor.errors import EvidenceError
from rtdoctor.evidence.load import load_run

SETUP = Path(__file__).parent.parent / "cassettes" / "founding.yaml"
RTDOCTOR = [sys.executable, "-m", "rtdoctor"]


def causes(path: Path) -> object:
    """The levels of each cause in a run document."""
    found = json.loads(path.read_bytes())["diagnosis"]["causes"]
    return [[(b["factor"], b["level"]) for b in cause["levels"]] for cause in found]


def run_whole(folder: Path) -> tuple[object, float]:
    """The causes of an undisturbed run, and how long it took, in seconds."""
    out = folder / "whole.json"
    begun = time.perf_counter()
    command = [*RTDOCTOR, "check", "--sandbox", "beta", "--setup", str(SETUP), "--json", str(out)]
    subprocess.run(command, capture_output=True, check=False)
    return causes(out), time.perf_counter() - begun


def kill_and_resume(folder: Path, after_s: float) -> tuple[int, object]:
    """How many observations survived, and the causes found in the end."""
    journal, out = folder / "run.ndjson", folder / "resumed.json"
    command = [*RTDOCTOR, "check", "--sandbox", "beta", "--setup", str(SETUP)]
    process = subprocess.Popen(
        [*command, "--journal", str(journal)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while process.poll() is None and not (journal.exists() and journal.stat().st_size):
        time.sleep(0.002)
    time.sleep(after_s)
    process.send_signal(signal.SIGKILL)
    process.wait()
    if not journal.exists():
        return 0, None
    try:
        kept = len(load_run(journal)[0].observations)
    except EvidenceError as error:
        if journal.stat().st_size == 0:
            return 0, None  # killed before the first line: there is no run yet
        raise SystemExit(f"the journal does not load: {error}") from None
    resume = [*RTDOCTOR, "check", "--resume", str(journal), "--json", str(out)]
    done = subprocess.run(resume, capture_output=True, check=False)
    if done.returncode == 2 and b"complete" in done.stderr:
        return kept, "complete"
    return kept, causes(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    lost = 0
    with tempfile.TemporaryDirectory() as name:
        os.environ["XDG_STATE_HOME"] = name
        expected, whole_s = run_whole(Path(name))
        print(f"undisturbed: {whole_s:.1f} s, {expected}")
        for number in range(1, options.times + 1):
            after_s = chance.uniform(0, 0.6 * whole_s)
            with tempfile.TemporaryDirectory() as round_name:
                kept, found = kill_and_resume(Path(round_name), after_s)
            fine = found in (expected, None, "complete")
            lost += not fine
            said = {None: "killed before the run began", "complete": "was complete"}
            verdict = said.get(found if isinstance(found, str | None) else "", "same causes")
            print(
                f"{number:3} killed after {after_s:.2f} s: {kept} observations kept, "
                f"{verdict if fine else f'DIFFERENT: {found}'}"
            )
    print(f"{options.times} kills, {lost} with a different result")
    sys.exit(1 if lost else 0)


if __name__ == "__main__":
    main()
