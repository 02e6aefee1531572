"""What a user can get wrong: one message that says what, where and what to do; no traceback."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from rtdoctor.cli.main import main
from support.cli import rtdoctor

KEY = "sk-proj-not-a-real-key-0123456789"


@dataclass(frozen=True)
class Refusal:
    code: int
    out: str
    err: str


def _leave(code: int) -> NoReturn:
    raise SystemExit(code)


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> object:
    """The command line in this process; every case here ends before anything is sent."""

    def call(*arguments: str) -> Refusal:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["rtdoctor", *arguments])
        monkeypatch.setattr("os._exit", _leave)  # the way out of the console script
        with pytest.raises(SystemExit) as ended:
            main()
        seen = capsys.readouterr()
        return Refusal(int(ended.value.code or 0), seen.out, seen.err)

    return call


def refused(run: object, *arguments: str) -> str:
    done: Refusal = run(*arguments)  # type: ignore[operator]
    assert done.code == 2, done
    assert done.out == ""
    assert "Traceback" not in done.err
    return done.err


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "is empty"),
        ("http://[::1", "is not a URL"),
        ("http://localhost:99999", "is not a URL"),
        ("https://localhost:0", "is not a URL"),
        ("https://exa mple.com", "is not a URL"),
        ("https://example.com?x=1", "query"),
        ("https://example.com/#x", "query or a fragment"),
        ("https://example.com/v1/realtime", "each setup adds its own path"),
        ("api.openai.com", "not a base URL"),
        ("ftp://example.com", "not a base URL"),
        ("https://", "not a base URL"),
        ("http://example.com", "not encrypted"),
        ("https://someone:secret-word@example.com", "user name or password"),
        ("https://someone:secret-word@example.com:99999", "user name or password"),
        ("ftp://someone:secret-word@example.com", "user name or password"),
        ("someone:secret-word@example.com", "user name or password"),
    ],
)
def test_a_wrong_base_url_is_refused_before_the_key_is_sent(
    run: object, tmp_path: Path, url: str, said: str
) -> None:
    (tmp_path / "key").write_text(KEY)

    err = refused(run, "check", "--key-file", "key", "--base-url", url)

    assert said in err
    assert "secret-word" not in err


@pytest.mark.parametrize(
    "given", ["{}", "{}/", "{}/v1", "{}/v1/", " {} "], ids=["bare", "slash", "v1", "v1/", "spaces"]
)
def test_the_ways_to_write_a_base_url_mean_the_same(tmp_path: Path, given: str) -> None:
    (tmp_path / "key").write_text(KEY)
    # port 1 on loopback: nothing listens there
    done = rtdoctor(
        "check", "--key-file", tmp_path / "key", "--only", "auth=none", "--journal", "none",
        "--base-url", given.format("http://[::1]:1"),
    )  # fmt: skip

    assert done.code == 3
    assert "Probed [::1]:1 at http://[::1]:1\n" in done.out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (KEY.encode() + b"\nsk-second-key-0123456789\n", "2 lines"),
        (b"OPENAI_API_KEY=" + KEY.encode(), "NAME=VALUE line"),
        (b"export OPENAI_API_KEY=" + KEY.encode(), "NAME=VALUE line"),
        (b'"' + KEY.encode() + b'"', "quotes"),
        (b"Bearer " + KEY.encode(), "Bearer"),
        (KEY.encode() + " ☃".encode(), "unusual letters"),
        (KEY.encode("utf-16"), "not UTF-8"),
    ],
)
def test_a_key_file_that_holds_no_key_is_named_and_not_repeated(
    run: object, tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "key").write_bytes(content)

    err = refused(run, "check", "--key-file", "key", "--base-url", "http://127.0.0.1:1")

    assert err.startswith("Error: key")
    assert said in err
    assert "not-a-real-key" not in err


@pytest.mark.parametrize("content", [KEY.encode() + b"\r\n", b"\xef\xbb\xbf" + KEY.encode()])
def test_a_line_end_and_a_byte_order_mark_are_no_part_of_a_key(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "key").write_bytes(content)
    done = rtdoctor(
        "check", "--key-file", tmp_path / "key", "--only", "auth=none", "--journal", "none",
        "--base-url", "http://127.0.0.1:1",
    )  # fmt: skip

    assert done.code == 3


def test_a_variable_with_a_quoted_key_is_named(
    run: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", f"'{KEY}'")

    err = refused(run, "check")

    assert "OPENAI_API_KEY does not hold an API key: it is in quotes" in err
    assert "not-a-real-key" not in err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--setup s.yaml --only auth=none", "--setup and --only"),
        ("--setup s.yaml --full", "--setup and --full"),
        ("--sandbox --base-url http://127.0.0.1:1", "--sandbox and --base-url"),
        ("--replay x --sandbox", "--replay and --sandbox"),
        ("--replay x --setup s.yaml", "--replay and --setup"),
        ("--replay x --budget 3", "--replay and --budget"),
        ("--replay x --key-file k", "--replay and --key-file"),
        ("--resume x --skip auth=none", "--resume and --skip"),
        ("--resume x --sandbox beta", "--resume and --sandbox"),
        ("--dry-run --json plan.json", "rtdoctor plan --json"),
        ("--dry-run --report all=out", "--dry-run and --report"),
        ("--dry-run --record out", "--dry-run and --record"),
    ],
)
def test_an_option_that_would_be_ignored_is_refused(
    run: object, tmp_path: Path, options: str, said: str
) -> None:
    assert said in refused(run, "check", *options.split())
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize("option", ["--timeout", "--ice-timeout"])
@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "soon"])
def test_a_time_limit_is_a_time(run: object, option: str, value: str) -> None:
    assert option in refused(run, "check", "--sandbox", option, value)


@pytest.mark.parametrize(
    ("setup", "said"),
    [
        ("token_endpint: sessions", "s.yaml:1: the document: unknown field"),
        ("token_body: [1]", "s.yaml:1: token_body must be text or a mapping, not a list"),
        ("auth: no", 'As text it needs quotes: "no"'),
        ("call_query: {params: {model: 5}}", "call_query.params.model must be text, not '5'"),
        ("offer: {audio: maybe}", "offer.audio must be true or false, not 'maybe'"),
        ("token_body: {json: {a: .nan}}", ".nan is no number in JSON"),
        ("token_body: {json: {a: 1, a: 2}}", "'a' is given twice"),
        ("token_body: {json: {a: !!binary aGk=}}", "binary"),
        ("token_body: {json: {a: !!int x}}", "s.yaml:1"),
        ("token_endpoint: none", "mints none"),
        ("auth: {kind: literal, text: 'secret ☃'}", "cannot be sent in an HTTP header"),
        ('auth: {kind: literal, text: "secret\\nx"}', "cannot be sent in an HTTP header"),
        ("auth: {header: 'secret: x'}", "no name of an HTTP header"),
        ("beta_header: {call: 'naïve'}", "beta_header: this text cannot be sent"),
        ("beta_header: {mint_others: {X-A: 'secret ☃'}}", "beta_header: this text cannot be sent"),
        ("beta_header: {call_others: {'X A': secret}}", "is no name of an HTTP header"),
        ("call_endpoint: {path: /v1/realtime, method: 'PO ST'}", "is no method of HTTP"),
        ("just text", "lines of `name: value`"),
        ("a: [1", "not valid YAML"),
        ("", "the file is empty"),
    ],
)
def test_a_wrong_setup_file_is_explained(
    run: object, tmp_path: Path, setup: str, said: str
) -> None:
    (tmp_path / "s.yaml").write_text(setup, "utf-8")

    err = refused(run, "check", "--sandbox", "--setup", "s.yaml")

    assert said in err
    assert "secret" not in err


def test_dates_and_odd_keys_of_a_body_are_sent_as_they_are_written(
    run: object, tmp_path: Path
) -> None:
    body = "token_body: {json: {on: 2026-01-01, 1: yes}}"
    (tmp_path / "s.yaml").write_text(body)

    done: Refusal = run("check", "--sandbox", "--setup", "s.yaml", "--dry-run")  # type: ignore[operator]

    assert done.code == 0
    assert '{"on":"2026-01-01","1":true}' in done.out


def test_a_byte_order_mark_in_a_setup_file_is_passed_over(run: object, tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("auth: none\n", "utf-8-sig")

    done: Refusal = run("check", "--sandbox", "--setup", "s.yaml", "--dry-run")  # type: ignore[operator]

    assert done.code == 0


def test_a_dry_run_shows_the_requests_but_not_a_key_written_into_the_file(
    run: object, tmp_path: Path
) -> None:
    (tmp_path / "s.yaml").write_text(f"auth: {{kind: literal, text: {KEY}}}")

    done: Refusal = run("check", "--sandbox", "--setup", "s.yaml", "--dry-run")  # type: ignore[operator]

    assert "POST /v1/realtime/calls" in done.out
    assert "not-a-real-key" not in done.out


def test_a_folder_without_a_recording_is_named(run: object, tmp_path: Path) -> None:
    err = refused(run, "check", "--replay", str(tmp_path))

    assert "holds no recording" in err
    assert "--record" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("check " + KEY, "there is no file of this name"),
        ("check setup.yaml", "setup.yaml cannot be read"),
        ("check https://example.com", "If you mean the service: --base-url URL"),
        ("check curl " + KEY, "check takes one THING, and got 2 words"),
        ("check page.har --setup setup.yaml", "--setup and THING exclude each other"),
        ("check page.har --only auth=none", "THING and --only exclude each other"),
        ("check page.har --resume run.ndjson", "--resume and THING exclude each other"),
        ("check --write setup.yaml", "--write keeps what was read out of a THING"),
        ("sandbox serve --era bta", "--era: no era is called 'bta'"),
        ("check --sandbox --only auth=nobody", "valid: api_key, ephemeral"),
        ("check --sandbox --only auth", "rtdoctor plan --levels"),
        ("plan --levels --full", "--levels lists everything"),
    ],
)
def test_what_is_not_there_is_named_with_where_to_look(
    run: object, arguments: str, said: str
) -> None:
    err = refused(run, *arguments.split())

    assert said in err
    assert KEY not in err


def test_levels_lists_every_factor_with_its_default_and_its_literal_form(run: object) -> None:
    done: Refusal = run("plan", "--levels")  # type: ignore[operator]

    assert done.code == 0
    assert done.out.count("(default)") == 8
    assert done.out.count("in a setup file also:") == 8
    assert "?intent=transcription" in done.out


@pytest.mark.parametrize("arguments", ["--setup {setup}", "--only auth=undefined"])
def test_a_terminal_that_knows_ascii_only_shows_the_whole_report(
    tmp_path: Path, arguments: str
) -> None:
    (tmp_path / "s.yaml").write_text("auth: undefined\n")
    options = arguments.format(setup=tmp_path / "s.yaml").split()

    done = rtdoctor("check", "--sandbox", *options, PYTHONIOENCODING="ascii")

    assert done.code == 1
    assert "Does not prove" in done.out
    assert (done.out + done.err).isascii()
