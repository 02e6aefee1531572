"""An answer decides where STUN is sent only as far as it is allowed to."""

from __future__ import annotations

import pytest

from rtdoctor.sdp.candidate_scope import CandidateScope, within


def answer(*addresses: str) -> str:
    lines = [f"a=candidate:1 1 udp 1 {address} 9 typ host" for address in addresses]
    return "\r\n".join(["v=0", "m=audio 9 UDP/TLS/RTP/SAVPF 111", *lines, "a=mid:0", ""])


EVERYWHERE = (
    "127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "192.168.1.1", "fd00::1", "8.8.8.8",
    "::ffff:8.8.8.8", "2001:4860:4860::8888", "some.example", "0.0.0.0", "1",
)  # fmt: skip


@pytest.mark.parametrize(
    ("scope", "stay"),
    [
        (CandidateScope.ANY, EVERYWHERE),
        (CandidateScope.PRIVATE, EVERYWHERE[:6]),
        (CandidateScope.LOOPBACK, EVERYWHERE[:3]),
    ],
)
def test_only_what_is_in_scope_is_contacted(scope: CandidateScope, stay: tuple[str, ...]) -> None:
    left, count = within(answer(*EVERYWHERE), scope)

    assert left == answer(*stay)
    assert count == len(EVERYWHERE) - len(stay)


def test_the_addresses_of_this_machine_may_be_allowed_beside() -> None:
    left, _ = within(answer("10.0.0.1", "10.0.0.2"), CandidateScope.LOOPBACK, also=["10.0.0.2"])

    assert left == answer("10.0.0.2")


def test_a_candidate_that_cannot_be_read_is_left_out() -> None:
    assert within("v=0\r\n a=candidate:x\r\n", CandidateScope.PRIVATE) == ("v=0\r\n", 1)
