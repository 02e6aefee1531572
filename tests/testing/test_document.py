"""docs/testing-your-app.md quotes the example that runs here."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from rtdoctor.domain.era import ERAS
from rtdoctor.testing import SandboxRequest, SandboxSession

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1].joinpath("docs/testing-your-app.md").read_text("utf-8")


def test_the_document_quotes_every_file_of_the_example() -> None:
    quoted = dict(re.findall(r"(?ms)^`(\S+)`:\n\n```\w+\n(.*?)^```$", DOCUMENT))
    files = {p.name: p.read_text("utf-8") for p in (HERE / "example").iterdir() if p.is_file()}

    assert quoted == files


def test_the_document_names_every_field_and_era() -> None:
    words = set(re.findall(r"\w[\w-]*", " ".join(re.findall(r"`[^`\n]+`", DOCUMENT))))
    fields = {f.name for type_ in (SandboxRequest,) for f in dataclasses.fields(type_)}
    asked = {"type", "model", "connected", "channel", "ended", "audio_ms", "sound_ms"}

    assert asked <= {f.name for f in dataclasses.fields(SandboxSession)}
    assert fields - {"number"} | asked | set(ERAS) <= words
