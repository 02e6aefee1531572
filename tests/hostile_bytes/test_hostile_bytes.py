"""Bytes of strangers: none stalls the program, exhausts it, or ends it with a trace.

Bounded to seconds: everything is called in this process, and the bodies are made of few bytes.
"""

from __future__ import annotations

import gzip
import json
import random
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest
from click import ClickException
from click.testing import CliRunner

from rtdoctor.check.diagnosis import diagnosis_of
from rtdoctor.cli.main import cli
from rtdoctor.domain.outcome import LocalCode, OutcomeKind
from rtdoctor.errors import InternalError, RedactionError, RtdoctorError
from rtdoctor.evidence import codec
from rtdoctor.plan.catalogue import read
from rtdoctor.sdp.answer_check import candidate_fault, objection
from rtdoctor.sdp.candidate_scope import CandidateScope, within
from rtdoctor.sdp.description import read_description
from rtdoctor.secrets.redactor import Redactor
from support.hostile import always, answer, hostile_server
from support.probing import probe, setup
from support.runs import everything
from support.sdp_samples import SERVICE_ANSWER as ANSWER

pytestmark = [pytest.mark.thorough, pytest.mark.linux]

MEGABYTE = 10**6
CODINGS = {
    "": lambda data: data,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda data: brotli.compress(data, quality=1),
    "gzip, gzip": lambda data: gzip.compress(gzip.compress(data)),
    "br, gzip": lambda data: gzip.compress(brotli.compress(data, quality=1)),
}
DENSE = (b"a://b:c@", b"sk-abc1def2 ", b'"token": "', b"1.2.3.4 ", b"\\u0041", b"Bearer a1b2c3d4 ")


@pytest.mark.parametrize("coding", CODINGS, ids=lambda c: c or "identity")
@pytest.mark.parametrize("size_mb", [1, 10, 100])
async def test_a_body_of_any_size_and_coding_is_read_up_to_the_limit(
    coding: str, size_mb: int
) -> None:
    body = CODINGS[coding](b"x" * (size_mb * MEGABYTE))
    said = answer(200, body, **({"Content_Encoding": coding} if coding else {}))
    async with hostile_server(always(said)) as url:
        began = time.perf_counter()
        seen = await probe(url, setup(), http_s=10.0)

    assert seen.outcome.kind is OutcomeKind.FAIL
    assert seen.outcome.signature is not None
    assert seen.outcome.signature.code == LocalCode.BODY_TOO_LARGE
    assert time.perf_counter() - began < 10
    response = seen.exchanges[0].response
    assert response is not None
    assert len(response.body) <= 256 * 1024


async def test_a_refusal_with_an_endless_body_is_still_that_refusal() -> None:
    async with hostile_server(always(answer(400, b"no " * MEGABYTE, "text/plain"))) as url:
        seen = await probe(url, setup(), http_s=10.0)

    assert seen.outcome.signature is not None
    assert seen.outcome.signature.status == 400
    assert seen.outcome.signature.code is None
    assert (seen.outcome.signature.message or "").startswith("no no")


@pytest.mark.parametrize("piece", DENSE, ids=repr)
def test_a_text_of_nothing_but_secrets_is_redacted_in_time_that_grows_with_its_length(
    piece: bytes,
) -> None:
    def seconds(size: int) -> float:
        text = (piece * (size // len(piece))).decode()
        began = time.process_time()
        Redactor().clean_text(text)
        return time.process_time() - began

    seconds(1000)  # compiles the patterns
    small, large = seconds(100_000), seconds(1_000_000)

    assert large < 30 * small + 0.1
    assert large < 5


def test_300_mutated_answers_are_judged_without_an_error() -> None:
    for seed in range(300):
        text = mutated(ANSWER.encode(), random.Random(seed)).decode("utf-8", "replace")
        read_description(text)
        objection(text)
        candidate_fault(text, ANSWER)
        within(text, CandidateScope.PRIVATE)


def test_1500_mutated_runs_are_refused_with_a_sentence_or_read(tmp_path: Path) -> None:
    run, diagnosis = everything()
    whole, catalogue = json.loads(codec.encode(run, diagnosis)), read()
    (tmp_path / "sound.json").write_bytes(codec.encode(run, diagnosis))
    refused = 0
    for seed in range(1500):
        data = json.dumps(with_odd_values(whole, random.Random(seed))).encode()
        if seed % 150 == 0:
            every_command_reads(data, tmp_path)
        try:
            found, _ = codec.decode(data)
        except RtdoctorError as error:
            refused += 1
            said = str(error)
        else:
            said = diagnosis_of(found, catalogue).sentence
        assert said
        assert len(said) < 2000
    assert 0 < refused < 1500


def every_command_reads(data: bytes, folder: Path) -> None:
    """Each command that reads a saved run ends with a result or with a sentence."""
    file, sound, out = folder / "run.json", folder / "sound.json", folder / "out"
    file.write_bytes(data)
    commands: tuple[list[Path | str], ...] = (
        ["replay", file, "--html", f"{out}.html"], ["show", file], ["show", file, "1"],
        ["diff", file, sound], ["bundle", file, "-o", f"{out}.zip"], ["rerun", file, "--dry-run"],
    )  # fmt: skip
    for arguments in commands:
        result = CliRunner().invoke(cli, [str(a) for a in arguments], standalone_mode=False)
        error = result.exception
        expected = (RtdoctorError, ClickException, SystemExit)
        assert error is None or isinstance(error, expected), (arguments, error)
        assert not isinstance(error, InternalError | RedactionError), arguments


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The bytes with a few parts cut out, doubled, or overwritten."""
    for _ in range(chance.randint(1, 8)):
        at, length = chance.randrange(len(data)), chance.randint(1, 40)
        part = data[at : at + length]
        new = chance.choice([b"", part * 2, chance.randbytes(3), b"\r\n", b"9" * 30, b"-1"])
        data = data[:at] + new + data[at + length :]
        if not data:
            return b"v"
    return data


ODD: tuple[Any, ...] = (
    -1e308, 1e308, 10**30, -(10**18), -1, 0, "", "x" * 70_000, None, [], {}, True, "#1", "\x1b[2J",
    "<script>", "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
)  # fmt: skip


def with_odd_values(value: Any, chance: random.Random) -> Any:
    """A copy of a document in which one to three values are replaced."""
    copy = json.loads(json.dumps(value))
    places = list(_places(copy))
    for holder, key in chance.sample(places, chance.randint(1, 3)):
        holder[key] = chance.choice(ODD)
    return copy


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)
