"""The summary for an issue tracker: short, and nothing in it escapes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from rtdoctor.domain.finding import Change, Diagnosis, Fact, Repair
from rtdoctor.domain.run import Run
from rtdoctor.report import markdown, markdown_text
from support import runs
from support.known import REDACTIONS, lookup


def render(run: Run, diagnosis: Diagnosis) -> str:
    return markdown.render(run, diagnosis, REDACTIONS, lookup)


def outside_code(text: str) -> str:
    """The Markdown without its fences and code spans, as GFM delimits them."""
    text = text.replace("\\`", "")
    text = re.sub(r"(?ms)^(`{3,})[^\n]*\n.*?^\1$", "", text)
    return re.sub(r"(?s)(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", text)


class TestShape:
    def test_the_founding_case(self, snapshot: SnapshotAssertion) -> None:
        assert render(*runs.founding()) == snapshot

    def test_a_survey(self, snapshot: SnapshotAssertion) -> None:
        assert render(*runs.survey(60, runs.OPENAI)) == snapshot

    @pytest.mark.parametrize(
        "case",
        [
            runs.tiny,
            runs.founding,
            runs.everything,
            runs.hostile,
            runs.no_control,
            lambda: runs.survey(300),
        ],
    )
    def test_it_has_at_most_sixty_lines(self, case: object) -> None:
        text = render(*case())  # type: ignore[operator]
        assert len(text.splitlines()) <= 60
        assert text.count("<details>") == text.count("</details>")
        assert len(re.findall(r"(?m)^```", text)) % 2 == 0

    def test_very_many_findings_still_fit(self) -> None:
        run, diagnosis = runs.founding()
        long_body = diagnosis.repairs[1].setup
        repair = Repair(
            long_body,
            (Change("token_body", "a", "b"),) * 30,
            tuple(f"#{n}" for n in range(60)),
            cost=1,
            notes=("a note",) * 30,
        )
        text = render(
            run,
            replace(
                diagnosis,
                causes=diagnosis.causes * 9,
                repairs=(repair,) * 9,
                facts=(Fact("network", "slow"),) * 40,
                ruled_out=diagnosis.ruled_out * 40,
            ),
        )
        assert len(text.splitlines()) <= 60
        assert "The HTML report has 7 more." in text

    def test_a_cause_seen_once_is_only_suspected(self) -> None:
        run, diagnosis = runs.founding()
        cause = diagnosis.causes[0]
        once = tuple(replace(w, repeated=False) for w in cause.witnesses)
        text = render(run, replace(diagnosis, causes=(replace(cause, witnesses=once),)))
        assert text.startswith("## rtdoctor: Refused, and a cause is suspected\n")
        assert "**Suspected cause:**" in text
        assert "Necessary" not in text

    def test_what_is_left_out_is_named(self) -> None:
        run, diagnosis = runs.founding()
        more = replace(diagnosis, causes=diagnosis.causes * 3, facts=diagnosis.facts * 3)
        text = render(run, more)
        assert re.search(r"(?m)^Left out here, in the HTML report: .*support\.$", text)

    def test_every_inferred_answer_is_called_so(self) -> None:
        run, diagnosis = runs.survey(90)
        inferred = next(o for o in run.observations if o.rules[0].basis == "inferred")
        pattern = replace(diagnosis.patterns[0], failing=(inferred.probe,))
        text = render(run, replace(diagnosis, patterns=(pattern,)))
        assert "Inferred: No source records this answer" in text
        assert re.search(r"`404 [^|]*` \(inferred\) \|", text)
        assert "nferred" not in render(*runs.founding())

    def test_the_sandbox_is_never_taken_for_the_service(self) -> None:
        assert "not against the real service" in render(*runs.founding())
        assert "sandbox" not in render(*runs.founding(runs.OPENAI))


class TestSafety:
    def test_hostile_text_stands_in_code_or_is_escaped(self) -> None:
        text = render(*runs.hostile())
        plain = outside_code(text)
        assert not re.search(r"<(?!/?details>|/?summary>)", plain)
        assert "alert(1)" in plain  # still to be read
        for acting in ("\x1b", "\u2028", "\u202e", "\x07"):
            assert acting not in text

    def test_probe_ids_do_not_refer_to_issues_of_the_tracker(self) -> None:
        assert re.findall(r"#\d", outside_code(render(*runs.founding()))) == []

    @given(st.text(max_size=60))
    def test_no_text_can_leave_a_code_span(self, text: str) -> None:
        span = markdown_text.code(text)
        assert "\n" not in span
        ticks = re.match(r"`+", span)
        assert ticks is not None
        inner = span[len(ticks[0]) : -len(ticks[0])]
        assert span.endswith(ticks[0])
        assert ticks[0] not in re.findall(r"`+", inner)

    @given(st.lists(st.text(max_size=40), max_size=4))
    def test_no_line_can_close_a_fence(self, lines: list[str]) -> None:
        first, *body, last = markdown_text.fence(lines)
        assert set(first) == set(last) == {"`"}
        assert len(body) == len(lines)
        assert not any(re.fullmatch(rf"\s*`{{{len(last)},}}\s*", line) for line in body)

    @pytest.mark.parametrize(
        "text",
        [
            "@someone please look",
            "see https://evil.example/x and www.evil.example",
            "fixes #12 and GH-12",
            "[click](javascript:alert(1)) ![x](y)",
            "commit 1f0e3dad99908345f7439f8ffabdffc4",
            "<img src=x onerror=alert(1)>",
            "**bold** _slanted_ ~~gone~~ $x$ | cell",
        ],
    )
    def test_a_stranger_s_sentence_is_neither_markup_nor_mention_nor_link(self, text: str) -> None:
        shown = markdown_text.prose(text)
        assert not re.search(r"@\w|#\d|\bGH-\d|https?://|www\.\w|(?<!\\)[\[\]*~$|]|<", shown)
        assert not re.search(r"(?<!`)\b[0-9a-f]{7,}\b(?!`)|(?<![\\\w])_", shown)
        assert re.sub(r"[\u2060\\`]", "", shown).replace("&lt;", "<").replace("&gt;", ">") == text

    def test_plain_text_stays_as_it_is(self) -> None:
        sentence = "A token from transcription_sessions fails with ?model= (400), so use calls."
        assert markdown_text.prose(sentence) == sentence
