"""A check in progress: probes in one event loop, recorded as they end."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rtdoctor.check.fingerprint import environment
from rtdoctor.check.recorder import Journal, Listener, Recorder
from rtdoctor.domain.finding import Diagnosis, Verdict
from rtdoctor.domain.outcome import LocalCode, OutcomeKind, Stage
from rtdoctor.domain.run import DATA_FORMAT, Observation, Purpose, Run, RunHeader
from rtdoctor.domain.setup import Setup
from rtdoctor.probe.http import ExchangeKeeper, HttpPort, HttpxPort
from rtdoctor.probe.limits import Limits
from rtdoctor.probe.peers.port import PeerFactory
from rtdoctor.probe.runner import Prober, implied, not_run
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.targets.target import Target

if TYPE_CHECKING:
    from rtdoctor.diagnose.conversation import Conversation
    from rtdoctor.diagnose.observed import Questions
    from rtdoctor.diagnose.verdict import Answering

_NO_ANSWER = {
    code.value
    for code in (
        LocalCode.DNS,
        LocalCode.CONNECT,
        LocalCode.TLS,
        LocalCode.PROXY,
        LocalCode.TIMEOUT,
        LocalCode.NETWORK,
    )
}
_GIVE_UP_AFTER = 3


class Check:
    """Probes one target. Use ``open_check`` to make one."""

    def __init__(self, prober: Prober, recorder: Recorder, *, replayed: bool = False) -> None:
        self._prober = prober
        self._recorder = recorder
        self._replayed = replayed
        self._probes = max((o.number for o in recorder.observations), default=0)
        self._unanswered = 0
        self._answered = False

    async def survey(self) -> str:
        """Run the header's plan, all as tasks; setups that mint alike share a refused mint.

        Setups that an earlier part of the run has evidence for are not run again. Returns why it
        ended, as in ``Run.finished``.
        """
        done = {o.number for o in self.observations}
        groups: dict[object, list[tuple[str, Setup]]] = {}
        for number, setup in enumerate(self._recorder.header.plan, 1):
            if number not in done:
                # A setup that mints nothing shares no mint: its number makes a group of its own.
                prefix = setup.mint_prefix() or number
                groups.setdefault(prefix, []).append((f"#{number}", setup))
        async with asyncio.TaskGroup() as tasks:
            for group in groups.values():
                tasks.create_task(self._group(group))
        return "complete"

    async def _group(self, group: list[tuple[str, Setup]]) -> None:
        """Probe setups that mint alike: the others go as soon as the first one's mint is done."""
        (first_id, first_setup), *rest = group
        minted = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            first = tasks.create_task(
                self.probe(first_id, first_setup, Purpose.SURVEY, on_minted=minted.set)
            )
            # A first probe that ends without a token must let the others go too.
            first.add_done_callback(lambda _: minted.set())
            await minted.wait()
            # Where the first probe is not done, its mint succeeded: the others need not wait for
            # its call.
            refused = first.result() if first.done() else None
            if refused and refused.outcome.is_fail and refused.outcome.stage is Stage.MINT:
                for probe_id, setup in rest:
                    self._recorder.record(implied(probe_id, setup, Purpose.SURVEY, refused))
                return
            for probe_id, setup in rest:
                tasks.create_task(self.probe(probe_id, setup, Purpose.SURVEY))

    async def converse(self, conversation: Conversation) -> str:
        """Run the probes that a diagnosis asks for, a batch at a time, until it has its answer.

        What an earlier part of the run observed is answered from there. The diagnosis itself is
        made anew from the finished run, as a replay would. Returns why it ended, as in
        ``Run.finished``: ``complete``, or ``budget`` when that left it without an answer.
        """
        from rtdoctor.diagnose.conversation import BUDGET
        from rtdoctor.diagnose.verdict import Answering

        earlier = Answering(self.observations)
        # What the journal answers counts as asked, so a resumed run asks for no more than a whole
        # one.
        budget, asked = self._recorder.header.budget or BUDGET, 0
        try:
            asks = next(conversation)
            while True:
                asked += len(asks)
                asks = conversation.send(await self._answers(asks, earlier))
        except StopIteration as end:
            diagnosis: Diagnosis = end.value
            inconclusive = diagnosis.verdict is Verdict.INCONCLUSIVE
            return "budget" if inconclusive and asked >= budget else "complete"

    async def _answers(self, asks: Questions, earlier: Answering) -> list[Observation | None]:
        # Taken, not looked up: an observation answers one question, and a repetition needs another.
        answers = [earlier.take(ask.setup) for ask in asks]
        async with asyncio.TaskGroup() as tasks:
            running = {
                # The id is taken when the task is made, so the ids follow the order of the
                # questions and not that of the answers.
                index: tasks.create_task(self.probe(self.next_id(), ask.setup, ask.purpose))
                for index, ask in enumerate(asks)
                if answers[index] is None
            }
        for index, task in running.items():
            answers[index] = task.result()
        return answers

    def next_id(self) -> str:
        """The next probe id of this run: ``#1``, ``#2``, …"""
        self._probes += 1
        return f"#{self._probes}"

    async def probe(
        self,
        probe_id: str,
        setup: Setup,
        purpose: Purpose,
        *,
        on_minted: Callable[[], object] = lambda: None,
    ) -> Observation:
        """Run one probe and record it, unless the service has proved out of reach.

        ``on_minted`` is told as soon as the service has given the probe a token.
        """
        if self.unreachable:
            observation = not_run(probe_id, setup, purpose, "the service cannot be reached")
        else:
            observation = await self._prober.probe(probe_id, setup, purpose, on_minted=on_minted)
            self._note_reach(observation)
            if self._replayed:
                observation = _marked(observation)
        return self._recorder.record(observation)

    @property
    def unreachable(self) -> bool:
        """Whether several probes in a row got no HTTP answer, and none ever did."""
        return not self._answered and self._unanswered >= _GIVE_UP_AFTER

    def _note_reach(self, observation: Observation) -> None:
        outcome = observation.outcome
        code = outcome.signature.code if outcome.signature else None
        if outcome.kind is OutcomeKind.TRANSIENT and code in _NO_ANSWER:
            self._unanswered += 1
        # A probe that was not sent says nothing of the way to the service.
        elif outcome.kind is not OutcomeKind.SKIPPED:
            self._answered = True

    @property
    def observations(self) -> tuple[Observation, ...]:
        return self._recorder.observations

    def end(self, finished: str = "complete") -> Run:
        """Close the journal; the run with everything observed."""
        return self._recorder.end(finished)


