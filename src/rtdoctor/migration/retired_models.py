"""What to know of the models in a session: a migration keeps them, the service may not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from rtdoctor.migration.wording import MigrationStep
from rtdoctor.strict_yaml import load_packaged

_WHERE = "migration/retired_models.yaml"
_PLACES = (("model",), ("audio", "input", "transcription", "model"))


@dataclass(frozen=True, slots=True)
class RetiredModel:
    """A pattern for names of models, the day they end, and the model that follows them."""

    model: str
    since: str
    instead: str
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RetiredModels:
    retired: tuple[RetiredModel, ...]


@lru_cache(maxsize=1)
def retired_models() -> tuple[RetiredModel, ...]:
    """The packaged table, read once."""
    text = (resources.files("rtdoctor.migration") / "retired_models.yaml").read_text("utf-8")
    return load_packaged(text, RetiredModels, _WHERE).retired


def model_steps(body: dict[str, Any]) -> Iterator[MigrationStep]:
    """One sentence for each model in a GA body, session or event that has an end in the table."""
    inside = body.get("session")
    prefix, session = ("session.", inside) if isinstance(inside, dict) else ("", body)
    for path in _PLACES:
        value: Any = session
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if not isinstance(value, str):
            continue
        for retired in retired_models():
            if re.fullmatch(retired.model, value):
                place = prefix + ".".join(path)
                text = f"{place} is kept; its model ends on {retired.since}, then {retired.instead}"
                yield MigrationStep(f"{text} takes its place", retired.basis)
                break
