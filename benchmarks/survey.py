"""A 60-probe survey, half of it connecting, as a whole process against the embedded sandbox.

    python benchmarks/survey.py [--repeat N]

Prints wall time, CPU and peak memory of ``rtdoctor check`` (the sandbox's included), the share of
each stage, and the same probes one after another. To reach on two cores: under 1.5 s, under
120 MB, at least twice as fast as one after another.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

from rtdoctor.domain.outcome import Stage
from rtdoctor.plan.catalogue import default_text

_BODIES = 10
_CALLS = [
    {"call_endpoint": "calls"},
    {"call_endpoint": "calls", "call_query": "model_realtime"},
    {"call_endpoint": "calls", "offer": "other_label"},
    {"call_endpoint": "realtime", "call_query": "model_transcribe"},
    {"call_endpoint": "calls", "call_encoding": "json"},
    {"call_endpoint": "calls", "offer": "no_audio"},
]


def probes_file() -> str:
    """The shipped levels with ten more bodies, and one block of sixty setups."""
    data = yaml.safe_load(default_text())
    bodies = {
        f"body{i}": {
            "title": f"body {i}",
            "json": {
                "session": {
                    "type": "realtime",
                    "model": "$realtime_model",
                    "instructions": f"Body {i}.",
                }
            },
        }
        for i in range(_BODIES)
    }
    data["factors"]["token_body"].update(bodies)
    data["survey"] = [{"name": "benchmark", "token_body": list(bodies), "calls": _CALLS}]
    text: str = yaml.safe_dump(data)
    return text


@dataclass(frozen=True)
class Measured:
    wall_s: float
    cpu_s: float
    peak_mb: float
    observations: list[dict[str, object]]


def measure(folder: Path, *options: str) -> Measured:
    """One whole process, from its start to its exit."""
    out = folder / "run.json"
    command = [sys.executable, "-m", "rtdoctor", "check", "--sandbox", "--quiet"]
    command += ["--probes", str(folder / "probes.yaml"), "--json", str(out), *options]
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"the survey ended with exit code {process.returncode}")
    run = json.loads(out.read_bytes())["run"]
    return Measured(
        wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, run["observations"]
    )


def stage_shares(observations: list[dict[str, object]]) -> dict[str, float]:
    """Each stage's share of all probes' time in percent; the rest is hanging up and queueing."""
    spent = dict.fromkeys([s.value for s in Stage], 0.0)
    whole = 0.0
    for observation in observations:
        whole += float(str(observation["duration_ms"]))
        for record in observation["stages"]:  # type: ignore[attr-defined]
            spent[record["stage"]] += record["duration_ms"]
    shares = {stage: 100 * ms / whole for stage, ms in spent.items() if ms}
    shares["the rest"] = 100 - sum(shares.values())
    return shares


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    repeat = parser.parse_args().repeat
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "probes.yaml").write_text(probes_file())
        os.environ["XDG_STATE_HOME"] = name
        # as an installed package has it: byte code compiled once, not at every start
        os.environ["PYTHONPYCACHEPREFIX"] = name
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        measure(folder)
        together = [measure(folder) for _ in range(repeat)]
        alone = [measure(folder, "--jobs", "1") for _ in range(max(1, repeat // 2))]
    last = together[-1]
    passed = sum(o["outcome"]["kind"] == "pass" for o in last.observations)  # type: ignore[index]
    wall = statistics.median(m.wall_s for m in together)
    one_by_one = statistics.median(m.wall_s for m in alone)
    print(f"{len(last.observations)} probes, {passed} connected; median of {repeat} runs")
    print(f"wall time        {wall:6.2f} s   (best {min(m.wall_s for m in together):.2f} s)")
    print(f"CPU, both sides  {statistics.median(m.cpu_s for m in together):6.2f} s")
    print(f"peak memory      {max(m.peak_mb for m in together):6.0f} MB  (the larger process)")
    print(f"one after another{one_by_one:6.2f} s   ({one_by_one / wall:.1f} times as long)")
    for stage, share in stage_shares(last.observations).items():
        print(f"  {stage:<9} {share:5.1f} % of the probes' time")


if __name__ == "__main__":
    main()
