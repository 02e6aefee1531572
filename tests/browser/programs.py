"""Programs that the tests run beside rtdoctor: backends, bundlers."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
PAGES = HERE / "pages"
BACKENDS = HERE / "backends"
PACKAGES = HERE / "packages"
MODULES = PACKAGES / "node_modules"
_PORT = re.compile(r"http://(?:localhost|127\.0\.0\.1):(\d+)")


@contextmanager
def running(command: Sequence[str | Path], variables: Mapping[str, str]) -> Iterator[str]:
    """Run a server for the block and yield its origin, which it prints."""
    process = subprocess.Popen(
        [*map(str, command)],
        env={**os.environ, "PAGES": str(PAGES), "NODE_PATH": str(MODULES), **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield f"http://localhost:{_port_of(process)}"
    finally:
        process.terminate()
        process.communicate(timeout=10)


def _port_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if found := _PORT.search(line):
            return found[1]
    raise AssertionError(f"the server did not start: {''.join(said)}")


def bundled(entry: str, *options: str) -> str:
    """What esbuild makes of this code, with the installed packages and minified."""
    command = [MODULES / ".bin" / "esbuild", "--bundle", "--minify", "--format=iife", *options]
    done = subprocess.run(
        [*map(str, command)], input=entry, cwd=PACKAGES, capture_output=True, text=True, check=True
    )
    return done.stdout
