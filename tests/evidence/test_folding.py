"""Long documents made short and whole again."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.errors import EvidenceError
from rtdoctor.evidence import codec, folding
from support import runs

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abc", min_size=1, max_size=2), inner, max_size=4)
    ),
)


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "PLAIN_BYTES", 0)


def test_a_short_document_stays_plain_json() -> None:
    data = codec.encode(*runs.founding())
    folded = folding.fold(data)
    assert json.loads(folded) == json.loads(data)
    assert folding.unfold(folded) == folded


@pytest.mark.thorough
def test_a_long_run_shrinks_to_less_than_a_third_and_comes_back() -> None:
    data = codec.encode(*runs.long(400))
    folded = folding.fold(data)
    assert len(folded) < len(data) / 3
    assert codec.decode(folding.unfold(folded)) == runs.long(400)


@pytest.mark.thorough
def test_every_text_can_still_be_found_in_the_folded_bytes() -> None:
    run, diagnosis = runs.long(400)
    folded = folding.fold(codec.encode(run, diagnosis)).decode()
    for observation in run.observations:
        assert observation.call_id is None or observation.call_id in folded
        for exchange in observation.exchanges:
            assert all(value in folded for _, value in exchange.request.headers)


@pytest.mark.thorough
@pytest.mark.usefixtures("always")
def test_any_document_comes_back() -> None:
    @given(st.lists(JSON, min_size=1, max_size=5))
    def check(parts: list[object]) -> None:
        document = {"twice": [parts, parts], "text": "a line of some length\n" * 20}
        folded = folding.fold(json.dumps(document).encode())
        assert json.loads(folding.unfold(folded)) == document

    check()


@pytest.mark.parametrize(
    "parts",
    [
        '"shared":["x"],"fields":[],"in":{"$":7}',
        '"shared":["x"],"fields":[],"in":{"$":null}',
        '"shared":[1],"fields":[],"in":{"$":[0,0]}',
        '"shared":[],"fields":[["a"]],"in":{"=":[0]}',
        '"shared":[],"fields":[["a"]],"in":{"=":[]}',
        '"shared":[],"fields":[[]],"in":{"odd":1,"even":2}',
        '"fields":[],"in":{}',
        '"shared":["x"],"fields":[],"in":',
        '"shared":[],"fields":[],"in":' + "[" * 100_000,
    ],
)
def test_a_damaged_one_is_refused_in_words(parts: str) -> None:
    folded = f'{{"kind":"rtdoctor.folded",{parts}}}'
    with pytest.raises(EvidenceError, match="cannot be unfolded"):
        folding.unfold(folded.encode())


def test_one_that_would_fill_the_memory_is_refused() -> None:
    bomb = {
        "kind": "rtdoctor.folded",
        "shared": ["x" * 100_000],
        "fields": [],
        "in": [{"$": 0}] * 2000,
    }
    with pytest.raises(EvidenceError, match="grows beyond"):
        folding.unfold(json.dumps(bomb, separators=(",", ":")).encode())
