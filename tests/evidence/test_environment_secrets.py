"""What the environment holds in secret is hidden wherever it comes back from."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from rtdoctor.evidence import codec
from rtdoctor.secrets.environment import secrets_in
from rtdoctor.secrets.redactor import Redactor
from support import runs
from support.cli import rtdoctor

ENVIRONMENT = {
    "HTTPS_PROXY": "http://user:pr%40xy-pass@proxy.example:3128",
    "all_proxy": "proxy-token-77@proxy.example:3128",
    "http_proxy": "http://[::1",
    "OPENAI_API_KEY": "own-key-0123456789",
    "GATEWAY_TOKEN": "gateway-0123456789",
    "TOKENIZERS_PARALLELISM": "false-or-true",
    "LITELLM_MASTER_API_KEY": "openai",
    "EMPTY_SECRET": "",
}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("407 denied pr@xy-pass", "407 denied <proxy password>"),
        ("407 denied pr%40xy-pass", "407 denied <proxy password>"),
        ("proxy-token-77", "<proxy password>"),
        ("own-key-0123456789", "<api-key>"),
        ("gateway-0123456789", "<GATEWAY_TOKEN>"),
        ("false-or-true openai", "false-or-true openai"),
    ],
)
def test_the_secrets_of_an_environment_are_hidden(text: str, shown: str) -> None:
    redactor = Redactor()
    for secret in secrets_in(ENVIRONMENT):
        redactor.add(secret)

    assert redactor.clean_text(text) == shown


def test_what_a_proxy_sends_back_is_hidden() -> None:
    redactor = Redactor()
    for secret in secrets_in(ENVIRONMENT):
        redactor.add(secret)

    said = f"the proxy refused: 407 {b64encode(b'user:pr@xy-pass').decode()}"

    assert redactor.clean_text(said).startswith("the proxy refused: 407 ")
    assert b64encode(b"pr@xy-pass").decode()[4:12] not in redactor.clean_text(said)


def test_a_saved_run_is_shown_without_the_readers_own_key(tmp_path: Path) -> None:
    run, diagnosis = runs.tiny()
    data = codec.encode(run, diagnosis).replace(b'"command": "', b'"command": "own-key-77xyz ', 1)
    (tmp_path / "run.json").write_bytes(data)

    done = rtdoctor(
        "replay", tmp_path / "run.json", "--json", tmp_path / "out.json",
        OPENAI_API_KEY="own-key-77xyz",
    )  # fmt: skip

    assert "Traceback" not in done.err
    assert b"own-key-77xyz" in data
    assert b"own-key-77xyz" not in (tmp_path / "out.json").read_bytes()
