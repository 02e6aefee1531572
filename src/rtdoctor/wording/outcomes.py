"""What a stage, an outcome, a verdict and the counts of a run are called to a newcomer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rtdoctor.domain.finding import Cause, Diagnosis, Pattern, Repair, Verdict
from rtdoctor.domain.outcome import Outcome, OutcomeKind, Signature, Stage
from rtdoctor.domain.run import Observation, Purpose, Run
from rtdoctor.wording.local_codes import local_code_text


@dataclass(frozen=True, slots=True)
class KnowledgeText:
    """What is known about a failure, beside the probes: dated, with sources, never proof."""

    title: str
    why: str
    fix: str
    sources: tuple[str, ...] = ()


STAGE: dict[Stage, tuple[str, str]] = {
    Stage.MINT: ("mint", "asking the service for a short-lived (ephemeral) token"),
    Stage.OFFER: ("offer", "writing down, as SDP, what this client can send and receive"),
    Stage.EXCHANGE: ("SDP exchange", "posting the offer with a credential, getting an answer back"),
    Stage.ICE: ("ICE", "finding a network path to the address in the answer"),
    Stage.DTLS: ("DTLS", "agreeing on encryption over that path"),
    Stage.CHANNEL: ("data channel", "opening the channel that carries events (SCTP)"),
    Stage.SESSION: ("first event", "the service's first event, such as session.created"),
    Stage.MEDIA: ("media", "sound sent and understood"),
}

VERDICT: dict[Verdict, str] = {
    Verdict.WORKS: "It works",
    Verdict.EXPLAINED: "Refused, and the cause is proved",
    Verdict.REPRODUCED: "Refused every time, cause not proved",
    Verdict.CANNOT_TEST: "Could not test",
    Verdict.INCONCLUSIVE: "Inconclusive",
    Verdict.SURVEYED: "Survey",
}

SUSPECTED = "Refused, and a cause is suspected"
NOT_PROVED = "Seen, but not repeated: it may still be something else."

PURPOSE: dict[Purpose, str] = {
    Purpose.SURVEY: "one cell of the survey",
    Purpose.CONTROL: "the control: a recipe known to work",
    Purpose.SUBJECT: "the setup under diagnosis",
    Purpose.MIX: "a mixture of subject and control",
    Purpose.CONFIRM: "a repetition",
    Purpose.REPAIR: "a possible repair",
}

FINISHED: dict[str, str] = {
    "complete": "ran to its end",
    "interrupted": "was interrupted: what follows is what had been seen by then",
    "crashed": "broke off: what follows is what had been seen by then",
    "budget": "stopped when its budget was spent",
}

DOES_NOT_PROVE = (
    "A pass means that the stages shown were really done, once or twice, in this time window."
    " It does not mean that sound is understood, or that a long session holds.",
    "Nothing here shows which check the service made, only which answers it gave.",
    "Another key, project, model, region or day may behave otherwise.",
)

SANDBOX_BANNER = (
    "This ran against rtdoctor's embedded sandbox, era “{era}”, not against the real service."
    " It shows how rtdoctor reasons; it is no claim about any service."
)

SANDBOX_INFERRED = "No source records this answer; the real service may answer otherwise."

SMALLEST = "The smallest change that works"
AT_A_PRICE = "A change that works, at a price"
RERUN = "repeats these probes with your own key"

LEAKS_KEY = (
    "Works, and leaks: in a browser everybody who opens the page can read this key."
    " Only for code that runs on your own server."
)

LOSES_PURPOSE = "Connects, but is another kind of session than the one you asked for."


def verdict(diagnosis: Diagnosis) -> str:
    """The verdict in a few words; a cause seen once, as in a run cut short, is not proved."""
    if diagnosis.verdict is Verdict.EXPLAINED and not all(
        cause.is_proved for cause in diagnosis.causes
    ):
        return SUSPECTED
    return VERDICT[diagnosis.verdict]


def stage_name(stage: Stage) -> str:
    """The stage's name in a sentence."""
    return STAGE[stage][0]


def outcome_word(outcome: Outcome) -> str:
    """One word that, with its sign, tells the outcome without colour."""
    match outcome.kind:
        case OutcomeKind.PASS:
            return _passed(outcome.stage)
        case OutcomeKind.FAIL:
            return "refused" if _refused(outcome) else "failed"
        case OutcomeKind.TRANSIENT:
            return "no evidence"
        case OutcomeKind.SKIPPED:
            return "not run"


def _passed(stage: Stage | None) -> str:
    return "connected" if stage is not None and stage.order >= Stage.DTLS.order else "passed"


def _refused(outcome: Outcome) -> bool:
    return outcome.signature is not None and not outcome.signature.is_local


SIGN: dict[OutcomeKind, str] = {
    OutcomeKind.PASS: "✓",
    OutcomeKind.FAIL: "✕",
    OutcomeKind.TRANSIENT: "◇",
    OutcomeKind.SKIPPED: "–",
}


