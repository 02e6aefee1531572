"""What a file is, told by what is in it; what is no subject gets a way on."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from rtdoctor.errors import ConfigError, RtdoctorError, UsageError
from rtdoctor.plan import catalogue
from rtdoctor.subjects.reading import Reading
from rtdoctor.subjects.thing import read_thing
from support.recordings import KEY, OFFER, call, har, mint

KNOWN = catalogue.read()


def dump(*events: tuple[str, Any]) -> dict[str, Any]:
    """A dump as Chrome 140 and later write it: values are JSON, names begin with "on"."""
    log = [{"time": "t", "type": kind, "value": value} for kind, value in events]
    stats = {
        "CPab-state": {"statsType": "candidate-pair", "values": '["waiting","failed"]'},
        "D1-state": {"statsType": "data-channel", "values": '["open"]'},
    }
    return {
        "UserAgent": "Chrome",
        "getUserMedia": [],
        "PeerConnections": {"8-1": {"pid": 8, "url": "", "stats": stats, "updateLog": log}},
    }


DUMP = dump(
    ("createDataChannel", '{"label":"events","ordered":true}'),
    ("createOfferOnSuccess", json.dumps({"type": "offer", "sdp": OFFER})),
    ("setLocalDescription", json.dumps({"type": "offer", "sdp": OFFER})),
    ("setRemoteDescription", json.dumps({"type": "answer", "sdp": "v=0\r\n"})),
    ("oniceconnectionstatechange", '"checking"'),
    ("oniceconnectionstatechange", '"failed"'),
)


def read(data: bytes | str, name: str = "thing") -> Reading:
    raw = data.encode() if isinstance(data, str) else data
    return read_thing("-", io.BytesIO(raw), KNOWN)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (json.dumps(har(mint(), call())), "HAR of Chrome"),
        ("\ufeff" + json.dumps(har(mint(), call())), "HAR of Chrome"),
        (OFFER, "SDP offer"),
        (OFFER.replace("\r\n", "\n"), "SDP offer"),
        (json.dumps(DUMP), "webrtc-internals dump"),
        ("auth: api_key", "setup file"),
        ("# curl is not what this is\nversion: 1\ntoken_body: none\n", "setup file"),
        ('{"auth": "api_key"}', "setup file"),
        ("{auth: api_key}", "setup file"),
    ],
)
def test_a_text_is_told_by_its_content(text: str, kind: str) -> None:
    assert read(text).kind == kind


def test_a_text_in_utf_16_and_a_packed_one_are_read() -> None:
    assert read(b"\xff\xfe" + "auth: api_key".encode("utf-16-le")).setup.auth.name == "api_key"
    assert read(gzip.compress(json.dumps(DUMP).encode())).kind == "webrtc-internals dump"


def test_an_offer_that_was_copied_gets_the_line_ends_of_sdp() -> None:
    assert read(OFFER.replace("\r\n", "\n").strip()).setup.offer.value.sdp == OFFER


def test_a_dump_gives_the_offer_its_label_and_how_the_connection_went() -> None:
    reading = read(json.dumps(DUMP))

    assert reading.setup.offer.value.channel == "events"
    assert "ICE: checking > failed" in reading.notes
    assert "candidate pairs: 1 failed" in reading.notes
    assert any("no HTTP is in it" in missing for missing in reading.not_said)
    assert {p.place for p in reading.places if not p.inferred} == {
        "offer.audio", "offer.channel", "offer.channel.label",
    }  # fmt: skip


def test_an_older_dump_writes_descriptions_as_text() -> None:
    old = dump(("setLocalDescription", f"type: offer, sdp: {OFFER}"))

    assert read(json.dumps(old)).setup.offer.value.sdp == OFFER


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("<!DOCTYPE html><script>fetch('/token')</script>", "is a page"),
        ("import openai\nclient = openai.OpenAI()\n", "no request to a Realtime service"),
        ("const pc = new RTCPeerConnection();", "no request to a Realtime service"),
        ("async function go() {\n  await fetch('/token');\n}", "no request to a Realtime service"),
        ("it does not work", "it is not clear what"),
        ('{"value": "ek_abcdef123456"}', "it is not clear what"),
        ('{"data_format": 1, "kind": "rtdoctor.run", "run": {}}', "rtdoctor rerun"),
        ('{"event":"run","kind":"rtdoctor.journal"}\n{"event":"probe"}', "rtdoctor rerun"),
        (json.dumps(dump(("createOffer", "{}"))), "no connection in this dump made an offer"),
        ("auth: ephemral", "did you mean 'ephemeral'"),
        ("curl https://example.com/", "posts an SDP offer or asks for a token"),
    ],
)
def test_what_is_no_subject_gets_a_way_on(text: str, says: str) -> None:
    with pytest.raises(RtdoctorError, match=says) as raised:
        read(text)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize("data", [b"\0\1\2", b"\x1f\x8bnot packed", b"\xff\xfe\x00"])
def test_bytes_that_are_no_text_are_refused(data: bytes) -> None:
    with pytest.raises((UsageError, ConfigError)):
        read(data)


def test_the_files_of_a_folder_make_one_story(tmp_path: Path) -> None:
    (tmp_path / "1-mint.har").write_text(json.dumps(har(mint())))
    (tmp_path / "2-call.har").write_text(json.dumps(har(call())))
    (tmp_path / "notes.md").write_text("what I tried")

    reading = read_thing(str(tmp_path), io.BytesIO(), KNOWN)

    assert reading.setup.token_endpoint.name == "transcription_sessions"
    assert reading.setup.call_query.name == "model_transcribe"
    assert "passed over: notes.md" in reading.notes


def test_a_folder_without_requests_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.har").write_text('{"log": {"entries": [')

    with pytest.raises(UsageError, match="holds a request"):
        read_thing(str(tmp_path), io.BytesIO(), KNOWN)


@pytest.mark.parametrize("given", [KEY, f"curl -H 'Authorization: Bearer {KEY}'", f"{KEY}.har"])
def test_what_may_be_a_key_is_not_repeated(given: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_thing(given, io.BytesIO(), KNOWN)

    assert KEY not in str(raised.value)


def test_a_missing_file_and_a_url_get_their_own_words() -> None:
    with pytest.raises(UsageError, match=r"nothing\.har cannot be read"):
        read_thing("nothing.har", io.BytesIO(), KNOWN)
    with pytest.raises(UsageError, match="page at a URL is run and not read"):
        read_thing("http://localhost:3000", io.BytesIO(), KNOWN)
