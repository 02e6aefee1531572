"""Failures after the answer have names of their own, and the network is not blamed for them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

import pytest
from aiortc import RTCDataChannel, RTCPeerConnection

from rtdoctor.domain.outcome import LocalCode, Outcome, Stage
from rtdoctor.domain.run import Observation, Purpose
from rtdoctor.domain.setup import Factor, Level, Offer
from rtdoctor.ice.host_addresses import LOOPBACK, LOOPBACK_6, addresses_near, host_addresses
from rtdoctor.probe.peers.ice_inside import transports
from rtdoctor.probe.peers.recorded import RecordedPeer
from rtdoctor.sdp.answer_check import candidate_fault
from support.answering import answering_service
from support.hostile import always, answer, hostile_server, realtime
from support.probing import PATIENT, probe, setup
from support.sandbox_process import rtdoctor_sandbox


def named(seen: Observation) -> tuple[Stage | None, str | None]:
    return seen.outcome.stage, seen.outcome.signature.code if seen.outcome.signature else None


def replaced(attribute: str, value: str) -> Callable[[str], str]:
    return lambda sdp: re.sub(rf"a={attribute}:\S+", f"a={attribute}:{value}", sdp)


@pytest.mark.parametrize("attribute", ["ice-pwd", "ice-ufrag"])
async def test_wrong_ice_credentials_in_the_answer(attribute: str) -> None:
    async with answering_service(replaced(attribute, "x" * 24)) as url:
        seen = await probe(url, setup(), PATIENT, ice_s=1.0)

    assert named(seen) == (Stage.ICE, LocalCode.ICE_CREDENTIALS)
    assert seen.outcome.signature is not None
    assert "a=ice-pwd" in (seen.outcome.signature.message or "")


def _silent(peer: RTCPeerConnection) -> None:
    for transport in transports(peer):
        transport.transport._connection.respond_error = lambda *_: None


async def test_a_service_that_checks_and_does_not_answer() -> None:
    """Some ICE agents say nothing to a check with a wrong password."""
    async with answering_service(replaced("ice-pwd", "x" * 24), on_peer=_silent) as url:
        seen = await probe(url, setup(), PATIENT, ice_s=1.0)

    assert named(seen) == (Stage.ICE, LocalCode.ICE_UNANSWERED)


async def test_another_certificate_than_the_answer_announced() -> None:
    def other(sdp: str) -> str:
        return re.sub(r"a=fingerprint:sha-256 \S{8}", "a=fingerprint:sha-256 00:00:00", sdp)

    async with answering_service(other) as url:
        seen = await probe(url, setup(), PATIENT)

    assert named(seen) == (Stage.DTLS, LocalCode.DTLS_FINGERPRINT)


async def test_a_channel_that_closes_after_opening() -> None:
    async with answering_service(on_channel=lambda channel: channel.close()) as url:
        seen = await probe(url, setup(), PATIENT)

    assert named(seen) == (Stage.SESSION, LocalCode.CHANNEL_CLOSED)
    assert [s.stage for s in seen.stages if s.status == "ok"][-1] is Stage.CHANNEL


def _when_connected(act: Callable[[RTCPeerConnection], object]) -> Callable[..., None]:
    def on_peer(peer: RTCPeerConnection) -> None:
        def changed() -> None:
            if peer.connectionState == "connected":
                act(peer)

        peer.on("connectionstatechange", changed)

    return on_peer


def _refuse_association(peer: RTCPeerConnection) -> None:
    sctp = peer.sctp
    assert sctp is not None
    receive = sctp._receive_chunk

    async def deaf(chunk: object) -> None:
        """What comes after an abort is not for this association (RFC 9260, section 8.4)."""

    async def abort(init: object) -> None:
        sctp._receive_chunk = deaf
        await receive(init)
        await sctp._abort()

    sctp._receive_chunk = abort


async def test_a_channel_that_the_service_refuses() -> None:
    async with answering_service(on_peer=_refuse_association) as url:
        seen = await probe(url, setup(), PATIENT, channel_s=2.0)

    assert named(seen) == (Stage.CHANNEL, LocalCode.CHANNEL_REFUSED)


async def test_a_connection_that_the_service_closes_after_dtls() -> None:
    closing: list[asyncio.Task[None]] = []

    def close(peer: RTCPeerConnection) -> None:
        closing.append(asyncio.get_running_loop().create_task(peer.close()))

    async with answering_service(on_peer=_when_connected(close)) as url:
        seen = await probe(url, setup(), PATIENT)

    assert named(seen) == (Stage.CHANNEL, LocalCode.CONNECTION_CLOSED)


async def test_a_connection_that_the_service_closes_after_the_channel_opened() -> None:
    peers: list[RTCPeerConnection] = []
    closing: list[asyncio.Task[None]] = []

    def close(channel: RTCDataChannel) -> None:
        closing.append(asyncio.get_running_loop().create_task(peers[0].close()))

    async with answering_service(on_channel=close, on_peer=peers.append) as url:
        seen = await probe(url, setup(), PATIENT)

    assert seen.outcome.stage in (Stage.CHANNEL, Stage.SESSION)
    assert named(seen)[1] == LocalCode.CONNECTION_CLOSED


async def test_a_first_event_just_before_the_end_still_counts() -> None:
    def hello_and_bye(channel: RTCDataChannel) -> None:
        channel.send('{"type": "session.created"}')
        channel.close()

    async with answering_service(on_channel=hello_and_bye) as url:
        seen = await probe(url, setup(), PATIENT)

    assert seen.outcome.is_pass


NO_SECTIONS = Level("no_sections", Offer(audio=False, channel=None))


async def test_an_offer_without_sections_is_sent_as_a_browser_sends_it() -> None:
    with rtdoctor_sandbox() as sandbox:
        seen = await probe(sandbox.url, setup().with_level(Factor.OFFER, NO_SECTIONS), PATIENT)

    assert seen.outcome.stage is Stage.EXCHANGE
    assert seen.outcome.signature is not None
    assert (seen.outcome.signature.status, seen.outcome.signature.is_local) == (400, False)


@pytest.mark.parametrize("sections", ["", "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"])
async def test_an_accepted_offer_without_sections(sections: str) -> None:
    sdp = f"v=0\r\ns=-\r\na=ice-ufrag:abcd\r\na=ice-pwd:{'x' * 24}\r\n{sections}"
    async with hostile_server(realtime(always(answer(201, sdp, "application/sdp")))) as url:
        seen = await probe(url, setup().with_level(Factor.OFFER, NO_SECTIONS), PATIENT)

    assert named(seen) == (Stage.EXCHANGE, LocalCode.NO_SECTIONS)


OFFER = "a=candidate:1 1 udp 2130706431 192.0.2.7 50000 typ host\r\n"


def candidates(*addresses: str) -> str:
    return "".join(f"a=candidate:1 1 udp 1 {a} 3478 typ host\r\n" for a in addresses)


@pytest.mark.parametrize(
    ("sdp", "code"),
    [
        ("", LocalCode.NO_REMOTE_CANDIDATES),
        (candidates("192.0.2.9").replace("udp", "tcp"), LocalCode.TCP_CANDIDATES_ONLY),
        (candidates("172.17.0.2"), LocalCode.PRIVATE_CANDIDATES),
        (candidates("10.0.0.1", "127.0.0.1", "0b1c.local"), LocalCode.PRIVATE_CANDIDATES),
        (candidates("2001:db8::1"), LocalCode.NO_CANDIDATE_PAIR),
        (candidates("media.example.com"), LocalCode.NO_CANDIDATE_PAIR),
        (candidates("172.17.0.2", "198.51.100.1"), None),
        (candidates("198.51.100.1"), None),
    ],
)
def test_what_the_candidates_of_an_answer_explain(sdp: str, code: LocalCode | None) -> None:
    fault = candidate_fault(sdp, OFFER)

    assert (fault[0] if fault else None) == code


async def test_the_selected_pair_is_kept() -> None:
    async with answering_service() as url:
        seen = await probe(url, setup(), PATIENT)

    assert seen.outcome.is_pass
    assert seen.connection is not None
    for candidate in (seen.connection.local_candidate, seen.connection.remote_candidate):
        assert re.fullmatch(r"udp (host|prflx) 127\.0\.0\.1:\d+", candidate or "")


async def test_a_service_behind_a_loopback_url_that_is_not_on_loopback() -> None:
    """As behind ``ssh -L`` or ``docker -p``: HTTP on 127.0.0.1, media on another address."""
    hosts = [address for address in host_addresses() if ":" not in address]
    if not hosts:
        pytest.skip("this machine has no address but loopback")
    async with answering_service(hosts=hosts) as url:
        seen = await probe(url, setup(), PATIENT)

    assert seen.outcome.is_pass


async def test_a_service_on_the_ipv6_loopback_address() -> None:
    async with answering_service(hosts=[LOOPBACK_6]) as url:
        seen = await probe(url, setup(), PATIENT)

    assert seen.outcome.is_pass


def test_loopback_is_offered_first_and_only_to_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    many = ["fd00::1", *(f"10.0.0.{n}" for n in range(9))]
    monkeypatch.setattr("rtdoctor.ice.host_addresses.host_addresses", lambda: many)

    near = addresses_near(on_loopback=True)

    assert near[:3] == [LOOPBACK, LOOPBACK_6, "10.0.0.0"]
    assert len(near) == 8
    assert addresses_near(on_loopback=False) == many


async def test_a_machine_with_loopback_only_still_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rtdoctor.ice.host_addresses.host_addresses", list)

    async with answering_service() as url:
        seen = await probe(url, setup(), PATIENT)

    assert seen.outcome.is_pass


async def test_a_replay_says_again_that_the_channel_closed() -> None:
    async with answering_service(on_channel=lambda channel: channel.close()) as url:
        seen = await probe(url, setup(), PATIENT)
    again = RecordedPeer(seen)

    with pytest.raises(Exception, match="closed the data channel") as failure:
        await again.next_message(1.0)

    assert Outcome.failed(failure.value.signature()) == seen.outcome  # type: ignore[attr-defined]
    assert seen.purpose is Purpose.SURVEY
