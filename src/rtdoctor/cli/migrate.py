"""``rtdoctor migrate``: a request, an event, a setup or code in the other generation of the API."""

from __future__ import annotations

import os
import re
import sys
from difflib import unified_diff
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rtdoctor.errors import ConfigError, ExitCode, UsageError
from rtdoctor.migration.dialect import Dialect, Generation
from rtdoctor.text_file import open_at_once
from rtdoctor.wording.printable import printable

if TYPE_CHECKING:
    from rtdoctor.migration.migrated_text import MigratedText
    from rtdoctor.migration.wording import MigrationStep
    from rtdoctor.secrets.redactor import Redactor

STDIN = "-"
LARGEST = 2**20
"""Bytes; a source file of this size is generated, and no session is nearly as long."""

_FORMS = ("session", "event")
_READERS = ("setup", "code")
_KINDS = (*(dialect.value for dialect in Dialect), *_FORMS, *_READERS)
_SETUP = re.compile(r"(?m)^(?:token_endpoint|token_body|call_endpoint|call_query|beta_header):")


@click.command(
    epilog="""\b
Examples:
  rtdoctor migrate body.json
  rtdoctor migrate setup.yaml -o setup.ga.yaml
  rtdoctor migrate app.js > app.ga.js
Exit codes: 0 migrated or nothing to change, 4 something is left to be changed by hand, 2 FILE
cannot be read."""
)
@click.argument("file", metavar="FILE|-")
@click.option(
    "--to", "target", type=click.Choice([g.value for g in Generation]), default="ga",
    show_default=True, help="The generation to write; beta served until 2026-05-12.",
)  # fmt: skip
@click.option(
    "--from", "kind", type=click.Choice(_KINDS),
    help="What FILE is, where its content cannot tell: the token endpoint that a body is for, "
    "a session alone (the multipart part), an event, a setup file, code.",
)  # fmt: skip
@click.option("-o", "--output", metavar="FILE", help="Write the result to this file.")
@click.pass_context
def migrate(
    ctx: click.Context, file: str, target: str, kind: str | None, output: str | None
) -> None:
    """Write FILE as the other generation of the Realtime API wants it.

    FILE holds the body of a token request, a session, a session.update event, a setup, or source
    code (JavaScript, TypeScript, Python), in which only literal values are changed. The result
    goes to standard output in the layout of FILE; a diff and the reason of every change go to
    standard error. FILE itself is never written, and secrets in it are masked.
    """
    from rtdoctor.secrets.environment import knowing_redactor

    where, text = _read(file)
    _check_output(file, output)
    redactor = knowing_redactor(os.environ, keep_addresses=True)
    migrated = migrate_text(text, where, Generation(target), kind)
    result = redactor.clean_text(migrated.text)
    # The result goes into somebody's repository, so it passes the same self-test as a report.
    redactor.guard(result.encode("utf-8", "replace"))
    if output is None:
        sys.stdout.write(result)
    else:
        _write(Path(output), result)
    # A result that is piped on stays alone on standard output.
    beside = output is None and not sys.stdout.isatty()
    _tell(migrated, redactor.clean_text(text), result, where, redactor, to_stderr=beside)
    ctx.exit(ExitCode.INCONCLUSIVE if migrated.open_steps else ExitCode.WORKS)


def migrate_text(text: str, where: str, target: Generation, kind: str | None) -> MigratedText:
    """The text in the target generation, by what it is. Raises ``ConfigError``."""
    from rtdoctor.migration.migrated_text import migrate_json
    from rtdoctor.migration.object_kind import Form

    if kind == "setup" or (kind is None and _looks_like_setup(text, where)):
        from rtdoctor.plan import catalogue
        from rtdoctor.subjects.migrated_setup_file import migrate_setup_file

        return migrate_setup_file(text, where, target, catalogue.read())
    # Code may begin with a bracket too, so the suffix is asked as well.
    is_object = text.lstrip().startswith(("{", "["))
    is_json = is_object and Path(where).suffix.lower() not in _CODE_SUFFIXES
    if kind != "code" and (is_json or kind is not None or where.endswith(".json")):
        named = None if kind is None else Form(kind) if kind in _FORMS else Dialect(kind)
        return migrate_json(text, where, target, named)
    from rtdoctor.migration.migrated_source import migrate_code

    if target is not Generation.GA:
        raise UsageError(
            "source code is migrated to GA only.",
            hint="Give the body or the setup itself for --to beta.",
        )
    return migrate_code(text)


_CODE_SUFFIXES = frozenset(
    {
        ".js",
        ".mjs",
        ".cjs",
        ".jsx",
        ".ts",
        ".mts",
        ".cts",
        ".tsx",
        ".py",
        ".html",
        ".vue",
        ".svelte",
    }
)


def _looks_like_setup(text: str, where: str) -> bool:
    is_yaml = Path(where).suffix.lower() in (".yaml", ".yml")
    return is_yaml or (Path(where).suffix == "" and _SETUP.search(text) is not None)


def _read(file: str) -> tuple[str, str]:
    """The name of the input and its text. Raises ``ConfigError`` or ``UsageError``."""
    where = "standard input" if file == STDIN else file
    try:
        if file == STDIN:
            # One byte more than is allowed tells that there is more, however much there is.
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with open_at_once(Path(file)) as stream:
                data = stream.read(LARGEST + 1)
    except OSError as error:
        raise ConfigError(where, f"cannot be read: {error.strerror}") from None
    if len(data) > LARGEST:
        raise UsageError(f"{where} is larger than 1 MB.", hint="Give the part with the request.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(
            where, "is not UTF-8 text", hint="Save it as UTF-8, then try again."
        ) from None
    if not text.strip():
        raise UsageError(f"{where} is empty.", hint="Give a body, an event, a setup or code.")
    return where, text


def _check_output(file: str, output: str | None) -> None:
    """The result never takes the place of what it was made from."""
    if output is None or file == STDIN:
        return
    target = Path(output)
    # By the file and not by its name: a link may lead to it.
    if target.exists() and target.samefile(file):
        raise UsageError(f"{output} is the file itself.", hint="Give another name with -o.")


def _write(output: Path, text: str) -> None:
    try:
        # Line ends stay as they are in the input, also on Windows.
        output.write_text(text, "utf-8", newline="")
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from None


def _tell(
    migrated: MigratedText,
    old: str,
    new: str,
    where: str,
    redactor: Redactor,
    *,
    to_stderr: bool,
) -> None:
    """The difference and the reasons, for a person."""
    lines = unified_diff(
        old.splitlines(), new.splitlines(), where, f"{where}, migrated", lineterm="", n=2
    )
    told = [f"{where}: {migrated.what}", *lines]
    told += ["", *map(_sentence, migrated.steps)]
    if old == new and not migrated.open_steps:
        told.append("Nothing was changed.")
    if masked := redactor.counts():
        kinds = ", ".join(f"{count} {kind}" for kind, count in masked.items())
        told.append(f"Masked in the result: {kinds}. Put secrets into environment variables.")
    click.echo(printable("\n".join(told)), err=to_stderr)


def _sentence(step: MigrationStep) -> str:
    place = "" if step.line is None else f"line {step.line}: "
    basis = f" ({', '.join(step.basis)})" if step.basis else ""
    return f"{'not migrated: ' if step.is_open else ''}{place}{step.text}{basis}."
