"""A run goes to JSON and comes back the same; what is not a sound run is refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.run import DATA_FORMAT, Run
from rtdoctor.errors import EvidenceError
from rtdoctor.evidence import codec
from support import runs

BUILT = {
    "tiny": runs.tiny,
    "founding": runs.founding,
    "survey": lambda: runs.survey(40),
    "hostile": runs.hostile,
    "no control": runs.no_control,
}


@pytest.fixture(params=BUILT)
def built(request: pytest.FixtureRequest) -> tuple[Run, Diagnosis]:
    made: tuple[Run, Diagnosis] = BUILT[request.param]()
    return made


def test_a_run_comes_back_the_same(built: tuple[Run, Diagnosis]) -> None:
    run, diagnosis = built

    assert codec.decode(codec.encode(run, diagnosis)) == (run, diagnosis)
    assert codec.decode(codec.encode(run)) == (run, None)


def test_what_is_written_fits_the_shipped_schema(built: tuple[Run, Diagnosis]) -> None:
    shipped = json.loads(files("rtdoctor.evidence").joinpath("run.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(shipped)

    jsonschema.validate(json.loads(codec.encode(*built)), shipped)


def test_the_shipped_schema_is_up_to_date() -> None:
    shipped = json.loads(files("rtdoctor.evidence").joinpath("run.schema.json").read_text("utf-8"))

    assert shipped == codec.schema(), "run: python -m rtdoctor.evidence.codec"


def test_the_schema_refuses_what_is_no_run() -> None:
    document = json.loads(codec.encode(*runs.tiny()))
    document["run"]["observations"][0]["outcome"]["kind"] = "maybe"

    with pytest.raises(jsonschema.ValidationError, match="'maybe' is not one of"):
        jsonschema.validate(document, codec.schema())


def changed(path: str, value: object) -> bytes:
    document = json.loads(codec.encode(*runs.tiny()))
    place = document
    *parents, last = path.split("/")
    for name in parents:
        place = place[int(name)] if name.isdigit() else place[name]
    place[last] = value
    return json.dumps(document).encode()


def test_a_later_minor_addition_is_ignored() -> None:
    run, diagnosis = runs.tiny()

    assert codec.decode(changed("run/mood", {"new": [1]})) == (run, diagnosis)
    assert codec.decode(changed("run/observations/0/outcome/new", None))[0] == run


def test_a_newer_format_says_to_upgrade() -> None:
    with pytest.raises(EvidenceError, match=r"x\.json has data format 2.*(?s:.)*Upgrade rtdoctor"):
        codec.decode(changed("data_format", DATA_FORMAT + 1), where="x.json")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is not JSON"),
        (b"{", "is not JSON"),
        (b"\xff\xfe{}", "is not JSON"),
        (b'{"kind":"rtdoctor.run","data_format":1,"run":"\xff"}', "is not JSON|sound run"),
        (b"[]", "not a run of rtdoctor"),
        (b'{"log":{"version":"1.2"}}', "not a run of rtdoctor"),
        (b'{"kind":"other","data_format":1}', "holds a 'other', not a 'rtdoctor.run'"),
        (b'{"kind":"rtdoctor.run","data_format":1}', "missing required field `run`"),
        (changed("run/observations/0/duration_ms", "long"), r"duration_ms"),
        (changed("run/observations/0/outcome/stage", "later"), "Invalid enum value 'later'"),
        (changed("run/observations/0/probe", "../x"), r"names a probe '\.\./x'"),
        (changed("run/observations/0/probe", "#" + "9" * 5000), "names a probe"),
        (b'{"kind":"rtdoctor.run","data_format":1,"x":' + b"[" * 5000, "nested deeper than 40"),
        (b'{"a":' * 50 + b"1" + b"}" * 50, "nested deeper than 40"),
    ],
)
def test_what_is_no_sound_run_is_refused_with_a_reason(data: bytes, message: str) -> None:
    with pytest.raises(EvidenceError, match=message):
        codec.decode(data)


def test_brackets_in_texts_are_not_depth() -> None:
    data = changed("run/header/command", '"[{' * 300)

    assert codec.decode(data)[0].header.command == '"[{' * 300


def test_a_file_that_is_too_large_is_not_even_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "MAX_BYTES", 1000)

    with pytest.raises(EvidenceError, match="larger than"):
        codec.decode(codec.encode(*runs.tiny()))


def test_hostile_escapes_do_not_stall_the_depth_check() -> None:
    with pytest.raises(EvidenceError):
        codec.decode(b'"' + b'\\"' * 500_000)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda o: o["outcome"].update(signature=None), "does not say how"),
        (lambda o: o["outcome"].update(stage=None), "at no stage"),
        (lambda o: o["stages"][0].update(start_ms=1e300), "longer than a day"),
        (lambda o: o["stages"][0].update(duration_ms=-1.0), "less than nothing"),
        (lambda o: o.update(duration_ms=1e12), "longer than a day"),
    ],
)
def test_an_observation_that_cannot_be_is_refused(
    change: Callable[[dict[str, Any]], None], problem: str
) -> None:
    data = json.loads(codec.encode(*runs.founding()))
    observations = data["run"]["observations"]
    failed = next(o for o in observations if o["outcome"]["kind"] == "fail" and o["stages"])
    change(failed)

    with pytest.raises(EvidenceError, match=f"probe {failed['probe']} .*{problem}"):
        codec.decode(json.dumps(data).encode())
