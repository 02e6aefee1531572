"""A file that is named to the program cannot stall it, whatever it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rtdoctor.errors import ConfigError
from rtdoctor.strict_yaml import load
from rtdoctor.text_file import read_text
from support.cli import rtdoctor

READING = [
    "check --sandbox --probes", "check --sandbox --setup", "check --sandbox", "check --key-file",
    "check --sandbox --rules", "check --resume", "explain", "migrate", "replay", "show", "rerun",
    "bundle", "diff x.json",
]  # fmt: skip


@pytest.mark.linux
@pytest.mark.parametrize("command", READING)
def test_a_device_and_a_pipe_that_nobody_writes_to_are_refused_at_once(
    command: str, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    for file in ("/dev/zero", str(pipe)):
        done = rtdoctor(*command.split(), file)

        assert done.code == 2, (file, done.err)
        assert "Traceback" not in done.err


def test_a_text_that_is_too_large_is_refused_before_it_is_read_whole(tmp_path: Path) -> None:
    file = tmp_path / "setup.yaml"
    with file.open("wb") as stream:
        stream.truncate(10**12)  # takes no room

    with pytest.raises(ConfigError, match="larger than 16 MB"):
        read_text(file)


@pytest.mark.parametrize(
    "data", [b"\xff\xfea\0", b"\xed\xa0\x80", b"a: \x80", b"\0\xd8\0\0"], ids=repr
)
def test_other_encodings_are_refused_with_a_sentence(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "setup.yaml"
    file.write_bytes(data)

    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        read_text(file)


@pytest.mark.parametrize("text", ["a: 1\n<<: {b: 2}\n", "a:\n  <<: {b: 2}\n"])
def test_a_merge_key_of_yaml_is_refused_by_file_and_line(text: str) -> None:
    with pytest.raises(ConfigError, match="no YAML merge key") as caught:
        load(text, dict[str, object], "probes.yaml")

    assert caught.value.where == "probes.yaml:2"


def test_a_quoted_name_is_no_merge_key() -> None:
    assert load('"<<": 1', dict[str, int], "x.yaml") == {"<<": 1}
