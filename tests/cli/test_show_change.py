"""A proved change as code: the code before fails as diagnosed, the code after connects."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from rtdoctor.check.diagnosis import diagnosis_of
from rtdoctor.domain.finding import Diagnosis, Repair
from rtdoctor.domain.run import Run
from rtdoctor.domain.setup import Setup
from rtdoctor.evidence.load import load_run
from rtdoctor.report.change.code_change import LANGUAGES, code_change
from rtdoctor.report.change.planned_request import mint_of
from support.cli import rtdoctor
from support.sandbox_http import offer
from support.sandbox_process import RunningSandbox, rtdoctor_sandbox

BETA_PAGE = """\
token_endpoint: /v1/realtime/sessions
token_body: {json: {model: gpt-4o-realtime-preview, voice: verse, instructions: "it's „so“ <b>"}}
beta_header: {mint: realtime=v1, call: realtime=v1}
call_endpoint: /v1/realtime
call_query: {params: {model: gpt-4o-realtime-preview}}
"""
FOUNDING = """\
token_endpoint: /v1/realtime/transcription_sessions
token_body: {json: {input_audio_transcription: {model: gpt-4o-transcribe, language: en}}}
call_endpoint: /v1/realtime
call_query: {params: {model: gpt-4o-transcribe}}
"""
CASES = {
    "a page of the beta today": ("single-use", BETA_PAGE),
    "the founding case": ("beta", FOUNDING),
    "no audio": ("single-use", "offer: {audio: false, channel: oai-events}\n"),
    "an offer in JSON": (
        "single-use",
        "call_encoding: {kind: json, content_type: application/json}\n",
    ),
    "a trimmed offer": ("single-use", "call_encoding: {kind: raw, trim: true}\n"),
    "no credential": ("single-use", "auth: none\n"),
    "a call as multipart": (
        "single-use",
        "auth: api_key\ntoken_endpoint: none\ntoken_body: none\ncall_encoding: "
        "{kind: multipart, session: {type: realtime, model: gpt-realtime, voice: verse}}\n",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Diagnosed:
    """A run against a sandbox that still listens, and the folder to run code in."""

    run: Run
    diagnosis: Diagnosis
    sandbox: RunningSandbox
    folder: Path

    @property
    def repair(self) -> Repair:
        return self.diagnosis.repairs[0]

    @property
    def status(self) -> int | None:
        """The status that the subject got."""
        signature = self.run.probe(self.diagnosis.subject_probes[0]).outcome.signature
        assert signature is not None
        return signature.status


@contextmanager
def diagnosed(name: str, folder: Path) -> Iterator[Diagnosed]:
    """The diagnosis of a case, with the sandbox that it was made against."""
    era, setup = CASES[name]
    (folder / "setup.yaml").write_text(setup, "utf-8")
    with rtdoctor_sandbox(era) as sandbox:
        done = rtdoctor(
            "check", "--base-url", sandbox.url, "--setup", folder / "setup.yaml",
            "--json", folder / "run.json", "--journal", "none", "-q",
            OPENAI_API_KEY=sandbox.key,
        )  # fmt: skip
        assert done.code == 1, done.err
        run, _ = load_run(folder / "run.json")
        yield Diagnosed(run, diagnosis_of(run), sandbox, folder)


def execute(command: list[str], case: Diagnosed, **env: str) -> subprocess.CompletedProcess[str]:
    surroundings = {
        "PATH": os.environ["PATH"],
        "HOME": str(case.folder),
        "LC_ALL": "C.UTF-8",
        "OPENAI_API_KEY": case.sandbox.key,
        **env,
    }
    return subprocess.run(
        command, cwd=case.folder, env=surroundings, capture_output=True, encoding="utf-8",
        timeout=60, check=False,
    )  # fmt: skip


def token_in(answer: str, place: tuple[str, ...]) -> str:
    found = json.loads(answer)
    for name in place:
        found = found[name]
    return str(found)


def run_javascript(case: Diagnosed, setup: Setup, mint: str, call: str) -> int:
    sdp = {True: offer(), False: offer(audio=False)}
    page = f"""
    class RTCPeerConnection {{
      addTransceiver() {{ this.audio = true; }}
      createDataChannel(label) {{ return {{ label }}; }}
      setLocalDescription() {{
        this.localDescription = {{ sdp: this.audio ? {json.dumps(sdp[True])} : {json.dumps(sdp[False])} }};
      }}
      setRemoteDescription(answer) {{ if (!answer.sdp.startsWith("v=0")) throw new Error(answer.sdp); }}
    }}
    """  # noqa: E501
    given = "" if "RTCPeerConnection" in call else f"const sdp = {json.dumps(sdp[True])};\n"
    text = f"{page}{given}{mint}\n{call}\nconsole.log(call.status);\n"
    (case.folder / "page.mjs").write_text(text, "utf-8")
    done = execute(["node", "page.mjs"], case)
    said = done.stdout if done.returncode == 0 else done.stderr
    found = re.search(r"^(?:Error: )?(\d{3})", said, re.MULTILINE)
    assert found, said
    return int(found[1])


def run_curl(case: Diagnosed, setup: Setup, mint: str, call: str) -> int:
    (case.folder / "offer.sdp").write_bytes(offer(audio=setup.offer.value.audio).encode())
    token = ""
    if mint:
        done = execute(["bash", "-eu", "-c", mint], case)
        head, _, body = done.stdout.partition("\n\n")
        if head.split()[1] != "200":
            return int(head.split()[1])
        planned = mint_of(setup, case.run.header.target)
        assert planned is not None
        token = token_in(body, planned.token_at)
    done = execute(["bash", "-eu", "-o", "pipefail", "-c", call], case, EPHEMERAL_TOKEN=token)
    return int(done.stdout.split()[1])


def run_python(case: Diagnosed, setup: Setup, mint: str, call: str) -> int:
    (case.folder / "offer.sdp").write_bytes(offer(audio=setup.offer.value.audio).encode())
    token = ""
    if mint:
        done = execute([sys.executable, "-c", mint], case)
        if done.returncode != 0:
            return int(done.stderr[:3])
        token = done.stdout.strip()
    done = execute([sys.executable, "-c", call], case, EPHEMERAL_TOKEN=token)
    return int((done.stdout or done.stderr)[:3])


RUNNERS: dict[str, Callable[[Diagnosed, Setup, str, str], int]] = {
    "js": run_javascript,
    "curl": run_curl,
    "python": run_python,
}
needs_tools = pytest.mark.skipif(
    not all(map(shutil.which, ("node", "curl", "bash"))), reason="needs node, curl and bash"
)


@needs_tools
@pytest.mark.parametrize("name", CASES)
def test_before_fails_as_diagnosed_and_after_opens_a_call(name: str, tmp_path: Path) -> None:
    with diagnosed(name, tmp_path) as case:
        subject = case.run.header.subject
        assert subject is not None
        for language, execute_in in RUNNERS.items():
            change = code_change(case.run, case.repair, language)
            *mints, call = change.requests
            before, after = (mints[0].before, mints[0].after) if mints else ("", "")

            assert execute_in(case, subject, before, call.before) == case.status, language
            assert execute_in(case, case.repair.setup, after, call.after) == 201, language
            assert case.sandbox.key not in change.text()


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    setup = folder / "setup.yaml"
    setup.write_text(FOUNDING, "utf-8")
    rtdoctor("check", "--sandbox", "beta", "--setup", setup, "--json", folder / "run.json")
    return folder / "run.json"


class TestCommand:
    @pytest.mark.parametrize("form", [*LANGUAGES, "prompt"])
    def test_the_change_is_printed_and_nothing_else(self, form: str, saved: Path) -> None:
        done = rtdoctor("show", saved, "--as", form)

        assert (done.code, done.err) == (0, "")
        assert "POST" in done.out
        assert done.out.startswith("Change the code" if form == "prompt" else "===")

    def test_another_change_can_be_chosen(self, saved: Path) -> None:
        first = rtdoctor("show", saved, "--as", "curl").out
        second = rtdoctor("show", saved, "--as", "curl", "--change", "2").out

        assert first != second
        none = rtdoctor("show", saved, "--as", "curl", "--change", "99")
        assert none.code == 2
        assert "--change 99: this run proved" in none.err

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("3", "--as", "prompt"), "not of a probe"),
            (("--change", "1"), "--change chooses what --as prints"),
            (("3", "--change", "1", "--as", "curl"), "--change chooses what --as prints"),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, arguments: tuple[str, ...], message: str, saved: Path
    ) -> None:
        done = rtdoctor("show", saved, *arguments)

        assert done.code == 2
        assert message in done.err
