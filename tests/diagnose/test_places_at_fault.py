"""A blamed factor is narrowed to its places, against services on paper with planted rules."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtdoctor.domain.finding import Diagnosis, Verdict
from rtdoctor.domain.outcome import Outcome, Signature, Stage
from rtdoctor.domain.run import Purpose
from rtdoctor.domain.setup import BetaHeader, Factor, Level, Offer, Setup
from support.conversing import SESSION, PaperService, refused, service, subject
from support.sdp_samples import CHROMIUM_OFFER

LARGE: dict[str, Any] = {
    "session": {
        "type": "realtime",
        "model": "gpt-realtime",
        "instructions": "Be brief.",
        "temperature": 0.8,
        "audio": {
            "input": {
                "format": {"type": "audio/pcm", "rate": 24000},
                "turn_detection": {
                    "type": "server_vad",
                    "threshold": 0.5,
                    "prefix_padding_ms": 300,
                    "silence_duration_ms": 200,
                    "create_response": True,
                    "interrupt_response": False,
                },
                "noise_reduction": {"type": "near_field"},
                "transcription": {"model": "gpt-4o-transcribe", "language": "en", "prompt": "x"},
            },
            "output": {"voice": "marin", "speed": 1.1, "format": {"type": "audio/pcm"}},
        },
        "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}}],
        "tool_choice": "auto",
        "max_output_tokens": 400,
        "output_modalities": ["audio"],
        "tracing": {"workflow_name": "w", "group_id": "g", "metadata": {"a": 1, "b": 2, "c": 3}},
        "include": ["item.input_audio_transcription.logprobs"],
        "truncation": {"type": "retention_ratio", "retention_ratio": 0.8},
        "prompt": {"id": "p", "version": "1", "variables": {"x": "1", "y": "2", "z": "3"}},
        "speed": 1.0,
        "metadata": {"team": "a", "page": "b", "build": "c"},
    },
    "expires_after": {"anchor": "created_at", "seconds": 600},
}
EMPTY = Signature(Stage.MINT, 400, "", "", "", "")
Path = tuple[str | int, ...]


def leaves(data: Any, path: Path = ()) -> Iterator[Path]:
    steps = data.items() if isinstance(data, dict) else enumerate(data)
    for step, value in steps:
        if isinstance(value, dict | list):
            yield from leaves(value, (*path, step))
        else:
            yield (*path, step)


OWN = [path for path in leaves(LARGE) if path not in {("session", "type"), ("session", "model")}]
"""Leaves that no recipe has."""


def has(setup: Setup, path: Path) -> bool:
    data = json.loads(setup.token_body.value.text or "{}")
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def with_body(data: object) -> Setup:
    return subject(f"token_body: {{json: {json.dumps(data)}}}")


def refusing(*paths: Path, signature: Signature = EMPTY) -> PaperService:
    """A service that refuses a token request with any of these fields."""
    return service(
        lambda s: Outcome.failed(signature) if any(has(s, path) for path in paths) else None
    )


def name(path: Path) -> str:
    return "/".join(["mint.body", *map(str, path)])


def inside(diagnosis: Diagnosis) -> list[set[str]]:
    return [{b.place for b in f.places} for c in diagnosis.causes for f in c.inside]


def test_the_body_is_as_large_as_it_is_said_to_be() -> None:
    assert len(list(leaves(LARGE))) >= 40


@pytest.mark.thorough
@settings(max_examples=40)
@given(st.sampled_from(OWN))
def test_one_refused_field_is_found_within_the_bound(path: Path) -> None:
    paper = refusing(path)

    diagnosis = paper.diagnose(with_body(LARGE))

    assert diagnosis.verdict is Verdict.EXPLAINED
    assert inside(diagnosis) == [{name(path)}]
    mixed = [o for o in paper.asked if o.purpose is Purpose.MIX]
    assert len(mixed) + 2 <= 2 * math.log2(len(OWN)) + 8


def test_the_witness_pair_differs_in_the_field_alone_and_was_repeated() -> None:
    paper = refusing(("session", "temperature"))

    diagnosis = paper.diagnose(with_body(LARGE))

    (blamed,) = diagnosis.causes[0].inside[0].places
    asked = {o.probe: o for o in paper.asked}
    failing, passing = asked[blamed.witness.failing], asked[blamed.witness.passing]
    assert blamed.witness.repeated
    assert failing.outcome.is_fail
    assert passing.outcome.is_pass
    data = json.loads(failing.setup.token_body.value.text or "")
    del data["session"]["temperature"]
    assert json.loads(passing.setup.token_body.value.text or "") == data


def test_the_sentence_names_the_field_and_the_repair_leaves_it_out_alone() -> None:
    diagnosis = refusing(("session", "temperature")).diagnose(with_body(LARGE))

    assert "because it has session.temperature (0.8)" in diagnosis.sentence
    assert "the token request without session.temperature" in diagnosis.sentence
    kept = json.loads(diagnosis.repairs[0].setup.token_body.value.text or "")
    assert kept["session"] == {k: v for k, v in LARGE["session"].items() if k != "temperature"}


def is_an_object(paths: list[Path]) -> bool:
    """Whether these are all the leaves of one object: then it is the object that is blamed."""
    above = [path[:length] for path in paths for length in range(1, len(path))]
    return any(set(paths) == {p for p in OWN if p[: len(a)] == a} for a in above)


@pytest.mark.thorough
@settings(max_examples=25)
@given(
    st.lists(st.sampled_from(OWN), min_size=2, max_size=2, unique=True).filter(
        lambda paths: not is_an_object(paths)
    )
)
def test_two_refused_fields_are_both_found(paths: list[Path]) -> None:
    diagnosis = refusing(*paths).diagnose(with_body(LARGE))

    assert sorted(map(sorted, inside(diagnosis))) == sorted([name(path)] for path in paths)


@pytest.mark.thorough
@settings(max_examples=25)
@given(st.lists(st.sampled_from(OWN), min_size=2, max_size=2, unique=True))
def test_two_fields_that_are_refused_together_are_one_finding(paths: list[Path]) -> None:
    paper = service(
        lambda s: Outcome.failed(EMPTY) if all(has(s, path) for path in paths) else None
    )

    diagnosis = paper.diagnose(with_body(LARGE))

    assert inside(diagnosis) == [{name(path) for path in paths}]


def test_a_missing_field_is_found() -> None:
    data = json.loads(json.dumps(LARGE))
    del data["session"]["type"]
    paper = service(
        lambda s: (
            Outcome.failed(EMPTY)
            if has(s, ("session",)) and not has(s, ("session", "type"))
            else None
        )
    )

    diagnosis = paper.diagnose(with_body(data))

    assert inside(diagnosis) == [{"mint.body/session/type"}]
    assert "has no session.type" in diagnosis.sentence


def test_the_field_that_the_error_names_is_asked_about_first() -> None:
    named = Signature(Stage.MINT, 400, "invalid_request_error", "bad", "session.tracing.group_id")
    paper = refusing(("session", "tracing", "group_id"), signature=named)

    diagnosis = paper.diagnose(with_body(LARGE))

    assert inside(diagnosis) == [{"mint.body/session/tracing/group_id"}]
    assert sum(o.purpose is Purpose.MIX for o in paper.asked) <= 2


def test_a_service_that_changes_its_answer_while_it_is_narrowed_is_not_explained() -> None:
    def wavering(setup: Setup, so_far: PaperService) -> Outcome:
        if has(setup, ("session", "temperature")) and (
            len(so_far.asked) < 12 or len(so_far.asked) % 2
        ):
            return Outcome.failed(EMPTY)
        return SESSION

    diagnosis = PaperService(wavering).diagnose(with_body(LARGE))

    assert inside(diagnosis) == []
    assert diagnosis.verdict is not Verdict.EXPLAINED


@pytest.mark.parametrize("budget", range(6, 40, 3))
def test_a_budget_that_ends_inside_leaves_no_claim_without_its_probes(budget: int) -> None:
    paper = refusing(("session", "temperature"))

    diagnosis = paper.diagnose(with_body(LARGE), budget=budget)

    assert inside(diagnosis) in ([], [{"mint.body/session/temperature"}])
    assert all(b.witness.repeated for c in diagnosis.causes for f in c.inside for b in f.places)


def test_json_that_fails_for_its_spelling_is_blamed_on_no_field() -> None:
    odd = json.dumps(LARGE).replace('"temperature": 0.8', '"temperature":  0.8')
    paper = service(
        lambda s: Outcome.failed(EMPTY) if ":  " in (s.token_body.value.text or "") else None
    )

    diagnosis = paper.diagnose(subject(json.dumps({"token_body": {"text": odd}})))

    assert inside(diagnosis) == []
    assert "as it is written" in diagnosis.causes[0].not_narrowed[0].why


def test_one_parameter_of_a_query_is_found() -> None:
    text = "call_query: {params: {model: gpt-realtime, foo: '1', bar: '2'}}"
    paper = service(
        lambda s: refused(Stage.EXCHANGE, 400) if "bar" in dict(s.call_query.value.params) else None
    )

    diagnosis = paper.diagnose(subject(text))

    assert inside(diagnosis) == [{"call.query.bar"}]
    assert dict(diagnosis.repairs[0].setup.call_query.value.params) == {
        "model": "gpt-realtime",
        "foo": "1",
    }


def test_one_header_is_found_and_its_value_is_shown_nowhere() -> None:
    others = (("X-Team", "squirrel"), ("Accept", "x"), ("X-Trace", "1"))
    setup = subject("{}").with_level(
        Factor.BETA_HEADER, Level("mine", BetaHeader(None, None, (), others))
    )
    paper = service(
        lambda s: (
            refused(Stage.EXCHANGE, 400)
            if "X-Team" in dict(s.beta_header.value.call_others)
            else None
        )
    )

    diagnosis = paper.diagnose(setup)

    assert inside(diagnosis) == [{"call.header.x-team"}]
    assert "squirrel" not in str(replace(diagnosis, repairs=()))
    kept = diagnosis.repairs[0].setup.beta_header.value.call_others
    assert kept == (("Accept", "x"), ("X-Trace", "1"))


@pytest.mark.parametrize("place", ["0 audio/extmap", "0 audio/codec 63", "1 application/max"])
def test_a_group_of_lines_of_a_browsers_offer_is_found(place: str) -> None:
    needle = {"extmap": "a=extmap:1 ", "codec 63": "rtpmap:63", "max": "a=max-message-size"}
    wanted = needle[place.partition("/")[2]]
    setup = subject("{}").with_level(Factor.OFFER, Level("browser", Offer(sdp=CHROMIUM_OFFER)))
    paper = service(
        lambda s: refused(Stage.EXCHANGE, 400) if wanted in (s.offer.value.sdp or "") else None
    )

    diagnosis = paper.diagnose(setup)

    (found,) = inside(diagnosis)
    assert min(found).startswith(f"offer.sdp/{place}")
    repaired = diagnosis.repairs[0].setup.offer.value.sdp or ""
    assert wanted not in repaired
    assert len(repaired.splitlines()) >= len(CHROMIUM_OFFER.splitlines()) - 2


HEAD, AUDIO, DATA = re.split(r"(?=^m=)", CHROMIUM_OFFER, flags=re.MULTILINE)


def offering(sdp: str) -> Setup:
    return subject("{}").with_level(Factor.OFFER, Level("browser", Offer(sdp=sdp)))


@pytest.mark.parametrize(
    ("sdp", "wanted", "place"),
    [
        (HEAD + AUDIO.replace("a=rtcp-mux\r\n", "") + DATA, "a=rtcp-mux", "0 audio/rtcp-mux"),
        (
            HEAD + AUDIO + DATA.replace("a=sctp-port:5000\r\n", ""),
            "a=sctp-port",
            "1 application/sctp-port",
        ),
        (HEAD + AUDIO, "m=application", "1 application"),
    ],
    ids=["attribute", "attribute of the channel", "section"],
)
def test_what_a_browsers_offer_lacks_is_found(sdp: str, wanted: str, place: str) -> None:
    lacks = service(
        lambda s: (
            refused(Stage.EXCHANGE, 400)
            if s.offer.value.sdp and wanted not in s.offer.value.sdp
            else None
        )
    )

    diagnosis = lacks.diagnose(offering(sdp))

    assert inside(diagnosis) == [{f"offer.sdp/{place}"}]
    assert "has no" in diagnosis.sentence
    repaired = diagnosis.repairs[0].setup.offer.value.sdp or ""
    assert wanted in repaired
    assert set(sdp.splitlines()) - set(repaired.splitlines()) <= {"a=group:BUNDLE 0 1"}
