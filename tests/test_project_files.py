"""The files around the program agree: workflows, classifiers, forms, hooks."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

TOP = Path(__file__).parent.parent
GITHUB = TOP / ".github"
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))
CLASSIFIERS = PROJECT["project"]["classifiers"]

pytestmark = pytest.mark.skipif(not GITHUB.is_dir(), reason="a source distribution leaves it out")


def parsed(path: str) -> Any:
    # every scalar stays text: `on` is a key of workflows, and 3.10 a version
    return yaml.load((TOP / path).read_text("utf-8"), Loader=yaml.BaseLoader)


def test_every_python_that_is_promised_is_tested_on_every_system() -> None:
    promised = {m for c in CLASSIFIERS for m in re.findall(r"^.* :: Python :: (3\.\d+)$", c)}
    jobs = parsed(".github/workflows/tests.yml")["jobs"]
    systems = jobs["elsewhere"]["strategy"]["matrix"]["system"]

    assert promised == {"3.11", "3.12", "3.13", "3.14"}
    assert PROJECT["project"]["requires-python"] == f">={min(promised)}"
    for job in ("linux", "elsewhere"):
        assert set(jobs[job]["strategy"]["matrix"]["python"]) == promised
    assert systems == ["macos-latest", "windows-latest"]
    assert {c.split(" :: ")[1] for c in CLASSIFIERS if c.startswith("Operating System")} == {
        "MacOS",
        "Microsoft",
        "POSIX",
    }


def test_the_workflows_run_the_commands_of_the_readme() -> None:
    jobs = parsed(".github/workflows/tests.yml")["jobs"]
    runs = "\n".join(step.get("run", "") for step in jobs["elsewhere"]["steps"])

    assert any(step.get("run") == "bash .ci/run" for step in jobs["linux"]["steps"])
    for number in (1, 2):
        assert f".ci/readme-command {number}" in runs
        assert f".ci/readme-command {number}" in (TOP / ".ci/run").read_text("utf-8")


def test_only_the_step_that_publishes_may_ask_for_the_right_to_publish() -> None:
    release = parsed(".github/workflows/release.yml")

    assert release["on"] == {"push": {"tags": ["v*"]}}
    assert release["permissions"] == {"contents": "read"}
    may = {
        name for name, job in release["jobs"].items() if "id-token" in job.get("permissions", {})
    }
    assert may == {"publish"}
    assert release["jobs"]["publish"]["needs"] == "build"
    assert "secrets." not in (TOP / ".github/workflows/release.yml").read_text("utf-8")


@pytest.mark.parametrize("name", ["bug_report", "not_explained"])
def test_a_form_asks_for_the_report_of_the_run(name: str) -> None:
    form = parsed(f".github/ISSUE_TEMPLATE/{name}.yml")
    fields = {field.get("id"): field for field in form["body"]}

    assert {"name", "description", "body"} <= form.keys()
    assert all(field["attributes"].get("label") for key, field in fields.items() if key)
    assert "--report all=report" in fields["report"]["attributes"]["description"]
    assert fields["report"]["validations"] == {"required": "true"}


def test_the_hooks_before_a_commit_are_ruff_and_mypy() -> None:
    (repository,) = parsed(".pre-commit-config.yaml")["repos"]

    assert [hook["id"] for hook in repository["hooks"]] == ["ruff", "ruff-format", "mypy"]


def test_what_contributing_points_at_exists() -> None:
    text = (TOP / "CONTRIBUTING.md").read_text("utf-8")
    links = {target.partition("#")[0] for target in re.findall(r"\]\(([^)]+)\)", text)}
    paths = set(re.findall(r"(?:src|tests|benchmarks|\.ci|\.github)/[\w./-]+\w", text))

    assert [place for place in links | paths if not (TOP / place).exists()] == []


def test_every_marker_is_explained() -> None:
    text = (TOP / "CONTRIBUTING.md").read_text("utf-8")

    for marker in PROJECT["tool"]["pytest"]["ini_options"]["markers"]:
        assert f"| `{marker.partition(':')[0]}` |" in text
