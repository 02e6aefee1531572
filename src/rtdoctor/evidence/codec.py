"""A run and its diagnosis as a JSON document, and back; see docs/data-format.md.

What is read may come from a stranger: it is JSON only, limited in size and depth, and decoded
strictly into the domain's own types. Fields that are not known are ignored, so that a minor
addition does not make old versions useless; a higher ``data_format`` is refused.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import cleandoc
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.outcome import OutcomeKind
from rtdoctor.domain.run import DATA_FORMAT, Observation, Run
from rtdoctor.errors import EvidenceError

KIND = "rtdoctor.run"
MAX_BYTES = 64 * 2**20
MAX_DEPTH = 40
MAX_PARTS = 4_000_000
"""Most texts and brackets in a document: several times those of a thousand probes."""
LONGEST_MS = 86_400_000
_MOST = 10**12
SCRIPT_ID = "rtdoctor-run"

T = TypeVar("T")

# A string is one token, so a bracket in it does not count. The possessive quantifier keeps the time
# linear where a string has no end.
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\Z)|[\[{]|[\]}]', re.DOTALL)
_PROBE_ID = re.compile(r"#[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Document:
    """The outermost object of a run file."""

    data_format: int
    kind: str
    run: Run
    diagnosis: Diagnosis | None = None


@dataclass(frozen=True, slots=True)
class _Envelope:
    kind: str
    data_format: int


_DOCUMENT = msgspec.json.Decoder(Document)
_ENVELOPE = msgspec.json.Decoder(_Envelope)


def encode(run: Run, diagnosis: Diagnosis | None = None) -> bytes:
    """The document as UTF-8 JSON, with a final newline. Redact before, guard afterwards."""
    document = Document(DATA_FORMAT, KIND, run, diagnosis)
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def decode(data: bytes, *, where: str = "this file") -> tuple[Run, Diagnosis | None]:
    """The run and the diagnosis in a document; ``EvidenceError`` when it is not a sound one."""
    # First, so that a later format is called by its number and not unsound.
    check_envelope(data, KIND, where)
    document = decode_as(_DOCUMENT, data, where)
    return check_run(document.run, where), document.diagnosis


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the document; also shipped as ``run.schema.json``."""
    text = json.dumps(msgspec.json.schema(Document))
    found: dict[str, Any] = json.loads(text, object_hook=_with_clean_description)
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    found["title"] = f"rtdoctor run, data format {DATA_FORMAT}"
    return found


def _with_clean_description(part: dict[str, Any]) -> dict[str, Any]:
    # msgspec before 0.23 leaves the indent of a docstring in it
    if isinstance(said := part.get("description"), str):
        part["description"] = cleandoc(said)
    return part


def check_envelope(data: bytes, kind: str, where: str) -> None:
    """That ``data`` is JSON of this kind, in a format that this version knows."""
    check_limits(data, where)
    try:
        envelope = _ENVELOPE.decode(data)
    except msgspec.ValidationError:
        raise EvidenceError(
            f"{where} is JSON, but not a run of rtdoctor",
            hint="A run file says data_format and kind at its top.",
        ) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise EvidenceError(
            f"{where} is not JSON: {error}",
            hint="Name a run of rtdoctor: JSON, a journal, an HTML report or a bundle.",
        ) from None
    if envelope.kind != kind:
        raise EvidenceError(f"{where} holds a {envelope.kind[:60]!r}, not a {kind!r}")
    if envelope.data_format > DATA_FORMAT:
        raise EvidenceError(
            f"{where} has data format {envelope.data_format}; "
            f"this version of rtdoctor reads up to {DATA_FORMAT}",
            hint="Upgrade rtdoctor to read it: pip install --upgrade rtdoctor",
        )
    if envelope.data_format < 1:
        raise EvidenceError(f"{where}: there is no data format {envelope.data_format}")


