"""Writing a finished run in the formats that were asked for; every byte is checked for secrets."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rtdoctor.cli.options import Command
from rtdoctor.errors import UsageError

if TYPE_CHECKING:
    from rtdoctor.domain.finding import Diagnosis
    from rtdoctor.domain.run import Run
    from rtdoctor.secrets.redactor import Redactor
    from rtdoctor.wording.outcomes import KnowledgeText

STDOUT = "-"


@dataclass(frozen=True, slots=True)
class Outputs:
    """Format name to file; ``-`` is standard output."""

    files: tuple[tuple[str, str], ...]

    @property
    def takes_stdout(self) -> bool:
        """Whether a machine format has standard output, so that prose must go elsewhere."""
        return any(path == STDOUT for _, path in self.files)


_FORMATS = {
    "json": ("run.json", "The run as JSON (docs/data-format.md)."),
    "html": ("report.html", "A self-contained HTML report."),
    "markdown": ("report.md", "A summary for an issue."),
    "junit": ("junit.xml", "JUnit XML for CI."),
}


def output_options(command: Command) -> Command:
    """``--json FILE`` and its siblings, and ``--report all=DIR``."""
    command = click.option(
        "--report",
        "reports",
        multiple=True,
        metavar="FORMAT=PATH",
        help="One of the formats above or bundle; all=DIR for every one of them.",
    )(command)
    for name, (_, text) in reversed(_FORMATS.items()):
        command = click.option(f"--{name}", f"{name}_file", metavar="FILE", help=text)(command)
    return command


def take_outputs(options: dict[str, Any]) -> Outputs:
    """Take what ``output_options`` added out of a command's options. Raises ``UsageError``."""
    given = {name: options.pop(f"{name}_file") for name in _FORMATS}
    return read_outputs(given, options.pop("reports"))


def read_outputs(given: Mapping[str, str | None], reports: tuple[str, ...]) -> Outputs:
    """The files that were asked for: by format, and by ``--report``. Raises ``UsageError``."""
    files = [(name, path) for name, path in given.items() if path is not None]
    for report in reports:
        name, equals, path = report.partition("=")
        if not equals or not path or name not in (*_FORMATS, "bundle", "all"):
            known = ", ".join([*_FORMATS, "bundle", "all"])
            raise UsageError(f"--report {report}: give FORMAT=PATH, where FORMAT is one of {known}")
        if name == "all":
            files += [(n, str(Path(path) / file)) for n, (file, _) in _FORMATS.items()]
            files.append(("bundle", str(Path(path) / "rtdoctor-report.zip")))
        else:
            files.append((name, path))
    if sum(path == STDOUT for _, path in files) > 1:
        raise UsageError("only one format can go to standard output")
    for name, path in files:
        if not path:
            raise UsageError(f"--{name}: name a file, or - for standard output")
        # Before anything is probed: a run of minutes should not end at a misspelt folder.
        _check_folder(path)
    return Outputs(tuple(files))


def _check_folder(path: str) -> None:
    """Complain before the run, not after it."""
    if path == STDOUT:
        return
    folder = Path(path).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}") from None
    if Path(path).is_dir():
        raise UsageError(f"{path} is a folder; name a file in it")


def write(outputs: Outputs, run: Run, diagnosis: Diagnosis, redactor: Redactor) -> None:
    """Render and write each format.

    Raises ``RedactionError`` with nothing written, ``UsageError`` for a place that cannot be
    written to, once the others are written.
    """
    from rtdoctor.evidence import codec
    from rtdoctor.evidence.write import write_reports

    formats = {name for name, _ in outputs.files}
    if {"html", "bundle"} & formats and "json" not in formats:
        # a long HTML report carries its run folded, so search the plain form as well
        redactor.guard(codec.encode(run, diagnosis))
    # All are rendered before one is written: a format that fails, or holds a secret, leaves no
    # files.
    reports: list[tuple[Path | str, bytes]] = [
        (path, render(name, run, diagnosis, redactor)) for name, path in outputs.files
    ]
    for path, size in write_reports(reports, redactor):
        if path != STDOUT:
            with suppress(OSError):  # the terminal may be gone; the next file still matters
                click.echo(f"Wrote {path}: {_consent(size, redactor)}", err=True)


def _consent(size: int, redactor: Redactor) -> str:
    """What is inside, before somebody shares it."""
    counts = redactor.counts()
    masked = ", ".join(f"{count} {kind}" for kind, count in counts.items()) or "nothing more"
    return (
        f"{size:,} bytes; request bodies, URLs and the service's answers are inside, "
        f"secrets are not (masked: {masked}; self-test passed)."
    )


def render(name: str, run: Run, diagnosis: Diagnosis, redactor: Redactor) -> bytes:
    """One format as bytes."""
    counts = redactor.counts()
    match name:
        case "json":
            from rtdoctor.evidence import codec

            return codec.encode(run, diagnosis)
        case "html":
            from rtdoctor.report import html

            return html.render(run, diagnosis, counts, knowledge_text).encode()
        case "markdown":
            from rtdoctor.report import markdown

            return markdown.render(run, diagnosis, counts, knowledge_text).encode()
        case "junit":
            from rtdoctor.report import junit

            return junit.render(run, diagnosis).encode()
        case _:
            from rtdoctor.report import bundle

            return bundle.build(run, diagnosis, counts, knowledge_text)


def knowledge_text(entry_id: str) -> KnowledgeText | None:
    """What a report may say about a knowledge entry; ``None`` for one that does not exist."""
    from rtdoctor.knowledge import base as knowledge_base
    from rtdoctor.wording.outcomes import KnowledgeText

    found = [e for e in knowledge_base.load().entries if e.id == entry_id]
    if not found:
        return None
    entry = found[0]
    return KnowledgeText(entry.title, entry.why, entry.fix.text, entry.sources)
