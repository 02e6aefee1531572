"""The token request of a backend that is not seen, when the inferred one cannot be its. Pure."""

from __future__ import annotations

from dataclasses import replace

from rtdoctor.browser.page_run import PageRun
from rtdoctor.check.full_check import Finished
from rtdoctor.check.page_faults import token_was_given
from rtdoctor.check.page_repair import PageRepair
from rtdoctor.domain.outcome import OutcomeKind, Stage
from rtdoctor.domain.setup import CallQuery, Factor, Setup
from rtdoctor.plan.catalogue import Catalogue
from rtdoctor.subjects.levels import level_of
from rtdoctor.subjects.mint_reading import body_places
from rtdoctor.subjects.posted_offer import posted_offer
from rtdoctor.subjects.reading import Reading, ReadPlace

_WHY = "the backend was given a token; this is a request that is given one here"


def with_possible_mint(reading: Reading, run: PageRun, finished: Finished) -> Reading | None:
    """The reading with a token request that works here, from the nearest repair.

    A backend that gave the page a token was given one itself. So a request that the service
    refuses is not what it sent. ``None`` when the inferred request may be right, or none is known
    to work.
    """
    if not mint_is_inferred(reading) or not token_was_given(run) or not _is_refused(finished):
        return None
    works = next((r.setup for r in finished.diagnosis.repairs if not r.leaks_key), None)
    if works is None:
        return None
    setup = reading.setup.take(works, frozenset({Factor.TOKEN_ENDPOINT, Factor.TOKEN_BODY}))
    return replace(reading, setup=setup, places=(*_places(setup), *_others(reading)))


def mint_is_inferred(reading: Reading) -> bool:
    """Whether the token request was not seen, so that the model of the token is not known."""
    return any(p.inferred and p.place == "mint.url.path" for p in reading.places)


def without_model(repair: PageRepair, run: PageRun, catalogue: Catalogue) -> PageRepair | None:
    """The repair with a call that names no model, when the one that it named was refused.

    The token of an unseen backend is for a model that is not known, and the call may leave it out.
    """
    calls = [p.exchange for p in run.exchanges if posted_offer(p.exchange.request)]
    is_refused = any(c.response is not None and c.response.status >= 400 for c in calls)
    params = repair.works.call_query.value.params
    kept = tuple((name, value) for name, value in params if name != "model")
    if not is_refused or kept == params:
        return None
    level = level_of(catalogue, Factor.CALL_QUERY, CallQuery(kept))
    return replace(repair, works=repair.works.with_level(Factor.CALL_QUERY, level))


def _is_refused(finished: Finished) -> bool:
    """Whether the subject's own probes got no token."""
    ids = finished.diagnosis.subject_probes
    own = [o.outcome for o in finished.run.observations if o.probe in ids]
    return bool(own) and all(o.kind is OutcomeKind.FAIL and o.stage is Stage.MINT for o in own)


def _places(setup: Setup) -> tuple[ReadPlace, ...]:
    path = setup.token_endpoint.value.path
    url = ReadPlace("mint.url.path", path or "none", _WHY, inferred=True)
    return (url, *body_places(setup.token_body.value, _WHY, inferred=True))


def _others(reading: Reading) -> tuple[ReadPlace, ...]:
    of_mint = ("mint.url", "mint.body")
    return tuple(p for p in reading.places if not p.place.startswith(of_mint))
