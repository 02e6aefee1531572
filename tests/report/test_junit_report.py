"""JUnit XML as a CI server reads it."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from rtdoctor.report import junit
from support import runs


def suite(case: object) -> ET.Element:
    text = junit.render(*case())  # type: ignore[operator]
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    found = ET.fromstring(text.encode()).find("testsuite")
    assert found is not None
    return found


def test_each_probe_is_a_test_case_with_its_outcome() -> None:
    cases = suite(runs.founding).findall("testcase")
    outcomes = {c.attrib["name"].split()[0]: [child.tag for child in c] for c in cases}
    assert outcomes["#1"] == []
    assert outcomes["#2"] == ["failure"]
    assert outcomes["#12"] == ["error"]
    assert outcomes["#14"] == ["skipped"]


@pytest.mark.parametrize(
    "case", [runs.founding, runs.hostile, runs.tiny, runs.no_control, runs.of_a_page]
)
def test_the_counts_are_those_of_the_cases(case: object) -> None:
    found = suite(case)
    assert int(found.attrib["tests"]) == len(found.findall("testcase"))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(found.attrib[attribute]) == len(found.findall(f"testcase/{tag}"))


def test_the_subjects_failure_says_the_verdict_and_what_it_got() -> None:
    _, diagnosis = runs.founding()
    failure = suite(runs.founding).find("testcase/failure")
    assert failure is not None
    assert failure.attrib["message"].startswith(diagnosis.sentence)
    assert f"Your setup got: {runs.OWN}" in failure.attrib["message"]


def test_a_failure_says_where_and_with_what() -> None:
    failure = suite(runs.founding).find("testcase[@classname='rtdoctor.mix']/failure")
    assert failure is not None
    assert failure.attrib["type"] == "exchange"
    assert failure.attrib["message"] == "SDP exchange: 400 (an error object of empty strings)"
    assert '"message":""' in (failure.text or "")


def test_a_network_failure_is_explained_in_words() -> None:
    error = suite(runs.no_control).find("testcase/error")
    assert error is not None
    assert "mint: The service's name did not resolve." in error.attrib["message"]


def test_hostile_text_keeps_the_document_well_formed_and_visible() -> None:
    found = suite(runs.hostile)
    text = "".join(found.itertext())
    assert "</script><script>alert(1)</script>" in text
    assert not {"\x1b", "\x07", "\u202e"} & set(text)


def test_the_verdict_is_a_property() -> None:
    properties = {
        p.attrib["name"]: p.attrib["value"] for p in suite(runs.founding).iter("property")
    }
    assert properties["verdict"] == "explained"
    assert properties["finished"] == "complete"
