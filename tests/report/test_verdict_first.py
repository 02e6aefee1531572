"""The first lines and the last: what came, for every verdict, and what to do next."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from rtdoctor.domain.finding import Answered, Contradiction, Diagnosis, Suspicion, Verdict
from rtdoctor.domain.outcome import LocalCode, Outcome, Signature, Stage
from rtdoctor.domain.run import Observation, Run
from rtdoctor.report.own_answer import own_answers
from rtdoctor.report.terminal.run import print_run
from rtdoctor.wording import outcomes as words
from support import runs

DIAGNOSED = [v for v in Verdict if v is not Verdict.SURVEYED]


def lines(case: tuple[Run, Diagnosis], width: int = 80) -> list[str]:
    out = StringIO()
    print_run(*case, Console(file=out, width=width, highlight=False))
    return out.getvalue().splitlines()


def first(case: tuple[Run, Diagnosis], width: int = 80) -> list[str]:
    """The lines above the first empty one."""
    shown = lines(case, width)
    return shown[: shown.index("")]


def together(shown: list[str]) -> str:
    return " ".join(" ".join(shown).split())


@pytest.mark.parametrize("verdict", DIAGNOSED)
class TestEveryVerdict:
    def test_the_first_five_lines_have_the_verdict_and_the_own_answer(
        self, verdict: Verdict
    ) -> None:
        case = runs.of_each_verdict(verdict)

        shown = first(case)

        assert len(shown) <= 5
        assert words.verdict(case[1]) in shown[0]
        assert "Your setup got: POST /v1/realtime?model=gpt-4o-transcribe: 403" in together(shown)
        assert "region_not_allowed: This project may not open" in together(shown)
        assert "The call is refused because" in together(shown)

    def test_the_place_that_the_error_names_stands_beside_the_answer(
        self, verdict: Verdict
    ) -> None:
        shown = together(first(runs.of_each_verdict(verdict)))

        assert "the error names session.audio.input.model in the call" in shown

    def test_the_sandbox_is_never_taken_for_the_service(self, verdict: Verdict) -> None:
        run, diagnosis = runs.of_each_verdict(verdict)
        real = replace(run, header=replace(run.header, target=runs.OPENAI))

        assert "sandbox, not the real service" in together(first((run, diagnosis)))
        assert "sandbox" not in together(first((real, diagnosis)))

    def test_what_was_cut_stands_whole_below(self, verdict: Verdict) -> None:
        run, diagnosis = runs.of_each_verdict(verdict)

        below = together(lines((run, diagnosis))).split("Details", 1)[1]

        assert diagnosis.sentence in below
        assert diagnosis.answers[0].text in below

    def test_a_long_output_ends_with_the_verdict_and_the_next_step(self, verdict: Verdict) -> None:
        case = runs.of_each_verdict(verdict)

        shown = lines(case)
        last = together(shown[-5:])

        assert len(shown) > 24
        assert words.verdict(case[1]) in last
        assert last.endswith("Ask for access, then run: rtdoctor check --setup founding.yaml")

    @pytest.mark.parametrize("width", [40, 80])
    def test_nothing_is_wider_than_the_terminal(self, verdict: Verdict, width: int) -> None:
        shown = lines(runs.of_each_verdict(verdict), width)

        assert max(map(len, shown)) <= width
        assert len(first(runs.of_each_verdict(verdict), width)) <= 5


@pytest.mark.parametrize(
    "build", [lambda: runs.survey(20), runs.nothing_connects], ids=["some connect", "none"]
)
def test_a_survey_begins_and_ends_with_its_verdict(build: object) -> None:
    run, diagnosis = build()  # type: ignore[operator]

    shown = lines((run, diagnosis))

    assert words.verdict(diagnosis) in shown[0]
    assert diagnosis.sentence in together(first((run, diagnosis)))
    assert diagnosis.sentence in together(shown[-5:])
    assert "Next: " in together(shown[-3:])


def test_a_survey_without_a_pass_says_first_what_the_service_answered() -> None:
    shown = together(first(runs.nothing_connects()))

    assert "The answer that came most often: SDP exchange: 401 invalid_api_key" in shown


def test_a_short_output_does_not_repeat_itself() -> None:
    run, diagnosis = runs.no_control()

    shown = lines((run, replace(diagnosis, next_step="Mend the DNS.")))

    assert len(shown) <= 24
    assert together(shown).count("Mend the DNS.") == 1


def test_a_huge_url_hides_neither_status_nor_message() -> None:
    run, diagnosis = runs.founding()
    url = "/v1/realtime?" + "&".join(f"parameter_{n}=value" for n in range(40))
    answers = (Answered(f"POST {url}: 415 unsupported_media_type: Send SDP.", ("#2",)),)

    shown = together(first((run, replace(diagnosis, answers=answers))))

    assert "415 unsupported_media_type: Send SDP." in shown


def test_line_ends_in_an_answer_do_not_push_the_verdict_away() -> None:
    run, diagnosis = runs.founding()
    answers = (Answered("POST /v1/realtime: 502 bad\n\n\n\n\n\ngateway", ("#2",)),)

    shown = first((run, replace(diagnosis, answers=answers)))

    assert len(shown) <= 5
    assert "502 bad gateway" in together(shown)


def test_three_different_answers_are_counted_in_the_first_lines() -> None:
    run, diagnosis = runs.founding()
    answers = tuple(Answered(f"POST /v1/realtime: 40{n}", (f"#{n}",)) for n in (1, 2, 3))

    case = run, replace(diagnosis, answers=answers)
    shown = first(case)

    assert len(shown) <= 5
    assert "Your setup got: POST /v1/realtime: 401" in together(shown)
    assert "and 2 other answers, such as: POST /v1/realtime: 402" in together(shown)
    assert "POST /v1/realtime: 403" in together(lines(case))


class TestAnOlderRun:
    """A diagnosis without answers: the subject's own probes are read."""

    def own(self, outcome: Outcome | None = None, body: str | None = None) -> str:
        run, diagnosis = runs.founding()

        def changed(seen: Observation) -> Observation:
            exchanges = seen.exchanges
            if body is not None and exchanges[-1].response is not None:
                last = replace(exchanges[-1], response=replace(exchanges[-1].response, body=body))
                exchanges = (*exchanges[:-1], last)
            return replace(seen, outcome=outcome or seen.outcome, exchanges=exchanges)

        seen = tuple(changed(o) if o.probe in "#2 #3" else o for o in run.observations)
        (answered,) = own_answers(replace(run, observations=seen), diagnosis)
        assert answered.probes == ("#2", "#3")
        return answered.text + (f" at {answered.place}" if answered.place else "")

    def test_a_refusal_is_read_from_the_subjects_probes(self) -> None:
        assert self.own() == runs.OWN

    def test_the_param_of_the_error_names_the_place(self) -> None:
        refused = Signature(Stage.EXCHANGE, 400, "x", "bad_value", "session.type", "No.")

        assert self.own(Outcome.failed(refused)).endswith(
            "400 bad_value: No. at session.type in the call"
        )

    def test_a_body_that_is_no_error_object_is_read_out(self) -> None:
        refused = Signature(Stage.EXCHANGE, 403)

        text = self.own(Outcome.failed(refused), "<p>Access\n denied</p>")

        assert text.endswith("403 “<p>Access denied</p>”")
        assert "empty" not in text

    def test_an_answer_that_is_not_sdp_is_quoted(self) -> None:
        unusable = Signature(Stage.EXCHANGE, 200, code=LocalCode.ANSWER_NOT_SDP.value)

        text = self.own(Outcome.failed(unusable), '{"detail": "queued"}')

        assert ": 200 The answer to the call is not SDP." in text
        assert text.endswith('“{"detail": "queued"}”')

    def test_a_failure_after_the_answer_names_both(self) -> None:
        failed = Signature(Stage.ICE, code=LocalCode.ICE_FAILED.value)

        assert ", then ICE: No network path" in self.own(Outcome.failed(failed))

    def test_without_a_named_probe_the_subjects_setup_is_looked_up(self) -> None:
        run, diagnosis = runs.no_control()

        shown = together(first((run, diagnosis)))

        assert "Your setup got: mint: The service's name did not resolve. (#1)" in shown

    def test_a_subject_that_was_never_probed_is_said_to_be_so(self) -> None:
        run, diagnosis = runs.founding()
        unseen = replace(run, observations=(), finished="interrupted")

        shown = together(first((unseen, replace(diagnosis, subject_probes=()))))

        assert "Your setup got: nothing yet: it was not probed" in shown


