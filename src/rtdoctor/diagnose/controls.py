"""Looking for a control: anything that passes here and now, next to the failure.

The recipes first, since they are known to work somewhere. Where none passes (another path, a
service without a mint, a gateway that only takes the key), the search goes on in rounds, each a
little farther from what is known, and ends with the first round in which something passes.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from rtdoctor.diagnose.candidates import Candidates, distance
from rtdoctor.diagnose.covering import covering
from rtdoctor.diagnose.edits import single_edits
from rtdoctor.diagnose.mixing import mixed, sendable
from rtdoctor.diagnose.observed import Answers, Observed, Questions, SetupAsk, is_breakdown
from rtdoctor.diagnose.obstacles import nothing_helps, sent
from rtdoctor.diagnose.relocation import (
    call_paths,
    moved_recipes,
    nearest_in_place,
    recipes_in_its_way,
)
from rtdoctor.domain.kind import SessionKind, session_kind
from rtdoctor.domain.outcome import Signature, Stage
from rtdoctor.domain.run import Purpose
from rtdoctor.domain.setup import (
    Auth,
    AuthKind,
    CallEndpoint,
    EncodingKind,
    Factor,
    Level,
    Setup,
)

_SHARE = 0.7
"""The most of the budget that goes into the search; the rest is for the proof."""
_COVERING, _NEAREST = 16, 2
_API_KEY = Level("api_key", Auth(AuthKind.API_KEY))
_NO_AUTH = Level("none", Auth(AuthKind.NONE))


@dataclass(frozen=True, slots=True)
class Control:
    """A setup that passed, and in words where it comes from."""

    setup: Setup
    found: str


@dataclass(frozen=True, slots=True)
class FoundControls:
    """The controls; ``left_out`` counts the setups that the budget left no room for."""

    controls: tuple[Control, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class _Candidate:
    setup: Setup
    origin: str


def find_controls(
    subject: Setup, observed: Observed, candidates: Candidates
) -> Generator[Questions, Answers, FoundControls]:
    """Every control of the first round that has one, nearest to the subject first."""
    most = max(observed.asked + 1, int(observed.budget * _SHARE))
    failed = observed.failed(subject)
    failure = failed.signature if failed is not None else None
    left_out = 0
    for tried in _rounds(subject, failure, candidates):
        fresh = [c for c in tried if not _refused_already(c.setup, observed)]
        left_out += max(0, len(fresh) - max(1, most - observed.asked))
        fresh = fresh[: max(1, most - observed.asked)]
        yield from observed.ask([SetupAsk(c.setup, Purpose.CONTROL) for c in fresh])
        passing = [Control(c.setup, c.origin) for c in fresh if observed.passed(c.setup)]
        if passing:
            return FoundControls(tuple(sorted(passing, key=lambda c: distance(subject, c.setup))))
        if observed.asked >= most or observed.unanswered:
            break
        if nothing_helps(observed.all()):
            found = yield from _with_the_key(subject, observed, candidates)
            return FoundControls(found)
        if _all_the_same(observed):
            break
    return FoundControls((), left_out)


def _with_the_key(
    subject: Setup, observed: Observed, candidates: Candidates
) -> Generator[Questions, Answers, tuple[Control, ...]]:
    """The key itself, where the service breaks down over every token: two probes more tell a
    service in trouble from one that cannot mint."""
    if not subject.auth.value.kind.needs_token or not all(
        is_breakdown(o.outcome) for o in sent(observed.all())
    ):
        return ()
    keyed = [r for r in candidates.references if r.setup.auth.value.kind is AuthKind.API_KEY]
    tried = [
        Control(replace(subject, auth=_API_KEY), "the same call with the API key itself"),
        *(Control(r.setup, f"the recipe {r.name}") for r in keyed),
    ]
    yield from observed.ask([SetupAsk(c.setup, Purpose.CONTROL) for c in tried])
    return tuple(c for c in tried if observed.passed(c.setup))


def _all_the_same(observed: Observed) -> bool:
    """Whether calls with the key and calls with a token all got one refusal of a kind that does
    not depend on the request: who asks, or how the connection is made."""
    failures = [f for s in observed.setups() if (f := observed.failed(s)) is not None]
    signatures = {f.signature for f in failures}
    kinds = {s.auth.value.kind for s in observed.setups()}
    if len(signatures) != 1 or not {AuthKind.API_KEY, AuthKind.EPHEMERAL} <= kinds:
        return False
    (signature,) = signatures
    if signature is None or len(failures) < len(observed.setups()):
        return False
    return signature.status in (401, 403) or signature.stage.order > Stage.EXCHANGE.order


def _rounds(
    subject: Setup, failure: Signature | None, candidates: Candidates
) -> Iterator[list[_Candidate]]:
    seen = {subject.as_sent()}

    def strange(setup: Setup) -> bool:
        """Whether it opens a translation, where the subject does not: a service of its own."""
        return session_kind(setup) is SessionKind.TRANSLATION is not session_kind(subject)

    def fresh(offered: Iterator[_Candidate]) -> list[_Candidate]:
        found = []
        for candidate in offered:
            sent = candidate.setup.as_sent()
            if sendable(candidate.setup) and sent not in seen and not strange(candidate.setup):
                seen.add(sent)
                found.append(candidate)
        return found

    # the order is from what is known to work to what merely might, and the key comes late: once it
    # passes, everything is explained by the difference to it
    recipes = [_Candidate(r.setup, f"the recipe {r.name}") for r in candidates.nearest(subject)]
    seen |= {c.setup.as_sent() for c in recipes}
    yield recipes
    yield fresh(
        _Candidate(setup, f"the recipe {name}, sent in the subject's own way")
        for name, setup in recipes_in_its_way(subject, candidates)
    )
    yield fresh(
        _Candidate(setup, f"the recipe {name}, moved to the subject's paths")
        for name, setup in moved_recipes(subject, candidates)
    )
    yield fresh(_one_factor_away(subject, failure, candidates))
    yield fresh(_with_one_of_the_subjects(subject, candidates))
    yield fresh(_without_a_token(subject, candidates))
    yield fresh(
        _Candidate(setup, "a combination from probes.yaml")
        for setup in covering(subject, candidates, most=_COVERING)
    )


def _with_one_of_the_subjects(subject: Setup, candidates: Candidates) -> Iterator[_Candidate]:
    """The nearest recipes with one factor as the subject has it: a service may want exactly that,
    next to several faults."""
    for name, recipe in nearest_in_place(subject, candidates)[:_NEAREST]:
        for factor in subject.differs_from(recipe):
            setup = mixed(recipe, subject, [factor])
            yield _Candidate(setup, f"the recipe {name}, with one thing as the subject has it")


def _refused_already(setup: Setup, observed: Observed) -> bool:
    """Whether a mint like this one's was refused: what is sent after it cannot help."""
    prefix = setup.mint_prefix()
    if prefix is None:
        return False
    failures = [(s, observed.failed(s)) for s in observed.setups() if s.mint_prefix() == prefix]
    return any(f is not None and f.stage is Stage.MINT for _, f in failures)