def _marked(observation: Observation) -> Observation:
    """A replayed observation says so, also at each stage that no exchange stands behind."""
    stages = tuple(
        replace(s, detail=f"recorded {s.detail}".strip())
        if s.stage.order > Stage.EXCHANGE.order
        else s
        for s in observation.stages
    )
    return replace(observation, replayed=True, stages=stages)


@asynccontextmanager
async def open_check(
    target: Target,
    header: RunHeader,
    redactor: Redactor,
    *,
    journal: Journal | None = None,
    listener: Listener | None = None,
    limits: Limits | None = None,
    http: HttpPort | None = None,
    recording: ExchangeKeeper | None = None,
    new_peer: PeerFactory | None = None,
    earlier: Sequence[Observation] = (),
    cut_short: Sequence[Observation] = (),
    replayed: bool = False,
) -> AsyncIterator[Check]:
    """A check of ``target``; its HTTP connections are closed at the end.

    ``recording`` keeps the HTTP exchanges.
    ``earlier`` are the observations of the interrupted run that this one continues, ``cut_short``
    the probes that its interruption stopped;
    ``replayed`` says that ``http`` and ``new_peer`` answer from a recording.
    """
    limits = limits or Limits()
    recorder = Recorder(redactor.clean(header), redactor, journal, listener, earlier, cut_short)
    if target.key is not None:
        recorder.register(target.key)
    async with AsyncExitStack() as stack:
        if http is None:
            port = HttpxPort(
                limits=limits,
                on_loopback=target.on_loopback,
                https=target.is_https,
                recording=recording,
            )
            http = await stack.enter_async_context(port)
        if new_peer is None:
            # Imported here, since a replay needs no WebRTC stack and should not wait for it.
            from rtdoctor.probe.peers.aiortc import peer_factory

            new_peer = peer_factory(
                limits, on_loopback=target.on_loopback, stays_here=target.era is not None
            )
        prober = Prober(
            target, http, new_peer, recorder.register, limits, recorder.record_cut_short
        )
        yield Check(prober, recorder, replayed=replayed)


def run_header(
    target: Target,
    command: str,
    *,
    plan: Sequence[Setup] = (),
    subject: Setup | None = None,
    budget: int | None = None,
    now: datetime | None = None,
) -> RunHeader:
    """The frame of a run that begins ``now``: a survey of ``plan``, or a diagnosis of ``subject``.

    Its day is the only one that a diagnosis knows of.
    """
    return RunHeader(
        data_format=DATA_FORMAT,
        run_id=secrets.token_hex(4),
        target=target.info,
        environment=environment(),
        mode="survey" if subject is None else "subject",
        command=command,
        started_at=(now or datetime.now(UTC)).isoformat(timespec="seconds"),
        planned=len(plan),
        budget=budget,
        subject=subject,
        plan=tuple(plan),
    )
