"""What the claims of a diagnosis come to, in words: the verdict, and what it rests on."""

from __future__ import annotations

from rtdoctor.diagnose import endings
from rtdoctor.diagnose.causes import Explained
from rtdoctor.diagnose.claims import SEEN_ONCE, Claims, factors_of
from rtdoctor.diagnose.endings import Ending
from rtdoctor.diagnose.inside_claims import blamed_places
from rtdoctor.domain.finding import Verdict
from rtdoctor.domain.outcome import Signature
from rtdoctor.wording.diagnosis import (
    failure_phrase,
    levels_phrase,
    repair_phrase,
    sentence_case,
)


def ending_of(claims: Claims, control: str) -> Ending:
    """The verdict that these claims carry, in words."""
    observed, subject = claims.observed, claims.main.subject
    proved = claims.causes()
    contradicted = observed.contradicted()
    if contradicted:
        if subject.as_sent() in contradicted:
            return endings.changed_its_answer(subject, subject, observed)
        return endings.contradicted(contradicted, subject, observed)
    if claims.is_open or any(claims.objection(c) == SEEN_ONCE for c in claims.found):
        return endings.cut_short(len(proved), subject, observed)
    if observed.breakdowns_count and not proved:
        return endings.breaks_down(subject, control, observed)
    if not proved:
        return endings.not_proved(subject, control, bool(claims.repairs), observed)
    explained = claims.explains_the_subject
    verdict = Verdict.EXPLAINED if explained else Verdict.REPRODUCED
    return Ending(verdict, _explanation(claims), _next_step(claims))


def _explanation(claims: Claims) -> str:
    standing = claims.proved
    first = standing[0]
    seen = _own_failure(claims) or first.signature
    if any(map(claims.is_own, standing)):
        first = next(filter(claims.is_own, standing))
        text = sentence_case(_because(failure_phrase(seen), _levels(claims, first)))
        text += _more(len(standing) - 1)
    elif claims.explains_the_subject:
        # no cause alone shows the subject's error; changing what they name, all together, cures it
        causes = ", and because ".join(_levels(claims, cause) for cause in standing)
        text = sentence_case(_because(failure_phrase(seen), causes))
    else:
        text = (
            f"{sentence_case(failure_phrase(seen))} What causes that could not be proved. Beside "
            f"it, {failure_phrase(first.signature)} because {_levels(claims, first)}."
        )
        text += _more(len(standing) - 1)
    text += _only_the_key(claims)
    best = next((r for r in claims.repairs if not r.leaks_key), None)
    if best is not None:
        changed = repair_phrase(best, claims.main.subject)
        text += f" The smallest change seen to work: {changed}."
    return text


def _own_failure(claims: Claims) -> Signature | None:
    """The error that the subject itself got, as it came: of breakdowns, the first."""
    observed, subject = claims.observed, claims.main.subject
    if observed.breakdowns_count:
        return observed.observations(subject)[0].outcome.signature
    own = observed.failed(subject)
    return own.signature if own is not None else None


def _because(failure: str, causes: str) -> str:
    """Both in one clause: ``the call is refused (400) because it has ?model=…``."""
    request = next((r for r in ("the token request", "the call") if failure.startswith(r)), None)
    if request is not None and causes.startswith(f"{request} "):
        causes = f"it {causes.removeprefix(f'{request} ')}"
    return f"{failure} because {causes}"


def _levels(claims: Claims, cause: Explained) -> str:
    inside = [blamed_places(found, claims.observed) for found in claims.narrowed(cause)]
    return levels_phrase(factors_of(cause), cause.isolating, inside)


def _only_the_key(claims: Claims) -> str:
    """That tokens are refused and the key is not, where the run shows that."""
    control, subject = claims.main.control.auth.value.kind, claims.main.subject.auth.value.kind
    if control.needs_token or not subject.needs_token:
        return ""
    tokens = [s for s in claims.observed.setups() if s.auth.value.kind.needs_token]
    if any(claims.observed.passed(s) for s in tokens):
        return ""
    passes = "the API key itself" if control.value == "api_key" else "a call without a token"
    return f" None of the {len(tokens)} setups tried with a token passed, while {passes} does."


def _next_step(claims: Claims) -> str:
    if any(not r.leaks_key for r in claims.repairs):
        return "Make change 1 in your code, then run the same command again."
    return "Attach the report to a bug report: rtdoctor check --setup FILE --report all=report"


def assumptions(claims: Claims) -> tuple[str, ...]:
    """What the claims rest on."""
    main, observed = claims.main, claims.observed
    alike = [f.value for f, level in main.subject if level == main.control[f]]
    texts = []
    if not (observed.contradicted() or observed.wavered() or claims.is_open):
        texts.append(
            f"The service answers the same request alike, as far as this run saw: "
            f"{observed.repeated} requests were repeated, every decisive one among them."
        )
    texts += [
        f"Causes are relative to the control: what it shares with the subject "
        f"({', '.join(alike)}) was varied only where another passing setup differs in it.",
        "Interactions of more than two levels were looked for only where smaller ones explain "
        "nothing.",
    ]
    for number, cause in enumerate(claims.standing, 1):
        if cause.only_repaired:
            texts.append(
                f"Cause {number} was seen only with {', '.join(sorted(cause.only_repaired))} "
                "at the control's level, since at the subject's something else fails: whether "
                "the cause fails alone or only together with that level, no probe can tell."
            )
    if observed.spent:
        texts.append(f"The budget ended the search after {observed.asked} probes.")
    return tuple(texts)


def _more(count: int) -> str:
    if not count:
        return ""
    return " There is one more cause." if count == 1 else f" There are {count} more causes."
