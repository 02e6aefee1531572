"""How a diagnosis can end: a verdict, why, and what to do next.

Each ending has its own reason, and the reason is an observation: what came, how often, and what
passes beside it. There is no sentence here for "something else".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rtdoctor.diagnose.observed import Observed
from rtdoctor.diagnose.obstacles import obstacle, sent
from rtdoctor.domain.finding import Verdict
from rtdoctor.domain.outcome import OutcomeKind
from rtdoctor.domain.run import Observation
from rtdoctor.domain.setup import AuthKind, Setup
from rtdoctor.wording.answers import describe
from rtdoctor.wording.diagnosis import failure_phrase, sentence_case

DOES_NOT_PROVE = (
    "A pass means that the first event of a session came; it says nothing about sound, longer "
    "sessions or other networks.",
    "Which check the service makes is not visible, only which answers it gives.",
    "Another key, project, model, region or day may behave otherwise.",
)
_FOREIGN_OFFER = (
    "The offer is the one that you gave, but the connection is made by this peer, with its own "
    "ICE, DTLS and codecs: a pass proves the exchange, and that the answer connects this peer."
)
_REPORT = "Attach the report to a bug report: rtdoctor check --setup FILE --report all=report"
_NEXT_FOR = {
    "key": "Mend the key or its permissions, then run the same command again.",
    "quota": "Add credit or raise the limit of this project, then run the same command again.",
    "region": "Run it from a network in a country that the service serves.",
    "network": "Mend the way to the service (name, proxy, certificates, UDP), then run it again.",
}


@dataclass(frozen=True, slots=True)
class Ending:
    """``sentence`` is the verdict in words, ``next_step`` what the user can do now."""

    verdict: Verdict
    sentence: str
    next_step: str


def works(times: int) -> Ending:
    """The subject passed, so many times."""
    often = "twice" if times == 2 else "once" if times == 1 else f"{times} times"
    return Ending(
        Verdict.WORKS,
        f"This setup works here and now, {often}; the failure was not reproduced.",
        "Look for what differs in your app: the age of its token, a token that is used twice, the "
        "bytes it really sends, its browser, its network.",
    )


def changed_its_answer(setup: Setup, subject: Setup, observed: Observed) -> Ending:
    """One and the same setup was answered in more than one way."""
    return Ending(
        Verdict.INCONCLUSIVE,
        f"Inconclusive, no cause is claimed: {_two_ways(setup, subject, observed)}.",
        "Run it again later. If it stays like this, report both answers with their request ids: "
        "rtdoctor check --setup FILE --report all=report",
    )


def contradicted(setups: Sequence[Setup], subject: Setup, observed: Observed) -> Ending:
    """The subject was answered alike, but another setup of the run was not."""
    return Ending(
        Verdict.INCONCLUSIVE,
        f"Inconclusive, no cause is claimed: {_two_ways(setups[0], subject, observed)}.",
        "Run it again: a service that changes its answers within a run proves nothing. If it stays "
        "like this, report both answers with their request ids.",
    )


def cut_short(causes: int, subject: Setup, observed: Observed) -> Ending:
    """The budget or the run ended before the proof was complete, or the service showed no more."""
    claimed = "not everything is proved" if causes else "no cause is claimed"
    silent = [o for o in sent(observed.all()) if o.outcome.kind is OutcomeKind.TRANSIENT]
    if silent and not observed.unanswered:
        why = _answers_that_show_nothing(silent, subject, observed)
        step = "Wait until the service has recovered or its limit has passed, then run it again."
    elif observed.spent:
        why = f"the budget of {observed.budget} probes ended before the proof was complete"
        step = f"Allow more probes: rtdoctor check --setup FILE --budget {2 * observed.budget}"
    else:
        why = "the run ended before the proof was complete"
        step = "Go on with it: rtdoctor check --resume JOURNAL"
    return Ending(Verdict.INCONCLUSIVE, f"Inconclusive, {claimed}: {why}.", step)


def not_sent(subject: Setup, observed: Observed) -> Ending:
    """The subject could not be probed at all."""
    reasons = dict.fromkeys(o.outcome.reason for o in observed.observations(subject))
    step = "Mend what the reason names, then run the same command again."
    if subject.auth.value.kind is AuthKind.USED:
        step = "Diagnose the first call by itself: set auth: ephemeral in the setup file."
    return Ending(
        Verdict.CANNOT_TEST,
        f"The setup could not be tried: {'; '.join(reasons)}. No cause is claimed.",
        step,
    )


def does_not_prove(subject: Setup) -> tuple[str, ...]:
    """What no verdict about this subject proves."""
    return DOES_NOT_PROVE + ((_FOREIGN_OFFER,) if subject.offer.value.sdp is not None else ())


def untried(subject: Setup, observed: Observed) -> Ending:
    """The service answers the subject's offer, and our peer cannot try the rest."""
    seen = observed.observations(subject)[0].outcome
    return Ending(
        Verdict.CANNOT_TEST,
        f"The service answers this offer, so the exchange works ({seen.stage} passed). Whether it "
        f"then connects could not be tried: {seen.reason}. No cause is claimed.",
        "Try the connection in the engine that made the offer.",
    )


