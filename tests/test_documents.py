"""The documents say what the program does: commands, codes, fields, dependencies, examples."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rtdoctor.cli.main import cli
from rtdoctor.domain.setup import Factor
from rtdoctor.errors import ExitCode
from rtdoctor.evidence import codec
from rtdoctor.plan import catalogue
from rtdoctor.subjects.setup_file import read_setup
from support.cli import rtdoctor

TOP = Path(__file__).parent.parent
README = (TOP / "README.md").read_text("utf-8")


def table(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table below a heading."""
    below = text.split(f"\n## {heading}\n", 1)[1]
    rows = re.search(r"(?m)(^\|.*\n)+", below)
    assert rows
    split = [re.split(r"(?<!\\)\|", row)[1:-1] for row in rows[0].splitlines()]
    return [[cell.strip() for cell in row] for row in split[2:]]


def code_block(text: str, containing: str) -> str:
    blocks = re.findall(r"(?ms)^```\w*\n(.*?)^```$", text)
    found = [block for block in blocks if containing in block]
    assert len(found) == 1, containing
    return str(found[0])


def test_readme_lists_every_command() -> None:
    listed = {m for row in table(README, "Commands") for m in re.findall(r"`([a-z]+)", row[0])}

    assert listed == set(cli.list_commands(None))  # type: ignore[arg-type]


def test_the_tests_that_hold_the_shapes_of_pages_exist() -> None:
    text = (TOP / "docs" / "page.md").read_text("utf-8")
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", text)

    assert len(named) > 20
    for file, test in named:
        assert f"def {test}(" in (TOP / "tests" / "browser" / file).read_text("utf-8"), test


def test_readme_lists_every_exit_code() -> None:
    assert {int(row[0]) for row in table(README, "Exit codes")} == {int(c) for c in ExitCode}


def test_readme_explains_every_factor_with_levels_that_exist() -> None:
    rows = table(README, "From a 400 to a reason")
    known = catalogue.read()

    assert {row[1].strip("`") for row in rows} == {f.value for f in Factor}
    for row in rows:
        factor = row[1].strip("`")
        for example in re.findall(r"`([^`]+)`", row[2]):
            read_setup(f"{factor}: {example}", "README.md", known)


def test_readmes_setup_is_the_founding_case() -> None:
    known = catalogue.read()
    example = read_setup(code_block(README, "input_audio_transcription"), "README.md", known)
    shipped = read_setup(
        (TOP / "cassettes/founding.yaml").read_text("utf-8"), "founding.yaml", known
    )

    assert example == shipped


@pytest.mark.thorough
def test_readme_shows_what_the_command_prints() -> None:
    sample = code_block(README, "(beta sandbox, not the real service)")

    done = rtdoctor(
        "check", "--sandbox", "beta", "--setup", TOP / "cassettes/founding.yaml", COLUMNS="80"
    )

    printed = [line.strip() for line in done.out.splitlines()]
    for line in filter(None, map(str.strip, sample.splitlines())):
        assert line in printed


def test_readmes_links_and_options_exist() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (TOP / target).is_file(), target
    helps = [
        CliRunner().invoke(cli, [*command.split(), "--help"]).output
        for command in ("check", "plan", "show", "migrate", "tap", "sandbox serve")
    ]
    for option in set(re.findall(r"--[a-z][a-z-]+", README)) - {"--help"}:
        assert any(option in text for text in helps), option


def names_of(schema: Any) -> set[str]:
    """Every field name that the schema knows."""
    if isinstance(schema, list):
        return {n for item in schema for n in names_of(item)}
    if not isinstance(schema, dict):
        return set()
    own = set(schema.get("properties", {}))
    return own | {n for item in schema.values() for n in names_of(item)}


def test_the_data_format_explains_every_field_of_the_schema() -> None:
    text = (TOP / "docs/data-format.md").read_text("utf-8")
    in_examples = set(re.findall(r'"(\w+)":', text))
    prose = re.sub(r"(?ms)^```.*?^```$", "", text)
    explained = {n for code in re.findall(r"`([^`]+)`", prose) for n in re.findall(r"\w+", code)}

    assert not names_of(codec.schema()) - explained - in_examples


@pytest.mark.parametrize("extra", ["", "browser", "test"])
def test_the_architecture_gives_each_dependencys_why(extra: str) -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = project["optional-dependencies"][extra] if extra else project["dependencies"]
    why = (TOP / "docs" / "dependencies.md").read_text("utf-8").lower()

    for requirement in wanted:
        name = re.split(r"[><=\[]", requirement)[0].lower()
        assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", why), name


def test_ci_finds_the_two_commands_at_the_top_of_the_readme() -> None:
    fence, one, two, end = README.splitlines()[2:6]

    assert (fence, end) == ("```sh", "```")
    assert one.endswith(".venv/bin/rtdoctor check --sandbox")
    assert two.endswith(".venv/bin/pytest -n auto")
