"""The services with hidden rules: what their truth names is what their subject sends."""

from __future__ import annotations

import pytest

from benchmarks.hidden_rules.front import broken_sdp
from benchmarks.hidden_rules.services import Service, read_all
from benchmarks.hidden_rules.wire import fits
from rtdoctor.domain.setup import Factor

SERVICES = read_all()


def test_every_family_has_enough_services() -> None:
    families = [service.family for service in SERVICES]
    assert len(SERVICES) >= 66
    assert min(map(families.count, families)) >= 4


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.id)
def test_a_true_cause_is_sent_by_the_subject(service: Service) -> None:
    subject, truth = service.subject_setup(), service.truth
    causes = [*(p for cause in truth.causes for p in cause), *truth.allowed, *truth.suspected]
    for places in causes:
        for factor, text in places.items():
            assert fits(text, subject[Factor(factor)]), (factor, text)
    assert ("explained" in truth.ends) == bool(truth.causes) or truth.optional


def test_a_broken_answer_has_one_thing_wrong() -> None:
    sdp = (
        "v=0\r\na=ice-pwd:secret\r\na=fingerprint:sha-256 AB:CD\r\n"
        "a=candidate:1udp 1 udp 1 127.0.0.1 1 typ host\r\n"
        "a=candidate:1tcp 1 tcp 1 127.0.0.1 9 typ host tcptype passive\r\na=setup:active\r\n"
    )
    lines = set(sdp.splitlines())
    for fault in ("wrong_password", "wrong_fingerprint", "tcp_only", "wrong_role"):
        assert len(lines - set(broken_sdp(sdp, fault).splitlines())) == 1
    assert "candidate" not in broken_sdp(sdp, "no_candidates")
