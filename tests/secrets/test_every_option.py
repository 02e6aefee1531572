"""No option, argument or file of any command makes it print a secret that it was given.

The commands are walked, so a new option is tried by itself. Each command runs up to where it would
start a service, a browser or another command; the real service is never asked, as there is no key.
"""

from __future__ import annotations

import inspect
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import click
import pytest

from rtdoctor.cli import main as command_line
from rtdoctor.cli.clean_output import clean_standard_streams
from rtdoctor.errors import ExitCode, UsageError
from rtdoctor.secrets.clean_stream import clean_stream, final_bytes
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.targets.embedded_sandbox import EmbeddedSandbox

OPAQUE = "9f8e7d6c5b4a3210Zz8e7d6c5b4aXq"  # nothing gives it away but the environment
WITH_PREFIX = "sk-proj-a1B2c3D4e5F6g7H8i9J0k1L2"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJjYW5hcnkiOiJvbmUifQ.c2lnbmF0dXJlLWNhbmFyeS0wMTIz"
UNKNOWN = "Qw3eRt5yUi7oP9aSdF1gHjK"
SECRETS = (OPAQUE, WITH_PREFIX, JWT)

CONTENTS = (
    "{0}", "auth: Bearer {0}", "auth: {0}", "{0}: 1", "auth: {{{0}: 1}}", "- {0}", '["{0}"]',
    'OPENAI_API_KEY="{0}"\n', '{{"event": "run", "{0}": 1}}', '{{"run": "{0}"}}',
    "curl https://api.openai.com/{0}", "levels:\n  auth:\n    {0}: 1", "rules: [{{answer: {0}}}]",
)  # fmt: skip


VALUES = (
    "{0}", "{0}=1", "auth={0}", "{0},all=x", "html={0}", "./{0}.json", "Authorization: Bearer {0}",
    "https://x.example/?a=1&token={0}",
)  # fmt: skip


def places(command: click.Command, *words: str) -> Iterator[tuple[str, ...]]:
    """The words before each place where a command takes a value."""
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            yield words
        elif not getattr(parameter, "is_flag", False):
            yield (*words, parameter.opts[-1])
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from places(inner, *words, name)


PLACES = list(places(command_line.cli))
every_place = pytest.mark.parametrize("before", PLACES, ids=" ".join)


def test_the_places_are_those_of_the_commands() -> None:
    assert {("check", "--only"), ("check",), ("plan", "--set"), ("show",), ("migrate",)} <= {
        *PLACES
    }
    assert len(PLACES) > 70


Printed = Callable[..., str]


@pytest.fixture
def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Printed:
    """What ``rtdoctor`` prints, on both streams, when it is called with some words."""

    def not_here(*given: object, **_: object) -> NoReturn:
        if inspect.iscoroutine(given[0]):
            given[0].close()
        raise UsageError("this test starts nothing")

    for variable in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("GATEWAY_TOKEN", OPAQUE)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("asyncio.run", not_here)
    monkeypatch.setattr("subprocess.Popen", not_here)
    monkeypatch.setattr("rtdoctor.sandbox.server._run", not_here)
    monkeypatch.setattr(EmbeddedSandbox, "__init__", not_here)

    def run(*words: str, code: int | None = None) -> str:
        both = io.StringIO()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
        monkeypatch.setattr(sys, "argv", ["rtdoctor", *words])
        monkeypatch.setattr(sys, "stdout", both)
        monkeypatch.setattr(sys, "stderr", both)
        clean_standard_streams()
        ended = command_line._run()
        assert ended == code or (code is None and ended != ExitCode.INTERNAL), both.getvalue()
        return both.getvalue()

    return run


def assert_hidden(secret: str, text: str) -> None:
    """Neither the secret nor half of it stands in the text, in one line or in several."""
    joined = "".join(text.split()).lower()
    half = len(secret) // 2
    for part in (secret[:half], secret[half:]):
        assert part.lower() not in joined, text


@every_place
@pytest.mark.parametrize("secret", SECRETS)
def test_no_option_or_argument_repeats_a_secret(
    before: tuple[str, ...], secret: str, printed: Printed
) -> None:
    for value in VALUES:
        assert_hidden(secret, printed(*before, value.format(secret)))


@every_place
def test_no_file_is_quoted_with_its_secret(
    before: tuple[str, ...], printed: Printed, tmp_path: Path
) -> None:
    for number, content in enumerate(CONTENTS):
        for secret in (OPAQUE, WITH_PREFIX):
            file = tmp_path / f"given{number}.yaml"
            file.write_text(content.format(secret))
            assert_hidden(secret, printed(*before, str(file)))


@pytest.mark.parametrize("before", ["", "check", "knowledge", "sandbox", "sandbox serve"])
@pytest.mark.parametrize("secret", SECRETS)
def test_no_word_that_is_no_command_or_option_is_repeated(
    before: str, secret: str, printed: Printed
) -> None:
    for word in (secret, f"--{secret}", f"--{secret}=1", f"-{secret}"):
        assert_hidden(secret, printed(*before.split(), word))


def test_a_bug_shows_its_trace_without_the_secrets(
    printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> NoReturn:
        raise KeyError(OPAQUE.lower(), WITH_PREFIX)

    monkeypatch.setattr("rtdoctor.cli.show.read_saved", broken)

    said = printed("show", "run.json", code=ExitCode.INTERNAL)

    assert "KeyError" in said
    assert_hidden(OPAQUE, said)
    assert_hidden(WITH_PREFIX, said)


def test_the_key_in_a_file_is_known_before_it_is_read(printed: Printed, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"export OPENAI_API_KEY='{UNKNOWN}'\n")

    for option in (["--key-file", "key"], ["--key-file=key"]):
        said = printed("check", *option, "--only", UNKNOWN)
        assert "give it as FACTOR=LEVEL" in said
        assert_hidden(UNKNOWN, said)


def test_a_clean_stream_is_like_the_one_beneath_it() -> None:
    beneath = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="replace")
    stream = clean_stream(beneath, Redactor)

    click.echo(f"is {WITH_PREFIX}", file=stream)
    stream.writelines(["a ", WITH_PREFIX])
    stream.flush()

    assert stream.encoding == "ascii"
    assert not stream.isatty()
    assert not hasattr(stream, "buffer"), "click would write past the stream"
    assert final_bytes(stream).getvalue() == b"is sk-??1\na sk-??1"  # type: ignore[attr-defined]
