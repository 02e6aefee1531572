"""JUnit XML for CI: a probe is a test case, and so is a page that was run.

A failing probe is a failure, a transient one an error, since it says nothing about the setup.
The cases of the subject itself carry the verdict and what the subject got.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.outcome import OutcomeKind
from rtdoctor.domain.page_result import PageResult
from rtdoctor.domain.run import Observation, Run
from rtdoctor.report.own_answer import LABEL, own_answers, where_it_was_seen
from rtdoctor.report.view.matrix import column_of, row_of
from rtdoctor.wording import findings as finding_text
from rtdoctor.wording import outcomes as words
from rtdoctor.wording import page as page_text
from rtdoctor.wording.printable import printable

# XML 1.0, production 2 (Char): what a document may contain at all
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(run: Run, diagnosis: Diagnosis) -> str:
    """One test suite, with an XML declaration."""
    seen = run.observations
    own = _own_answers(run, diagnosis)
    page = run.page
    suite = ET.Element(
        "testsuite",
        name=_xml(f"rtdoctor {run.header.target.describe()}"),
        timestamp=_xml(run.header.started_at),
        time=_seconds(run.wall_ms),
        tests=str(len(seen) + (page is not None)),
        failures=str(_count(run, OutcomeKind.FAIL) + (page is not None and not page.is_connected)),
        errors=str(_count(run, OutcomeKind.TRANSIENT)),
        skipped=str(_count(run, OutcomeKind.SKIPPED)),
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in (
        ("verdict", diagnosis.verdict.value),
        ("sentence", diagnosis.sentence),
        ("answer", "; ".join(dict.fromkeys(own.values()))),
        ("next_step", finding_text.next_step(run, diagnosis)),
        ("finished", run.finished),
        ("run", run.header.run_id),
    ):
        ET.SubElement(properties, "property", name=name, value=_xml(value))
    if page is not None:
        _page_case(suite, page)
    for observation in seen:
        answer = own.get(observation.probe)
        told = f"{diagnosis.sentence} {LABEL} {answer}" if answer else ""
        _case(suite, observation, told or words.outcome_line(observation.outcome))
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    text = ET.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _page_case(suite: ET.Element, page: PageResult) -> None:
    """The page as it is, as the first case; its failure carries the proof of the repair."""
    case = ET.SubElement(suite, "testcase", classname="rtdoctor.page", name=_xml(page_text.TITLE))
    if page.is_connected:
        return
    told = [page.headline, page.setup_works, page.proof.sentence if page.proof is not None else ""]
    line = _xml(" ".join(filter(None, told)))
    failure = ET.SubElement(case, "failure", type=page.reached, message=line)
    failure.text = _xml("\n".join(page.did))


def _count(run: Run, kind: OutcomeKind) -> int:
    return sum(o.outcome.kind is kind for o in run.observations)


def _own_answers(run: Run, diagnosis: Diagnosis) -> dict[str, str]:
    """The answer of each of the subject's probes: these cases tell the verdict."""
    return {
        probe: f"{answered.text}{where_it_was_seen(answered, run)}"
        for answered in own_answers(run, diagnosis)
        for probe in answered.probes
    }


def _case(suite: ET.Element, observation: Observation, message: str) -> None:
    setup, outcome = observation.setup, observation.outcome
    column = column_of(setup)
    case = ET.SubElement(
        suite,
        "testcase",
        classname=_xml(f"rtdoctor.{observation.purpose.value}"),
        name=_xml(f"{observation.probe} {row_of(setup).label} → {column.auth} {column.label}"),
        time=_seconds(observation.duration_ms),
    )
    line = _xml(message)
    stage = outcome.stage.value if outcome.stage is not None else "unknown"
    if outcome.kind is OutcomeKind.SKIPPED:
        ET.SubElement(case, "skipped", message=line)
    elif not outcome.is_pass:
        tag = "failure" if outcome.is_fail else "error"
        ET.SubElement(case, tag, type=stage, message=line).text = _xml(_exchanges(observation))


def _exchanges(observation: Observation) -> str:
    lines = []
    for exchange in observation.exchanges:
        response = exchange.response
        came = f"{response.status} {response.body[:2000]}" if response else exchange.error
        lines.append(f"{exchange.request.method} {exchange.request.url} -> {came}")
    return "\n".join(lines)


def _seconds(ms: float) -> str:
    return f"{ms / 1000:.3f}"


def _xml(text: str) -> str:
    return _NOT_XML.sub("�", printable(text))
