"""What the cleaner has hidden, the self-test accepts, whatever the secret is."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rtdoctor.cli.outputs import render
from rtdoctor.domain.secret import Secret
from rtdoctor.errors import UsageError
from rtdoctor.secrets.environment import knowing_redactor
from rtdoctor.secrets.redactor import Redactor
from rtdoctor.targets.keys import api_key
from support import runs

FORMATS = ("json", "html", "markdown", "junit")


def reports(redactor: Redactor) -> list[bytes]:
    run, diagnosis = runs.founding()
    run, diagnosis = redactor.clean(run), redactor.clean(diagnosis)
    return [render(form, run, diagnosis, redactor) for form in FORMATS]


ORDINARY = [data.decode() for data in reports(Redactor())]


@st.composite
def parts_of_a_report(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(ORDINARY))
    start = draw(st.integers(0, len(text) - 20))
    return text[start : start + draw(st.integers(6, 15))]


@pytest.mark.thorough
@settings(max_examples=25)
@given(value=parts_of_a_report())
def test_a_password_that_is_part_of_a_report_keeps_no_report_from_being_written(value: str) -> None:
    redactor = knowing_redactor({"MY_PASSWORD": value}, keep_addresses=False)

    for data in reports(redactor):
        assert redactor.guard(data) is data


@given(before=st.text(max_size=20), value=st.text("<>-#ab0129:. …?credntialk", min_size=1))
def test_what_was_cleaned_passes_the_self_test(before: str, value: str) -> None:
    redactor = Redactor()
    assume(redactor.add(Secret(value, "<api-key>")))

    cleaned = redactor.clean_text(f"{before}{value} {value}")

    assert redactor.guard(cleaned.encode())
    assert value.strip() not in cleaned


@pytest.mark.parametrize("value", ["2026-11", "2026-11-29T07:10", "<api-key>", "10.0.0.1:80"])
def test_what_every_report_may_hold_is_no_secret_by_its_value(value: str) -> None:
    redactor = knowing_redactor({"DEPLOY_TOKEN": value}, keep_addresses=True)

    assert redactor.clean_text(f"on {value}, seen") == f"on {value}, seen"
    assert redactor.guard(value.encode())


@pytest.mark.parametrize(
    "text",
    [
        "abc", "undefined", "null", "[object Object]", "<api-key>", "your-api-key-here", "2026-11",
        "OPENAI_API_KEY", "$OPENAI_API_KEY", "sk-...", "Bearer", "Bearer sk-a1b2c3d4e5f6", "xxxxxx",
    ],
)  # fmt: skip
def test_what_is_no_key_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        api_key(text, "key.txt")

    assert "key.txt does not hold an API key: it" in str(refused.value)
    assert text == "Bearer" or text not in refused.value.message


@pytest.mark.parametrize("text", ["sk-1234", "local-key", "openai", "123456789012", " sk-abcdef\n"])
def test_a_key_of_a_gateway_is_taken(text: str) -> None:
    assert api_key(text, "key.txt").reveal() == text.strip()
