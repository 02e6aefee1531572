"""``check --fix``: the repair as a diff of the user's own source, which then connects."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from support.cli import rtdoctor

PAGE = """\
const r = await fetch("https://api.openai.com/v1/realtime/sessions", {
  method: "POST",
  headers: { Authorization: `Bearer ${OPENAI_API_KEY}`, "OpenAI-Beta": "realtime=v1" },
  body: JSON.stringify({ model: "gpt-4o-realtime-preview", voice: "alloy" }),
});
const token = (await r.json()).client_secret.value;
await fetch("https://api.openai.com/v1/realtime?model=gpt-4o-realtime-preview", {
  method: "POST",
  body: offer.sdp,
  headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/sdp" },
});
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "page.js").write_text(PAGE, encoding="utf-8")
    return folder


@pytest.mark.skipif(shutil.which("patch") is None, reason="applies the diff with patch")
def test_the_patched_source_connects(app: Path, tmp_path: Path) -> None:
    diff = tmp_path / "fix.diff"
    done = rtdoctor("check", str(app), "--sandbox", "ga-only", "--fix", str(diff), "-q")
    assert done.code == 1
    assert f"The change of page.js is in {diff}" in done.err
    assert (app / "page.js").read_text(encoding="utf-8") == PAGE
    subprocess.run(["patch", "-p1", "-d", str(app), "-i", str(diff)], check=True)
    patched = (app / "page.js").read_text(encoding="utf-8")
    assert "(await r.json()).value;" in patched
    assert 'voice: "alloy"' in patched
    assert rtdoctor("check", str(app), "--sandbox", "ga-only", "-q").code == 0


def test_an_existing_file_is_not_written_over(app: Path, tmp_path: Path) -> None:
    diff = tmp_path / "fix.diff"
    diff.write_text("mine", encoding="utf-8")
    done = rtdoctor("check", str(app), "--sandbox", "ga-only", "--fix", str(diff))
    assert done.code == 2
    assert "exists already" in done.err
    assert diff.read_text(encoding="utf-8") == "mine"


def test_what_is_no_source_has_nothing_to_fix(tmp_path: Path) -> None:
    setup = tmp_path / "setup.yaml"
    setup.write_text("call_endpoint: realtime\n", encoding="utf-8")
    done = rtdoctor("check", str(setup), "--sandbox", "--fix", str(tmp_path / "x.diff"))
    assert done.code == 2
    assert "--fix changes source code" in done.err


def test_a_key_in_the_code_is_not_repeated(app: Path, tmp_path: Path) -> None:
    key = "sk-proj-" + "a1B2" * 10
    (app / "page.js").write_text(PAGE.replace("${OPENAI_API_KEY}", key), encoding="utf-8")
    diff = tmp_path / "fix.diff"
    done = rtdoctor("check", str(app), "--sandbox", "ga-only", "--fix", str(diff), "-q")
    assert done.code == 2
    assert "a key stands beside the change in page.js" in done.err
    assert key not in done.out + done.err
    assert not diff.exists()
