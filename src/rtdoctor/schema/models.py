"""models.yaml: fields of a session that the model named in it does not take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from rtdoctor.migration.places import ValueShape, split
from rtdoctor.schema.faults import Fault, FaultKind
from rtdoctor.schema.frame import Frame
from rtdoctor.strict_yaml import load_packaged

WHERE = "schema/models.yaml"


@dataclass(frozen=True, slots=True)
class ModelRule:
    """Sessions of these shapes refuse a field when they name one of these models."""

    at: str
    model_at: str
    models: tuple[str, ...]
    shapes: tuple[ValueShape, ...]
    basis: tuple[str, ...]
    null_is_right: bool = False


@dataclass(frozen=True)
class ModelRules:
    rules: tuple[ModelRule, ...]


@lru_cache(maxsize=1)
def load_rules() -> ModelRules:
    """The packaged rules, read once. Raises ``ConfigError`` when the file is wrong."""
    text = (resources.files("rtdoctor.schema") / "models.yaml").read_text("utf-8")
    return load_packaged(text, ModelRules, WHERE)


def judge_models(frame: Frame, session: Any) -> Iterator[Fault]:
    """A fault for each field that the session's own model refuses."""
    for rule in load_rules().rules:
        if frame.shape not in rule.shapes or _at(session, rule.model_at) not in rule.models:
            continue
        value = _at(session, rule.at, missing := object())
        if value is not missing and not (value is None and rule.null_is_right):
            place = (frame.session_at or ()) + split(rule.at)
            yield frame.fault(FaultKind.OTHER_MODEL, place, basis=rule.basis)


def _at(session: Any, place: str, missing: object = None) -> Any:
    for name in split(place):
        if not isinstance(session, dict) or name not in session:
            return missing
        session = session[name]
    return session
