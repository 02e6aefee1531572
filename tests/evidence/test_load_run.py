"""A run is read back from every form it is kept in; a stranger's file can do no harm."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.run import Run
from rtdoctor.errors import EvidenceError
from rtdoctor.evidence import codec, load
from rtdoctor.evidence.folding import fold
from rtdoctor.evidence.journal import JournalWriter
from rtdoctor.evidence.load import load_run
from rtdoctor.secrets.redactor import Redactor
from support import runs

RUN, DIAGNOSIS = runs.founding()


def page(content: str) -> bytes:
    return (
        "<!doctype html><title>x</title><script>throw 1</script>"
        f'<script type="application/json" id="rtdoctor-run">{content}</script>'
        '<script type="application/json" id="rtdoctor-run">{"second":1}</script>'
    ).encode()


def in_html(run: Run, diagnosis: Diagnosis) -> bytes:
    return page(codec.encode(run, diagnosis).decode().replace("<", "\\u003c"))


def in_folded_html(run: Run, diagnosis: Diagnosis) -> bytes:
    return page(fold(codec.encode(run, diagnosis)).decode().replace("<", "\\u003c"))


def in_zip(run: Run, diagnosis: Diagnosis) -> bytes:
    return zipped({"report.html": b"<html>", "run.json": codec.encode(run, diagnosis)})


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as bundle:
        for name, data in members.items():
            bundle.writestr(name, data)
    return packed.getvalue()


@pytest.mark.parametrize(
    "kept",
    [
        codec.encode,
        lambda run, diagnosis: b"\xef\xbb\xbf \n" + codec.encode(run, diagnosis),
        lambda run, diagnosis: json.dumps(json.loads(codec.encode(run, diagnosis))).encode(),
        in_html,
        lambda run, diagnosis: b"\n\n" + in_html(run, diagnosis),
        in_folded_html,
        in_zip,
    ],
    ids=["json", "bom", "one line", "html", "html after space", "folded html", "zip"],
)
@pytest.mark.parametrize("make", [runs.founding, runs.hostile, lambda: runs.survey(200)])
def test_run_and_diagnosis_come_back(kept: object, make: object, tmp_path: Path) -> None:
    made: tuple[Run, Diagnosis] = make()  # type: ignore[operator]
    path = tmp_path / "kept"
    path.write_bytes(kept(*made))  # type: ignore[operator]

    assert load_run(path) == made


def test_a_journal_has_no_diagnosis(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path / "run.ndjson", RUN.header, Redactor())
    writer.end("interrupted", 5.0)

    run, diagnosis = load_run(tmp_path / "run.ndjson")

    assert (run.finished, diagnosis) == ("interrupted", None)


def damaged(data: bytes, start: int = 45) -> bytes:
    return data[:start] + bytes(b ^ 0xFF for b in data[start : start + 20]) + data[start + 20 :]


WHOLE = codec.encode(RUN, DIAGNOSIS)
SHARED, INSIDE = "[" * 900 + "]" * 900, "[" * 400 + '{"$":0}' + "]" * 400
DEEP = f'{{"kind":"rtdoctor.folded","shared":[{SHARED}],"fields":[],"in":{INSIDE}}}'

BAD = {
    "nothing": (b"", "is empty"),
    "zeros": (b"\0" * 4096, "is empty"),
    "prose": (b"Dear maintainer", "is not JSON"),
    "picture": (b"\x89PNG\r\n\x1a\n", "is not JSON"),
    "pickle": (b"\x80\x04\x95K.", "is not JSON"),
    "yaml": (b"!!python/object/apply:os.system ['true']", "is not JSON"),
    "other html": (b"<html><script>alert(1)</script>", "kept carries no run"),
    "wrong type": (b'<script id="rtdoctor-run">{}</script>', "kept carries no run"),
    "odd html": (b"<![if x]><!-- <script id=rtdoctor-run", "kept carries no run"),
    "bad json in html": (page('{"kind":'), "the run in .* is not JSON"),
    "other json in html": (page("[1]"), "not a run of rtdoctor"),
    "folded badly": (page('{"kind":"rtdoctor.folded","shared":[]}'), "cannot be unfolded"),
    "folded deep": (page(DEEP), "nested deeper"),
    "damaged zip": (damaged(zipped({"run.json": WHOLE})), "not a readable zip"),
    "lzma zip": (zipped({"run.json": WHOLE}, zipfile.ZIP_LZMA), "compression method is not used"),
    "damaged bzip2": (damaged(zipped({"run.json": WHOLE}, zipfile.ZIP_BZIP2)), "compression"),
    "har": (b'{"log":{"entries":[]}}', "not a run of rtdoctor"),
    "no zip": (b"PK\x03\x04 and more", "not a readable zip"),
    "zip of other": (zipped({"a.txt": b"x"}), "holds no run.json"),
    "zip of evil": (zipped({"../run.json": b"{}"}), "holds no run.json"),
    "zip of zip": (zipped({"run.json": zipped({"run.json": b"{}"})}), "run.json in .* is not JSON"),
    "zip of many": (zipped({f"{n}": b"" for n in range(1100)}), "holds 1100 files"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_holds_no_run_is_refused_with_a_reason(name: str, tmp_path: Path) -> None:
    data, message = BAD[name]
    (tmp_path / "kept").write_bytes(data)

    with pytest.raises(EvidenceError, match=message) as failed:
        load_run(tmp_path / "kept")

    assert "kept" in str(failed.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"cannot read .*none\.json: No such file"):
        load_run(tmp_path / "none.json")
    with pytest.raises(EvidenceError, match="cannot read"):
        load_run(tmp_path)


@pytest.mark.parametrize(
    "piece", [b"<!--", b"<![CDATA[", b"<a", b"</", b"<?", b"<!", b"<script ", b"&a"]
)
def test_broken_html_is_refused_in_linear_time(piece: bytes, tmp_path: Path) -> None:
    # a parser that looks for the end of each of these takes hours for so many
    (tmp_path / "kept").write_bytes(b"<html>" + piece * 2**21)

    with pytest.raises(EvidenceError, match="carries no run"):
        load_run(tmp_path / "kept")


@pytest.mark.parametrize(
    "tag",
    [
        "<script id=rtdoctor-run type=application/json>",
        "<SCRIPT  type='application/json'\n id='rtdoctor-run' data-x>",
    ],
)
def test_a_report_that_an_editor_saved_anew_is_still_read(tag: str, tmp_path: Path) -> None:
    html = in_html(RUN, DIAGNOSIS).decode()
    given = '<script type="application/json" id="rtdoctor-run">'
    (tmp_path / "kept").write_text(html.replace(given, tag, 1).replace("</script>", "</SCRIPT >"))

    assert load_run(tmp_path / "kept") == (RUN, DIAGNOSIS)


def test_a_document_of_very_many_parts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "MAX_PARTS", 1000)
    many = b'{"kind":"rtdoctor.run","data_format":1,"more":[' + b"[]," * 1000 + b"0]}"

    with pytest.raises(EvidenceError, match="more than 1,000 parts"):
        codec.decode(many)


def test_a_pipe_that_nobody_writes_to_is_empty(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(EvidenceError, match="pipe is empty"):
        load_run(tmp_path / "pipe")


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "MAX_BYTES", 2**20)
    (tmp_path / "bomb.zip").write_bytes(zipped({"run.json": b" " * 2**24}))

    with pytest.raises(EvidenceError, match="unpacks to more than 1 MB"):
        load_run(tmp_path / "bomb.zip")


@pytest.mark.linux
def test_a_file_without_end_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "MAX_BYTES", 2**20)

    with pytest.raises(EvidenceError, match="/dev/zero"):
        load_run(Path("/dev/zero"))


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_cut_report_is_refused_not_guessed(share: float, tmp_path: Path) -> None:
    for keep in (codec.encode, in_folded_html, in_zip):
        data = keep(RUN, DIAGNOSIS)
        (tmp_path / "cut").write_bytes(data[: int(len(data) * share)])
        with pytest.raises(EvidenceError):
            load_run(tmp_path / "cut")
