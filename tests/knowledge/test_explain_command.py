"""``rtdoctor explain`` and ``rtdoctor knowledge`` as people meet them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rtdoctor.cli.explain import explain
from rtdoctor.cli.knowledge import knowledge
from rtdoctor.errors import ConfigError, UsageError

FOUNDING = (
    "mint https://api.openai.com/v1/realtime/transcription_sessions\n"
    "POST https://api.openai.com/v1/realtime?model=gpt-4o-transcribe 400\n"
    '{"error":{"message":"","type":"","code":"","param":""}}\n'
)


def run(*args: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(explain, list(args), input=given)


def test_json_has_the_promised_fields_best_first() -> None:
    result = run("--json", "-", given=FOUNDING)
    assert result.exit_code == 0
    data = json.loads(result.stdout)
    first = data["matches"][0]
    assert first["id"] == "SDP-EMPTY-400-BETA"
    assert first["confidence"] == "strong"
    assert list(data) == ["matches", "retirements"]  # it asks for gpt-4o-transcribe
    for match in data["matches"]:
        assert list(match) == ["id", "title", "confidence", "why", "fix", "evidence"]
    assert all(quote in FOUNDING for quote in first["evidence"])


def test_nothing_found_is_exit_4_and_says_what_would_help() -> None:
    result = run("the weather is fine")
    assert result.exit_code == 4
    assert "Nothing known matches" in result.stdout
    assert json.loads(run("--json", "the weather is fine").stdout) == {"matches": []}


def test_a_general_error_without_context_is_named_but_not_explained() -> None:
    result = run("OpenAI: Incorrect API key provided: sk-proj-abcdefgh12345678")
    assert result.exit_code == 4
    assert "every OpenAI endpoint" in " ".join(result.stdout.split())
    assert "abcdefgh" not in result.stdout


def test_the_text_for_people_fits_80_columns_and_needs_no_colour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    result = run("-", given=FOUNDING)
    assert "\x1b" not in result.stdout
    lines = result.stdout.splitlines()
    assert not [line for line in lines if len(line) > 80 and "curl" not in line]
    assert not [line for line in lines if line != line.rstrip()]
    assert "SDP-EMPTY-400-BETA" in result.stdout
    assert "rtdoctor check --setup setup.yaml" in result.stdout
    assert "What the text cannot tell:" in result.stdout
    commands = [line for line in lines if line.strip().startswith("curl")]
    assert commands
    assert commands[0].endswith("@offer.sdp")


def test_a_file_a_text_and_standard_input_give_the_same(tmp_path: Path) -> None:
    file = tmp_path / "console.log"
    file.write_text(FOUNDING)
    outputs = {run("--json", str(file)).stdout, run("--json", FOUNDING).stdout}
    assert outputs == {run("--json", given=FOUNDING).stdout}


def test_utf16_as_windows_shells_write_it_is_read() -> None:
    assert run("-", given=FOUNDING.encode("utf-16")).exit_code == 0


@pytest.mark.parametrize(
    ("args", "given", "said"),
    [
        (("-",), b"", "is empty"),
        (("-",), b"\xef\xbb\xbf \n", "is empty"),
        (("-",), b"\x7fELF\x00\x00", "is not text"),
        (("missing.json",), None, "There is no file"),
        (("EMPTY",), None, "names a Realtime service"),
    ],
)
def test_what_cannot_be_read_is_a_usage_error(
    args: tuple[str, ...], given: bytes | None, said: str, tmp_path: Path
) -> None:
    result = run(*(str(tmp_path) if arg == "EMPTY" else arg for arg in args), given=given)
    assert isinstance(result.exception, UsageError)
    assert said in result.exception.message
    assert result.exception.exit_code == 2


@pytest.mark.thorough
def test_ten_megabytes_are_read_from_both_ends() -> None:
    result = run("--json", "-", given="GET / 200\n" * 1_050_000 + FOUNDING)
    data = json.loads(result.stdout)
    assert data["matches"][0]["id"] == "SDP-EMPTY-400-BETA"


@pytest.mark.thorough
def test_that_only_the_ends_of_a_long_text_were_read_is_said() -> None:
    said = run("-", given="GET / 200\n" * 300_000 + FOUNDING).stdout
    assert "only its ends were read" in " ".join(said.split())


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        (
            "speaches: POST http://localhost:8000/v1/realtime/calls 405 Method Not Allowed",
            ['rtdoctor check --base-url "$BASE_URL"', "rtdoctor knowledge show PRV-SPEACHES-405"],
        ),
        (
            "input_audio_buffer_commit_empty",
            ["rtdoctor knowledge show EVT-BUFFER-SMALL"],
        ),
        (
            "ephemeral_token_already_used",
            ["rtdoctor check", "rtdoctor knowledge show TOK-SINGLE-USE"],
        ),
    ],
)
def test_the_next_commands_fit_the_service_and_the_cause(text: str, commands: list[str]) -> None:
    lines = run(text).stdout.splitlines()
    assert [line.strip() for line in lines[lines.index("Next:") + 1 :]] == commands


def test_azure_is_asked_at_its_own_address() -> None:
    said = run("401 Realtime session ephemeral token is required.").stdout
    assert "$AZURE_RESOURCE.openai.azure.com/openai/v1/realtime/client_secrets" in said
    assert "rtdoctor check" not in said


def know(*args: str) -> Result:
    return CliRunner().invoke(knowledge, list(args))


def test_show_gives_dates_sources_and_changes() -> None:
    shown = know("show", "tok-beta-404").stdout
    for part in ("2026-05-12", "Sources:", "gh:openclaw/openclaw#102518", "client_secrets"):
        assert part in shown
    assert "Ends on: 2027-01-20" in know("show", "MODEL-RETIRED-2027").stdout
    assert json.loads(know("show", "MODEL-RETIRED-2027", "--json").stdout)["dies"] == "2027-01-20"
    data = json.loads(know("show", "TOK-SINGLE-USE", "--json").stdout)
    assert data["eras"] == ["single-use"]
    assert "2026-07-20" in data["conflict"]


def test_an_unknown_id_or_filter_names_the_closest() -> None:
    result = know("show", "TOK-BETA-40")
    assert isinstance(result.exception, UsageError)
    assert "TOK-BETA-404" in result.exception.hint
    assert result.exception.exit_code == 2
    for args in (("list", "--era", "betta"), ("list", "--area", "tokens")):
        error = know(*args).exception
        assert isinstance(error, UsageError | ConfigError)
        assert "did you mean" in error.hint


def test_list_filters_by_era_and_area() -> None:
    ids = {e["id"] for e in json.loads(know("list", "--area", "auth", "--json").stdout)}
    assert "AUTH-QUOTA" in ids
    assert "CLIENT-WS-SUBPROTOCOL" in ids
    assert not any(entry_id.startswith(("TOK-", "BRW-")) for entry_id in ids)
    beta = know("list", "--era", "beta").stdout
    assert "SDP-EMPTY-400-BETA" in beta
    assert "TOK-SINGLE-USE" not in beta


def test_check_lists_the_facts_without_an_entry() -> None:
    result = know("check")
    assert result.exit_code == 0
    assert "125 of 126 facts have an entry" in result.stdout
    assert "NET-CANDIDATES-BETA: " in result.stdout


SERVER = """import httpx
MODEL = "gpt-realtime-2.1"
r = httpx.post("https://api.openai.com/v1/realtime/client_secrets",
    json={"session": {"type": "realtime", "model": MODEL, "instructions": "Be kind."}})