def nothing_passes(subject: Setup, left_out: int, observed: Observed) -> Ending:
    """No control was found, so there is nothing that the subject could be compared with."""
    met = obstacle(observed.all())
    came = _own_answer(subject, observed)
    if met is not None:
        return Ending(
            Verdict.CANNOT_TEST,
            f"{met.text} {came} No cause is claimed.",
            _NEXT_FOR[met.kind],
        )
    tried = sent(observed.all())
    if 2 * sum(o.outcome.kind is OutcomeKind.TRANSIENT for o in tried) > len(tried):
        return Ending(
            Verdict.CANNOT_TEST,
            f"The service is in trouble or limits this client. {came} No cause is claimed.",
            "Wait until it has recovered or its limit has passed, then run the command again.",
        )
    more = f" {left_out} more were left out for the budget (--budget N)." if left_out else ""
    return Ending(
        Verdict.CANNOT_TEST,
        f"Nothing connects here and now, so there is nothing to compare with. {came}{more} "
        "No cause is claimed.",
        "Name a setup that is known to work there as a recipe (--probes FILE), or ask the "
        f"service's operator. {_REPORT}",
    )


def nothing_known(subject: Setup, control: str, observed: Observed) -> Ending:
    """The subject gave no evidence at all, while something else passes."""
    seen = observed.observations(subject)
    said = describe(subject, seen[-1].outcome)
    return Ending(
        Verdict.CANNOT_TEST,
        f"No probe of the setup got an answer that shows anything ({said}, the last of "
        f"{len(seen)}), while {control} passes. No cause is claimed.",
        "Wait until the service has recovered or its limit has passed, then run it again.",
    )


def breaks_down(subject: Setup, control: str, observed: Observed) -> Ending:
    """The subject met a breakdown of the service every time, beside a setup that passes."""
    seen = observed.observations(subject)
    tries = sum(o.attempts for o in seen)
    said = describe(subject, seen[0].outcome)
    return Ending(
        Verdict.REPRODUCED,
        f"It fails every time ({said}; {tries} tries in {len(seen)} probes), while {control} "
        "passes beside it. A breakdown of the service proves nothing, so the cause is only likely.",
        f"Try the changes above, and report it to the service's operator. {_REPORT}",
    )


def not_proved(subject: Setup, control: str, repaired: bool, observed: Observed) -> Ending:
    """It fails every time beside something that passes, and no cause could be proved."""
    failure = observed.failed(subject)
    what = "It fails"
    if failure is not None and failure.signature is not None:
        what = sentence_case(failure_phrase(failure.signature)).rstrip(".") + ","
    return Ending(
        Verdict.REPRODUCED,
        f"{what} every time, while {control} passes beside it. No cause could be proved.",
        "Make change 1 in your code, then run the same command again."
        if repaired
        else f"Make your requests more like the passing one. {_REPORT}",
    )


def _answers_that_show_nothing(
    silent: Sequence[Observation], subject: Setup, observed: Observed
) -> str:
    """How the subject fails, and how often a limit or a breakdown stood in the way of the proof."""
    failure, last = observed.failed(subject), silent[-1]
    own = failure.signature if failure is not None else None
    before = f"{failure_phrase(own)}, but " if own is not None else ""
    return (
        f"{before}{len(silent)} of {len(sent(observed.all()))} probes got an answer that shows "
        f"nothing, such as {describe(last.setup, last.outcome).rstrip('.')} ({last.probe})"
    )


def _two_ways(setup: Setup, subject: Setup, observed: Observed) -> str:
    said: dict[str, list[str]] = {}
    for observation in observed.observations(setup):
        outcome = observation.outcome.judged(observed.goal)
        if outcome.kind is not OutcomeKind.SKIPPED:
            said.setdefault(describe(observation.setup, outcome), []).append(observation.probe)
    ways = "; ".join(f"{', '.join(probes)} {text}" for text, probes in said.items())
    which = "this setup" if setup.as_sent() == subject.as_sent() else "another setup of this run"
    return f"{which} was answered in {len(said)} ways ({ways})"


def _own_answer(subject: Setup, observed: Observed) -> str:
    """What the subject got, and how many of the other setups got the same."""
    asked = sent(observed.all())
    own = [o.outcome.judged(observed.goal) for o in observed.observations(subject)]
    if not own:
        return "No probe was answered."
    said = describe(subject, own[0])
    alike = sum(o.outcome.signature == own[0].signature for o in asked)
    tried = len(observed.setups())
    setups = "No other setup was tried" if tried == 1 else f"{tried} setups were tried"
    return f"{setups}; this one got: {said} (as did {alike} of {len(asked)} probes)."
