"""No secret that the environment holds can hide what every setup of probes.yaml is made of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from rtdoctor.plan import catalogue as probes
from rtdoctor.secrets.kept_words import can_be_hidden


def strings(data: Any) -> Iterator[str]:
    match data:
        case str():
            yield data
        case dict():
            for key, value in data.items():
                yield key
                yield from strings(value)
        case list():
            for value in data:
                yield from strings(value)


def words() -> list[str]:
    """The names of levels, and every value of a body, a query or an endpoint."""
    found = set()
    for levels in probes.read().entries.values():
        for name, entry in levels.items():
            value = entry.level.value
            found.add(name)
            for text in (getattr(value, "text", None), getattr(value, "session", None)):
                if text and text.startswith("{"):
                    found |= set(strings(json.loads(text)))
            for key, query in getattr(value, "params", ()):
                found |= {key, query}
            found |= set((getattr(value, "path", None) or "").split("/"))
    return sorted(found)


@pytest.mark.parametrize("word", words())
def test_a_word_of_the_catalogue_is_never_hidden(word: str) -> None:
    assert not can_be_hidden(word)


@pytest.mark.parametrize("word", ["gpt-realtime-2", "gpt-live", "4o-realtime-preview"])
def test_neither_is_a_part_of_one(word: str) -> None:
    assert not can_be_hidden(word)
