"""Where a place of a bundle stood before it was bundled."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.browser.source_map import OriginalPlace, map_url_in, original_place

# the second line of a bundle, whose first line is a banner
MAP = {
    "version": 3,
    "sources": ["../src/mint.ts", "../src/app.ts"],
    "names": [],
    # line 2: column 0 -> mint.ts 1:1, column 20 -> mint.ts 3:5, column 40 -> app.ts 10:3
    "mappings": ";AAAA,oBAEI,oBCOF",
}


@pytest.mark.parametrize(
    ("line", "column", "place"),
    [
        (2, 1, OriginalPlace("../src/mint.ts", 1, 1)),
        (2, 20, OriginalPlace("../src/mint.ts", 1, 1)),
        (2, 21, OriginalPlace("../src/mint.ts", 3, 5)),
        (2, 400, OriginalPlace("../src/app.ts", 10, 3)),
        (1, 1, None),
        (3, 1, None),
    ],
)
def test_a_place_is_that_of_the_last_segment_before_it(
    line: int, column: int, place: OriginalPlace | None
) -> None:
    assert original_place(json.dumps(MAP), line, column) == place


def test_a_map_of_sections_is_read_from_the_section_that_holds_the_place() -> None:
    sections = [
        {"offset": {"line": 0, "column": 0}, "map": {**MAP, "sources": ["a.js", "b.js"]}},
        {"offset": {"line": 10, "column": 5}, "map": {**MAP, "mappings": "AAAA"}},
    ]
    text = json.dumps({"version": 3, "sections": sections})

    assert original_place(text, 2, 1) == OriginalPlace("a.js", 1, 1)
    assert original_place(text, 11, 6) == OriginalPlace("../src/mint.ts", 1, 1)
    assert original_place(text, 11, 5) is None


def test_a_root_of_the_sources_stands_before_their_names() -> None:
    text = json.dumps({**MAP, "sourceRoot": "webpack://app/", "sources": ["mint.ts", "app.ts"]})

    assert original_place(text, 2, 1) == OriginalPlace("webpack://app/mint.ts", 1, 1)


@pytest.mark.parametrize(
    ("script", "url"),
    [
        ("go();\n//# sourceMappingURL=app.js.map\n", "app.js.map"),
        ("go();\n//@ sourceMappingURL=old.map", "old.map"),
        ("//# sourceMappingURL=one.map\n" + "x" * 9000 + "\n//# sourceMappingURL=two", "two"),
        ("go(); //# sourceMappingURL=data:application/json,{}", "data:application/json,{}"),
        ("//# sourceMappingURL=data:a;base64," + "A" * 9000, "data:a;base64," + "A" * 9000),
        ("go();", ""),
    ],
)
def test_the_map_that_a_script_names_last(script: str, url: str) -> None:
    assert map_url_in(script) == url


@given(st.text(), st.integers(-2, 50), st.integers(-2, 50))
def test_any_text_is_taken_without_an_error(text: str, line: int, column: int) -> None:
    original_place(text, line, column)
    broken = json.dumps({"sources": ["a"], "mappings": text})
    assert original_place(broken, line, column) is None or line > 0
    map_url_in(text)
