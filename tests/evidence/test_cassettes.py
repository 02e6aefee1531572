"""A recording holds no secret, plays back what was masked, and cannot be made to do harm."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rtdoctor.errors import EvidenceError
from rtdoctor.evidence.cassettes import replaying
from support.cli import rtdoctor
from support.hostile import Answer, Received, answer
from support.threaded import serving

KEY = "sk-mine-0123456789abcdef"
BAD_TOKEN = '{"error":{"message":"bad token","code":"invalid_token"}}'


def echoing(received: Received) -> Answer:
    shown = received.headers.get("authorization", "none")
    said = answer(401, BAD_TOKEN, X_Echo=shown, WWW_Authenticate=f'Bearer realm="{shown}"')
    return said.replace(b"401 X", f"401 no {shown}".encode(), 1)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "setup.yaml").write_text(
        "auth: {text: s3cret-text, header: X-Own, scheme: ''}\n"
        "call_query: {params: {api_key: qK15$x, model: m}}\n"
    )
    with serving(echoing) as url:
        done = rtdoctor(
            "check", "--base-url", url, "--setup", folder / "setup.yaml",
            "--record", folder / "cassette",
            XDG_STATE_HOME=str(folder), OPENAI_API_KEY=KEY,
        )  # fmt: skip
    assert done.code == 3, done.err
    return folder


@pytest.mark.thorough
@pytest.mark.parametrize("secret", [KEY, "s3cret-text", "qK15$x"])
def test_what_a_service_echoes_is_in_no_header_and_no_reason_phrase(
    recorded: Path, secret: str
) -> None:
    files = [p for p in recorded.rglob("*") if p.is_file() and p.name != "setup.yaml"]

    assert {"http.json", "run.json"} <= {p.name for p in files}
    for file in files:
        assert secret.encode() not in file.read_bytes(), file.name
    assert "401" in (recorded / "cassette" / "http.json").read_text("utf-8")


@pytest.mark.thorough
def test_masked_headers_are_played_back(recorded: Path, tmp_path: Path) -> None:
    done = rtdoctor(
        "check", "--replay", recorded / "cassette", "--json", tmp_path / "again.json",
        XDG_STATE_HOME=str(tmp_path),
    )  # fmt: skip

    assert done.code == 3, done.err
    again = (tmp_path / "again.json").read_text("utf-8")
    assert "invalid_token" in again
    assert "Bearer <api-key>" in again


def in_response(field: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda interaction: interaction["response"].update({field: value})


def in_request(field: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda interaction: interaction["request"].update({field: value})


@pytest.mark.parametrize(
    "spoil",
    [
        in_response("status", None),
        in_response("status", {"code": "401"}),
        in_response("status", {"code": 10**6}),
        in_response("headers", {"x": "not a list"}),
        in_response("headers", {"x": [1]}),
        in_response("headers", [1]),
        in_response("body", None),
        in_response("body", {"string": 5}),
        in_response("body", {"base64_string": "AAAA"}),
        in_request("uri", 5),
        in_request("uri", "http://[::1"),
        in_request("method", None),
        in_request("headers", {"X-Rtdoctor-Probe": 5}),
    ],
)
def test_a_recording_of_wrong_types_is_refused(
    recorded: Path, spoil: Callable[[dict[str, Any]], None], tmp_path: Path
) -> None:
    data = json.loads((recorded / "cassette" / "http.json").read_bytes())
    spoil(data["interactions"][0])
    (tmp_path / "http.json").write_text(json.dumps(data))

    with pytest.raises(EvidenceError, match=r"http\.json is not a recording"), replaying(tmp_path):
        pass


@pytest.mark.parametrize(
    "data",
    [b"\xff\xfe\0\0", b"[" * 100_000, b"!!python/object/apply:os.abort []", b"null", b"7", b"{}"],
)
def test_what_is_no_recording_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "http.json").write_bytes(data)

    with pytest.raises(EvidenceError, match="not a recording"), replaying(tmp_path):
        pass


def test_a_folder_in_place_of_a_recording_is_refused(tmp_path: Path) -> None:
    (tmp_path / "http.json").mkdir()

    with pytest.raises(EvidenceError, match="not a recording"), replaying(tmp_path):
        pass