"""
PAGE = """<script type="module">
const { value } = await (await fetch("/token")).json();
await fetch("https://api.openai.com/v1/realtime/calls?model=gpt-realtime-2.1", { method: "POST",
  body: offer.sdp,
  headers: { Authorization: `Bearer ${value}`, "Content-Type": "application/sdp" } });
</script>
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "server.py").write_text(SERVER)
    (tmp_path / "index.html").write_text(PAGE)
    return tmp_path


def test_several_files_and_a_folder_are_explained_together(app: Path) -> None:
    files = run(str(app / "index.html"), str(app / "server.py"))
    folder = run(str(app))
    for said in (files.stdout, folder.stdout):
        assert "SDP-MODEL-QUERY-ON-CALLS" in said
        assert "index.html:3" in "".join(said.split())


def test_the_setup_that_the_files_show_is_written_as_the_users_own(app: Path) -> None:
    setup = app / "setup.yaml"
    result = run(str(app), "--write", str(setup))
    assert f"--setup {setup}" in result.stderr
    written = setup.read_text()
    assert "model: gpt-realtime-2.1" in written
    assert "instructions: Be kind." in written
    again = run(str(app), "--write", str(setup))
    assert isinstance(again.exception, UsageError)  # what a user may have edited is kept
    assert setup.read_text() == written


def test_a_text_that_shows_no_request_has_no_setup_to_write(tmp_path: Path) -> None:
    result = run("beta_api_shape_disabled", "--write", str(tmp_path / "setup.yaml"))
    assert isinstance(result.exception, UsageError)
    assert not (tmp_path / "setup.yaml").exists()


def test_an_error_that_no_entry_knows_is_in_the_text_and_in_json() -> None:
    text = "gpt-realtime: Unknown parameter: 'session.instrctions'."
    assert "perhaps event/session/instructions is meant" in " ".join(run(text).stdout.split())
    data = json.loads(run("--json", text).stdout)
    assert data["errors"][0]["param"] == "session.instrctions"
    assert data["errors"][0]["line"] == "line 1"
