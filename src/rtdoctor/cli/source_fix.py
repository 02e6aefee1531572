"""The repair of a check as a change of the user's own source, in a file of its own."""

from __future__ import annotations

from pathlib import Path

import click

from rtdoctor.check.full_check import Finished
from rtdoctor.check.page_check import PageFinished
from rtdoctor.cli.new_file import require_new, write_new
from rtdoctor.code.fixed_sources import Fixed, fixed
from rtdoctor.domain.finding import Repair
from rtdoctor.errors import RedactionError, UsageError
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.subjects.reading import Reading


def require_source(reading: Reading | None, path: Path) -> None:
    """Raise ``UsageError``, before anything is sent, where there is no source to change or the
    file exists."""
    if reading is None or not reading.sources:
        raise UsageError(
            "--fix changes source code, and none was given",
            hint="Give the file or the folder with the code: rtdoctor check FOLDER --fix fix.diff",
        )
    require_new(path)


def write_fix(finished: Finished, reading: Reading, path: Path, redactor: Redactor) -> None:
    """Write the diff for the first repair, and say what it leaves to do by hand.

    The sources are not touched. Raises ``UsageError`` for a file that exists already.
    """
    repair = _repair(finished)
    if repair is None:
        click.echo(f"No repair was found, so {path} is not written.", err=True)
        return
    fix = fixed(reading.sources, reading.setup, repair.setup)
    _say_rest(fix, redactor)
    if not fix.diff:
        click.echo(f"No literal could be changed, so {path} is not written.", err=True)
        return
    _write(fix.diff, fix, path, redactor)
    files = ", ".join(fix.texts)
    click.echo(f"The change of {files} is in {path}: patch -p1 < {path}", err=True)


def write_page_fix(found: PageFinished, path: Path, redactor: Redactor) -> None:
    """Write the edited page to a path that ends like a page's, else the diff of its files.

    Nothing is written if the edited files were run and the page failed with them too. Raises
    ``UsageError`` for a file that exists already.
    """
    fix = found.fix
    if fix is None:
        click.echo(f"No change was proved on the page, so {path} is not written.", err=True)
        return
    _say_rest(fix.fixed, redactor)
    if not fix.fixed.texts or (fix.run is not None and not fix.connects):
        why = "no literal could be changed" if fix.run is None else "the edited page fails as well"
        click.echo(f"{path} is not written: {why}.", err=True)
        return
    is_page = path.suffix.lower() in (".html", ".htm")
    if is_page and [Path(name).suffix.lower() for name in fix.fixed.texts] != [path.suffix.lower()]:
        raise UsageError(
            f"the change is in {', '.join(fix.fixed.texts)}, so it is no page alone",
            hint="Ask for a diff: --fix fix.diff",
        )
    text = next(iter(fix.fixed.texts.values())) if is_page else fix.fixed.diff
    _write(text, fix.fixed, path, redactor)
    how = "open it in place of the page" if is_page else f"patch -p1 < {path}"
    if fix.run is None:
        why = redactor.clean_text(fix.not_run)
        click.echo(f"The change is in {path}: {how}\nIt was not run: {why}", err=True)
    else:
        click.echo(f"The edited page connected. It is in {path}: {how}", err=True)


def _write(text: str, fix: Fixed, path: Path, redactor: Redactor) -> None:
    write_new(path, _without_secrets(text, fix, redactor))


def _without_secrets(text: str, fix: Fixed, redactor: Redactor) -> bytes:
    """What is to be written, unless it would repeat a key that stands in the code."""
    try:
        return redactor.guard(text.encode("utf-8", "replace"))
    except RedactionError:
        raise UsageError(
            f"a key stands beside the change in {', '.join(fix.texts)}, so it is not written",
            hint="Read the key from the environment and not from the code, then run this again.",
        ) from None


def _repair(finished: Finished) -> Repair | None:
    """The first repair that shows nobody the key."""
    repairs = (one for one in finished.diagnosis.repairs if not one.leaks_key)
    return next(repairs, None)


def _say_rest(fix: Fixed, redactor: Redactor) -> None:
    if fix.not_done:
        click.echo("Left to do by hand:", err=True)
    for said in fix.not_done:
        click.echo(f"  {redactor.clean_text(said)}", err=True)