def _without_a_token(subject: Setup, candidates: Candidates) -> Iterator[_Candidate]:
    """The key itself, then no credential at all: what a service without a mint accepts."""
    encodings = [subject.call_encoding, *_plain_encodings(candidates)]
    queries = [subject.call_query, *_recipe_queries(candidates)]
    for auth, said in ((_API_KEY, "with the API key itself"), (_NO_AUTH, "without a credential")):
        own = replace(subject, auth=auth)
        yield _Candidate(own, f"the same call {said}")
        for path, encoding, query in product(
            call_paths(subject, candidates)[:3], encodings, queries
        ):
            setup = replace(
                own,
                call_endpoint=Level(path, CallEndpoint(path)),
                call_encoding=encoding,
                call_query=query,
            )
            if len(own.differs_from(setup)) <= (2 if auth is _API_KEY else 1):
                yield _Candidate(setup, f"a call {said}")


def _plain_encodings(candidates: Candidates) -> list[Level[Any]]:
    wanted = (EncodingKind.RAW, EncodingKind.MULTIPART)
    listed = candidates.levels[Factor.CALL_ENCODING]
    return [
        next(e for e in listed if e.value.kind is kind)
        for kind in wanted
        if any(e.value.kind is kind for e in listed)
    ]


def _recipe_queries(candidates: Candidates) -> list[Level[Any]]:
    return list(dict.fromkeys(r.setup.call_query for r in candidates.references))


def _one_factor_away(
    subject: Setup, failure: Signature | None, candidates: Candidates
) -> Iterator[_Candidate]:
    """The subject with one edit, those that the error speaks of first: before the key, since a
    service that refuses this token may take another."""
    nearest = next(iter(candidates.nearest(subject)), None)
    if failure is None:
        return
    control = nearest.setup if nearest is not None else subject
    for setup in single_edits(subject, control, failure, (), candidates):
        yield _Candidate(setup, "the subject with one change")
