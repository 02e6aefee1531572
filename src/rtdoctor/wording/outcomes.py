"""The one place with sentences: what a stage, a verdict or a local code means to a newcomer.

The module is above 300 lines because most of it is one table after the other: the words for
stages, verdicts, codes and purposes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rtdoctor.domain.finding import Cause, Diagnosis, Pattern, Repair, Verdict
from rtdoctor.domain.outcome import LocalCode, Outcome, OutcomeKind, Signature, Stage
from rtdoctor.domain.run import Observation, Purpose, Run


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

LOCAL_CODE: dict[LocalCode, str] = {
    LocalCode.NOT_JSON: "The answer should have been JSON and was something else.",
    LocalCode.EMPTY_BODY: "The answer had no body.",
    LocalCode.BODY_TOO_LARGE: "The answer was larger than rtdoctor reads, so it was cut off.",
    LocalCode.NO_TOKEN: "The mint succeeded, but there was no token in its answer.",
    LocalCode.TOKEN_NOT_READ: "The mint succeeded, but reading the token at the client's place in"
    " its answer throws, so no call is sent.",
    LocalCode.TOKEN_NOT_A_STRING: "The mint's answer holds a token that is not text. A page that"
    " puts it into a header sends “[object Object]”.",
    LocalCode.REDIRECT: "The service redirected elsewhere. rtdoctor does not follow with a key in"
    " hand.",
    LocalCode.ANSWER_NOT_SDP: "The answer to the call is not SDP. A browser reports this as"
    " “Failed to parse SessionDescription”.",
    LocalCode.ANSWER_REJECTED: "The WebRTC stack could not use the SDP answer.",
    LocalCode.ANSWER_WITHOUT_ICE: "The SDP answer lacks its ICE user name or password, so no path"
    " can be checked.",
    LocalCode.NO_LOCAL_CANDIDATES: "This machine offered no network address to connect from.",
    LocalCode.OFFER_FAILED: "The WebRTC stack could not make the offer.",
    LocalCode.NO_SECTIONS: "The offer or its answer has no m-section, so there is nothing to"
    " connect.",
    LocalCode.NO_REMOTE_CANDIDATES: "The SDP answer has no candidates, so there is no address to"
    " connect to.",
    LocalCode.TCP_CANDIDATES_ONLY: "The SDP answer has candidates for TCP only. A browser can use"
    " them; this probe cannot.",
    LocalCode.PRIVATE_CANDIDATES: "The SDP answer has only private or local addresses, and none of"
    " them answers here.",
    LocalCode.NO_CANDIDATE_PAIR: "No address in the SDP answer can be paired with one of this"
    " machine.",
    LocalCode.ICE_CREDENTIALS: "The ICE user name or password in the SDP answer is not the one that"
    " the service expects.",
    LocalCode.ICE_FAILED: "No network path to the service's media address was found.",
    LocalCode.ICE_DEADLINE: "No network path was found in the time allowed.",
    LocalCode.ICE_UNANSWERED: "The service's ICE checks arrive here, but it answers none of ours.",
    LocalCode.DTLS_FAILED: "A path was found, but the two sides could not agree on encryption.",
    LocalCode.DTLS_DEADLINE: "A path was found, but the encryption handshake did not finish in the"
    " time allowed.",
    LocalCode.DTLS_FINGERPRINT: "The certificate met on the path is not the one the SDP answer"
    " named.",
    LocalCode.CHANNEL_DEADLINE: "The connection stands, but the data channel did not open in the"
    " time allowed.",
    LocalCode.CHANNEL_REFUSED: "The service closed the data channel before it opened.",
    LocalCode.CHANNEL_CLOSED: "The data channel opened, and the service closed it before its first"
    " event.",
    LocalCode.CONNECTION_CLOSED: "The service closed the connection after DTLS, before its first"
    " event.",
    LocalCode.NO_CHANNEL: "The offer has no data channel, so no event can arrive.",
    LocalCode.NO_FIRST_EVENT: "The data channel is open, but no event came in the time allowed.",
    LocalCode.NOT_REACHED: "Everything tried worked, but the probe stopped short of its goal.",
    LocalCode.NOT_RECORDED: "The recording that is replayed does not hold this request.",
    LocalCode.DNS: "The service's name did not resolve.",
    LocalCode.CONNECT: "No TCP connection to the service could be made.",
    LocalCode.TLS: "The TLS handshake with the service failed.",
    LocalCode.TIMEOUT: "The service did not answer in the time allowed.",
    LocalCode.NETWORK: "The network connection broke.",
    LocalCode.PROXY: "The proxy did not let the request through.",
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


def local_code_text(outcome: Outcome) -> str:
    """What rtdoctor's own code for this outcome means; empty for a service's error.

    What an error page says is quoted after it.
    """
    signature = outcome.signature
    if signature is None or not signature.is_local:
        return ""
    text = next((text for code, text in LOCAL_CODE.items() if code.value == signature.code), "")
    if signature.code == LocalCode.NOT_JSON and signature.message:
        return f"{text.rstrip('.')} ({signature.message})."
    return text


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
