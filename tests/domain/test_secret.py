"""A secret shows its alias, whatever is done to it."""

from __future__ import annotations

import copy
import json
import pickle

import msgspec
import pytest

from rtdoctor.domain.secret import Secret

VALUE = "sk-live-0123456789abcdef"
SECRET = Secret(VALUE, "<api-key>")


@pytest.mark.parametrize(
    "shown",
    [str(SECRET), repr(SECRET), f"{SECRET}", f"{SECRET:>20}", f"{[SECRET]!r}", "%s" % SECRET],  # noqa: UP031
)
def test_text_shows_the_alias(shown: str) -> None:
    assert VALUE not in shown
    assert "<api-key>" in shown


@pytest.mark.parametrize("encode", [json.dumps, pickle.dumps, msgspec.json.encode, copy.copy])
def test_it_cannot_be_encoded(encode) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(TypeError) as caught:
        encode(SECRET)

    assert VALUE not in str(caught.value)


def test_it_has_no_dictionary_to_print() -> None:
    assert not hasattr(SECRET, "__dict__")
