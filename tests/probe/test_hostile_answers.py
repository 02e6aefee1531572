"""Whatever a server does, a probe ends in time with a clear outcome."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl

import pytest
import trustme

from rtdoctor.domain.outcome import LocalCode, OutcomeKind, Stage
from rtdoctor.domain.run import Observation
from support.answering import answering_service
from support.hostile import (
    LOCATION,
    TOKEN,
    Answer,
    Received,
    always,
    answer,
    hostile_server,
    realtime,
)
from support.probing import probe, setup


async def minting(data: Answer) -> Observation:
    async with hostile_server(always(data)) as url:
        return await probe(url, setup())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (answer(200, "<html>hello</html>", "text/html"), LocalCode.NOT_JSON),
        (answer(200, ""), LocalCode.EMPTY_BODY),
        (answer(200, "[]"), LocalCode.NO_TOKEN),
        (answer(200, '{"id": "sess_1"}'), LocalCode.NO_TOKEN),
        (answer(200, '{"value": ""}'), LocalCode.NO_TOKEN),
        (answer(200, '{"client_secret": null}'), LocalCode.NO_TOKEN),
        (answer(200, '{"value": {"value": "ek_1"}}'), LocalCode.TOKEN_NOT_A_STRING),
        (answer(200, '{"client_secret": {"value": 7}}'), LocalCode.TOKEN_NOT_A_STRING),
        (answer(200, b"x" * 10_000_000), LocalCode.BODY_TOO_LARGE),
        (answer(200, "[" * 100_000), LocalCode.NOT_JSON),
        (answer(200, b"\xff\xfe\x00"), LocalCode.NOT_JSON),
        (answer(200, b"[]", "application/json; charset=idna"), LocalCode.NO_TOKEN),
        (answer(200, b"[]", "application/json; charset=rot13"), LocalCode.NO_TOKEN),
        (answer(200, b"+2AA-", "application/json; charset=utf-7"), LocalCode.NOT_JSON),
        (answer(307, "", Location="https://elsewhere.invalid/"), LocalCode.REDIRECT),
        (answer(400, "<html>Bad Request</html>", "text/html"), LocalCode.NOT_JSON),
        (answer(400, ""), LocalCode.EMPTY_BODY),
    ],
)
async def test_a_strange_answer_to_the_mint_is_a_failure_at_the_mint(
    data: bytes, code: LocalCode
) -> None:
    seen = await minting(data)

    assert seen.outcome.kind is OutcomeKind.FAIL
    assert seen.outcome.stage is Stage.MINT
    assert seen.outcome.signature is not None
    assert seen.outcome.signature.code == code


async def test_an_error_object_of_empty_strings_is_kept_as_it_is() -> None:
    body = '{"error":{"message":"","type":"","code":"","param":""}}'

    seen = await minting(answer(400, body))

    assert seen.outcome.signature is not None
    assert seen.outcome.signature.is_empty_error
    assert seen.outcome.signature.status == 400


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_rate_limits_and_server_errors_are_no_evidence(status: int) -> None:
    seen = await minting(answer(status, '{"error": {"message": "later"}}'))

    assert seen.outcome.kind is OutcomeKind.TRANSIENT


async def test_after_429_the_probe_waits_as_told_and_tries_again() -> None:
    answers = [answer(429, "{}", Retry_After="0"), answer(401, "{}")]

    async def handler(received: Received) -> Answer:
        return answers.pop(0)

    async with hostile_server(handler) as url:
        seen = await probe(url, setup(), retries=1)

    assert seen.attempts == 2
    assert seen.outcome.kind is OutcomeKind.FAIL


async def test_a_server_that_never_answers_is_a_timeout() -> None:
    seen = await minting(None)

    assert seen.outcome.kind is OutcomeKind.TRANSIENT
    assert seen.outcome.signature is not None
    assert seen.outcome.signature.code == LocalCode.TIMEOUT


async def test_connection_refused_is_no_evidence() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"

    seen = await probe(url, setup())

    assert seen.outcome.kind is OutcomeKind.TRANSIENT
    assert seen.outcome.signature is not None
    assert seen.outcome.signature.code == LocalCode.CONNECT


async def test_an_untrusted_certificate_is_a_tls_failure() -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)

    async def handler(received: Received) -> Answer:
        raise AssertionError("nothing may be sent before TLS is verified")

    async with hostile_server(handler, tls) as url:
        seen = await probe(url, setup())

    assert seen.outcome.kind is OutcomeKind.TRANSIENT
    assert seen.outcome.signature is not None
    assert seen.outcome.signature.code == LocalCode.TLS


async def test_a_host_that_does_not_resolve_is_a_dns_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unresolved(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unresolved)

    seen = await probe("https://no-such-host.invalid", setup())

    assert seen.outcome.kind is OutcomeKind.TRANSIENT
    assert seen.outcome.signature is not None
    assert seen.outcome.signature.code == LocalCode.DNS


async def calling(change: str) -> Observation:
    """A probe whose token is fine and whose SDP answer is real but for one change.

    The service says nothing on the channel.
    """
    async with answering_service(_CHANGES[change], on_channel=lambda channel: None) as url:
        return await probe(url, setup())


def _unreachable(sdp: str) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    sdp = re.sub(r"(a=candidate:\S+ 1 udp \d+ \S+) \d+", rf"\g<1> {port}", sdp)
    # other credentials, so that the server's own checks cannot rescue the connection
    return re.sub(r"a=ice-(ufrag|pwd):\S+", r"a=ice-\1:aaaaaaaaaaaaaaaaaaaaaaaa", sdp)


_CHANGES = {
    "cut in half": lambda sdp: sdp[: len(sdp) // 2],
    "no credentials": lambda sdp: re.sub(r"a=ice-(ufrag|pwd):\S+\r\n", "", sdp),
    "unreachable": _unreachable,
    "other fingerprint": lambda sdp: re.sub(
        r"a=fingerprint:sha-(\d+) \S{8}", r"a=fingerprint:sha-\1 00:00:00", sdp
    ),
    "an offer": lambda sdp: "v=0\r\na=ice-ufrag:abcd\r\na=ice-pwd:" + "x" * 24 + "\r\n",
    "not sdp": lambda sdp: "OK",
    "empty": lambda sdp: "",
    "candidates in the first section only": lambda sdp: _first_only(sdp),
}


def _first_only(sdp: str) -> str:
    head, *sections = re.split(r"(?=^m=)", sdp, flags=re.MULTILINE)
    assert len(sections) == 2
    sections[1] = re.sub(r"a=(candidate|end-of-candidates).*\r\n", "", sections[1])
    sections[0] = re.sub(r"a=end-of-candidates\r\n", "", sections[0])
    return "".join([head, *sections])


@pytest.mark.parametrize(
    ("change", "stage", "codes"),
    [
        ("cut in half", Stage.EXCHANGE, {LocalCode.ANSWER_WITHOUT_ICE, LocalCode.ANSWER_REJECTED}),
        ("no credentials", Stage.EXCHANGE, {LocalCode.ANSWER_WITHOUT_ICE}),
        ("an offer", Stage.EXCHANGE, {LocalCode.NO_SECTIONS}),
        ("not sdp", Stage.EXCHANGE, {LocalCode.ANSWER_NOT_SDP}),
        ("empty", Stage.EXCHANGE, {LocalCode.EMPTY_BODY}),
        ("unreachable", Stage.ICE, {LocalCode.ICE_CREDENTIALS}),
        ("other fingerprint", Stage.DTLS, {LocalCode.DTLS_FAILED, LocalCode.DTLS_FINGERPRINT}),
    ],
)
async def test_a_spoilt_answer_fails_at_the_stage_it_spoils(
    change: str, stage: Stage, codes: set[LocalCode]
) -> None:
    seen = await calling(change)

    assert seen.outcome.kind is OutcomeKind.FAIL
    assert seen.outcome.stage is stage
    assert seen.outcome.signature is not None
    assert seen.outcome.signature.code in codes


async def test_candidates_in_the_first_section_of_a_bundle_are_enough() -> None:
    seen = await calling("candidates in the first section only")

    # this peer sends no session.created, so the channel is the furthest it can come
    assert seen.outcome.signature is not None
    assert seen.outcome.signature.code == LocalCode.NO_FIRST_EVENT
    assert [s.stage for s in seen.stages if s.status == "ok"] == [
        Stage.MINT,
        Stage.OFFER,
        Stage.EXCHANGE,
        Stage.ICE,
        Stage.DTLS,
        Stage.CHANNEL,
    ]


async def test_the_key_is_never_sent_to_another_host() -> None:
    arrived: list[Received] = []

    async def handler(received: Received) -> Answer:
        arrived.append(received)
        return answer(200, TOKEN)

    async with hostile_server(handler) as other, hostile_server(handler) as url:
        elsewhere = setup().with_level(*_literal_endpoint(f"{other}/v1/realtime/client_secrets"))
        seen = await probe(url, elsewhere)

    assert arrived == []
    assert seen.outcome.kind is OutcomeKind.SKIPPED
    assert "only to their own target" in seen.outcome.reason


def _literal_endpoint(url: str):  # type: ignore[no-untyped-def]
    from rtdoctor.domain.setup import Factor, Level, TokenEndpoint

    return Factor.TOKEN_ENDPOINT, Level(url, TokenEndpoint(url))


async def test_a_call_still_unanswered_when_the_probe_is_interrupted_is_hung_up() -> None:
    asked, interrupted = asyncio.Event(), asyncio.Event()
    paths: list[str] = []

    async def call(received: Received) -> Answer:
        asked.set()
        await interrupted.wait()
        return answer(201, "v=0", "application/sdp", Location=LOCATION)

    async with hostile_server(realtime(call, asked=paths)) as url:
        probing = asyncio.create_task(probe(url, setup()))
        await asked.wait()
        probing.cancel()
        interrupted.set()
        with pytest.raises(asyncio.CancelledError):
            await probing

    assert paths[-1] == f"{LOCATION}/hangup"


async def test_a_call_whose_answer_is_useless_is_hung_up() -> None:
    paths: list[str] = []
    useless = always(answer(201, "OK", "text/plain", Location=LOCATION))
    async with hostile_server(realtime(useless, asked=paths)) as url:
        seen = await probe(url, setup())

    assert paths[-1] == f"{LOCATION}/hangup"
    assert (seen.sessions_opened, seen.sessions_hung_up) == (1, 1)
