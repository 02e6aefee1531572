"""How the offer travels, what it holds, and what every answer carries."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from support.sandbox_http import BETA_REALTIME, GA_REALTIME, OFFER, Caller, Said, offer

INVALID = "Invalid SDP offer. Please try again with a WHIP-compliant offer."
JSON_OFFER = json.dumps({"type": "offer", "sdp": OFFER})


def call(caller: Caller, content: str, content_type: str = "application/sdp") -> Said:
    """A call with a fresh token in the dialect of the caller's era."""
    beta = caller.sandbox.era == "beta"
    token = caller.token(
        *(("sessions", BETA_REALTIME) if beta else ("client_secrets", GA_REALTIME))
    )
    said = caller.send(
        "POST",
        "/v1/realtime?model=m" if beta else "/v1/realtime/calls",
        key=token,
        headers={"Content-Type": content_type},
        content=content,
    )
    caller.hang_up(said)
    return said


@pytest.mark.parametrize("era", ["beta", "single-use"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (offer(audio=False), INVALID),
        (offer(transport="a=setup:actpass\n"), INVALID),
        (OFFER[: OFFER.index("a=ice-ufrag")], INVALID),
        (JSON_OFFER, INVALID),
        ("", INVALID),
        (OFFER.rstrip(), "Failed to parse offer: failed to unmarshal SDP: EOF"),
        (OFFER.replace("opus/48000/2", "opux/48000/2").replace(" 0 8", ""), INVALID),
    ],
    ids=["no audio", "no transport", "cut short", "json", "empty", "trimmed", "no opus"],
)
def test_an_offer_that_is_refused(
    caller_of: Callable[[str], Caller], era: str, content: str, message: str
) -> None:
    said = call(caller_of(era), content)

    assert (said.status, said.error["message"]) == (400, message)


def test_an_offer_the_peer_half_accepts_is_refused_like_any_other(today: Caller) -> None:
    one_section_of_two = OFFER.replace("m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n", "")

    said = call(today, one_section_of_two)

    assert (said.status, said.rule) == (400, "peer-refused")


def test_an_offer_without_a_channel_is_answered(today: Caller) -> None:
    said = call(today, offer(channel=False))

    assert said.status == 201
    assert "m=application" not in said.text


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
def test_another_content_type_is_refused(today: Caller, content_type: str) -> None:
    said = call(today, JSON_OFFER if "json" in content_type else OFFER, content_type)

    assert (said.status, said.rule) == (400, "call-content-type")


def multipart(caller: Caller, **parts: str) -> Said:
    said = caller.send(
        "POST",
        "/v1/realtime/calls",
        files={name: (None, text) for name, text in parts.items()},
    )
    caller.hang_up(said)
    return said


def test_multipart_with_an_api_key(today: Caller) -> None:
    session = json.dumps(GA_REALTIME["session"])

    with_session, without = (
        multipart(today, sdp=OFFER, session=session),
        multipart(today, sdp=OFFER),
    )

    assert [said.status for said in (with_session, without)] == [201, 201]
    assert with_session.provenance["fact"] == "SDP-GA-MULTIPART-OK"


@pytest.mark.parametrize(
    ("session", "param"),
    [
        ('{"model":"gpt-realtime"}', "session.type"),
        ('{"type":"transcription"}', "session.type"),
        ('{"type":"realtime","voice":"alloy"}', "session.voice"),
        ("not json", "session"),
    ],
)
def test_a_multipart_session_that_is_refused(today: Caller, session: str, param: str) -> None:
    said = multipart(today, sdp=OFFER, session=session)

    assert (said.status, said.error["param"]) == (400, param)


def test_multipart_without_a_boundary(today: Caller) -> None:
    said = call(today, OFFER, "multipart/form-data")

    assert (said.status, said.rule) == (400, "call-multipart-without-parts")


def test_the_answer_has_the_shape_of_the_service(today: Caller) -> None:
    answer = call(today, OFFER).text

    session, audio, application = answer.split("\r\nm=")
    assert answer.endswith("\r\n")
    assert "a=ice-lite" in session
    assert "a=group:BUNDLE 0 1" in session
    assert audio.startswith("audio 9 UDP/TLS/RTP/SAVPF 111\r\n")
    assert "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1" in audio
    assert application.startswith("application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n")
    assert "a=sctp-port:5000" in application
    assert all("a=setup:active" in section for section in (audio, application))
    assert "a=end-of-candidates" not in answer


def test_candidates_stand_in_the_first_section_only(today: Caller) -> None:
    _, audio, application = call(today, OFFER).text.split("\r\nm=")

    candidates = [c for c in audio.splitlines() if c.startswith("a=candidate:")]
    ufrag = audio.partition("a=ice-ufrag:")[2].split("\r\n")[0]
    udp, tcp = (c.split() for c in candidates)
    assert "a=candidate" not in application
    assert udp[2:5] == ["udp", "2130706431", "127.0.0.1"]
    assert udp[6:] == ["typ", "host", "ufrag", ufrag]
    assert tcp[2:5] == ["tcp", "1671430143", "127.0.0.1"]
    assert tcp[6:] == ["typ", "host", "tcptype", "passive", "ufrag", ufrag]


def test_every_answer_says_that_it_is_no_claim_about_the_service(today: Caller) -> None:
    for said in (today.mint("client_secrets", GA_REALTIME), today.mint("nowhere"), call(today, "")):
        assert said.headers["x-sandbox-notice"] == "rtdoctor sandbox, not the real service"
        assert said.headers["x-request-id"].startswith("req_sandbox_")
        assert said.headers["openai-processing-ms"].isdigit()
        assert said.basis in ("fact", "inferred")


def test_cors_is_open_but_not_for_every_header(today: Caller) -> None:
    asked = {
        "Origin": "https://example.org",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,originator",
    }
    preflight = today.send("OPTIONS", "/v1/realtime/calls", headers=asked, authorization="")
    answered = today.mint("client_secrets", headers={"Origin": "https://example.org"})

    allowed = preflight.headers["access-control-allow-headers"].split(", ")
    assert preflight.status == 200
    assert {"authorization", "content-type"} <= set(allowed)
    assert "originator" not in allowed
    for said in (preflight, answered):
        assert said.headers["access-control-allow-origin"] == "*"
        assert "Location" in said.headers["access-control-expose-headers"].split(", ")


def test_a_body_that_is_too_large_is_not_read(today: Caller) -> None:
    assert today.mint("client_secrets", content="x" * 2_000_000).status == 413


def test_a_call_that_was_never_opened_cannot_be_hung_up(today: Caller) -> None:
    said = today.send("POST", "/v1/realtime/calls/rtc_none/hangup")

    assert (said.status, said.rule) == (404, "unknown-call")
