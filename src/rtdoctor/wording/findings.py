"""Findings as sentences that every format tells alike, in the words of the wire."""

from __future__ import annotations

from collections.abc import Sequence

from rtdoctor.domain.finding import (
    Blamed,
    BlamedPlaces,
    Contradiction,
    Diagnosis,
    RuledOut,
    Suspicion,
    Tried,
    Verdict,
)
from rtdoctor.domain.run import Run
from rtdoctor.domain.setup import Setup
from rtdoctor.wording import levels, places
from rtdoctor.wording import outcomes as words

TRIED = "Tried as a smaller change, and refused"
SUSPICIONS = "Likely, not proved"
NO_PROOF = "a failure of this kind can have other reasons, so this is likely, not proved"
CONTRADICTIONS = "The service contradicted itself"
CONTROL = "What passes beside it"
AS_CODE = "As code, before and after: rtdoctor show RUN --as js|curl|python|prompt"

_NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five"}
_RESUME = "to go on where it ended: rtdoctor check --resume JOURNAL"


def next_step(run: Run, diagnosis: Diagnosis) -> str:
    """What to do now. A run that was cut short is taken up first; an older run has a default."""
    # A partial run comes first: whatever it found may change when it goes on.
    if run.finished not in ("complete", "budget"):
        return f"The run is partial ({run.finished}); {_RESUME}"
    if run.page is not None and run.page.next_step:
        return run.page.next_step
    return diagnosis.next_step or _usual_step(run, diagnosis)


def _usual_step(run: Run, diagnosis: Diagnosis) -> str:
    again = run.header.command
    if run.header.subject is None and diagnosis.verdict is not Verdict.CANNOT_TEST:
        return "To find out why one setup fails: rtdoctor check --setup FILE"
    match diagnosis.verdict:
        case Verdict.WORKS:
            first = next(iter(diagnosis.subject_probes), "#1").lstrip("#")
            return f"If your client still fails, compare its requests: rtdoctor show RUN {first}"
        case Verdict.EXPLAINED if diagnosis.repairs:
            return f"Make the first change, then check again: {again}"
        case Verdict.CANNOT_TEST:
            return f"Mend what is named above, then check again: {again}"
        case _:
            return f"Check again, to see whether the answer stays the same: {again}"


def levels_text(
    blamed: Sequence[Blamed],
    run: Run,
    probes: Sequence[str],
    inside: Sequence[BlamedPlaces] = (),
) -> str:
    """``token endpoint /v1/realtime/sessions with query of the call ?model=gpt-realtime``."""
    pairs = level_texts(blamed, run, probes, inside)
    return " with ".join(f"{name} {text}" for name, text in pairs)


def level_texts(
    blamed: Sequence[Blamed],
    run: Run,
    probes: Sequence[str],
    inside: Sequence[BlamedPlaces] = (),
) -> tuple[tuple[str, str], ...]:
    """Each factor with what it puts on the wire; with the places ``inside`` it that are to blame,
    where it was narrowed to them."""
    texts = []
    for level in blamed:
        found = [f for f in inside if f.factor == level.factor]
        is_long = places.are_in_a_body(found)
        text = places.named(found) if is_long else levels.blamed_text(level, run, probes)
        texts.append((levels.factor_name(level.factor), text))
    return tuple(texts)


def contradiction(found: Contradiction) -> str:
    """``The same request was answered in two ways``; the answers are listed below it."""
    number = len(found.answers)
    return f"The same request was answered in {_NUMBERS.get(number, str(number))} ways"


def contradiction_whole(found: Contradiction) -> str:
    """The same with its answers, in one sentence."""
    answers = "; ".join(f"{words.ids(a.probes)} {a.text}" for a in found.answers)
    return f"{contradiction(found)}: {answers}"


def suspicion(found: Suspicion, run: Run) -> str:
    """What seems to matter, and the answer that every probe with it got."""
    return (
        f"{levels_text(found.levels, run, found.failing)}: every probe with it got {found.answer}"
    )


def suspicion_pair(found: Suspicion) -> str:
    """The pair behind a suspicion."""
    pair = f"{words.ids(found.failing)} failed, {words.ids(found.passing)} passed without it"
    return f"{pair}; {NO_PROOF}"


def tried(found: Tried, run: Run) -> str:
    """A change that was probed and did not help, with the answer it got."""
    return f"{_moved(found, run)}; answered: {found.answer}"


def _moved(found: Tried, run: Run) -> str:
    subject, probed = run.header.subject, _setup_of(found.probe, run)
    if subject is None or probed is None:
        named = (f"{levels.factor_name(c.factor)}: {c.old} → {c.new}" for c in found.changes)
        return "; ".join(named)
    return levels.changes(found.changes, subject, probed)


def ruled_out(found: RuledOut, run: Run) -> str:
    """Why a factor does not matter, and between which two values that was seen."""
    said = f"{levels.factor_name(found.factor)}: {found.why}"
    subject = run.header.subject
    if subject is None:
        return said
    for probe in found.probes:
        probed = _setup_of(probe, run)
        values = levels.values(found.factor, subject, probed) if probed else None
        if values is not None and values[0] != values[1]:
            return f"{said}, with {values[0]} and with {values[1]}"
    return said


def _setup_of(probe: str, run: Run) -> Setup | None:
    return next((o.setup for o in run.observations if o.probe == probe), None)
