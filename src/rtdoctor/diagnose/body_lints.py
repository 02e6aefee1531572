"""What the published schema says of the subject's own bodies, without any probe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from rtdoctor.diagnose.known import service_of
from rtdoctor.domain.finding import Lint
from rtdoctor.domain.run import TargetInfo
from rtdoctor.domain.setup import EncodingKind, Factor, Setup
from rtdoctor.knowledge.entry import KnownService
from rtdoctor.migration import dialect_at
from rtdoctor.schema import BodyReading, Fault, RequestKind, explain_fault, read_text
from rtdoctor.schema.published import published
from rtdoctor.schema.requests import kind_of

_MOST = 5  # sentences; a body in another shape has a fault in every field


def body_lints(subject: Setup, target: TargetInfo, passed: Iterable[Setup]) -> tuple[Lint, ...]:
    """The faults of the subject's bodies, the first few.

    The schema is OpenAI's, so nothing is said of another service. What a setup that passed in
    this run sends as well is no fault, whatever the schema says.
    """
    if service_of(target) is not KnownService.OPENAI:
        return ()
    found = list(_faults(subject))
    if not found:
        return ()
    # A probe outranks the schema: what the service takes here and now cannot be the fault.
    working = {fault for setup in passed for _, fault in _faults(setup)}
    date = published().date
    lints = (
        Lint(factor.value, f"By the published schema of {date}: {explain_fault(fault)}.")
        for factor, fault in found
        if fault not in working
    )
    return tuple(islice(lints, _MOST))


def _faults(setup: Setup) -> Iterator[tuple[Factor, Fault]]:
    for factor, reading in _readings(setup):
        yield from ((factor, fault) for fault in reading.faults)


def _readings(setup: Setup) -> Iterator[tuple[Factor, BodyReading]]:
    dialect = dialect_at(setup.token_endpoint.value.path)
    if dialect is not None and setup.auth.value.kind.needs_token:
        text = setup.token_body.value.text
        yield Factor.TOKEN_BODY, _read(kind_of(dialect), text)
    encoding = setup.call_encoding.value
    if encoding.kind is EncodingKind.MULTIPART:
        yield Factor.CALL_ENCODING, _read(RequestKind.CALL_SESSION, encoding.session)


@lru_cache(maxsize=256)  # the setups of a run share their bodies
def _read(kind: RequestKind, text: str | None) -> BodyReading:
    return read_text(kind, text)
