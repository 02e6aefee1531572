"""Addresses are masked so that what they were can still be read, and SDP is still SDP."""

from __future__ import annotations

import ipaddress
import json

import pytest
from aiortc.sdp import SessionDescription
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.errors import RedactionError
from rtdoctor.sdp.canonical import canonical
from rtdoctor.secrets.redactor import Redactor
from support.sdp_samples import CHROMIUM_OFFER, SERVICE_ANSWER

MASKED = [
    ("192.168.1.7", "private-ipv4-1.invalid"),
    ("udp 192.168.1.7:50000", "udp private-ipv4-1.invalid:50000"),
    ("IN IP4 8.8.4.4.", "IN IP4 public-ipv4-1.invalid."),
    ("http://10.0.0.5:4000/v1", "http://private-ipv4-1.invalid:4000/v1"),
    ("169.254.3.4", "linklocal-ipv4-1.invalid"),
    ("100.64.1.2", "cgnat-ipv4-1.invalid"),
    ("fd00::2", "private-ipv6-1.invalid"),
    ("[fe80::1%eth0]:80", "[linklocal-ipv6-1.invalid]:80"),
    ("ip:2a00:1450:4001:81b::200e", "ip:public-ipv6-1.invalid"),
    ("::ffff:192.168.1.7", "private-ipv6-1.invalid"),
    ("0b6bd2b5-9f2c-4a0e-8a3f-0123456789ab.local", "mdns-1.local"),
    (
        "candidate:842163049 1 udp 1677729535 2.3.4.5 46154 typ srflx raddr 10.0.0.17 rport 46154",
        "candidate:f1 1 udp 1677729535 public-ipv4-1.invalid 46154 typ srflx"
        " raddr private-ipv4-1.invalid rport 46154",
    ),
    ("candidate:1 1 udp 1 laptop.local 5 typ host", "candidate:1 1 udp 1 mdns-1.local 5 typ host"),
]  # fmt: skip

KEPT = [
    "127.0.0.1",
    "http://127.0.0.1:8089/v1",
    "::1 [::1]:8080 :: 0.0.0.0",
    "224.0.0.251 ff02::fb 255.255.255.255",
    "Chrome/131.0.0.0 Safari/537.36 HeadlessChrome/156.0.8078.79",
    "1.2.3 1.2.3.4.5 v1.2.3.4 300.1.1.1 aiortc 1.16.0",
    "12:34:56 2026-11-22T17:31:12Z ratio 1:2:3",
    "48:4A:48:6D:E1:38:7D:6B:79:13:23:6D:02:A6:09:C2",
    "api.openai.com my-service.local",
]


@pytest.mark.parametrize(("text", "expected"), MASKED)
def test_an_address_becomes_its_class_family_and_number(text: str, expected: str) -> None:
    assert Redactor().clean_text(text) == expected
    assert Redactor().clean_text(expected) == expected
    assert Redactor(keep_addresses=True).clean_text(text) == text


@pytest.mark.parametrize("text", KEPT)
def test_what_names_nobody_stays(text: str) -> None:
    assert Redactor().clean_text(text) == text


@given(st.ip_addresses(), st.integers(1, 65535))
def test_any_address_of_a_host_is_masked(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int
) -> None:
    shown = str(address)
    redactor = Redactor()
    cleaned = redactor.clean_text(f"a=candidate:1 1 udp 99 {shown} {port} typ host")

    stays = address.is_loopback or address.is_unspecified or address.is_multicast
    mapped = getattr(address, "ipv4_mapped", None)
    if not (stays or mapped or shown.endswith((".0.0.0", "255.255.255.255"))):
        assert shown not in cleaned
    assert cleaned.endswith(f" {port} typ host")


def test_the_same_address_has_the_same_number() -> None:
    text = Redactor().clean_text("10.0.0.1 10.0.0.2 10.0.0.1 8.8.8.8")

    assert text == (
        "private-ipv4-1.invalid private-ipv4-2.invalid private-ipv4-1.invalid public-ipv4-1.invalid"
    )


def test_the_self_test_knows_a_masked_address_again() -> None:
    redactor = Redactor()
    redactor.clean_text("10.9.8.7 fe80::77")

    assert redactor.scan(b"host 10.9.8.7:80") == ["private-ipv4-1.invalid"]
    assert redactor.scan(b"[fe80::77]:1") == ["linklocal-ipv6-1.invalid"]
    assert redactor.scan(b"110.9.8.7 10.9.8.71 fe80::771") == []
    with pytest.raises(RedactionError):
        redactor.guard(b"10.9.8.7")


@pytest.mark.parametrize("sdp", [CHROMIUM_OFFER, SERVICE_ANSWER])
def test_sdp_is_still_sdp(sdp: str) -> None:
    cleaned = Redactor().clean_text(sdp)

    assert cleaned != sdp
    assert canonical(cleaned) == canonical(sdp)
    before, after = SessionDescription.parse(sdp), SessionDescription.parse(cleaned)
    assert [m.kind for m in after.media] == [m.kind for m in before.media]
    for old, new in zip(before.media, after.media, strict=True):
        assert [(c.protocol, c.port, c.type, c.tcpType) for c in new.ice_candidates] == [
            (c.protocol, c.port, c.type, c.tcpType) for c in old.ice_candidates
        ]
        assert new.ice.password is not None
        assert len(new.ice.password) >= 22
        assert new.ice.usernameFragment == old.ice.usernameFragment
        assert new.dtls is not None
        assert new.dtls.fingerprints == old.dtls.fingerprints


def test_sdp_inside_json_keeps_its_line_ends() -> None:
    cleaned = Redactor().clean_text(json.dumps({"sdp": SERVICE_ANSWER}))

    assert json.loads(cleaned)["sdp"] == Redactor().clean_text(SERVICE_ANSWER)
