"""Every example in the README's library section and in the public docstrings does what it says."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import rtdoctor
from rtdoctor import testing
from support.examples import run_examples

README = Path(__file__).parents[2] / "README.md"
PUBLIC: dict[str, Any] = {
    name: getattr(home, name) for home in (rtdoctor, testing) for name in home.__all__
}
PROPERTIES = (property, classmethod)


def docstrings() -> dict[str, str]:
    """Every public docstring with an example, those of public methods included."""
    found = {}
    for name, documented in PUBLIC.items():
        found[name] = inspect.getdoc(documented) or ""
        if inspect.isclass(documented):
            for method, function in inspect.getmembers(documented, inspect.isroutine):
                if not method.startswith("_"):
                    found[f"{name}.{method}"] = inspect.getdoc(function) or ""
    return {name: text for name, text in found.items() if ">>>" in text}


@pytest.mark.parametrize("name", docstrings())
def test_the_examples_of_a_docstring_do_what_they_say(name: str) -> None:
    assert run_examples(docstrings()[name], PUBLIC, name) > 0


def test_every_public_name_has_an_example() -> None:
    assert set(PUBLIC) <= set(docstrings())


def test_every_public_method_and_property_is_explained() -> None:
    silent = [
        f"{name}.{member}"
        for name, documented in PUBLIC.items()
        if inspect.isclass(documented)
        for member, value in vars(documented).items()
        if not member.startswith("_") and (callable(value) or isinstance(value, PROPERTIES))
        if not inspect.getdoc(value.__func__ if isinstance(value, classmethod) else value)
    ]

    assert silent == []


def test_the_runner_of_examples_sees_a_wrong_result() -> None:
    with pytest.raises(AssertionError, match="Expected"):
        run_examples(">>> import asyncio\n>>> await asyncio.sleep(0, 7)\n8\n", {}, "planted")


def test_the_runner_of_examples_sees_an_error_that_is_not_raised() -> None:
    planted = ">>> 1\nTraceback (most recent call last):\nValueError: no\n"

    with pytest.raises(AssertionError, match="ValueError: no"):
        run_examples(planted, {}, "planted")


def test_the_readmes_example_prints_what_the_readme_says() -> None:
    section = README.read_text("utf-8").split("## As a library")[1]
    (code, printed) = re.findall(r"(?ms)^```(?:python|text)\n(.*?)^```$", section)[:2]
    source = str(Path(import_module("rtdoctor").__file__ or "").parents[1])

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": source},
        timeout=60,
        check=False,
    )

    assert done.stderr == ""
    assert done.stdout == printed
