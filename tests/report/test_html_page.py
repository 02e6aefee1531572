"""What a reader finds on the page, read without a browser."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from rtdoctor.domain.finding import Diagnosis, Verdict
from rtdoctor.domain.outcome import Outcome, Signature, Stage
from rtdoctor.domain.run import Run
from rtdoctor.evidence.load import load_run
from rtdoctor.report import html
from rtdoctor.wording import outcomes as words
from support import runs
from support.html_reading import Page
from support.known import REDACTIONS, lookup

Case = Callable[[], tuple[Run, Diagnosis]]
CASES: dict[str, Case] = {
    "tiny": runs.tiny,
    "founding": runs.founding,
    "survey": lambda: runs.survey(150),
    "hostile": runs.hostile,
    "of a page": runs.of_a_page,
    "no control": runs.no_control,
}


def render(run: Run, diagnosis: Diagnosis) -> str:
    return html.render(run, diagnosis, REDACTIONS, lookup)


def read(case: tuple[Run, Diagnosis]) -> Page:
    return Page(render(*case))


@pytest.fixture(params=CASES)
def page(request: pytest.FixtureRequest) -> Page:
    return read(CASES[request.param]())


class TestOrder:
    def test_verdict_change_cause_matrix_and_limits_come_in_this_order(self) -> None:
        page = read(runs.founding())
        assert page.headings("h1")[0].startswith("Your connection is refused because a token")
        assert page.headings("h2") == [
            "The smallest change that works",
            "Why it fails",
            "What was tried",
            "What is known, and what is not",
            "The probes",
            "For the service's support",
            "How this was made",
            "What this does not prove",
        ]

    def test_without_a_finding_no_cause_and_no_change_are_claimed(self) -> None:
        page = read(runs.no_control())
        assert page.headings("h2")[0] == "What was tried"
        assert "does not resolve" in page.text
        assert "Necessary" not in page.text
        assert "smallest change" not in page.text
        assert "Pending" not in page.text

    def test_a_survey_begins_with_a_setup_that_keeps_the_key_on_the_server(self) -> None:
        page = read(runs.survey(150))
        assert page.headings("h2")[:2] == [
            "A setup that connects",
            "What was tried",
        ]
        start = page.text.index("Start from this one")
        assert "Bearer $EPHEMERAL_TOKEN" in page.text[start : start + 600]

    def test_the_verdict_is_the_first_sentence_and_a_quoted_full_stop_does_not_end_it(self) -> None:
        run, diagnosis = runs.founding()
        said = (
            "It fails (401: Incorrect key. Find yours elsewhere.) for a reason. It can be mended."
        )
        page = read((run, replace(diagnosis, sentence=said)))
        first, rest = said[: said.index(" It can")], "It can be mended."
        assert page.headings("h1") == [first]
        assert f"{first} {rest}" in page.text

    def test_a_survey_that_connects_only_with_the_key_warns_of_it(self) -> None:
        run, _ = runs.founding()
        leaking = [o for o in run.observations if o.setup.auth.name == "api_key"]
        head = replace(run.header, mode="survey", subject=None)
        survey = replace(run, header=head, observations=tuple(leaking))
        text = read((survey, Diagnosis(Verdict.SURVEYED, "1 of 1 setups connects."))).text
        assert words.LEAKS_KEY in text[: text.index("What was tried")]

    def test_nothing_is_said_to_be_known_where_there_is_no_finding(self) -> None:
        run, _ = runs.tiny()
        page = read((run, Diagnosis(Verdict.REPRODUCED, "None of 2 setups connects.")))
        assert "What is known, and what is not" not in page.headings("h2")
        assert "#known" not in page.values("href")

    def test_a_survey_does_not_claim_that_nothing_is_left_untested(self) -> None:
        run, diagnosis = runs.survey(150)
        text = read((run, replace(diagnosis, pending=0))).text
        assert "left untested" not in text


class TestFindings:
    def test_the_change_is_a_diff_of_what_the_client_sends(self) -> None:
        page = read(runs.founding())
        assert "- POST /v1/realtime?model=gpt-4o-transcribe" in page.text
        assert "+ POST /v1/realtime?intent=transcription" in page.text

    def test_the_repair_that_leaks_the_key_is_last_and_says_so(self) -> None:
        text = read(runs.founding()).text
        change, other, leak = (
            text.index(t)
            for t in (
                "?intent=transcription. Connected in #5 and, repeated, in #8.",
                "token request body: founding → session_model",
                "ephemeral token → API key",
            )
        )
        assert change < other < leak
        assert words.LEAKS_KEY in text[leak:]
        assert "The session is a conversation" in text[other:leak]

    def test_each_witness_pair_marks_its_one_difference(self) -> None:
        page = read(runs.founding())
        assert "Necessary: token endpoint and token request body" in page.text
        assert "Necessary: query of the call" in page.text
        pair = page.text[page.text.index("Necessary: query of the call") :]
        assert "only in #2: POST /v1/realtime?model=gpt-4o-transcribe" in pair
        assert "only in #5: POST /v1/realtime?intent=transcription" in pair
        assert pair.count("only in #2:", 0, pair.index("Known about this")) == 1

    def test_a_pair_that_was_not_repeated_is_not_called_necessary(self) -> None:
        run, diagnosis = runs.founding()
        cause = diagnosis.causes[0]
        once = tuple(replace(w, repeated=False) for w in cause.witnesses)
        page = read((run, replace(diagnosis, causes=(replace(cause, witnesses=once),))))
        assert "Seen once: query of the call" in page.text
        assert "Refused, and a cause is suspected" in page.text
        assert "What may make it fail" in page.headings("h2")
        assert "do not go together" not in page.text
        assert "is proved" not in page.text
        assert "Necessary:" not in page.text
        assert "both were repeated" not in page.text

    def test_a_hidden_cause_names_what_hides_it(self) -> None:
        run, diagnosis = runs.founding()
        second = replace(diagnosis.causes[0], hidden_behind=(0,))
        page = read((run, replace(diagnosis, causes=(*diagnosis.causes, second))))
        assert "Hidden behind cause 1" in page.text
        assert "Why it fails: 2 causes" in page.headings("h2")

    def test_what_is_necessary_ruled_out_unresolved_and_pending_is_said(self) -> None:
        text = read(runs.founding()).text
        assert "query of the call: #2 fails, #5 passes, both repeated" in text
        assert "beta header: the same failure with it changed, with no OpenAI-Beta and with" in text
        assert "encoding of the call: the control and the subject do not differ in it" in text
        assert "2 interactions of two levels were not tested" in text
        assert "The call goes to the retired beta URL." in text
        assert "Probe #2 contradicts the knowledge entry SDP-EMPTY-400-BETA" in text

    def test_knowledge_stands_beside_the_probes_with_its_sources(self) -> None:
        text = read(runs.founding()).text
        assert "Known about this, beside the probes" in text
        assert "comm:/t/1150037" in text

    def test_the_limits_are_always_there_the_diagnosis_s_own_or_the_usual_ones(self) -> None:
        assert "That the repair works for another key, project" in read(runs.founding()).text
        for line in words.DOES_NOT_PROVE:
            assert line in read(runs.no_control()).text


class TestMatrix:
    def test_the_failing_interaction_is_framed_and_its_levels_are_numbered(self) -> None:
        page = read(runs.founding())
        framed = [a["class"] for a in page.with_class("blamed") if "k-" in a["class"]]
        assert len(framed) == 2  # the subject, and the subject with another beta header
        assert all("k-fail" in names for names in framed)
        assert "transcription_sessions part of cause 1" in page.text
        assert "?model=gpt-4o-transcribe part of cause 1" in page.text
        assert "sessions part of cause" not in page.text.replace("transcription_sessions", "")

    def test_failures_with_different_answers_have_different_letters(self) -> None:
        text = read(runs.founding()).text
        start = text.index("Every refusal, word for word")
        answers = text[start : text.index("What is known, and")]
        assert re.findall(r"\b([abc]) 400", answers) == ["a", "b", "c"]
        assert "400 (an error object of empty strings)" in answers
        assert "#2 #3 #4 #7" in answers

    def test_calls_without_a_token_are_one_grid_with_the_kind_of_call_down_the_side(self) -> None:
        run, diagnosis = runs.survey(1152)
        bare = tuple(o for o in run.observations if o.setup.auth.name == "api_key")
        page = read((replace(run, observations=bare), diagnosis))
        assert "Called without a token" in page.headings("h3")
        assert "Tried on their own" not in page.headings("h3")
        assert "API key, multipart" in page.text

    def test_an_unusual_kind_of_call_has_a_folded_grid_with_its_count(self) -> None:
        page = read(runs.survey(1152))
        assert "Called with the ephemeral token" in page.headings("h3")
        folded = page.text[page.text.index("The same with another packing or credential") :]
        assert re.match(r".*?Called with the ephemeral token, \w+ \d+ \w+", folded)

    def test_among_many_patterns_no_cell_is_framed(self) -> None:
        run, diagnosis = runs.survey(150)
        many = replace(diagnosis, patterns=diagnosis.patterns * 4)
        assert not read((run, many)).with_class("blamed")


class TestSandbox:
    def test_it_says_at_the_top_and_at_each_inferred_answer_that_it_is_not_the_service(
        self,
    ) -> None:
        page = read(runs.survey(150))
        assert "Not the real service." in page.text[:200]
        inferred = [o for o in runs.survey(150)[0].observations if o.rules[0].basis == "inferred"]
        assert inferred
        assert len(page.with_class("guess")) >= len(inferred)
        assert words.SANDBOX_INFERRED in page.text

    def test_a_run_against_the_service_has_no_such_note(self) -> None:
        text = read(runs.founding(runs.OPENAI)).text
        assert "sandbox" not in text.lower()
        assert "inferred" not in text
        assert "The entry is stale: please attach this report" in text


class TestProbes:
    def test_a_probe_shows_stages_exchanges_sdp_and_code(self) -> None:
        run, diagnosis = runs.founding()
        text = read((run, diagnosis)).text
        start = text.index("Run as a mixture of subject and control")
        probe = text[start : text.index("Run as", start + 10)]
        for label in ("DNS", "TCP", "TLS", "mint", "SDP exchange"):
            assert label in probe
        assert '{"error":{"message":"","type":"","code":"","param":""}}' in probe
        assert "The same as that of #1, but for ids, keys and addresses." in probe
        assert "line ends CRLF, with a final line end" in probe
        for language in ("curl", "JavaScript", "Python"):
            assert language in probe

    def test_an_offer_that_lacks_audio_is_shown_as_a_difference(self) -> None:
        text = read(runs.founding()).text
        assert "-m=audio * UDP/TLS/RTP/SAVPF 96 9 0 8" in text

    def test_no_snippet_holds_anything_but_placeholders_for_credentials(self) -> None:
        text = read(runs.founding()).text
        assert "$OPENAI_API_KEY" in text
        assert re.findall(r"Bearer (?!\$|'|\"|sk-…|ek_…)\S+", text) == []

    def test_an_interrupted_run_says_that_it_is_partial(self) -> None:
        run, diagnosis = runs.founding()
        text = read((replace(run, finished="interrupted"), diagnosis)).text
        assert "Partial." in text[:400]

    def test_a_session_that_was_not_hung_up_is_pointed_out(self) -> None:
        run, diagnosis = runs.tiny()
        last = replace(run.observations[-1], hung_up=False, sessions_hung_up=0)
        run = replace(run, observations=(run.observations[0], last))
        assert "some may still be open" in read((run, diagnosis)).text

    def test_a_very_long_answer_is_cut_and_that_is_said(self) -> None:
        run, diagnosis = runs.tiny()
        first = run.observations[0]
        exchange = first.exchanges[-1]
        assert exchange.response is not None
        long = replace(exchange, response=replace(exchange.response, body="x" * 100_000))
        signature = Signature(Stage.EXCHANGE, 400, message="y" * 100_000)
        poisoned = replace(first, exchanges=(long,), outcome=Outcome.failed(signature))
        text = render(replace(run, observations=(poisoned,)), diagnosis)
        body = text[: text.index('<script type="application/json"')]
        assert "80,000 more characters: rtdoctor show report.html PROBE" in body
        assert len(body) < 60_000


class TestSafety:
    def test_nothing_is_loaded_and_nothing_can_run(self, page: Page) -> None:
        assert page.values("src") == []
        links = page.values("href")
        assert all(link.startswith(("#", "https://example.org/")) for link in links)
        scripts = [attrs for tag, attrs in page.tags if tag == "script"]
        assert scripts == [{"type": "application/json", "id": "rtdoctor-run"}]
        assert page.values("style") == []
        assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
        assert {tag for tag, _ in page.tags}.isdisjoint(
            {"iframe", "object", "embed", "link", "base"}
        )

    def test_the_policy_forbids_all_but_the_page_s_own_style(self, page: Page) -> None:
        policy = next(a["content"] for _, a in page.tags if "Policy" in a.get("http-equiv", ""))
        own = b64encode(sha256(page.blocks["style"].encode()).digest()).decode()
        assert policy.startswith("default-src 'none'; ")
        assert f"style-src 'sha256-{own}'" in policy
        assert "script-src" not in policy
        assert "unsafe" not in policy

    def test_the_style_loads_nothing(self, page: Page) -> None:
        assert "url(" not in page.blocks["style"]
        assert "@import" not in page.blocks["style"]

    def test_hostile_text_is_shown_and_harmless(self) -> None:
        text = render(*runs.hostile())
        page = Page(text)
        assert "</script><script>alert(1)</script><img src=x onerror=alert(2)>" in page.text
        assert "\\u202egnp.exe" in page.text
        for acting in ("\x1b", "\x07", "\u2028", "\u2029", "\u202e", "\u2066"):
            assert acting not in text

    def test_every_link_within_the_page_leads_somewhere_and_ids_are_unique(
        self, page: Page
    ) -> None:
        ids = page.values("id")
        assert len(ids) == len(set(ids))
        assert {h[1:] for h in page.values("href") if h.startswith("#")} <= set(ids)


class TestCarriedRun:
    @pytest.mark.parametrize("case", CASES)
    def test_the_page_carries_its_run(self, case: str, tmp_path: Path) -> None:
        run, diagnosis = CASES[case]()
        place = tmp_path / "report.html"
        place.write_text(render(run, diagnosis), encoding="utf-8")
        assert load_run(place) == (run, diagnosis)

    def test_nothing_in_it_can_end_its_element(self) -> None:
        block = Page(render(*runs.hostile())).blocks["script"]
        assert not set("<>&\u2028\u2029") & set(block)
        assert json.loads(block)["run"]["header"]["run_id"] == runs.NASTY


@pytest.fixture(scope="module")
def thousand() -> str:
    """The page of a run of 1,000 probes, every second of which connected."""
    return render(*runs.long(1000))


@pytest.mark.thorough
class TestThousandProbes:
    def test_the_page_stays_below_five_megabytes(self, thousand: str) -> None:
        assert len(thousand.encode()) < 5_000_000

    def test_every_probe_is_there_most_in_one_line_and_that_is_said(self, thousand: str) -> None:
        page = Page(thousand)
        assert "1000 probes are many for one page." in page.text
        in_full = len(page.with_class("inside"))
        in_a_line = sum(tag == "tr" and "id" in attrs for tag, attrs in page.tags)
        assert in_full <= 40
        assert in_full + in_a_line == 1000

    def test_the_run_in_it_is_whole(self, thousand: str, tmp_path: Path) -> None:
        place = tmp_path / "report.html"
        place.write_text(thousand, encoding="utf-8")
        assert load_run(place) == runs.long(1000)


def test_a_verdict_that_works_is_not_told_to_change_anything() -> None:
    run, _ = runs.tiny()
    passing = replace(run, observations=run.observations[1:])
    page = read((passing, Diagnosis(Verdict.WORKS, "Your setup works here and now.")))
    assert page.headings("h1") == ["Your setup works here and now."]
    assert page.headings("h2")[0] == "What was tried"
