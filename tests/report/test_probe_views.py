"""Waterfall, byte facts, choice of probes, words: the parts a page is made of."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from rtdoctor.domain.finding import Verdict
from rtdoctor.domain.outcome import LocalCode, Outcome, OutcomeKind, Signature, Stage
from rtdoctor.domain.run import Purpose
from rtdoctor.domain.setup import Factor
from rtdoctor.report.html.sdp import sdp_views, texts
from rtdoctor.report.html.waterfall import WIDTH, bars
from rtdoctor.report.view import selection
from rtdoctor.wording import levels
from rtdoctor.wording import outcomes as words
from rtdoctor.wording.local_codes import LOCAL_CODE
from support import levels as lv
from support import runs
from support.service import probe

CONNECTING = lv.FOUNDING.with_level(Factor.CALL_QUERY, lv.INTENT)


class TestWaterfall:
    def test_stages_stand_in_order_with_the_parts_of_http_below_theirs(self) -> None:
        labels = [bar.label for bar in bars(probe(1, CONNECTING))]
        assert labels == [
            "mint",
            "DNS and TCP",
            "TLS",
            "waiting for the answer",
            "offer",
            "SDP exchange",
            "waiting for the answer",  # the connection was kept alive
            "ICE",
            "DTLS",
            "data channel",
            "first event",
        ]

    def test_every_bar_lies_on_the_axis_and_can_be_seen(self) -> None:
        for bar in bars(probe(1, CONNECTING)):
            assert bar.x >= 0
            assert bar.width >= 3
            assert bar.x + bar.width <= WIDTH

    def test_a_stage_begins_where_the_one_before_it_ended(self) -> None:
        outer = [bar for bar in bars(probe(1, CONNECTING)) if not bar.inner]
        for before, after in pairwise(outer):
            assert abs(before.x + before.width - after.x) <= 2

    def test_a_failed_stage_is_marked(self) -> None:
        assert [b.label for b in bars(probe(1, lv.FOUNDING)) if b.status == "failed"] == [
            "SDP exchange"
        ]

    def test_a_probe_without_time_has_no_division_by_zero(self) -> None:
        still = replace(probe(1, lv.FOUNDING), duration_ms=0.0)
        frozen = tuple(replace(s, start_ms=0.0, duration_ms=0.0) for s in still.stages)
        assert bars(replace(still, stages=frozen))


class TestSdp:
    @pytest.mark.parametrize("encoding", lv.ENCODINGS)
    def test_the_offer_is_found_in_every_encoding(self, encoding: object) -> None:
        setup = CONNECTING.with_level(Factor.CALL_ENCODING, encoding)  # type: ignore[arg-type]
        found = texts(probe(1, setup))
        assert found["offer"].startswith("v=0\r\n")
        assert found["offer"].endswith("a=setup:actpass\r\n")
        assert found["answer"].startswith("v=0\r\n")

    def test_a_probe_is_not_compared_with_itself(self) -> None:
        observation = probe(1, CONNECTING)
        assert [view.diff for view in sdp_views(observation, observation)] == [None, None]

    def test_offers_that_differ_only_in_random_parts_are_the_same(self) -> None:
        views = list(sdp_views(probe(1, CONNECTING), probe(2, CONNECTING)))
        assert [(view.title, view.diff) for view in views] == [("offer", ()), ("answer", ())]


class TestSelection:
    def test_a_small_run_is_shown_whole(self) -> None:
        run, diagnosis = runs.founding()
        assert selection.detailed(run, diagnosis) == {o.probe for o in run.observations}

    def test_a_big_one_shows_what_proves_something_and_one_of_each_outcome(self) -> None:
        run, diagnosis = runs.survey(300)
        full = selection.detailed(run, diagnosis)
        assert len(full) <= selection.DETAILED
        for witness in diagnosis.patterns[0].passing_neighbours:
            assert {witness.failing, witness.passing} <= full
        assert {run.probe(p).outcome for p in full} == {o.outcome for o in run.observations}

    def test_failures_come_before_passes_and_big_groups_before_small_ones(self) -> None:
        groups = selection.by_signature(runs.founding()[0])
        kinds = [outcome.kind for outcome, _ in groups]
        assert kinds[0] is OutcomeKind.FAIL
        assert kinds[-1] is OutcomeKind.PASS
        assert len(groups[0][1]) == 4


class TestWords:
    def test_everything_that_can_happen_has_words(self) -> None:
        assert set(words.STAGE) == set(Stage)
        assert set(words.VERDICT) == set(Verdict)
        assert set(LOCAL_CODE) == set(LocalCode)
        assert set(words.PURPOSE) == set(Purpose)
        assert set(levels.FACTOR_NAMES) == set(Factor)
        assert set(words.SIGN) == set(OutcomeKind)

    def test_a_local_failure_is_told_in_a_sentence_not_as_a_code(self) -> None:
        failed = Outcome.failed(Signature(Stage.ICE, code=LocalCode.ICE_DEADLINE.value))
        assert words.outcome_line(failed) == ("ICE: No network path was found in the time allowed.")
        assert words.outcome_word(failed) == "failed"

    def test_only_a_service_refuses(self) -> None:
        refused = Outcome.failed(Signature(Stage.EXCHANGE, 400, message="no"))
        assert words.outcome_word(refused) == "refused"

    @pytest.mark.parametrize(
        ("ms", "said"),
        [
            (0.2, "<1 ms"),
            (41.4, "41 ms"),
            (999.6, "1.0 s"),
            (1234, "1.2 s"),
            (200_400, "3 min 20 s"),
        ],
    )
    def test_durations(self, ms: float, said: str) -> None:
        assert words.duration(ms) == said

    def test_untested_interactions_are_never_good_news(self) -> None:
        assert (
            words.pending(1) == "1 interaction of two levels was not tested. They may hold or fail."
        )
        assert "2 interactions of two levels were not tested" in words.pending(2)
