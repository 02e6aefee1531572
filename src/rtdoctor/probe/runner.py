"""Probes against one target: tries, retries, fresh tokens, and what need not be run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from rtdoctor.domain.outcome import LocalCode, Outcome, OutcomeKind, Stage
from rtdoctor.domain.run import Observation, Purpose
from rtdoctor.domain.secret import Secret
from rtdoctor.domain.setup import Setup
from rtdoctor.probe.attempt import Attempt
from rtdoctor.probe.http import HttpPort
from rtdoctor.probe.limits import Limits
from rtdoctor.probe.mint import TOKEN_ALIAS, Minted, Token
from rtdoctor.probe.peer import PeerFactory
from rtdoctor.targets.target import Target


class Prober:
    """Runs probes against one target over one HTTP port.

    ``register`` is told every secret the moment it is known, so that nothing observed
    afterwards can be written with the secret in it.
    """

    def __init__(
        self,
        target: Target,
        http: HttpPort,
        new_peer: PeerFactory,
        register: Callable[[Secret], None],
        limits: Limits,
    ) -> None:
        self.target = target
        self.http = http
        self.new_peer = new_peer
        self.register = register
        self.limits = limits
        self.goal = Stage.SESSION
        self._alive = asyncio.Semaphore(limits.probes_alive)
        self._tokens = 0

    async def probe(
        self,
        probe_id: str,
        setup: Setup,
        purpose: Purpose,
        *,
        on_minted: Callable[[], object] = lambda: None,
    ) -> Observation:
        """Run a setup until it passes, fails, or has been transient too often."""
        async with self._alive:
            for attempt in range(1, self.limits.retries + 2):
                observation = await Attempt(self, setup, on_minted).run(probe_id, purpose)
                observation = replace(observation, attempts=attempt)
                wait_s = self._retry_wait(observation.outcome, attempt)
                if wait_s is None:
                    return observation
                await asyncio.sleep(wait_s)
            return observation

    def _retry_wait(self, outcome: Outcome, attempt: int) -> float | None:
        """Seconds until another try makes sense; ``None`` when it does not."""
        if outcome.kind is not OutcomeKind.TRANSIENT or attempt > self.limits.retries:
            return None
        signature = outcome.signature
        if signature is not None and signature.code in _LASTING:
            return None
        wait_s = outcome.retry_after_s
        if wait_s is not None and wait_s > self.limits.max_retry_after_s:
            return None
        return 0.25 * 2**attempt if wait_s is None else wait_s

    def new_token(self, minted: Minted) -> Token:
        """Give a fresh token its alias and tell the redactor."""
        if minted.is_alias:
            # a replayed answer holds the alias it was recorded under, which is no secret
            return Token(Secret("recorded-token", minted.value), minted.expires_at)
        self._tokens += 1
        secret = Secret(minted.value, f"{TOKEN_ALIAS}{self._tokens}")
        self.register(secret)
        return Token(secret, minted.expires_at)


# transient, but trying again at once cannot help
_LASTING = {
    "insufficient_quota",
    "credit_balance_exhausted",
    LocalCode.DNS.value,
    LocalCode.TLS.value,
    LocalCode.CONNECT.value,
    LocalCode.PROXY.value,
    LocalCode.TIMEOUT.value,
    LocalCode.NO_LOCAL_CANDIDATES.value,
}


def implied(probe_id: str, setup: Setup, purpose: Purpose, because_of: Observation) -> Observation:
    """A probe that need not run: its mint is the one that ``because_of`` saw refused.

    Sound because a failure at the mint cannot depend on what is sent after it.
    """
    return Observation(
        probe=probe_id,
        setup=setup,
        purpose=purpose,
        outcome=Outcome.skipped(
            f"its mint was refused in {because_of.probe}", because_of=because_of.probe
        ),
        started_at=because_of.started_at,
        duration_ms=0.0,
    )


def not_run(probe_id: str, setup: Setup, purpose: Purpose, reason: str) -> Observation:
    """A probe that was planned and not run."""
    started_at = datetime.now(UTC).isoformat(timespec="milliseconds")
    return Observation(probe_id, setup, purpose, Outcome.skipped(reason), started_at, 0.0)
