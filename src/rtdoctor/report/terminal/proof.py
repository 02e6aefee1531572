"""What a verdict rests on, for the terminal: causes, suspicions, contradictions, the control."""

from __future__ import annotations

from rtdoctor.domain.finding import Cause, Contradiction, Diagnosis, Suspicion, Witness
from rtdoctor.domain.run import Run
from rtdoctor.report.own_answer import where_it_was_seen
from rtdoctor.report.terminal.screen import Screen, StyledText
from rtdoctor.wording import findings as finding_text
from rtdoctor.wording import levels, places
from rtdoctor.wording import outcomes as words
from rtdoctor.wording.outcomes import describe_error, plural


def print_proof(run: Run, diagnosis: Diagnosis, screen: Screen) -> None:
    """Every claim with the probes behind it, the proved ones first."""
    for number, cause in enumerate(diagnosis.causes, 1):
        _print_cause(number, cause, run, screen)
    if diagnosis.suspicions:
        screen.title(finding_text.SUSPICIONS)
    for suspicion in diagnosis.suspicions:
        _print_suspicion(suspicion, run, screen)
    if diagnosis.contradictions:
        screen.title(finding_text.CONTRADICTIONS)
    for contradiction in diagnosis.contradictions:
        _print_contradiction(contradiction, run, screen)
    if diagnosis.control_found:
        screen.title(finding_text.CONTROL)
        screen.line(diagnosis.control_found, indent=2)


def _print_cause(number: int, cause: Cause, run: Run, screen: Screen) -> None:
    hidden = ""
    if cause.hidden_behind:
        behind = " and ".join(str(i + 1) for i in cause.hidden_behind)
        hidden = f", hidden behind {behind} until that is repaired"
    screen.title(f"Cause {number}{'' if cause.is_proved else ' (suspected)'}{hidden}")
    shown = finding_text.levels_text(cause.levels, run, cause.failing_probes, cause.inside)
    screen.line((shown, "red"), indent=2)
    stage = words.stage_name(cause.signature.stage)
    screen.line(("answer ", "dim"), f"{stage}: {describe_error(cause.signature)}", indent=2)
    for witness in cause.witnesses:
        screen.line(*_witness(witness), indent=2)
    for found in cause.inside:
        for text in places.lines(found):
            screen.line(("inside ", "dim"), (text, "red"), indent=2)
    for left in cause.not_narrowed:
        name = levels.factor_name(left.factor)
        screen.line(("inside ", "dim"), f"{name}: {places.not_narrowed(left)}", indent=2)
    tried = plural(cause.contexts_tried, "setup")
    seen = f"{cause.contexts_failed} of {tried} tried with this failed"
    screen.line(("seen ", "dim"), f"{seen}; {cause.contexts_possible} possible", indent=2)
    if cause.knowledge:
        known = f"as {cause.knowledge[0]}: rtdoctor knowledge show {cause.knowledge[0]}"
        screen.line(("known ", "dim"), known, indent=2)


def _witness(witness: Witness) -> list[StyledText]:
    verb = "are" if len(witness.factors) > 1 else "is"
    word = "necessary" if witness.repeated else "probably necessary (seen once)"
    return [
        ("proof ", "dim"),
        f"{levels.factor_names(witness.factors)} {verb} {word}: ",
        f"{witness.failing} fails, {witness.passing} passes with only that changed",
    ]


def _print_suspicion(found: Suspicion, run: Run, screen: Screen) -> None:
    screen.line((finding_text.suspicion(found, run), "yellow"), indent=2)
    screen.line(("pair ", "dim"), finding_text.suspicion_pair(found), indent=2)


def _print_contradiction(found: Contradiction, run: Run, screen: Screen) -> None:
    screen.line((f"{finding_text.contradiction(found)}:", "yellow"), indent=2)
    for answered in found.answers:
        seen = where_it_was_seen(answered, run)
        screen.line(answered.text, (seen, "dim"), indent=4)
