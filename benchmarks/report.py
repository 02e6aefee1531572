"""The HTML report of a long survey: its size, and how long Chromium takes to open it.

    python benchmarks/report.py [--probes 1000]

Runs that many probes of the full product against the embedded sandbox, writes the report, and
opens it in the system's Chromium from an empty tab. To reach at 1,000: under 5 MB, under 2 s.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

_PAINTED = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"


def seconds_to_open(browser: Browser, address: str) -> float:
    """Until the page is loaded and painted."""
    context = browser.new_context()
    page = context.new_page()
    begin = time.perf_counter()
    page.goto(address, wait_until="load")
    page.evaluate(_PAINTED)
    seconds = time.perf_counter() - begin
    context.close()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--probes", type=int, default=1000)
    count = parser.parse_args().probes
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("Chromium is not installed (Debian: apt-get install chromium)")
    with tempfile.TemporaryDirectory() as name:
        os.environ["XDG_STATE_HOME"] = name
        page = Path(name) / "report.html"
        command = [sys.executable, "-m", "rtdoctor", "check", "--sandbox", "--quiet", "--full"]
        command += ["--skip", "auth=expired", "--budget", str(count), "--html", str(page)]
        begin = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        print(f"{count} probes and their report: {time.perf_counter() - begin:.1f} s")
        print(f"size: {page.stat().st_size / 1e6:.2f} MB")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
            )
            times = [seconds_to_open(browser, page.as_uri()) for _ in range(3)]
            browser.close()
        print("opened in " + ", ".join(f"{seconds:.2f} s" for seconds in times))


if __name__ == "__main__":
    main()
