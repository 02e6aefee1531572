"""The table of names and keys: read strictly, without rows that do nothing, and the only one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

import rtdoctor
from rtdoctor import strict_yaml
from rtdoctor.explain.paper import clean
from rtdoctor.secrets import kept_words
from rtdoctor.secrets.kept_words import KeptWords
from rtdoctor.secrets.names import Name, judge
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.secrets.table import FILE, KeyShape, Table, table

SOURCE = Path(rtdoctor.__file__).parent
KEYS = table().keys


def packaged(name: str) -> str:
    return (resources.files("rtdoctor.secrets") / name).read_text("utf-8")


def test_the_files_are_read_strictly() -> None:
    assert strict_yaml.load(packaged(FILE), Table, FILE) == table()
    words = strict_yaml.load(packaged(kept_words.FILE), tuple[KeptWords, ...], kept_words.FILE)
    assert words == kept_words.kept_words()


def a_key_of(shape: KeyShape) -> str:
    return shape.prefix + ("a1B2c3D4" * 40)[: shape.length]


@pytest.mark.parametrize("shape", KEYS, ids=lambda shape: f"{shape.prefix}{shape.length}")
def test_a_key_of_every_vendor_is_hidden(shape: KeyShape) -> None:
    key = a_key_of(shape)

    cleaned = Redactor().clean_text(f"the key ({key}) is wrong")

    assert key[len(shape.prefix) :] not in cleaned
    assert key[len(shape.prefix) :] not in clean(f"the key ({key}) is wrong")
    assert Redactor().clean_text(cleaned) == cleaned
    assert Redactor().scan(key.encode()), "the self-test sees it too"
    assert Redactor().scan(cleaned.encode()) == []


@pytest.mark.parametrize("shape", KEYS, ids=lambda shape: f"{shape.prefix}{shape.length}")
def test_the_prefix_alone_is_no_key(shape: KeyShape) -> None:
    text = f"a key begins with {shape.prefix} and is long; X{a_key_of(shape)[: shape.length]}"

    assert Redactor().clean_text(f"keys begin with {shape.prefix}") == (
        f"keys begin with {shape.prefix}"
    )
    assert text.split(";")[0] in Redactor().clean_text(text)


def literals(tree: ast.AST) -> Iterator[tuple[int, list[str]]]:
    """The strings of each list in a source: a collection, or the branches of a pattern."""
    for node in ast.walk(tree):
        elements: list[ast.expr | None] = []
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            elements = list(node.elts)
        elif isinstance(node, ast.Dict):
            elements = list(node.keys)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, re.split(r"\|", node.value) if "|" in node.value else []
        strings = [
            e.value for e in elements if isinstance(e, ast.Constant) and isinstance(e.value, str)
        ]
        yield getattr(node, "lineno", 0), strings


def named(strings: list[str]) -> set[str]:
    """Those of the strings that are names of secrets: short, and without a sentence around."""
    kinds = (Name.SECRET, Name.AUTHORIZATION)
    words = {re.sub(r"[^A-Za-z_-]", "", s) for s in strings if len(s) < 30 and " " not in s}
    return {word for word in words if judge(word) in kinds}


def second_lists(source: str) -> list[tuple[int, set[str]]]:
    found = ((line, named(strings)) for line, strings in literals(ast.parse(source)))
    return [(line, names) for line, names in found if len(names) > 1]


@pytest.mark.parametrize(
    "source",
    [
        '_HIDDEN = frozenset({"authorization", "api-key"})',
        '_NAMES = ["password", "token"]',
        '_NAMES = {"password": 1, "clientSecret": 2}',
        r're.compile(r"(?:api[-_]?key|password|pwd)=")',
    ],
)
def test_a_second_list_would_be_noticed(source: str) -> None:
    assert second_lists(source)


# Where two such names stand together, and why.
NO_LIST = {
    "domain/token_words.py": "what apps call their own way to a token",
    "browser/watching.py": "what a page asks for in a dialog",
    "check/page_check.py": "words of an error about a value that is missing",
    "cli/token_options.py": "schemes before a variable's name in a header",
    "diagnose/mentions.py": "headers that a knowledge entry may be about",
    "domain/exchange.py": "headers that carry the credential of a request",
    "report/repro.py": "variables in the code that a report shows",
    "sandbox/request_log.py": "headers of its own log; the sandbox stands apart from secrets",
    "sandbox/rules/conditions.py": "kinds of credentials that a rule may ask for",
    "subjects/shown_credential.py": "what templates call a token and a key",
    "wording/levels.py": "the usual header and its scheme, compared",
}


@pytest.mark.thorough
def test_no_other_module_has_a_list_of_secret_names() -> None:
    found = {
        str(path.relative_to(SOURCE)): lists
        for path in SOURCE.rglob("*.py")
        if (lists := second_lists(path.read_text("utf-8")))
    }

    assert set(found) <= set(NO_LIST), found
    assert set(NO_LIST) <= set(found), "an exception that is no longer needed"
