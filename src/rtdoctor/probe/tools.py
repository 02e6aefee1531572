"""What every stage of a probe works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rtdoctor.domain.outcome import Outcome
from rtdoctor.domain.secret import Secret
from rtdoctor.probe.http import HttpPort
from rtdoctor.probe.limits import Limits
from rtdoctor.probe.mint import Minted, Token
from rtdoctor.probe.peers.port import PeerFactory
from rtdoctor.probe.stage_timer import Stop
from rtdoctor.targets.target import Target


@dataclass(frozen=True, slots=True)
class Tools:
    """The target and the ports to it. ``new_token`` gives a fresh token its alias."""

    target: Target
    http: HttpPort
    new_peer: PeerFactory
    new_token: Callable[[Minted], Token]
    limits: Limits

    def key(self) -> Secret:
        """The API key; ends the probe when none was given."""
        if self.target.key is None:
            raise Stop(Outcome.skipped("this probe needs the API key, and none was given"))
        return self.target.key
