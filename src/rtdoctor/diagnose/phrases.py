"""The sentences of a diagnosis, for a reader who is new to all this."""

from __future__ import annotations

from collections.abc import Sequence

from rtdoctor.domain.finding import Cause, Fact, Repair, Verdict
from rtdoctor.domain.setup import AuthKind, Factor, Setup

DOES_NOT_PROVE = (
    "A pass means that the first event of a session came; it says nothing about sound, longer "
    "sessions or other networks.",
    "Which check the service makes is not visible, only which answers it gives.",
    "Another key, project, model, region or day may behave otherwise.",
)


def level_phrase(factor: Factor, setup: Setup) -> str:
    """A level in words: ``the token is minted at /v1/realtime/sessions``."""
    name = setup[factor].name
    match factor:
        case Factor.TOKEN_ENDPOINT:
            path = setup.token_endpoint.value.path
            return f"the token comes from {path}" if path else "no token is minted"
        case Factor.TOKEN_BODY:
            return f"the mint's body is {name}"
        case Factor.AUTH:
            kind = setup.auth.value.kind
            what = f"“{setup.auth.value.text}”" if kind is AuthKind.LITERAL else name
            return f"the call carries {what}"
        case Factor.BETA_HEADER:
            return f"the OpenAI-Beta header is {name}"
        case Factor.CALL_ENDPOINT:
            return f"the offer is posted to {setup.call_endpoint.value.path}"
        case Factor.CALL_QUERY:
            query = "&".join(f"{k}={v}" for k, v in setup.call_query.value.params)
            return f"the call has ?{query}" if query else "the call has no query"
        case Factor.CALL_ENCODING:
            return f"the offer travels as {name}"
        case Factor.OFFER:
            return f"the offer is {name}"


def cause_phrase(cause: Cause, subject: Setup) -> str:
    """The levels of a cause in one clause."""
    return " and ".join(level_phrase(Factor(b.factor), subject) for b in cause.levels)


def repair_phrase(repair: Repair) -> str:
    """The edits of a repair in one clause; only their places when there are many."""
    if len(repair.changes) > 2:
        return f"{len(repair.changes)} edits ({', '.join(c.factor for c in repair.changes)})"
    return ", ".join(f"{c.factor} {c.old} → {c.new}" for c in repair.changes)


def blocking(found: Sequence[Fact]) -> str:
    """What stands in the way of testing anything, in words; empty when nothing does."""
    return " ".join(f.text for f in found if f.kind in ("key", "quota", "region", "network"))


def sentence(
    subject: Setup,
    verdict: Verdict,
    causes: Sequence[Cause],
    repairs: Sequence[Repair],
    found: Sequence[Fact] = (),
    spent: int = 0,
) -> str:
    """The verdict in one or two sentences. ``spent``: the budget, if it ended the diagnosis."""
    obstacle = blocking(found)
    match verdict:
        case Verdict.WORKS:
            return "This setup works here and now, twice; the failure was not reproduced."
        case Verdict.CANNOT_TEST:
            why = obstacle or "No known recipe works here and now."
            return f"This could not be tested, so no cause is claimed. {why}"
        case Verdict.INCONCLUSIVE:
            why = "the answers differed from one time to the next"
            if spent:
                why = f"the budget of {spent} probes ended before the proof was complete"
            if obstacle:
                why = obstacle[0].lower() + obstacle[1:].rstrip(".")
            claimed = "not everything is proved" if causes else "no cause is claimed"
            return f"Inconclusive, {claimed}: {why}."
        case Verdict.EXPLAINED:
            first = cause_phrase(causes[0], subject)
            text = f"It fails ({causes[0].signature.describe()}) because {first}."
            if len(causes) > 1:
                more = len(causes) - 1
                text += f" Behind it {'waits another cause' if more == 1 else f'wait {more} more'}."
            best = next((r for r in repairs if not r.leaks_key), None)
            if best is not None:
                text += f" The smallest change that works: {repair_phrase(best)}."
            return text
        case _:
            return "It fails every time, but no cause could be proved."


def assumptions(
    control: Setup,
    subject: Setup,
    asked: int,
    budget_ended: bool,
    only_repaired: Sequence[frozenset[str]] = (),
) -> tuple[str, ...]:
    """What the claims rest on. ``only_repaired``: for each cause, the factors that had to be at
    the control's level for it to be seen."""
    alike = [f.value for f, level in subject if level == control[f]]
    said = [
        "The service answers the same request alike within this run"
        + ("." if budget_ended else "; every decisive probe was repeated."),
        f"Causes are relative to the control: what it shares with the subject ({', '.join(alike)}) "
        "was varied only where another passing recipe differs in it.",
        "Interactions of more than two levels were looked for only where smaller ones explain "
        "nothing.",
    ]
    for number, factors in enumerate(only_repaired, 1):
        if factors:
            said.append(
                f"Cause {number} was seen only with {', '.join(sorted(factors))} at the control's "
                "level, since at the subject's it fails earlier: whether the cause fails alone or "
                "only together with that level, no probe can tell."
            )
    if budget_ended:
        said.append(f"The budget ended the search after {asked} probes.")
    return tuple(said)
