"""A saved run may be a stranger's: where may a key go for its word alone?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from rtdoctor.domain.run import RunHeader, TargetInfo
from rtdoctor.errors import UsageError
from rtdoctor.targets.trust import (
    base_url_in,
    base_url_of_subject,
    elsewhere,
    resumed_base_url,
)
from support.probing import setup
from support.runs import OPENAI, header


def interrupted(base_url: str, **levels: str) -> RunHeader:
    return replace(
        header(OPENAI, "subject", setup(**levels)), target=TargetInfo("some service", base_url)
    )


def test_a_run_goes_on_at_openai() -> None:
    assert resumed_base_url(interrupted("https://api.openai.com")) == "https://api.openai.com"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000",
        "https://example.com",
        "https://api.openai.com.example.com",
        "https://api.openai.com/",
    ],
)
def test_any_other_service_has_to_be_named_by_the_reader(url: str) -> None:
    with pytest.raises(UsageError, match="stranger") as caught:
        resumed_base_url(interrupted(url))

    assert f"--base-url {url}" in caught.value.hint


def test_an_address_that_was_masked_has_to_be_named_again() -> None:
    with pytest.raises(UsageError, match="masked"):
        base_url_in("https://host-1.invalid")


@pytest.mark.parametrize(
    "url", ["https://example.com/;rm -rf ~", "https://e.com/&calc", "https://e.com/$(calc)", "a b"]
)
def test_a_url_that_a_shell_would_act_on_is_not_offered_as_a_command(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        base_url_in(url)

    assert url in caught.value.message
    assert caught.value.hint.endswith("--base-url URL")


def test_a_run_that_posts_to_other_endpoints_is_not_gone_on_with() -> None:
    run = interrupted("https://api.openai.com")
    assert run.subject is not None
    endpoint = run.subject.call_endpoint
    files = replace(endpoint, name="files", value=replace(endpoint.value, path="/v1/files"))
    foreign = replace(run, subject=replace(run.subject, call_endpoint=files))

    assert elsewhere(run.subject) == ()
    with pytest.raises(UsageError, match="/v1/files, which is no Realtime endpoint"):
        resumed_base_url(foreign)


@pytest.mark.parametrize("says", [None, "https://api.openai.com"])
def test_a_subject_of_openai_needs_no_name(says: str | None) -> None:
    assert base_url_of_subject(says) == "https://api.openai.com"


def test_a_subject_of_another_service_is_named_and_no_secret_in_its_url_is_shown() -> None:
    secret = "sk-proj-abcdefghijklmnop1234567890"

    with pytest.raises(UsageError) as one:
        base_url_of_subject("https://gateway.example")
    with pytest.raises(UsageError) as other:
        base_url_of_subject(f"https://gateway.example/{secret}")

    assert "--base-url https://gateway.example." in str(one.value)
    assert secret not in str(other.value)
