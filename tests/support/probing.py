"""Running single probes against a server of the test's own."""

from __future__ import annotations

from dataclasses import replace

from rtdoctor.domain.run import Observation, Purpose
from rtdoctor.domain.secret import Secret
from rtdoctor.domain.setup import Setup
from rtdoctor.plan.catalogue import read
from rtdoctor.probe.http import HttpxPort
from rtdoctor.probe.limits import Limits
from rtdoctor.probe.peers.aiortc import peer_factory
from rtdoctor.probe.runner import Prober
from rtdoctor.targets.target import Target

KEY = "sk-test-0123456789abcdefghijklmnop"
QUICK = Limits(http_s=2.0, ice_s=3.0, dtls_s=3.0, channel_s=3.0, session_s=1.0, retries=0)
# for a service that answers: a busy machine must not decide
PATIENT = Limits(
    http_s=30.0, offer_s=30.0, ice_s=30.0, dtls_s=30.0, channel_s=30.0, session_s=30.0,
    cleanup_s=30.0, retries=0,
)  # fmt: skip
CATALOGUE = read()


def setup(**names: str) -> Setup:
    """A setup by level names, the GA realtime recipe elsewhere."""
    return CATALOGUE.setup(names)


async def probe(
    base_url: str, what: Setup, limits: Limits = QUICK, **changes: float
) -> Observation:
    """One probe of ``what`` at ``base_url``, nothing redacted."""
    limits = replace(limits, **changes) if changes else limits
    target = Target("test", base_url, Secret(KEY, "<api-key>"))
    async with HttpxPort(limits=limits, on_loopback=target.on_loopback) as http:
        peers = peer_factory(limits, on_loopback=target.on_loopback)
        prober = Prober(target, http, peers, lambda secret: None, limits)
        return await prober.probe("#1", what, Purpose.SURVEY)
