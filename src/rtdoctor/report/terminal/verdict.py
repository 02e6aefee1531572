"""The first lines of a report and its last: the verdict, the subject's own answer, the next step.

The first lines are at most five, however long the texts are. The head names the verdict and the
service. The answer takes what it needs, as far as one line is left for the sentence, and the
sentence takes the rest. What had to be cut stands whole under ``Details``.
"""

from __future__ import annotations

import re

from rtdoctor.domain.finding import Answered, Diagnosis, Verdict
from rtdoctor.domain.run import Run
from rtdoctor.report.own_answer import (
    LABEL,
    own_answers,
    shorter_and_shorter,
    where_it_was_seen,
)
from rtdoctor.report.terminal.screen import Screen
from rtdoctor.report.view.selection import by_signature
from rtdoctor.wording import findings as finding_text
from rtdoctor.wording import outcomes as words

FIRST_LINES = 5
ONE_SCREEN = 24
"""Lines of the smallest usual terminal: a longer report ends with its verdict once more."""

_HEAD_LINES, _ANSWERS, _LONGEST_WORD = 2, 2, 60
_STYLES = {
    Verdict.WORKS: "bold green",
    Verdict.SURVEYED: "bold",
    Verdict.EXPLAINED: "bold red",
    Verdict.REPRODUCED: "bold red",
    Verdict.CANNOT_TEST: "bold yellow",
    Verdict.INCONCLUSIVE: "bold yellow",
}


def print_verdict(run: Run, diagnosis: Diagnosis, screen: Screen) -> bool:
    """The first lines; returns whether something was cut that ``print_details`` has to show."""
    style = _STYLES[diagnosis.verdict]
    begin = len(screen)
    cut = screen.fit((words.verdict(diagnosis), style), f" ({service(run)})", "", _HEAD_LINES)
    answers = _answers(run, diagnosis)
    below = Screen(screen.console)
    for number, (label, answered) in enumerate(answers[:_ANSWERS]):
        # A line is kept for each answer that is still to come, and one for the sentence.
        to_come = min(len(answers), _ANSWERS) - number - 1
        room = FIRST_LINES - (len(screen) - begin) - len(below) - 1 - to_come
        text, ways = _short(answered.text), shorter_and_shorter(answered, run)
        # The sentence gets two lines where it can. What the service said goes before what is
        # remarked on it.
        rooms = [room - 1, room] if len(answers) == 1 else [room]
        room, seen = next(
            ((r, s) for r in rooms for s in ways if below.fits(f"{label} {text}{s}", r)),
            (room, ways[0]),
        )
        cut |= below.fit((f"{label} ", "bold"), text, (seen, "dim"), room)
        cut |= text != answered.text or seen != ways[0]
    room = FIRST_LINES - (len(screen) - begin) - len(below)
    cut |= _print_sentence(diagnosis.sentence, screen, room)
    screen.add(below)
    return cut or len(answers) > _ANSWERS


def service(run: Run) -> str:
    """Which service was probed; the sandbox is never taken for it."""
    target = run.header.target
    named = f"{target.era} sandbox, not the real service"
    parts = (
        named if target.is_sandbox else _short(target.describe()),
        "played back from a recording" if any(o.replayed for o in run.observations) else "",
        f"partial: {run.finished}" if run.finished != "complete" else "",
    )
    return "; ".join(filter(None, parts))


def _answers(run: Run, diagnosis: Diagnosis) -> list[tuple[str, Answered]]:
    own = own_answers(run, diagnosis)
    labels = [LABEL, *["and also:"] * len(own)]
    if len(own) > _ANSWERS:
        labels[1] = f"and {len(own) - 1} other answers, such as:"
    answers = list(zip(labels, own, strict=False))
    return answers or _most_frequent(run)


def _most_frequent(run: Run) -> list[tuple[str, Answered]]:
    """What the service said most often, where a survey found nothing that connects."""
    groups = by_signature(run)
    if not groups or any(outcome.is_pass for outcome, _ in groups):
        return []
    outcome, members = groups[0]
    answered = Answered(words.outcome_line(outcome), tuple(o.probe for o in members))
    return [("The answer that came most often:", answered)]


def _print_sentence(sentence: str, screen: Screen, room: int) -> bool:
    """The verdict's sentences, as far as there is room: whole ones where one fits."""
    whole = _short(sentence)
    first, rest = words.headline(whole)
    if screen.fits(whole, room):
        screen.line((whole, "bold"))
        return whole != sentence
    cut = screen.fit("", (first, "bold"), "", room)
    return cut or bool(rest)


def _short(text: str) -> str:
    """On one line, without words that alone would fill the first lines, such as a long URL."""
    one_line = " ".join(text.split())
    return re.sub(rf"\S{{{_LONGEST_WORD + 1},}}", lambda word: _middle_out(word[0]), one_line)


def _middle_out(word: str) -> str:
    half = _LONGEST_WORD // 2
    return f"{word[:half]}…{word[-half:]}"


def print_details(run: Run, diagnosis: Diagnosis, screen: Screen) -> None:
    """What the first lines cut, whole."""
    screen.title("Details")
    screen.line(diagnosis.sentence, indent=2)
    for label, answered in _answers(run, diagnosis):
        seen = where_it_was_seen(answered, run)
        screen.line((f"{label} ", "dim"), f"{answered.text}{seen}", indent=2)


def print_next_step(run: Run, diagnosis: Diagnosis, screen: Screen) -> None:
    screen.line(("Next: ", "bold"), finding_text.next_step(run, diagnosis))


def print_last_lines(run: Run, diagnosis: Diagnosis, screen: Screen) -> None:
    """The verdict in two lines and the next step, for who sees only the end of a long report."""
    screen.blank()
    head = f"{words.verdict(diagnosis)} ({service(run)})"
    first, _ = words.headline(_short(diagnosis.sentence))
    screen.fit((f"{head}: ", _STYLES[diagnosis.verdict]), first, "", 2)
    print_next_step(run, diagnosis, screen)
