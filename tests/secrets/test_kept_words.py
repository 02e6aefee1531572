"""Words that are never hidden: exactly those on the list, which are those that reports need."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import msgspec
import pytest

import rtdoctor
from rtdoctor.cli.outputs import render
from rtdoctor.domain.finding import Diagnosis, Verdict
from rtdoctor.domain.outcome import Stage
from rtdoctor.domain.run import Run
from rtdoctor.domain.secret import Secret
from rtdoctor.domain.setup import AuthKind, Factor
from rtdoctor.plan import catalogue
from rtdoctor.secrets.appearance import is_word
from rtdoctor.secrets.kept_words import is_kept_word, kept_words
from rtdoctor.secrets.multi_search import SHORTEST
from rtdoctor.secrets.redactor import Redactor
from support import runs

ROOT = Path(rtdoctor.__file__).parents[2]
WORD = re.compile(r"[A-Za-z]+(?:[-_.][A-Za-z]+)*")
LISTED = [word for group in kept_words() for word in group.words]
RUNS = {
    "founding": runs.founding,
    "everything": runs.everything,
    "nothing connects": runs.nothing_connects,
    "no control": runs.no_control,
}
FORMATS = ["json", "html", "markdown", "junit"]


@cache
def report(name: str, form: str) -> str:
    """A report of a cleaned run, as it is written."""
    redactor = Redactor(keep_addresses=True)
    run, diagnosis = RUNS[name]()
    run, diagnosis = redactor.clean(run), redactor.clean(diagnosis)
    return render(form, run, diagnosis, redactor).decode("utf-8")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", RUNS)
def test_nothing_is_hidden_in_an_ordinary_report(name: str, form: str) -> None:
    text = report(name, form)

    assert Redactor(keep_addresses=True).clean_text(text) == text


@pytest.mark.parametrize(
    "path",
    [
        path
        for folder in ("knowledge/entries", "sandbox/rules/eras", "targets")
        for path in sorted((ROOT / "src/rtdoctor" / folder).rglob("*.yaml"))
        if path.name != "credentials.yaml"  # the keys that the sandbox refuses
    ],
    ids=lambda path: path.name,
)
def test_nothing_is_hidden_in_what_services_answer(path: Path) -> None:
    text = path.read_text("utf-8")

    assert Redactor(keep_addresses=True).clean_text(text) == text


def source_words() -> set[str]:
    """Every word of our own files: what was never hidden when no list said which words are."""
    files = [p for p in ROOT.glob("src/**/*") if p.suffix in {".py", ".yaml", ".json", ".j2"}]
    words = {word for path in files for word in WORD.findall(path.read_text("utf-8"))}
    return {word for word in words if len(word) >= SHORTEST}


@pytest.mark.thorough
def test_a_secret_that_is_a_word_of_our_sources_is_hidden_unless_it_is_listed() -> None:
    readable = set()
    for word in source_words():
        redactor = Redactor()
        redactor.add(Secret(word, "<api-key>"))
        if word in redactor.clean_text(f"wrong key: {word}, sorry"):
            readable.add(word)

    assert "strangers" in source_words() - readable
    assert {word for word in readable if not is_kept_word(word) and not is_word(word)} == set()


def needed_words() -> set[str]:
    """Names that a reader of a run, or of its report, must find."""
    schema = msgspec.json.schema_components((Run, Diagnosis))[1].values()
    planned = catalogue.read()
    return {
        *(field for part in schema for field in part.get("properties", {})),
        *(kind.value for enum in (Verdict, AuthKind, Factor, Stage) for kind in enum),
        *(name for levels in planned.entries.values() for name in levels),
        *(recipe.name for recipe in planned.recipes),
    }


def test_every_name_of_a_field_a_level_a_stage_and_a_verdict_is_kept() -> None:
    assert {w for w in needed_words() if len(w) >= SHORTEST and not is_kept_word(w)} == set()


def test_every_listed_word_is_one_of_ordinary_output() -> None:
    reports = [report(n, f) for n in RUNS for f in FORMATS]
    shown = " ".join([*reports, *needed_words(), catalogue.default_text()]).lower()

    assert [word for word in LISTED if word not in shown] == []


def test_the_list_is_small_and_gives_a_reason_for_every_word() -> None:
    assert len(LISTED) == len(set(LISTED)) < 250
    assert all(len(word) >= SHORTEST for word in LISTED), "shorter ones are never searched for"
    assert all(group.reason for group in kept_words())


def test_a_key_that_is_a_word_of_the_report_itself_keeps_no_report_from_being_written() -> None:
    redactor = Redactor()
    redactor.add(Secret("background", "<api-key>"))

    assert redactor.guard(b"body { background: white }")
    assert redactor.clean_text("wrong key: background") == "wrong key: <api-key>"
