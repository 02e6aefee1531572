"""One name stands for one thing, and what is long says why."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

SOURCES = Path(__file__).parent.parent / "src" / "rtdoctor"
MODULES = sorted(SOURCES.rglob("*.py"))
# A module of these is named after its command, or after what it shows or puts into words.
NAMED_AFTER_ANOTHER = {"cli", "report", "wording"}
LONGEST_MODULE = 300
LONGEST_FUNCTION = 60


def test_a_module_name_stands_once() -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for path in MODULES:
        package = path.relative_to(SOURCES).parts[0]
        if package not in NAMED_AFTER_ANOTHER and not path.stem.startswith("__"):
            found[path.stem].append(str(path.relative_to(SOURCES)))

    assert [paths for paths in found.values() if len(paths) > 1] == []


def test_a_class_name_stands_once() -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(f"{path.relative_to(SOURCES)}:{node.lineno}")

    assert [places for places in found.values() if len(places) > 1] == []


def test_a_long_module_says_why() -> None:
    texts = {path: path.read_text("utf-8") for path in MODULES}
    long = {path: text for path, text in texts.items() if text.count("\n") > LONGEST_MODULE}

    silent = [str(path) for path, text in long.items() if "above 300 lines because" not in text]
    assert silent == []


def test_a_long_function_says_why() -> None:
    silent = []
    for path in MODULES:
        text = path.read_text("utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length <= LONGEST_FUNCTION:
                    continue
                if "above 60 lines because" not in (ast.get_source_segment(text, node) or ""):
                    silent.append(f"{path.relative_to(SOURCES)}:{node.lineno} {node.name}")

    assert silent == []
