"""A change inside a body or an offer is told by its places."""

from __future__ import annotations

from rtdoctor.domain.setup import Factor, Level, Offer, TokenBody
from rtdoctor.wording.places import moved


def section(kind: str, number: int) -> str:
    port = "9 UDP/DTLS/SCTP webrtc-datachannel" if kind == "application" else "9 RTP/SAVPF 96"
    lines = [f"m={kind} {port}", "c=IN IP4 0.0.0.0", "a=ice-ufrag:f8Xc", "a=setup:actpass"]
    return "\r\n".join([*lines, f"a=mid:{number}", ""])


def offer(*kinds: str) -> Level[Offer]:
    bundle = " ".join(str(number) for number in range(len(kinds)))
    head = f"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {bundle}\r\n"
    sections = "".join(section(kind, number) for number, kind in enumerate(kinds))
    return Level("pasted", Offer(sdp=head + sections))


def body(text: str) -> Level[TokenBody]:
    return Level("mine", TokenBody(text))


def test_a_section_that_an_offer_loses_is_named() -> None:
    told = moved(
        Factor.OFFER, offer("audio", "video", "application"), offer("audio", "application")
    )

    assert told is not None
    assert told.startswith("without the video section")


def test_an_object_that_goes_is_one_place_however_much_is_in_it() -> None:
    detection = (
        '{"type":"server_vad","threshold":0.5,"prefix_padding_ms":3,"silence_duration_ms":5}'
    )
    old = body(f'{{"session":{{"type":"realtime","turn_detection":{detection}}}}}')
    new = body('{"session":{"type":"realtime"}}')

    assert moved(Factor.TOKEN_BODY, old, new) == "without session.turn_detection"
