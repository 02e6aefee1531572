"""Plausible runs with their diagnoses: tiny, founding case, survey of any size, hostile text."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import replace

from rtdoctor.domain.finding import (
    Answered,
    Blamed,
    Cause,
    Change,
    Contradiction,
    Diagnosis,
    Drift,
    Fact,
    Lint,
    Pattern,
    Repair,
    RuledOut,
    Suspicion,
    Tried,
    Unresolved,
    Verdict,
    Witness,
)
from rtdoctor.domain.outcome import LocalCode, Outcome, Signature, Stage
from rtdoctor.domain.page_result import PageAttempt, PageResult, ProofOnPage
from rtdoctor.domain.run import (
    DATA_FORMAT,
    Environment,
    Observation,
    Purpose,
    Run,
    RunHeader,
    TargetInfo,
)
from rtdoctor.domain.setup import Factor, Setup
from support import levels as lv
from support.service import BASE, EMPTY_ERROR, probe, rate_limited, refusal

SANDBOX = TargetInfo("sandbox", "http://127.0.0.1:8089", "beta")
OPENAI = TargetInfo("openai", BASE)
ENVIRONMENT = Environment(
    "0.1.0",
    "3.11.7",
    "Linux x86_64",
    (("aiortc", "1.16.0"), ("httpx", "0.28.1"), ("aioice", "0.13.0")),
)
EMPTY_400 = Signature(Stage.EXCHANGE, 400, "", "", "", "")
NO_DIAGNOSIS = Diagnosis(Verdict.SURVEYED, "1 of 2 setups connected.")


def header(
    target: TargetInfo, mode: str, subject: Setup | None = None, planned: int = 0
) -> RunHeader:
    """The frame of a run made at a fixed time."""
    flag = f"--sandbox {target.era}" if target.is_sandbox else "--target openai"
    command = f"rtdoctor check {flag}" + (" --setup founding.yaml" if subject else "")
    return RunHeader(
        data_format=DATA_FORMAT,
        run_id="20261122T173000Z-4f2a",
        target=target,
        environment=ENVIRONMENT,
        mode=mode,
        command=command,
        started_at="2026-11-22T17:30:00Z",
        planned=planned,
        subject=subject,
    )


def finish(head: RunHeader, observations: list[Observation]) -> Run:
    """A completed run of these observations."""
    return Run(head, tuple(observations), "complete", "2026-11-22T17:31:12Z", 6_400.0)


def tiny(target: TargetInfo = SANDBOX) -> tuple[Run, Diagnosis]:
    """Two probes: one is refused, one connects."""
    sandbox = target.is_sandbox
    seen = [
        probe(1, lv.FOUNDING, sandbox=sandbox),
        probe(2, lv.FOUNDING.with_level(Factor.CALL_QUERY, lv.INTENT), sandbox=sandbox),
    ]
    return finish(header(target, "survey", planned=2), seen), NO_DIAGNOSIS


def founding(target: TargetInfo = SANDBOX) -> tuple[Run, Diagnosis]:
    """The founding case, diagnosed: two necessary factors, three repairs."""
    sandbox = target.is_sandbox
    subject = lv.FOUNDING
    intent = subject.with_level(Factor.CALL_QUERY, lv.INTENT)
    sessions = replace(subject, token_endpoint=lv.SESSIONS, token_body=lv.SESSION_MODEL)
    control = replace(sessions, beta_header=lv.BETA, call_query=lv.MODEL_REALTIME)
    plan = [
        (control, Purpose.CONTROL),
        (subject, Purpose.SUBJECT),
        (subject, Purpose.CONFIRM),
        (subject.with_level(Factor.BETA_HEADER, lv.BETA), Purpose.MIX),
        (intent, Purpose.MIX),
        (sessions, Purpose.MIX),
        (subject.with_level(Factor.CALL_QUERY, lv.MODEL_REALTIME), Purpose.MIX),
        (intent, Purpose.CONFIRM),
        (sessions, Purpose.CONFIRM),
        (subject.with_level(Factor.AUTH, lv.API_KEY).as_sent(), Purpose.REPAIR),
        (subject.with_level(Factor.OFFER, lv.NO_AUDIO), Purpose.MIX),
    ]
    seen = [probe(n, s, why, sandbox=sandbox) for n, (s, why) in enumerate(plan, 1)]
    empty = sessions.with_level(Factor.TOKEN_BODY, lv.EMPTY_BODY)
    seen.append(rate_limited(12, intent, sandbox=sandbox))
    seen.append(probe(13, empty, Purpose.MIX, sandbox=sandbox))
    implied = Outcome.skipped("its token request is refused", because_of="#13")
    other = empty.with_level(Factor.CALL_QUERY, lv.INTENT)
    seen.append(replace(_bare(14, other), outcome=implied))
    run = finish(header(target, "subject", subject, planned=15), seen)
    return run, _founding_diagnosis(subject, intent, sessions)


def _bare(number: int, setup: Setup) -> Observation:
    done = probe(number, setup)
    return replace(
        done, exchanges=(), stages=(), duration_ms=0.0, rules=(), tokens_minted=0, connection=None
    )


# above 60 lines because it is one value, written out
def _founding_diagnosis(subject: Setup, intent: Setup, sessions: Setup) -> Diagnosis:
    cause = Cause(
        levels=(
            Blamed("token_endpoint", "transcription_sessions"),
            Blamed("call_query", "model_transcribe"),
        ),
        signature=EMPTY_400,
        witnesses=(
            Witness(("token_endpoint", "token_body"), "#2", "#6", repeated=True),
            Witness(("call_query",), "#2", "#5", repeated=True),
        ),
        failing_probes=("#2", "#3", "#4"),
        contexts_tried=3,
        contexts_failed=3,
        contexts_possible=16,
        knowledge=("SDP-EMPTY-400-BETA",),
    )
    key = subject.with_level(Factor.AUTH, lv.API_KEY)
    repairs = (
        Repair(
            intent,
            (Change("call_query", "model_transcribe", "intent_transcription"),),
            ("#5", "#8"),
            cost=1,
        ),
        Repair(
            sessions,
            (
                Change("token_endpoint", "transcription_sessions", "sessions"),
                Change("token_body", "founding", "session_model"),
            ),
            ("#6", "#9"),
            cost=3,
            keeps_purpose=False,
            notes=("The session is a conversation: it transcribes only when asked to.",),
        ),
        Repair(key, (Change("auth", "ephemeral", "api_key"),), ("#10",), cost=9, leaks_key=True),
    )
    return Diagnosis(
        verdict=Verdict.EXPLAINED,
        sentence=(
            "Your connection is refused because a token from transcription_sessions does not go"
            " together with ?model= in the call; the same call with ?intent=transcription connects."
        ),
        control="#1",
        subject_probes=("#2", "#3"),
        causes=(cause,),
        repairs=repairs,
        ruled_out=(RuledOut("beta_header", ("#4",), "the same failure with it changed"),),
        unresolved=(
            Unresolved("call_encoding", "the control and the subject do not differ in it"),
        ),
        pending=2,
        likely=(
            Lint("call_endpoint", "The call goes to the retired beta URL.", "SDP-BETA-DISABLED"),
        ),
        facts=(Fact("quota", "One probe met the rate limit (429) and was retried.", ("#12",)),),
        drift=(Drift("SDP-EMPTY-400-BETA", "#2", "The entry was last seen in 2025-08."),),
        assumptions=(
            "The service answers the same request alike during the run (72 s).",
            "Causes combine at most two factors.",
        ),
        does_not_prove=("That the repair works for another key, project or region.",),
    )


OWN = "POST /v1/realtime?model=gpt-4o-transcribe: 400 (an error object of empty strings)"
WORDY = (
    "POST /v1/realtime?model=gpt-4o-transcribe: 403 region_not_allowed: This project may not open "
    "Realtime sessions from here. "
    + "Ask the owner of the project for access, then try again. "
    * 6
)


def everything() -> tuple[Run, Diagnosis]:
    """The founding run with one of everything that a diagnosis can hold."""
    run, diagnosis = founding()
    return run, replace(
        diagnosis,
        answers=(Answered(OWN, ("#2", "#3"), "model in the call"),),
        control_found="The recipe beta-conversation passes here and now (#1).",
        next_step="Make change 1 in your page, then run: rtdoctor check --setup founding.yaml",
        contradictions=(
            Contradiction((Answered("400 invalid_offer", ("#11",)), Answered("201", ("#5",)))),
        ),
        suspicions=(
            Suspicion(
                (Blamed("call_query", "model_transcribe"),),
                "500 server_error: The server had an error.",
                ("#2", "#4"),
                ("#5", "#8"),
            ),
        ),
        tried=(
            Tried(
                (Change("beta_header", lv.NO_BETA.name, lv.BETA.name),),
                "#4",
                "POST /v1/realtime?model=gpt-4o-transcribe: 400 (an error object of empty strings)",
            ),
        ),
    )


def of_each_verdict(verdict: Verdict) -> tuple[Run, Diagnosis]:
    """A diagnosis that ends so, with an answer and a sentence that do not fit in five lines."""
    run, diagnosis = founding()
    ended = replace(
        diagnosis,
        verdict=verdict,
        sentence=(
            "The call is refused because the project of the key has no access to this region, and "
            "nothing in the setup can change that, as far as the probes of this run show; all of "
            "the recipes were answered alike. Nothing is claimed of the setup itself. " * 2
        ).strip(),
        answers=(Answered(WORDY, ("#2", "#3"), "session.audio.input.model in the call"),),
        next_step="Ask for access, then run: rtdoctor check --setup founding.yaml",
    )
    if verdict is not Verdict.EXPLAINED:
        ended = replace(ended, causes=(), repairs=())
    return run, ended


def survey(size: int, target: TargetInfo = SANDBOX) -> tuple[Run, Diagnosis]:
    """``size`` different setups (at most 1,152), the usual ones first, and a pattern."""
    return _surveyed(_setups()[:size], target)


def long(size: int) -> tuple[Run, Diagnosis]:
    """A survey in which every second setup connects, so that there is much to show."""
    setups = _setups()
    connecting = itertools.cycle([s for s in setups if refusal(s) is None])
    refused = itertools.cycle([s for s in setups if refusal(s) is not None])
    turns = itertools.chain.from_iterable(zip(connecting, refused, strict=True))
    return _surveyed(list(itertools.islice(turns, size)), SANDBOX)


def _setups() -> list[Setup]:
    product = itertools.product(
        lv.TOKEN_ENDPOINTS,
        lv.TOKEN_BODIES,
        lv.AUTHS,
        (lv.NO_BETA, lv.BETA),
        lv.CALL_ENDPOINTS,
        lv.CALL_QUERIES,
        lv.ENCODINGS,
        lv.OFFERS,
    )
    setups = dict.fromkeys(Setup(*combination).as_sent() for combination in product)
    usual = {"raw", "audio_channel", "none"}
    return sorted(
        setups,
        key=lambda s: sum(
            s.names[f] not in usual for f in ("call_encoding", "offer", "beta_header")
        ),
    )


def _surveyed(setups: list[Setup], target: TargetInfo) -> tuple[Run, Diagnosis]:
    seen = [probe(n, s, sandbox=target.is_sandbox) for n, s in enumerate(setups, 1)]
    run = finish(header(target, "survey", planned=len(seen)), seen)
    connected = sum(o.outcome.is_pass for o in seen)
    sentence = f"{connected} of {len(seen)} setups connected; the others were refused."
    return run, Diagnosis(Verdict.SURVEYED, sentence, patterns=_patterns(seen), pending=41)


def _patterns(seen: list[Observation]) -> tuple[Pattern, ...]:
    by_signature: dict[Signature, list[Observation]] = defaultdict(list)
    for observation in seen:
        if observation.outcome.signature is not None:
            by_signature[observation.outcome.signature].append(observation)
    empty = by_signature.get(EMPTY_400, [])
    if not empty:
        return ()
    blamed = (
        Blamed("token_endpoint", "transcription_sessions"),
        Blamed("call_query", "model_transcribe"),
    )
    failing = tuple(
        o.probe for o in empty if all(o.setup.names[b.factor] == b.level for b in blamed)
    )
    passing = [o for o in seen if o.outcome.is_pass]
    witnesses = [
        Witness((bad.setup.differs_from(good.setup)[0].value,), bad.probe, good.probe)
        for bad in empty
        for good in passing
        if len(bad.setup.differs_from(good.setup)) == 1
    ]
    return (Pattern(blamed, EMPTY_400, failing, tuple(witnesses[:2]), ("SDP-EMPTY-400-BETA",)),)


NASTY = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    "\u2028\u2029\x1b[31mred\x1b]0;title\x07\u202egnp.exe\u2066'\"`${7*7}{{7*7}}&lt;]]>-->"
)


def hostile() -> tuple[Run, Diagnosis]:
    """The founding run with hostile text wherever a server or a stranger could put it."""
    run, diagnosis = founding()
    subject = run.header.subject
    assert subject is not None

    def poison(observation: Observation) -> Observation:
        exchanges = tuple(
            replace(
                e,
                request=replace(e.request, url=e.request.url + "?x=" + NASTY),
                response=e.response
                and replace(
                    e.response,
                    body=NASTY + e.response.body,
                    headers=(*e.response.headers, ("x-" + NASTY, NASTY), ("x-request-id", NASTY)),
                ),
                error=NASTY,
            )
            for e in observation.exchanges
        )
        signature = Signature(Stage.EXCHANGE, 400, NASTY, NASTY, NASTY, NASTY)
        failed = Outcome.failed(signature)
        return replace(
            observation,
            setup=observation.setup.with_level(
                Factor.CALL_QUERY, replace(observation.setup.call_query, name=NASTY)
            ),
            exchanges=exchanges,
            outcome=failed if observation.outcome.is_fail else observation.outcome,
            call_id=NASTY,
            events=tuple(replace(e, type=NASTY, body=NASTY) for e in observation.events),
            stages=tuple(replace(s, detail=NASTY) for s in observation.stages),
        )

    head = replace(
        run.header,
        command="rtdoctor check --setup " + NASTY,
        run_id=NASTY,
        environment=replace(ENVIRONMENT, platform=NASTY),
    )
    poisoned = replace(run, header=head, observations=tuple(map(poison, run.observations)))
    cause = replace(
        diagnosis.causes[0],
        levels=(Blamed("call_query", NASTY),),
        signature=Signature(Stage.EXCHANGE, 400, message=NASTY),
        knowledge=(NASTY,),
    )
    return poisoned, replace(
        diagnosis,
        sentence="Refused: " + NASTY,
        causes=(cause,),
        facts=(Fact("network", NASTY, ("#2",)),),
        assumptions=(NASTY,),
    )


def of_a_page() -> tuple[Run, Diagnosis]:
    """The founding case as a page, with the repair proved on it and hostile text in it."""
    run, diagnosis = founding()
    attempts = (
        PageAttempt((), False, "POST /v1/realtime (the call): 400 (an empty error)"),
        PageAttempt(("the call",), True, "channel open, session.created after 130 ms"),
    )
    page = PageResult(
        "Your page failed: it made its offer, and then no further.",
        "offered",
        is_connected=False,
        did=("pressed “Start”", "shows: </script><img src=x onerror=alert(1)> | `a` ](x)"),
        candidates=("Start <b>  --click '#start'",),
        proof=ProofOnPage(
            ("the call",), attempts, True, "With this change your page connected.", ("the call",)
        ),
    )
    return replace(run, page=page), diagnosis


def nothing_connects() -> tuple[Run, Diagnosis]:
    """A survey in which every probe was refused, most of them with 401."""
    run, _ = survey(60)
    refused = tuple(o for o in run.observations if not o.outcome.is_pass)
    keyless = [o for o in refused if o.setup.names["auth"] == "undefined"]
    few = keyless + [o for o in refused if o not in keyless][:2]
    sentence = f"None of {len(few)} setups connects up to the first event, here and now."
    return replace(run, observations=tuple(few)), Diagnosis(Verdict.REPRODUCED, sentence)


def no_control() -> tuple[Run, Diagnosis]:
    """Nothing could be tested: the name of the service does not resolve."""
    signature = Signature(
        Stage.MINT, code=LocalCode.DNS.value, message="api.openai.com: no such name"
    )
    bare = replace(_bare(1, lv.FOUNDING), outcome=Outcome.transient(signature), attempts=3)
    run = finish(header(OPENAI, "subject", lv.FOUNDING, planned=1), [bare])
    fact = Fact("network", "The name api.openai.com does not resolve here.", ("#1",))
    sentence = "Nothing could be tested: the service's name does not resolve on this machine."
    return run, Diagnosis(Verdict.CANNOT_TEST, sentence, facts=(fact,))


__all__ = [
    "EMPTY_ERROR",
    "NASTY",
    "everything",
    "founding",
    "hostile",
    "no_control",
    "survey",
    "tiny",
]
