"""Files that people keep say which format they have; a later one is refused with what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rtdoctor.errors import RtdoctorError
from rtdoctor.evidence import codec
from rtdoctor.evidence.journal import JournalWriter
from rtdoctor.evidence.load import load_run
from rtdoctor.plan import catalogue
from rtdoctor.sandbox.rules.files import rule_book
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.subjects.setup_file import read_setup
from support import runs

KNOWN = catalogue.read()
PROBES = catalogue.default_text().replace("version: 1\n", "", 1)
UPGRADE = "Upgrade rtdoctor to read it: pip install --upgrade rtdoctor"


def a_setup(version: str, folder: Path) -> None:
    read_setup(f"{version}\nauth: api_key\ntoken_endpoint: none\n", "file", KNOWN)


def rules(version: str, folder: Path) -> None:
    (folder / "rules.yaml").write_text(f"{version}\nrules: []\n", "utf-8")
    rule_book(custom=folder / "rules.yaml")


def probes(version: str, folder: Path) -> None:
    catalogue.read(f"{version}\n{PROBES}", "file")


def a_document(version: str, folder: Path) -> None:
    load_changed(version, folder, codec.encode(*runs.tiny()))


def a_journal(version: str, folder: Path) -> None:
    path = folder / "run.ndjson"
    run = Redactor().clean(runs.tiny()[0])
    writer = JournalWriter(path, run.header, Redactor())
    writer.append(run.observations[0])
    writer.end("complete", 1.0)
    load_changed(version, folder, path.read_bytes())


def load_changed(version: str, folder: Path, data: bytes) -> None:
    first, end, rest = data.partition(b"\n") if data.startswith(b'{"event"') else (data, b"", b"")
    outermost = json.loads(first)
    del outermost["data_format"]
    if version:
        outermost["data_format"] = json.loads(version.removeprefix("version: "))
    (folder / "changed").write_bytes(json.dumps(outermost).encode() + end + rest)
    load_run(folder / "changed")


Read = Callable[[str, Path], None]
YAML = [a_setup, rules, probes]
JSON = [a_document, a_journal]


@pytest.mark.parametrize("read", [*YAML, *JSON])
def test_version_1_is_read(read: Read, tmp_path: Path) -> None:
    read("version: 1", tmp_path)


@pytest.mark.parametrize("read", [a_setup, rules])
def test_what_is_written_by_hand_needs_no_version(read: Read, tmp_path: Path) -> None:
    read("", tmp_path)


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (probes, "the field 'version' is missing"),
        (a_document, "not a run of rtdoctor"),
        (a_journal, "not a run of rtdoctor"),
    ],
)
def test_elsewhere_a_version_is_needed(read: Read, said: str, tmp_path: Path) -> None:
    with pytest.raises(RtdoctorError, match=said):
        read("", tmp_path)


@pytest.mark.parametrize("read", [*YAML, *JSON])
def test_a_later_version_is_refused_and_told_to_be_one(read: Read, tmp_path: Path) -> None:
    with pytest.raises(RtdoctorError) as caught:
        read("version: 2", tmp_path)

    assert "2; this version of rtdoctor reads up to 1" in caught.value.message
    assert caught.value.hint == UPGRADE


@pytest.mark.parametrize("read", YAML)
def test_a_later_version_is_told_before_its_new_fields(read: Read, tmp_path: Path) -> None:
    with pytest.raises(RtdoctorError, match=r"format version 2; (?s:.)*Upgrade rtdoctor"):
        read("new_field: {}\nversion: 2", tmp_path)


@pytest.mark.parametrize("version", ['"1"', "one", "1.0", "true", "null", "[1]", "{}", ""])
@pytest.mark.parametrize("read", YAML)
def test_a_version_is_a_whole_number(read: Read, version: str, tmp_path: Path) -> None:
    with pytest.raises(RtdoctorError, match="version must be a whole number"):
        read(f"version: {version}", tmp_path)


@pytest.mark.parametrize("version", ['"1"', '"one"', "1.5", "true", "null", "[1]", "{}"])
@pytest.mark.parametrize("read", JSON)
def test_a_data_format_is_a_whole_number(read: Read, version: str, tmp_path: Path) -> None:
    with pytest.raises(RtdoctorError, match="not a run of rtdoctor"):
        read(f"version: {version}", tmp_path)


@pytest.mark.parametrize("version", ["0", "-1"])
@pytest.mark.parametrize("read", [*YAML, *JSON])
def test_versions_begin_at_1(read: Read, version: str, tmp_path: Path) -> None:
    with pytest.raises(RtdoctorError, match=f"there is no (?:data )?format (?:version )?{version}"):
        read(f"version: {version}", tmp_path)
