"""``rtdoctor rerun``: repeat the probes of a saved run with the reader's own key."""

from __future__ import annotations

import os
from pathlib import Path

import click

from rtdoctor.cli.saved import RunFile, read_saved
from rtdoctor.domain.comparison import Comparison, Likeness
from rtdoctor.domain.era import TODAY
from rtdoctor.domain.run import Run
from rtdoctor.domain.setup import Setup
from rtdoctor.errors import ExitCode, UsageError
from rtdoctor.secrets.environment import knowing_redactor
from rtdoctor.targets.base_url import read_base_url
from rtdoctor.targets.embedded_sandbox import EmbeddedSandbox, choose_era
from rtdoctor.targets.keys import KEY_VARIABLE, read_key, require_key
from rtdoctor.targets.target import Target
from rtdoctor.targets.trust import base_url_in, elsewhere
from rtdoctor.wording.printable import printable

_WORDS = {
    Likeness.SAME: "REPRODUCED",
    Likeness.CHANGED: "CHANGED",
    Likeness.CURED: "NOT REPRODUCED",
    Likeness.BROKEN: "NOT REPRODUCED",
}
_MOST = 400  # probes that a file may ask for without being told so: each may open a session


@click.command()
@click.argument("file", type=RunFile())
@click.option("--sandbox", "era", is_flag=False, flag_value=TODAY, metavar="[ERA]",
              help="Repeat it on the embedded sandbox, whatever it ran on.")  # fmt: skip
@click.option("--base-url", help="Send it, and your key, to this service.")
@click.option("--key-file", type=click.Path(path_type=Path), help=f"Instead of {KEY_VARIABLE}.")
@click.option("--budget", type=click.IntRange(1), help="Repeat at most this many probes.")
@click.option("--any-endpoint", is_flag=True,
              help="Repeat also what is not sent to a Realtime endpoint.")  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
def rerun(
    file: Path,
    era: str | None,
    base_url: str | None,
    key_file: Path | None,
    budget: int | None,
    any_endpoint: bool,
    quiet: bool,
) -> int:
    """Repeat the probes of the run in FILE and say of each whether it did the same.

    A file may come from a stranger, so your key goes only to OpenAI, to the sandbox, or to the
    service you name with --base-url, and there only to Realtime endpoints. Exit code 1 when a
    failure was reproduced, 0 when none was, 4 when nothing can be said.
    """
    from rtdoctor.check.task import NewSurvey
    from rtdoctor.cli.session import Circumstances, check_quietly
    from rtdoctor.diagnose.compare import compare
    from rtdoctor.plan import catalogue

    _, (saved,) = read_saved(file)
    era = _era(saved, era, base_url)
    if base_url is not None:
        base_url = read_base_url(base_url, "--base-url")
    # Without --base-url the run itself names the service, and only one that may see the key is
    # taken.
    elif era is None:
        base_url = base_url_in(saved.header.target.base_url)
    setups = _setups(saved, any_endpoint or era is not None, budget)
    target = _target(era, base_url, key_file)
    task = NewSurvey(target, tuple(setups), journal="default", command="rtdoctor rerun")
    circumstances = Circumstances(catalogue=catalogue.read(), quiet=quiet)
    redactor = knowing_redactor(os.environ, keep_addresses=False)
    again = check_quietly(task, circumstances, redactor).run
    comparison = compare(saved, again)
    _print(comparison)
    if again.finished == "interrupted":
        return ExitCode.INTERRUPTED
    return _exit_code(comparison)


def _era(saved: Run, era: str | None, base_url: str | None) -> str | None:
    if era is not None:
        return choose_era(era, "--sandbox")
    target = saved.header.target
    if base_url is not None:
        return None
    if target.is_sandbox:
        return choose_era(target.era or TODAY, "--sandbox")
    return None


def _setups(saved: Run, any_endpoint: bool, budget: int | None) -> list[Setup]:
    """What is to be repeated, each setup once. Raises ``UsageError``."""
    # What the service would see alike is repeated once.
    setups = dict.fromkeys(o.setup.as_sent() for o in saved.observations if o.outcome.is_evidence)
    if not setups:
        raise UsageError("the run holds no probe with an outcome, so there is nothing to repeat")
    # A file from a stranger could otherwise send the key to any path of the service.
    chosen = [s for s in setups if any_endpoint or not elsewhere(s)]
    left_out = {e for s in setups.keys() - chosen for e in elsewhere(s)}
    for endpoint in sorted(left_out):
        click.echo(f"Left out: what goes to {printable(endpoint, one_line=True)}", err=True)
    if not chosen:
        raise UsageError(
            "none of the probes goes to a Realtime endpoint, so your key was not sent",
            hint="If you know what they do: --any-endpoint",
        )
    if budget is None and len(chosen) > _MOST:
        raise UsageError(
            f"the run holds {len(chosen):,} different setups, and each may open a session",
            hint=f"To repeat them all: --budget {len(chosen)}",
        )
    return chosen[:budget]


def _target(
    era: str | None, base_url: str | None, key_file: Path | None
) -> Target | EmbeddedSandbox:
    """Where the probes are repeated: with an era, a sandbox that starts now."""
    key = read_key(key_file) if era is None or key_file is not None else None
    if era is not None:
        return EmbeddedSandbox(era, key=key)
    assert base_url is not None, "what is not repeated on the sandbox goes to a service"
    return Target.of(base_url, require_key(key))


def _print(comparison: Comparison) -> None:
    from rtdoctor.report.view.matrix import column_of, row_of

    for cell in comparison.cells:
        if cell.first is None or not cell.first.outcome.is_evidence:
            continue
        word = _WORDS.get(cell.likeness, "NO EVIDENCE")
        row, column = row_of(cell.setup), column_of(cell.setup)
        where = f"{cell.first.probe} {row.label} → {column.auth} → {column.label}"
        click.echo(printable(f"{word:<14} {where}"))
        if cell.likeness is not Likeness.SAME and cell.second is not None:
            click.echo(printable(f"{'':<15}then: {cell.first.outcome.describe()}"))
            click.echo(printable(f"{'':<15}now:  {cell.second.outcome.describe()}"))


def _exit_code(comparison: Comparison) -> int:
    failed = [c for c in comparison.cells if c.first is not None and c.first.outcome.is_fail]
    if any(c.likeness is Likeness.SAME for c in failed):
        return ExitCode.FAILURE_REPRODUCED
    known = [c for c in comparison.cells if c.likeness in _WORDS]
    return ExitCode.WORKS if known else ExitCode.INCONCLUSIVE
