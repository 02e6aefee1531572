"""The block to paste to a service's support: ids and times of the failing probes, no secret."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest

from rtdoctor.domain.exchange import HttpExchange, HttpResponse
from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.run import Observation, Run
from rtdoctor.report.own_answer import own_answers, where_it_was_seen
from rtdoctor.report.view.selection import by_signature, decisive
from rtdoctor.wording import findings as finding_text
from rtdoctor.wording.printable import printable

LIMIT = 20
"""Failing probes listed; support needs examples, not all of them."""

_WIDTH, _SAID = 84, 300

_TRACED = (
    "x-request-id",
    "apim-request-id",
    "x-ms-request-id",
    "x-litellm-call-id",
    "cf-ray",
    "x-ms-region",
    "x-region",
    "openai-processing-ms",
    "x-envoy-upstream-service-time",
    "openai-version",
    "retry-after",
    "date",
)


def block(run: Run, diagnosis: Diagnosis) -> str:
    """Plain text; empty when no failing probe reached the service.

    One example of each distinct answer comes before further examples of the same.
    """
    failing = _failing(run, diagnosis)
    if not failing:
        return ""
    lines = [*_head(run, diagnosis, len(failing))]
    for observation in failing[:LIMIT]:
        lines += ["", *_probe(observation, observation.exchanges)]
    if len(failing) > LIMIT:
        lines += ["", f"({len(failing) - LIMIT} more failing probes are in the report)"]
    return "".join(printable(line, one_line=True) + "\n" for line in lines)


def short(run: Run, diagnosis: Diagnosis, most: int) -> list[str]:
    """The lines of the same for at most ``most`` probes, with the deciding exchange of each."""
    failing = _failing(run, diagnosis)
    lines = [*_head(run, diagnosis, len(failing))] if failing else []
    for observation in failing[:most]:
        asked = [e for e in observation.exchanges if e.purpose != "hangup"]
        lines += _probe(observation, asked[-1:])
    return lines


def _head(run: Run, diagnosis: Diagnosis, failing: int) -> Iterator[str]:
    head = run.header
    yield f"Service:  {head.target.describe()}"
    yield f"Run:      {head.run_id}, {head.started_at} to {run.finished_at or 'unknown'} (UTC)"
    yield f"Tool:     rtdoctor {head.environment.rtdoctor} on {head.environment.platform}"
    yield f"Failing:  {failing} of {len(run.observations)} probes"
    for answered in own_answers(run, diagnosis):
        yield f"Answer:   {_cut(answered.text)}{where_it_was_seen(answered, run)}"
    for suspicion in diagnosis.suspicions:
        said = finding_text.suspicion(suspicion, run)
        yield f"Likely:   {_cut(said)} ({finding_text.suspicion_pair(suspicion)})"
    for contradiction in diagnosis.contradictions:
        yield f"Unsteady: {_cut(finding_text.contradiction_whole(contradiction))}"


def _failing(run: Run, diagnosis: Diagnosis) -> list[Observation]:
    proving = decisive(run, diagnosis)
    groups = [
        # The probes on which a finding rests are the best examples of their answer.
        sorted(members, key=lambda o: o.probe not in proving)
        for _, members in by_signature(run)
        if not members[0].outcome.is_pass
    ]
    in_turn = chain.from_iterable(zip_longest(*groups))
    return [o for o in in_turn if o is not None and o.exchanges]


def _probe(observation: Observation, exchanges: Sequence[HttpExchange]) -> Iterator[str]:
    signature = observation.outcome.signature
    said = signature.describe() if signature is not None else "no reason recorded"
    yield f"{observation.probe}  {_cut(said)}"
    for exchange in exchanges:
        if exchange.purpose != "hangup":
            yield from _exchange(exchange)
    if observation.call_id:
        yield f"    call id: {observation.call_id}"


def _cut(text: str) -> str:
    return text if len(text) <= _SAID else text[:_SAID] + " …"


def _exchange(exchange: HttpExchange) -> Iterator[str]:
    response = exchange.response
    came = str(response.status) if response else exchange.error or "no answer"
    request = exchange.request
    yield f"    {exchange.started_at}  {request.method} {request.url} -> {came}"
    if response is not None:
        yield from _wrapped([f"{name}: {value}" for name, value in traced(response)])


def _wrapped(headers: Sequence[str]) -> Iterator[str]:
    """Headers side by side as far as a line holds them; none is broken."""
    line = ""
    for header in headers:
        if line and len(line) + len(header) > _WIDTH:
            yield f"      {line}"
            line = ""
        line += f", {header}" if line else header
    if line:
        yield f"      {line}"


def traced(response: HttpResponse) -> Iterator[tuple[str, str]]:
    """The headers by which a service finds a request again, in a fixed order."""
    for name in _TRACED:
        value = response.header(name)
        if value is not None:
            yield name, value
