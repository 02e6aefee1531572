"""What the subject itself got: the answers of the diagnosis, or of the run where it names none.

Runs that an older rtdoctor saved have a diagnosis without answers; there the subject's own probes
are read. Whatever a report says of a neighbour, this is what the user sees at home.
"""

from __future__ import annotations

from collections.abc import Sequence

from rtdoctor.domain.exchange import HttpExchange
from rtdoctor.domain.finding import Answered, Diagnosis
from rtdoctor.domain.outcome import LocalCode, Outcome, OutcomeKind, Signature, Stage
from rtdoctor.domain.run import Observation, Purpose, Run
from rtdoctor.report.view.selection import is_inferred
from rtdoctor.wording import outcomes as words
from rtdoctor.wording.local_codes import local_code_text

LABEL = "Your setup got:"
NOT_PROBED = "nothing yet: it was not probed"

_REQUESTS = {Stage.MINT: "token request", Stage.EXCHANGE: "call"}
_QUOTED = 160  # characters of an answer that is not what it should be
_UNREADABLE = (LocalCode.NOT_JSON, LocalCode.NO_TOKEN, LocalCode.ANSWER_NOT_SDP)


def own_answers(run: Run, diagnosis: Diagnosis) -> tuple[Answered, ...]:
    """The subject's answers, each once; one that says so when it was never probed.

    Empty for a survey, which has no subject.
    """
    if run.header.subject is None:
        return ()
    if diagnosis.answers:
        return diagnosis.answers
    return answers_of(_own(run, diagnosis), run) or (Answered(NOT_PROBED, ()),)


def answers_of(observations: Sequence[Observation], run: Run) -> tuple[Answered, ...]:
    """What these probes were answered, in the order in which it came."""
    groups: dict[tuple[str, str], list[str]] = {}
    for observation in observations:
        said = answer_text(observation, run.header.target.base_url), place(observation.outcome)
        # By text and place: the same sentence about two fields is two answers.
        groups.setdefault(said, []).append(observation.probe)
    return tuple(Answered(text, tuple(ids), where) for (text, where), ids in groups.items())


def _own(run: Run, diagnosis: Diagnosis) -> list[Observation]:
    """The subject's observations: as the diagnosis names them, as the run does, or by setup."""
    seen, subject = run.observations, run.header.subject
    named = [o for o in seen if o.probe in diagnosis.subject_probes]
    # A run that was cut short has no diagnosis that names its probes.
    meant = named or [o for o in seen if o.purpose is Purpose.SUBJECT]
    return meant or [o for o in seen if subject and o.setup.as_sent() == subject.as_sent()]


def answer_text(observation: Observation, base_url: str) -> str:
    """``POST /v1/realtime?model=x: 400 invalid_offer: …``, as a developer reads it on the wire."""
    outcome = observation.outcome
    asked = [e for e in observation.exchanges if e.purpose != "hangup"]
    if outcome.kind is OutcomeKind.SKIPPED:
        return f"nothing: not sent, {words.outcome_line(outcome)}"
    if not asked:
        return words.outcome_line(outcome)
    last = asked[-1]
    request = f"{last.request.method} {last.request.url.removeprefix(base_url)}"
    status = last.response.status if last.response is not None else None
    if outcome.is_pass or outcome.stage not in _REQUESTS:
        return f"{request}: {status}, then {words.outcome_line(outcome)}"
    return _one_line(f"{request}: {_refusal(outcome.signature, outcome, last)}")


def _refusal(signature: Signature | None, outcome: Outcome, last: HttpExchange) -> str:
    if signature is None:
        return "no reason was recorded"
    body = last.response.body if last.response is not None else ""
    if not signature.is_local:
        said_nothing = not (signature.message or signature.is_empty_error)
        return signature.describe() + (_quote(body) if said_nothing else "")
    status = f"{signature.status} " if signature.status is not None else ""
    quote = _quote(body) if signature.code in _UNREADABLE and not outcome.is_pass else ""
    detail = f" ({signature.message})" if signature.message else ""
    return f"{status}{local_code_text(outcome) or signature.describe()}{detail}{quote}"


def _quote(body: str) -> str:
    said = _one_line(body)
    cut = said if len(said) <= _QUOTED else said[:_QUOTED] + "…"
    return f" “{cut}”" if said else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())


def place(outcome: Outcome) -> str:
    """The place in the request that the error names: ``session.type in the token request``."""
    signature = outcome.signature
    if signature is None or not signature.param or signature.stage not in _REQUESTS:
        return ""
    return f"{signature.param} in the {_REQUESTS[signature.stage]}"


def where_it_was_seen(answered: Answered, run: Run) -> str:
    """What stands beside an answer: its probes, the place that the error names, its basis."""
    return _in_brackets(_beside(answered, run))


def shorter_and_shorter(answered: Answered, run: Run) -> list[str]:
    """As ``where_it_was_seen``, then with less and less, and nothing at last: for little room."""
    parts = _beside(answered, run)
    return [_in_brackets(parts[:count]) for count in range(len(parts), -1, -1)]


def _beside(answered: Answered, run: Run) -> list[str]:
    wanted = set(answered.probes)
    inferred = any(is_inferred(o) for o in run.observations if o.probe in wanted)
    parts = (
        words.ids(answered.probes),
        f"the error names {answered.place}" if answered.place else "",
        "inferred by the sandbox" if inferred else "",
    )
    return [part for part in parts if part]


def _in_brackets(parts: Sequence[str]) -> str:
    return f" ({'; '.join(parts)})" if parts else ""