def check_run(run: Run, where: str) -> Run:
    """The same run, when each probe can be told apart and shown; else ``EvidenceError``."""
    numbers = Counter(observation.probe.lstrip("#0") for observation in run.observations)
    for probe, times in numbers.most_common(1):
        if times > 1:
            raise EvidenceError(
                f"{where} is not a sound run of rtdoctor: "
                f"probe #{probe[:9]} stands in it {times} times"
            )
    for observation in (*run.observations, *run.cut_short):
        if _PROBE_ID.fullmatch(observation.probe) is None:
            raise EvidenceError(f"{where} names a probe {observation.probe[:40]!r}; ids are #1, #2")
        problem = _problem(observation)
        if problem:
            raise EvidenceError(
                f"{where} is not a sound run of rtdoctor: probe {observation.probe} {problem}",
                hint="It was changed by hand, damaged, or written by a newer version.",
            )
    return run


def _problem(observation: Observation) -> str:
    """What the types cannot say about an observation, and no run of ours has."""
    outcome = observation.outcome
    # Reports rely on each of these, and a file that was edited by hand may break them.
    if outcome.kind is not OutcomeKind.SKIPPED and outcome.stage is None:
        return f"has the outcome {outcome.kind} at no stage"
    if outcome.kind in (OutcomeKind.FAIL, OutcomeKind.TRANSIENT) and outcome.signature is None:
        return "failed and does not say how"
    if not all(0 <= time <= LONGEST_MS for time in _times(observation)):
        return "took longer than a day, or less than nothing"
    if not all(0 <= count <= _MOST for count in _counts(observation)):
        return "counts more than can be, or less than nothing"
    return ""


def _times(observation: Observation) -> Iterator[float]:
    """Every time in milliseconds that a report draws or adds up."""
    yield observation.duration_ms
    for stage in observation.stages:
        yield from (stage.start_ms, stage.duration_ms)
    for exchange in observation.exchanges:
        timing = exchange.timing
        yield from (timing.total_ms, timing.connect_ms or 0, timing.tls_ms or 0)
        yield timing.wait_ms or 0
    yield from (event.at_ms for event in observation.events)


def _counts(observation: Observation) -> Iterator[int]:
    yield from (observation.attempts, observation.tokens_minted)
    yield from (observation.sessions_opened, observation.sessions_hung_up)
    yield from (e.response.body_bytes for e in observation.exchanges if e.response is not None)


def check_limits(data: bytes, where: str) -> None:
    """Refuse what is too large or too deep before anything is built from it."""
    if len(data) > MAX_BYTES:
        raise EvidenceError(f"{where} is larger than {MAX_BYTES // 2**20} MB, the limit for a run")
    depth = 0
    for number, token in enumerate(_TOKENS.finditer(data)):
        if number > MAX_PARTS:
            raise EvidenceError(f"{where} has more than {MAX_PARTS:,} parts, the limit for a run")
        mark = token[0][0]
        if mark in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise EvidenceError(f"{where} is nested deeper than {MAX_DEPTH} levels")
        elif mark in b"]}":
            depth -= 1


def decode_as(decoder: msgspec.json.Decoder[T], data: bytes, where: str) -> T:
    """Strictly one value; ``EvidenceError`` says which field is wrong."""
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        raise EvidenceError(
            f"{where} is not a sound run of rtdoctor: {_brief(error)}",
            hint="It was changed by hand, damaged, or written by a newer version.",
        ) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise EvidenceError(f"{where} is not JSON: {error}") from None


def _brief(error: Exception) -> str:
    """What msgspec says, without most of a long value that it repeats."""
    text = str(error)
    return text if len(text) <= 400 else f"{text[:200]} … {text[-200:]}"


if __name__ == "__main__":  # writes the shipped schema anew
    Path(__file__).with_name("run.schema.json").write_text(
        json.dumps(schema(), indent=1) + "\n", encoding="utf-8"
    )
