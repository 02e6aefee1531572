"""Literals of three languages, with the text of every value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtdoctor.migration.literal import DEEPEST, NotALiteral, read_literal

check = settings(max_examples=200, deadline=None, derandomize=True, database=None)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=15,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1, "b": [true, null]}', {"a": 1, "b": [True, None]}),
        ("{a: 'x', 'b-c': \"y\", d: `z`,}", {"a": "x", "b-c": "y", "d": "z"}),
        ("{'a': True, 'b': None, 'c': (1)}"[:-10] + "}", {"a": True, "b": None}),
        ("{a: 'it\\'s \"so\"', b: -0.50e1}", {"a": 'it\'s "so"', "b": -5.0}),
        ("{a: `two\nlines`}", {"a": "two\nlines"}),
        ("  { }", {}),
    ],
)
def test_json_javascript_and_python_are_read(text: str, value: object) -> None:
    assert read_literal(text).value == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{model: MODEL}", "MODEL is not a literal value"),
        ("{model}", "model stands for a variable"),
        ("{...rest}", "it takes in another object with ..."),
        ("{a: `x ${y}`}", "it holds a text that is not a plain literal"),
        ("{a: f'x'}", "f is not a literal value"),
        ("{a: 1 + 2}", "a value is followed by something else than a comma"),
        ("{a: 1, // note\n b: 2}", "it holds a comment, which would be lost"),
        ("{a: 1, a: 2}", "a stands in it twice"),
        ("{a: 1", "it does not end"),
        ("{a: 1e999}", "it holds a number that is too large"),
        (r"{a: '\x41'}", "it holds a text with an escape that JSON does not know"),
        ("[" * (DEEPEST + 1), "it is nested too deep"),
    ],
)
def test_anything_else_is_refused_with_its_reason(text: str, why: str) -> None:
    with pytest.raises(NotALiteral) as caught:
        read_literal(text)

    assert caught.value.why.startswith(why)
    assert caught.value.open[0] == 0


@check
@given(values, st.sampled_from([None, 1, 4]))
def test_all_json_is_read_as_json_reads_it(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    literal = read_literal(text)

    assert literal.value == value
    assert literal.text == text
    for part in literal.walk():
        assert json.loads(part.text) == part.value
        assert text[part.start : part.end] == part.text


@check
@given(st.text(alphabet="{}[]:,'\"`\\a1.-tnN \n/#$", max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        literal = read_literal(text)
    except NotALiteral as fault:
        position = fault.position
    else:
        assert text[literal.start : literal.end] == literal.text
        position = literal.end
    assert 0 <= position <= len(text)
