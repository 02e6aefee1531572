"""Proxies and CA bundles from the environment are honoured, except for this machine itself."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from rtdoctor.domain.outcome import LocalCode, OutcomeKind
from support.hostile import Answer, Received, answer, hostile_server
from support.probing import probe, setup


def trusted_server() -> tuple[ssl.SSLContext, trustme.CA]:
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    return tls, authority


async def test_a_ca_bundle_from_the_environment_is_trusted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tls, authority = trusted_server()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    async def handler(received: Received) -> Answer:
        return answer(401, '{"error": {"code": "invalid_api_key"}}')

    async with hostile_server(handler, tls) as url:
        seen = await probe(url, setup())

    assert seen.outcome.kind is OutcomeKind.FAIL
    assert seen.exchanges[0].timing.tls_ms is not None


async def test_a_proxy_from_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def proxy(received: Received) -> Answer:
        asked.append(f"{received.method} {received.path}")
        return answer(407, "")

    async with hostile_server(proxy) as url:
        monkeypatch.setenv("HTTPS_PROXY", url)
        seen = await probe("https://service.invalid", setup())

    assert asked == ["CONNECT service.invalid:443"]
    assert seen.outcome.kind is OutcomeKind.TRANSIENT
    assert seen.outcome.signature is not None
    assert seen.outcome.signature.code == LocalCode.PROXY


async def test_what_stays_on_this_machine_goes_past_the_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def proxy(received: Received) -> Answer:
        raise AssertionError("the proxy must not see requests to this machine")

    async def handler(received: Received) -> Answer:
        return answer(400, "{}")

    async with hostile_server(proxy) as proxy_url, hostile_server(handler) as url:
        monkeypatch.setenv("HTTP_PROXY", proxy_url)
        seen = await probe(url, setup())

    assert seen.outcome.kind is OutcomeKind.FAIL
