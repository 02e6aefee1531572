"""An offer of a browser, sent with the transport of our own peer."""

from __future__ import annotations

import re

import pytest

from rtdoctor.domain.outcome import OutcomeKind, Stage
from rtdoctor.domain.setup import Factor, Level, Offer, Setup
from rtdoctor.sdp.description import read_description
from support.answering import answering_service
from support.probing import PATIENT, probe, setup
from support.sandbox_process import rtdoctor_sandbox
from support.sdp_samples import CHROMIUM_OFFER

_AUDIO, _DATA = CHROMIUM_OFFER.index("m=audio"), CHROMIUM_OFFER.index("m=application")
DATA_FIRST = (
    CHROMIUM_OFFER[:_AUDIO].replace("BUNDLE 0 1", "BUNDLE data sound")
    + CHROMIUM_OFFER[_DATA:].replace("a=mid:1", "a=mid:data")
    + CHROMIUM_OFFER[_AUDIO:_DATA].replace("a=mid:0", "a=mid:sound")
)


def offering(sdp: str) -> Setup:
    return setup().with_level(Factor.OFFER, Level("browser", Offer(sdp=sdp)))


def sent(offer: str | None) -> str:
    assert offer is not None
    return offer


@pytest.mark.parametrize("offer", [CHROMIUM_OFFER, DATA_FIRST], ids=["usual", "data first"])
async def test_it_connects_and_what_the_browser_said_was_sent(offer: str) -> None:
    with rtdoctor_sandbox("single-use") as sandbox:
        seen = await probe(sandbox.url, offering(offer), PATIENT)

    assert seen.outcome.is_pass
    assert seen.outcome.stage is Stage.SESSION
    text = sent(next(e for e in seen.exchanges if e.purpose == "call").request.body)
    said, given = read_description(text), read_description(offer)
    assert [m.kind for m in said.media] == [m.kind for m in given.media]
    assert [m.formats for m in said.media] == [m.formats for m in given.media]
    for name in ("mid", "extmap", "rtpmap", "fmtp", "ssrc"):
        assert list(said.values(name)) == list(given.values(name))
    for name in ("ice-ufrag", "ice-pwd", "fingerprint"):
        assert not set(said.values(name)) & set(given.values(name))
    assert not set(said.candidates) & set(given.candidates)


async def test_an_answer_that_this_peer_cannot_apply_is_no_failure() -> None:
    async with answering_service(lambda sdp: re.sub(r"(opus|PCMU|PCMA)/", "speex/", sdp)) as url:
        seen = await probe(url, offering(CHROMIUM_OFFER), PATIENT)

    assert seen.outcome.is_pass
    assert seen.outcome.stage is Stage.EXCHANGE
    assert "cannot apply" in seen.outcome.reason
    assert seen.outcome.judged(Stage.EXCHANGE).is_pass
    assert seen.outcome.judged(Stage.SESSION).kind is OutcomeKind.SKIPPED
    assert seen.sessions_hung_up == seen.sessions_opened == 1


async def test_a_section_that_this_peer_cannot_make_is_sent_all_the_same() -> None:
    strange = CHROMIUM_OFFER.replace("m=application 9 UDP/DTLS/SCTP", "m=message 9 TCP/MSRP")
    with rtdoctor_sandbox("single-use") as sandbox:
        seen = await probe(sandbox.url, offering(strange), PATIENT)

    assert "m=message" in sent(next(e for e in seen.exchanges if e.purpose == "call").request.body)
