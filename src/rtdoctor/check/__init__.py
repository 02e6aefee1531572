"""The one place that joins plan, probe, journal and diagnosis, as an async API.

async with open_check(target, mode="survey", command="rtdoctor check") as check:
    await check.survey(plan)
run = check.run()
"""

from rtdoctor.check.check import Check, open_check, run_header
from rtdoctor.check.recorder import Recorder

__all__ = ["Check", "Recorder", "open_check", "run_header"]
