"""``python -m rtdoctor.sandbox``: the sandbox as a process of its own."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rtdoctor.errors import RtdoctorError
from rtdoctor.sandbox.server import serve


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line and serve; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m rtdoctor.sandbox", description=__doc__)
    parser.add_argument("--era", default="single-use")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--rules", type=Path, metavar="FILE")
    parser.add_argument("--candidates", choices=["loopback", "host", "all"], default="all")
    parser.add_argument("--announce", action="store_true", help="one JSON line, for a parent")
    parser.add_argument(
        "--log-requests", action="store_true", help="keep what was asked, at /sandbox/requests"
    )
    given = parser.parse_args(arguments)
    try:
        serve(
            era=given.era,
            host=given.host,
            port=given.port,
            rules=given.rules,
            candidates=given.candidates,
            announce=given.announce,
            log_requests=given.log_requests,
        )
    except RtdoctorError as error:
        print(f"error: {error}", file=sys.stderr)
        return int(error.exit_code)
    return 0


if __name__ == "__main__":
    sys.exit(main())
