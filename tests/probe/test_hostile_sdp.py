"""SDP answers no peer should be given: each ends the probe at once, with what is wrong."""

from __future__ import annotations

import re

import pytest

from rtdoctor.domain.outcome import LocalCode, OutcomeKind, Stage
from rtdoctor.sdp.answer_check import MAX_CANDIDATES, objection
from support.hostile import LOCATION, always, answer, hostile_server, realtime
from support.probing import PATIENT, probe, setup

UDP = "a=candidate:1 1 udp 2130706431 127.0.0.1 9 typ host"
TCP = "a=candidate:2 1 tcp 1671430143 127.0.0.1 443 typ host tcptype passive"
TRANSPORT = [
    "c=IN IP4 0.0.0.0",
    "a=rtcp-mux",
    "a=ice-ufrag:abcd",
    "a=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa",
    "a=fingerprint:sha-256 " + ":".join(["7B"] * 32),
    "a=setup:active",
]
SESSION = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1"]
AUDIO = ["m=audio 9 UDP/TLS/RTP/SAVPF 96", *TRANSPORT, "a=mid:0", "a=rtpmap:96 opus/48000/2"]
CHANNEL = ["m=application 9 UDP/DTLS/SCTP webrtc-datachannel", *TRANSPORT, "a=mid:1"]
GOOD = "\r\n".join([*SESSION, *AUDIO, UDP, TCP, *CHANNEL, "a=sctp-port:5000", ""])


def without(start: str) -> str:
    return re.sub(rf"{re.escape(start)}.*\r\n", "", GOOD)


@pytest.mark.parametrize(
    ("sdp", "said"),
    [
        (GOOD.replace("m=audio 9", "m=audio 0"), "rejects the audio section"),
        (GOOD.replace("m=application 9", "m=application 0"), "rejects the application section"),
        (without("a=fingerprint:"), "no a=fingerprint"),
        (GOOD.replace("sha-256", "md5"), "none of the algorithms"),
        (without("a=setup:"), "neither a=setup:active nor a=setup:passive"),
        (GOOD.replace("setup:active", "setup:actpass"), "neither a=setup:active"),
        (without("a=sctp-port:"), "no a=sctp-port"),
        (GOOD.replace("sctp-port:5000", "sctp-port:0"), "SCTP port '0'"),
        (GOOD.replace("sctp-port:5000", "sctp-port:99999"), "SCTP port '99999'"),
        (GOOD.replace("sctp-port:5000", f"sctp-port:{'9' * 5000}"), "SCTP port '999"),
        (GOOD.replace("127.0.0.1 9 typ", "127.0.0.1 99999 typ"), "the port '99999'"),
        (GOOD.replace("127.0.0.1 9 typ", "127.0.0.1 -1 typ"), "the port '-1'"),
        (GOOD.replace("127.0.0.1 9 typ", f"127.0.0.1 {'9' * 5000} typ"), "the port '999"),
        (GOOD.replace(UDP, "a=candidate:foo"), "cut short"),
        (GOOD.replace(UDP, "\r\n".join([UDP] * 3_000)), "3,001 candidates"),
        (GOOD.replace("\r\n", ""), "no a=fingerprint"),
        (GOOD[: GOOD.index("m=application")], None),
    ],
    ids=[
        "audio rejected", "channel rejected", "no fingerprint", "md5", "no setup", "actpass",
        "no SCTP port", "SCTP port 0", "SCTP port too large", "SCTP port endless",
        "port too large", "port negative", "port endless", "candidate cut", "3,000 candidates",
        "no line ends", "fewer sections",
    ],
)  # fmt: skip
async def test_an_answer_that_aiortc_would_stumble_over(
    sdp: str, said: str | None, capfd: pytest.CaptureFixture[str]
) -> None:
    called = always(answer(201, sdp, "application/sdp", Location=LOCATION))
    async with hostile_server(realtime(called)) as url:
        seen = await probe(url, setup(), PATIENT)

    assert seen.outcome.kind is OutcomeKind.FAIL
    assert seen.outcome.stage is Stage.EXCHANGE
    assert seen.outcome.signature is not None
    assert seen.outcome.signature.code == LocalCode.ANSWER_REJECTED
    message = seen.outcome.signature.message or ""
    assert (said or "Media sections in answer do not match offer") in message
    assert len(message) < 300
    assert seen.hung_up is True
    assert "Traceback" not in capfd.readouterr().err


def test_nothing_is_wrong_with_an_answer_of_the_usual_shape() -> None:
    assert objection(GOOD) is None
    assert objection(GOOD.replace("\r\n", "\n")) is None
    many = "\r\n".join([UDP] * (MAX_CANDIDATES - 1))
    assert objection(GOOD.replace(UDP, many)) is None


@pytest.mark.parametrize(
    ("sdp", "said"),
    [(without("a=candidate:1"), "TCP only"), (without("a=candidate:"), "no candidates")],
)
async def test_a_failed_ice_says_what_the_answer_lacked(sdp: str, said: str) -> None:
    async with hostile_server(realtime(always(answer(201, sdp, "application/sdp")))) as url:
        seen = await probe(url, setup(), PATIENT, ice_s=0.5)

    assert seen.outcome.stage is Stage.ICE
    assert seen.outcome.signature is not None
    assert said in (seen.outcome.signature.message or "")
