"""refusals.yaml: fields of the schema that one model or one service does not take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rtdoctor.migration.places import ValueShape, split
from rtdoctor.packaged_yaml import read_packaged
from rtdoctor.schema.faults import Fault, FaultKind
from rtdoctor.schema.frame import Frame, value_at
from rtdoctor.schema.requests import At, RequestKind

WHERE = "schema/refusals.yaml"


@dataclass(frozen=True, slots=True)
class ModelRefusal:
    """Sessions of these shapes refuse a field when they name one of these models."""

    at: str
    model_at: str
    models: tuple[str, ...]
    shapes: tuple[ValueShape, ...]
    basis: tuple[str, ...]
    null_is_right: bool = False


@dataclass(frozen=True, slots=True)
class ServiceRefusal:
    """A service refuses a field that OpenAI takes."""

    service: str
    request: RequestKind
    at: str
    basis: tuple[str, ...]


@dataclass(frozen=True)
class Refusals:
    """The whole file."""

    models: tuple[ModelRefusal, ...]
    services: tuple[ServiceRefusal, ...]


@lru_cache(maxsize=1)
def refusals() -> Refusals:
    """The packaged file, read once. Raises ``ConfigError`` when the file is wrong."""
    return read_packaged(WHERE, Refusals)


def judge_refusals(frame: Frame, body: Any, service: str | None) -> Iterator[Fault]:
    """A fault for each field that the service, or the session's own model, refuses."""
    for known in refusals().services:
        at = split(known.at)
        if known.service == service and known.request is frame.kind and _has(body, at):
            yield frame.fault(FaultKind.OTHER_SERVICE, at, basis=known.basis)
    if frame.session_at is not None:
        yield from _of_models(frame, frame.session_at, body)


def _of_models(frame: Frame, session_at: At, body: Any) -> Iterator[Fault]:
    for rule in refusals().models:
        at, model_at = session_at + split(rule.at), session_at + split(rule.model_at)
        if frame.shape not in rule.shapes or value_at(body, model_at) not in rule.models:
            continue
        # Null says that a field is off, which is no use of it.
        is_right = rule.null_is_right and value_at(body, at) is None
        if _has(body, at) and not is_right:
            yield frame.fault(FaultKind.OTHER_MODEL, at, basis=rule.basis)


def _has(body: Any, at: At) -> bool:
    holder = value_at(body, at[:-1])
    return isinstance(holder, dict) and at[-1] in holder