class TestFindings:
    def test_a_contradiction_shows_both_answers_with_their_probes(self) -> None:
        run, diagnosis = runs.founding()
        found = Contradiction((Answered("201", ("#3",)), Answered("400 no", ("#9",))))

        text = together(lines((run, replace(diagnosis, contradictions=(found,)))))

        assert "The same request was answered in two ways: 201 (#3) 400 no (#9)" in text

    def test_a_suspicion_shows_its_pair_and_claims_no_proof(self) -> None:
        text = together(lines(runs.everything())).split("Likely, not proved ")[1]

        assert text.startswith(
            "query of the call ?model=gpt-4o-transcribe: every probe with it got"
        )
        assert "500 server_error" in text
        assert "#2 #4 failed, #5 #8 passed without it" in text

    def test_what_was_tried_stands_with_its_answer(self) -> None:
        text = together(lines(runs.everything()))

        assert "beta header: no OpenAI-Beta → OpenAI-Beta: realtime=v1; answered: POST" in text

    def test_a_factor_is_ruled_out_between_two_values(self) -> None:
        text = together(lines(runs.founding()))

        assert (
            "beta header: the same failure with it changed, with no OpenAI-Beta and with "
            "OpenAI-Beta: realtime=v1 (#4)"
        ) in text

    def test_the_order_is_change_proof_tried_rest(self) -> None:
        text = "\n".join(lines(runs.everything()))
        blocks = ["Your setup got:", "Changes that work", "Next: ", "Cause 1", "Likely, not proved"]
        blocks += ["What passes beside it", "Tried as a smaller", "Facts", "Does not prove"]

        places = [text.index(block) for block in blocks]

        assert places == sorted(places)

    def test_an_unknown_level_of_a_suspicion_is_shown_by_its_name(self) -> None:
        run, diagnosis = runs.founding()
        strange = Suspicion((runs.Blamed("mint.body/voice", "verse"),), "500", ("#2",), ("#5",))

        text = together(lines((run, replace(diagnosis, suspicions=(strange,)))))

        assert "mint.body/voice verse: every probe with it got 500" in text


def test_a_long_message_takes_the_room_of_the_remarks_and_not_of_the_cause() -> None:
    run, diagnosis = runs.of_each_verdict(Verdict.EXPLAINED)
    text = (
        "POST /v1/realtime/client_secrets: 400 invalid_value: Invalid value: 'semantic_vadd'. "
        + ("Supported values are: 'server_vad' and 'semantic_vad'")
    )
    answered = Answered(text, ("1", "2", "10"), "session.audio.input.turn_detection.type in it")
    sentence = "The token request is refused (400 invalid_value) because it has " + (
        "session.audio.input.turn_detection.type (“semantic_vadd”)."
    )

    shown = first((run, replace(diagnosis, answers=(answered,), sentence=sentence)))

    assert len(shown) <= 5
    assert text in together(shown)
    assert sentence in together(shown)