def outcome_line(outcome: Outcome) -> str:
    """The outcome in one line: how far it came, or where and with what it failed."""
    if outcome.kind is OutcomeKind.SKIPPED:
        implied = f" (implied by {outcome.because_of})" if outcome.because_of else ""
        return f"{outcome.reason or 'skipped'}{implied}"
    stage = stage_name(outcome.stage) if outcome.stage is not None else "start"
    if outcome.is_pass:
        the = "" if outcome.stage in (Stage.ICE, Stage.DTLS) else "the "
        return f"all stages done, up to {the}{stage}" if outcome.stage else "passed"
    said = outcome.signature.describe() if outcome.signature is not None else "no reason recorded"
    said = local_code_text(outcome) or said
    return f"{stage}: {said}"


def counts_line(run: Run) -> str:
    """How many probes ended how: ``13 probes: 6 connected, 7 refused``."""
    number = len(run.observations)
    noun = "probe" if number == 1 else "probes"
    return ": ".join(filter(None, (f"{number} {noun}", tally_line(run.observations))))


def tally_line(observations: Iterable[Observation]) -> str:
    """``6 connected, 5 refused``; always in this order."""
    counted = Counter(_counted_as(o.outcome) for o in observations)
    return ", ".join(f"{counted[word]} {word}" for word in _COUNTED if counted[word])


_NO_CHANNEL = "connected without a channel"
_COUNTED = ("connected", _NO_CHANNEL, "passed", "refused", "failed", "no evidence", "not run")


def _counted_as(outcome: Outcome) -> str:
    return _NO_CHANNEL if outcome.is_pass and outcome.stage is Stage.DTLS else outcome_word(outcome)


def does_not_prove(diagnosis: Diagnosis) -> tuple[str, ...]:
    """The limits the diagnosis names; where it names none, the ones every run has."""
    return diagnosis.does_not_prove or DOES_NOT_PROVE


def headline(sentence: str) -> tuple[str, str]:
    """The first sentence of a verdict, and what follows it.

    A full stop in brackets belongs to a message that is quoted there.
    """
    depth = 0
    for place, char in enumerate(sentence):
        depth = max(0, depth + (char == "(") - (char == ")"))
        if char in ".!?" and depth == 0 and sentence[place + 1 : place + 2] == " ":
            return sentence[: place + 1], sentence[place + 2 :]
    return sentence, ""


def duration(ms: float) -> str:
    """Milliseconds as people say them: ``<1 ms``, ``41 ms``, ``1.2 s``, ``3 min 20 s``."""
    if ms < 1:
        return "<1 ms"
    if ms < 999.5:
        return f"{ms:.0f} ms"
    if ms < 60_000:
        return f"{ms / 1000:.1f} s"
    minutes, seconds = divmod(round(ms / 1000), 60)
    return f"{minutes} min {seconds} s"


def ids(probes: Sequence[str], most: int = 6) -> str:
    """``#2 #3``; of many, how many more there are."""
    more = f" and {len(probes) - most} more" if len(probes) > most else ""
    return " ".join(probes[:most]) + more


def finished(run: Run) -> str:
    """How the run ended; an unknown word is its own explanation."""
    return FINISHED.get(run.finished, run.finished)


def tally(cause: Cause) -> str:
    """How often the cause was seen to hold; counts, never percentages of a few."""
    counter = cause.contexts_tried - cause.contexts_failed
    shown = "no counter-example" if not counter else f"{counter} counter-examples"
    return (
        f"Failed in {cause.contexts_failed} of {cause.contexts_tried} contexts tried"
        f" (of {cause.contexts_possible} possible), {shown}."
    )


def pattern_tally(pattern: Pattern, run: Run) -> str:
    """The same for a survey's pattern; what was not run is not counted as seen."""
    skipped = {o.probe for o in run.observations if o.outcome.kind is OutcomeKind.SKIPPED}
    implied = sum(probe in skipped for probe in pattern.failing)
    number = len(pattern.failing) - implied
    failed = "1 probe with" if number == 1 else f"{number} probes with"
    more = f" ({implied} more are implied)" if implied else ""
    return f"{failed} this failed alike{more}, and no probe with it passed."


def repair_warnings(repair: Repair) -> tuple[str, ...]:
    """What a repair costs, in the diagnosis's words if it has any."""
    grave = (LEAKS_KEY,) if repair.leaks_key else ()
    return repair.notes or (*grave, *(() if repair.keeps_purpose else (LOSES_PURPOSE,)))


def pending(number: int) -> str:
    """How much was not looked at; never good news."""
    if number == 0:
        return "No interaction of two levels is left untested."
    noun = "interaction of two levels was" if number == 1 else "interactions of two levels were"
    return f"{number} {noun} not tested. They may hold or fail."


def plural(count: int, noun: str) -> str:
    """``1 probe``, ``2,000 probes``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def describe_error(signature: Signature) -> str:
    """The error as the service sent it, empty fields included."""
    if signature.is_local:
        return signature.describe()
    fields = {
        "message": signature.message,
        "type": signature.type,
        "code": signature.code,
        "param": signature.param,
    }
    said = ", ".join(f'{k}: "{v}"' for k, v in fields.items() if v is not None)
    return f"{signature.status if signature.status is not None else 'event'} {{{said}}}"
