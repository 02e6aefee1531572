"""Bodies from strangers: no traceback, no endless work, and a word on why nothing was judged."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from rtdoctor.schema import FaultKind, RequestKind, explain_fault, leaves, read_text, read_value
from rtdoctor.schema.body_reading import MOST_FAULTS

GA = RequestKind.CLIENT_SECRET


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("v=0", "it is not JSON at line 1, column 1: Expecting value"),
        ('{"session": {"type": "realtime",}}', "it is not JSON at line 1, column 33: "),
        ('{"session": NaN}', "it holds NaN, which JSON does not have"),
        ('{"session": 1e999}', "it holds a number that JSON readers cannot hold"),
        ('{"session": ' + "9" * 9999 + "}", "it holds a number that JSON readers cannot hold"),
        ("[" * 100_000, "it is nested more than 64 levels deep"),
        ('{"a":' * 80 + "1" + "}" * 80, "it is nested more than 64 levels deep"),
        (json.dumps({"tools": ["x"] * 30_000}), "it holds more than 20,000 values"),
    ],
)
def test_a_text_that_cannot_be_judged_says_why(text: str, said: str) -> None:
    (fault,) = read_text(GA, text).faults

    assert fault.kind is FaultKind.UNREADABLE
    assert explain_fault(fault).startswith(f"mint.body cannot be read: {said}")


def test_a_value_that_is_nested_too_deeply_is_not_walked() -> None:
    value: list[object] = []
    for _ in range(100_000):
        value = [value]

    assert [fault.kind for fault in read_value(GA, value).faults] == [FaultKind.UNREADABLE]
    assert len(leaves(GA, value)) == 1


def test_only_so_many_faults_are_listed() -> None:
    reading = read_text(GA, json.dumps({f"name{n}": n for n in range(5_000)}))

    assert len(reading.faults) == MOST_FAULTS
    assert reading.has_more


def test_a_name_of_a_million_letters_is_named_without_comparing_it() -> None:
    (fault,) = read_text(GA, json.dumps({"session" * 200_000: {}})).faults

    assert (fault.kind, fault.meant) == (FaultKind.UNKNOWN_NAME, ())


@pytest.mark.parametrize("kind", RequestKind)
@pytest.mark.parametrize("text", ["null", "1", '"a"', "[]", "[[]]", "true", '{"type":[]}'])
def test_what_is_no_object_at_all_has_a_fault_at_the_top_or_at_its_type(
    kind: RequestKind, text: str
) -> None:
    reading = read_text(kind, text)

    is_right = (kind, text) in {(RequestKind.TOOLS, "[]")}
    assert reading.is_right is is_right
    assert all(len(fault.at) <= 1 for fault in reading.faults)


def test_a_name_with_slashes_is_one_step_of_the_place() -> None:
    (fault,) = read_text(GA, '{"a/b~c": 1}').faults

    assert (fault.at, fault.place) == (("a/b~c",), "mint.body/a~1b~0c")


def test_the_library_is_loaded_when_a_body_is_read_and_not_before() -> None:
    program = (
        "import sys; from rtdoctor.schema import RequestKind, read_text;"
        "early = 'jsonschema' in sys.modules;"
        "read_text(RequestKind.CLIENT_SECRET, '{}');"
        "sys.exit(early or 'jsonschema' not in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
