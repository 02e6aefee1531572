"""Two offers of one setup have one canonical form; a meaningful difference shows."""

from __future__ import annotations

import asyncio
import re

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.sdp.canonical import byte_facts, canonical, diff
from rtdoctor.secrets.redactor import Redactor
from support.sdp_samples import CHROMIUM_OFFER, SERVICE_ANSWER


async def offer(*, audio: bool = True, channel: str | None = "oai-events") -> str:
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        if audio:
            peer.addTransceiver("audio")
        if channel is not None:
            peer.createDataChannel(channel)
        await peer.setLocalDescription(await peer.createOffer())
        return peer.localDescription.sdp
    finally:
        await peer.close()


async def test_two_offers_of_one_setup_are_the_same() -> None:
    first, second = await asyncio.gather(offer(), offer())

    assert first != second
    assert canonical(first) == canonical(second)
    assert diff(first, second) == ()
    assert byte_facts(first).sha256 == byte_facts(second).sha256


async def test_an_offer_without_audio_differs_in_its_section() -> None:
    lines = diff(await offer(), await offer(audio=False))

    assert any(re.match(r"-m=audio \* UDP/TLS/RTP/SAVPF", line) for line in lines)
    assert any(line.startswith("+m=application") for line in lines)


@pytest.mark.parametrize("sdp", [CHROMIUM_OFFER, SERVICE_ANSWER])
def test_the_redacted_copy_has_the_same_form(sdp: str) -> None:
    assert canonical(Redactor().clean_text(sdp)) == canonical(sdp)


def test_nothing_random_or_personal_is_left() -> None:
    form = canonical(CHROMIUM_OFFER)

    for noise in ("4611731400430051336", "192.168", "198.51", "f8Xc", "Kq2mVh", "4A:AD", "a=ssrc"):
        assert noise not in form
    for kept in ("m=audio * UDP/TLS/RTP/SAVPF 111 63 0 8", "a=ice-pwd:*", "a=setup:actpass"):
        assert kept in form
    assert "a=candidate:* 1 tcp host active\n" in form
    assert "a=fingerprint:sha-256 *\n" in form


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a=setup:active", "a=setup:passive", (" m=audio", "-a=setup:active", "+a=setup:passive")),
        ("a=ice-pwd:uY3/kT6nQbVx8sLzE1oGhM5wJc0rNfPi\r\n", "", (" m=audio", "-a=ice-pwd:*")),
        ("m=audio 9", "m=audio 0", ("-m=audio * UDP", "+m=audio 0 UDP")),
        ("a=rtpmap:111 opus/48000/2\r\n", "", (" m=audio", "-a=rtpmap:111 opus/48000/2")),
        ("a=ice-lite\r\n", "", (" v=0", "-a=ice-lite")),
        ("oai", "oai", ()),
    ],
)
def test_a_meaningful_difference_shows(old: str, new: str, expected: tuple[str, ...]) -> None:
    changed = SERVICE_ANSWER.replace(old, new, 1)

    lines = diff(SERVICE_ANSWER, changed)

    assert len(lines) == len(expected)
    assert all(line.startswith(start) for line, start in zip(lines, expected, strict=True))


@given(st.randoms())
def test_the_order_of_attributes_does_not_matter_that_of_sections_does(rnd: object) -> None:
    head, audio, application = re.split(r"(?=^m=)", SERVICE_ANSWER, flags=re.MULTILINE)
    first, *rest = audio.splitlines(keepends=True)
    rnd.shuffle(rest)  # type: ignore[attr-defined]
    attributes = [line for line in rest if line.startswith("a=")]
    others = [line for line in rest if not line.startswith("a=")]
    shuffled = "".join([head, first, *others, *attributes, application])

    assert canonical(shuffled) == canonical(SERVICE_ANSWER)
    assert canonical(head + application + audio) != canonical(SERVICE_ANSWER)


@pytest.mark.parametrize(
    ("sdp", "endings", "final"),
    [
        (SERVICE_ANSWER, "crlf", True),
        (SERVICE_ANSWER.rstrip(), "crlf", False),
        (SERVICE_ANSWER.replace("\r\n", "\n"), "lf", True),
        (SERVICE_ANSWER.replace("\r\n", "\n", 3), "mixed", True),
        ("v=0", "none", False),
        ("", "none", False),
    ],
)
def test_byte_facts_say_what_the_form_hides(sdp: str, endings: str, final: bool) -> None:
    facts = byte_facts(sdp)

    assert (facts.line_endings, facts.final_newline) == (endings, final)
    assert facts.length == len(sdp.encode())
    if sdp.startswith("v=0\r") or sdp.startswith("v=0\n"):
        assert facts.sha256 == byte_facts(SERVICE_ANSWER).sha256


@given(st.text(st.characters()))
def test_any_text_has_a_form(text: str) -> None:
    assert diff(text, text) == ()
    assert canonical(canonical(text)) == canonical(text)
    assert byte_facts(text).lines >= 0
