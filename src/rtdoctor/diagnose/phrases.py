"""The sentences of a diagnosis, for a reader who is new to all this."""

from __future__ import annotations

from collections.abc import Sequence

from rtdoctor.diagnose.facts import OBSTACLES
from rtdoctor.domain.finding import Cause, Fact, Repair, Verdict
from rtdoctor.domain.level_text import FACTOR_NAMES, level_text
from rtdoctor.domain.outcome import Signature, Stage
from rtdoctor.domain.setup import Factor, Setup

DOES_NOT_PROVE = (
    "A pass means that the first event of a session came; it says nothing about sound, longer "
    "sessions or other networks.",
    "Which check the service makes is not visible, only which answers it gives.",
    "Another key, project, model, region or day may behave otherwise.",
)


def level_phrase(factor: Factor, setup: Setup) -> str:
    """A level in words: ``the token comes from /v1/realtime/sessions``."""
    text = level_text(factor, setup[factor])
    match factor:
        case Factor.TOKEN_ENDPOINT:
            has_one = setup.token_endpoint.value.path is not None
            return f"the token comes from {text}" if has_one else "no token is minted"
        case Factor.TOKEN_BODY:
            return f"the token request has {_named('the body', text)}"
        case Factor.AUTH:
            return f"the call carries {text}"
        case Factor.BETA_HEADER:
            return f"the requests have {text}"
        case Factor.CALL_ENDPOINT:
            return f"the offer is posted to {text}"
        case Factor.CALL_QUERY:
            return f"the call has {text}"
        case Factor.CALL_ENCODING:
            return f"the offer travels as {text}"
        case Factor.OFFER:
            return f"the offer is {text}"


def _named(what: str, name: str) -> str:
    return name if name.startswith("no ") else f"{what} {name}"


def failure_phrase(signature: Signature) -> str:
    """What was refused and how, in a clause: ``the call is refused (400 invalid_offer)``."""
    if signature.status is None:
        return f"the connection fails at {signature.stage} ({signature.describe()})"
    what = "the token request" if signature.stage is Stage.MINT else "the call"
    said = f"{signature.status} {signature.code or ''}".rstrip()
    if signature.is_empty_error:
        said = f"{signature.status}, an error object of empty strings"
    return f"{what} is {'refused' if signature.status >= 400 else 'not answered well'} ({said})"


def cause_phrase(cause: Cause, subject: Setup) -> str:
    """The levels of a cause in one clause."""
    return " and ".join(level_phrase(Factor(b.factor), subject) for b in cause.levels)


def repair_phrase(repair: Repair, subject: Setup) -> str:
    """The edits of a repair in one clause; only their places when there are many."""
    factors = [Factor(c.factor) for c in repair.changes]
    if len(factors) > 2:
        return f"{len(factors)} edits ({', '.join(FACTOR_NAMES[f] for f in factors)})"
    return ", and ".join(
        f"{_edited(f, repair.setup)} instead of {_edited(f, subject)}" for f in factors
    )


def _edited(factor: Factor, setup: Setup) -> str:
    text = level_text(factor, setup[factor])
    return _named("the body", text) if factor is Factor.TOKEN_BODY else text


def blocking(found: Sequence[Fact]) -> str:
    """What stands in the way of testing anything, in words; empty when nothing does."""
    return " ".join(f.text for f in found if f.kind in OBSTACLES)


def sentence(
    subject: Setup,
    verdict: Verdict,
    causes: Sequence[Cause],
    repairs: Sequence[Repair],
    found: Sequence[Fact] = (),
    cut_short: str = "",
) -> str:
    """The verdict in a few sentences. ``cut_short``: what ended the diagnosis early, if anything
    did."""
    obstacle = blocking(found)
    match verdict:
        case Verdict.WORKS:
            return "This setup works here and now, twice; the failure was not reproduced."
        case Verdict.CANNOT_TEST:
            why = obstacle or "No known recipe works here and now."
            return f"{why} So this could not be tested, and no cause is claimed."
        case Verdict.INCONCLUSIVE:
            why = "the answers differed from one time to the next"
            if cut_short:
                why = f"{cut_short} before the proof was complete"
            if obstacle:
                why = obstacle[0].lower() + obstacle[1:].rstrip(".")
            claimed = "not everything is proved" if causes else "no cause is claimed"
            return f"Inconclusive, {claimed}: {why}."
        case Verdict.EXPLAINED:
            failure = failure_phrase(causes[0].signature)
            text = f"{failure[0].upper()}{failure[1:]} because {cause_phrase(causes[0], subject)}."
            if len(causes) > 1:
                more = len(causes) - 1
                others = "waits another cause" if more == 1 else f"wait {more} more causes"
                text += f" Behind it {others}."
            best = next((r for r in repairs if not r.leaks_key), None)
            if best is not None:
                text += f" The smallest change that works: {repair_phrase(best, subject)}."
            return text
        case _:
            return "It fails every time, but no cause could be proved."


def assumptions(
    control: Setup,
    subject: Setup,
    asked: int,
    *,
    budget_ended: bool,
    whole: bool,
    only_repaired: Sequence[frozenset[str]] = (),
) -> tuple[str, ...]:
    """What the claims rest on. ``whole``: nothing that was asked for stayed open.

    ``only_repaired``: for each cause, the factors that had to be at the control's level for it
    to be seen.
    """
    alike = [f.value for f, level in subject if level == control[f]]
    said = [
        "The service answers the same request alike within this run"
        + ("; every decisive probe was repeated." if whole else "."),
        f"Causes are relative to the control: what it shares with the subject ({', '.join(alike)}) "
        "was varied only where another passing recipe differs in it.",
        "Interactions of more than two levels were looked for only where smaller ones explain "
        "nothing.",
    ]
    for number, factors in enumerate(only_repaired, 1):
        if factors:
            said.append(
                f"Cause {number} was seen only with {', '.join(sorted(factors))} at the control's "
                "level, since at the subject's something else fails: whether the cause fails alone "
                "or only together with that level, no probe can tell."
            )
    if budget_ended:
        said.append(f"The budget ended the search after {asked} probes.")
    return tuple(said)
