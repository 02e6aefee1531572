"""The reader takes any text, reads what is there, and takes time linear in its length."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtdoctor.sdp.description import (
    MAX_COMPLAINTS,
    MAX_LINES,
    Candidate,
    Fingerprint,
    UnreadableLine,
    port_of,
    read_description,
)

check = settings(deadline=None, derandomize=True, database=None)

ANSWER = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=ice-lite\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\nc=IN IP4 0.0.0.0\r\na=setup:active\r\n"
    "a=ice-ufrag:abcd\r\na=fingerprint:SHA-256 7B:00\r\n"
    "a=candidate:1 1 UDP 2130706431 192.0.2.1 3478 typ host ufrag abcd\r\n"
    "a=candidate:2 1 tcp 1671430143 2001:db8::1 443 typ host tcptype passive ufrag abcd\r\n"
    "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5000\r\na=sendrecv\r\n"
)
hosts = st.sampled_from(("192.0.2.1", "2001:db8::1", "peer.example", "0f-1.local"))
tokens = st.text("abcXYZ019+/-.", min_size=1, max_size=8)


def test_an_answer_is_read_section_by_section() -> None:
    said = read_description(ANSWER)

    assert said.complaints == ()
    assert dict(said.session.attributes) == {"group": "BUNDLE 0 1", "ice-lite": ""}
    audio, channel = said.media
    assert (audio.kind, audio.port, audio.protocol) == ("audio", 9, "UDP/TLS/RTP/SAVPF")
    assert audio.formats == ("111", "0")
    assert (channel.kind, channel.port) == ("application", 0)
    assert said.first("setup") == "active"
    assert said.first("sctp-port") == "5000"
    assert said.first("sendrecv") == ""
    assert said.first("mid") is None
    assert said.fingerprints == (Fingerprint("sha-256", "7B:00"),)
    assert (
        audio.candidates
        == said.candidates
        == (
            Candidate("1", "1", "udp", "2130706431", "192.0.2.1", 3478, "host"),
            Candidate("2", "1", "tcp", "1671430143", "2001:db8::1", 443, "host", "passive"),
        )
    )


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("a=candidate:1 1 udp 1 192.0.2.1", "a candidate line is cut short"),
        ("a=candidate:1 1 udp 1 192.0.2.1 70000 typ host", "a candidate has the port '70000'"),
        ("m=audio", "a media line is cut short, or has no port"),
        ("m=audio x UDP/TLS/RTP/SAVPF 0", "a media line is cut short, or has no port"),
        ("<html>", "a line does not have the form <letter>=<value>"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(line: str, complaint: str) -> None:
    assert read_description(f"v=0\ns=-\n{line}\n").complaints == (UnreadableLine(3, complaint),)


@check
@given(st.text())
def test_any_text_is_read(text: str) -> None:
    said = read_description(text)
    assert len(said.media) == sum(line.startswith("m=") for line in text.split("\n"))
    assert bool(said.complaints) or text.startswith("v=0")


@check
@given(st.lists(st.sampled_from([*ANSWER.splitlines(), ""]) | st.text(max_size=40), max_size=30))
def test_any_mixture_of_lines_is_read_alike_with_either_line_end(lines: list[str]) -> None:
    lines = [line.replace("\n", "").rstrip("\r") for line in lines]
    assert read_description("\n".join(lines)) == read_description("\r\n".join(lines))


@check
@given(st.data())
def test_a_cut_text_says_nothing_that_the_whole_does_not_say(data: st.DataObject) -> None:
    cut = read_description(ANSWER[: data.draw(st.integers(0, len(ANSWER)))])
    whole = read_description(ANSWER)
    assert [m.kind for m in cut.media[:-1]] == [m.kind for m in whole.media[: len(cut.media[:-1])]]
    assert set(cut.candidates[:-1]) <= set(whole.candidates)


@check
@given(tokens, st.sampled_from(("udp", "UDP", "tcp")), hosts, st.integers(0, 65535), tokens)
def test_every_candidate_that_is_written_is_read(
    foundation: str, transport: str, host: str, port: int, kind: str
) -> None:
    line = f"a=candidate:{foundation} 1 {transport} 7 {host} {port} typ {kind} tcptype Passive"
    (found,) = read_description(f"v=0\n{line}").candidates
    assert found == Candidate(foundation, "1", transport.lower(), "7", host, port, kind, "passive")


@check
@given(st.text("0123456789-+ _x٣", max_size=8))
def test_a_port_is_a_plain_number_up_to_65535(text: str) -> None:
    plain = text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535
    assert port_of(text) == (int(text) if plain else None)


def test_a_hostile_text_costs_no_more_than_its_length() -> None:
    digits = "9" * (10 * sys.get_int_max_str_digits())
    said = read_description(f"v=0\nm=audio {digits} x y\na=candidate:1 1 udp 1 h {digits} typ host")
    assert said.media[0].port is None
    assert len(said.candidates[0].complaint) < 100

    many = read_description("x" + "\n?" * (2 * MAX_LINES))
    assert len(many.complaints) == MAX_COMPLAINTS

    long = read_description("v=0" + "\na=mid:0" * (2 * MAX_LINES))
    assert len(long.session.attributes) == MAX_LINES - 1
    assert "were not read" in long.complaints[-1].what
