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
from rtdoctor.probe.attempt import attempt
from rtdoctor.probe.http import HttpPort
from rtdoctor.probe.limits import Limits
from rtdoctor.probe.mint import TOKEN_ALIAS, Minted, Token
from rtdoctor.probe.peers.port import PeerFactory
from rtdoctor.probe.record import Record
from rtdoctor.probe.tools import Tools
from rtdoctor.targets.target import Target


class Prober:
    """Runs probes against one target over one HTTP port.

    ``register`` is told every secret the moment it is known, so that nothing observed
    afterwards can be written with the secret in it. ``cut_short`` is told of each probe that was
    cancelled after it had cost something, so that the cost is counted.
    """

    def __init__(
        self,
        target: Target,
        http: HttpPort,
        new_peer: PeerFactory,
        register: Callable[[Secret], None],
        limits: Limits,
        cut_short: Callable[[Observation], object] = lambda _: None,
    ) -> None:
        self.target = target
        self._tools = Tools(target, http, new_peer, self._new_token, limits)
        self.register = register
        self.cut_short = cut_short
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
        """Run a setup until it passes, fails, or has been transient too often.

        The observation is that of the last try; what it cost is that of all tries.
        """
        # The wait between two tries counts as alive: letting others in would only add to the
        # service's load.
        async with self._alive:
            tries: list[Observation] = []
            unfinished: Record | None = None
            try:
                while True:
                    # Held outside the try of a probe, so that a cancellation can still count what
                    # it has cost.
                    unfinished = Record(probe_id, setup, purpose)
                    tries.append(await attempt(self._tools, unfinished, on_minted))
                    unfinished = None
                    wait_s = self._retry_wait(tries[-1].outcome, len(tries))
                    if wait_s is None:
                        return _summed(tries)
                    await asyncio.sleep(wait_s)
            except asyncio.CancelledError:
                self._count_cost(tries, unfinished)
                raise

    def _count_cost(self, tries: list[Observation], unfinished: Record | None) -> None:
        interrupted = Outcome.skipped("interrupted")
        if unfinished is not None:
            tries = [*tries, unfinished.observed(interrupted)]
        if any(o.tokens_minted or o.sessions_opened for o in tries):
            self.cut_short(replace(_summed(tries), outcome=interrupted))

    def _retry_wait(self, outcome: Outcome, tries: int) -> float | None:
        """Seconds until another try makes sense; ``None`` when it does not."""
        if outcome.kind is not OutcomeKind.TRANSIENT or tries > self.limits.retries:
            return None
        signature = outcome.signature
        if signature is not None and not _LASTING.isdisjoint({signature.code, signature.type}):
            return None
        wait_s = outcome.retry_after_s
        if wait_s is not None and wait_s > self.limits.max_retry_after_s:
            return None
        return 0.25 * 2**tries if wait_s is None else wait_s

    def _new_token(self, minted: Minted) -> Token:
        """Give a fresh token its alias and tell the redactor."""
        if not minted.is_token:
            return Token(Secret(minted.value, minted.value), None, None)
        if minted.is_alias:
            # a replayed answer holds the alias it was recorded under, which is no secret
            return Token(Secret("recorded-token", minted.value), minted.expires_at, 0.0)
        self._tokens += 1
        secret = Secret(minted.value, f"{TOKEN_ALIAS}{self._tokens}")
        self.register(secret)
        return Token(secret, minted.expires_at, minted.lifetime_s)


def _summed(tries: list[Observation]) -> Observation:
    opened = sum(o.sessions_opened for o in tries)
    hung_up = sum(o.sessions_hung_up for o in tries)
    return replace(
        tries[-1],
        attempts=len(tries),
        tokens_minted=sum(o.tokens_minted for o in tries),
        sessions_opened=opened,
        sessions_hung_up=hung_up,
        hung_up=hung_up == opened if opened else None,
        left_open="; ".join(dict.fromkeys(o.left_open for o in tries if o.left_open)),
    )


# transient, but trying again at once cannot help (facts AUTH-QUOTA, AUTH-CREDIT-EXHAUSTED)
_LASTING = {
    "insufficient_quota",
    "credit_balance_exhausted",
    "organization_spend_limit_exceeded",
    LocalCode.DNS.value,
    LocalCode.TLS.value,
    LocalCode.CONNECT.value,
    LocalCode.PROXY.value,
    LocalCode.TIMEOUT.value,
    LocalCode.NO_LOCAL_CANDIDATES.value,
    LocalCode.NOT_RECORDED.value,
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
