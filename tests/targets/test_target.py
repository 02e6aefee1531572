"""A target is a service and the key that may go there, and nowhere else."""

from __future__ import annotations

import pytest

from rtdoctor import Target
from rtdoctor.errors import UsageError
from support.probing import KEY


def test_openai_is_the_service_unless_another_is_named() -> None:
    target = Target.at(key=KEY)

    assert (target.name, target.base_url) == ("openai", "https://api.openai.com")
    assert target.url("/v1/realtime/calls") == "https://api.openai.com/v1/realtime/calls"


@pytest.mark.parametrize("given", ["http://localhost:8000", "http://localhost:8000/v1/"])
def test_a_local_service_is_named_by_its_host(given: str) -> None:
    target = Target.at(given, key=KEY)

    assert (target.name, target.base_url) == ("localhost:8000", "http://localhost:8000")
    assert target.on_loopback


def test_the_key_comes_from_the_environment_when_none_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", f" {KEY}\n")

    assert Target.at().key is not None
    assert Target.at().key.reveal() == KEY  # type: ignore[union-attr]


def test_a_target_never_shows_its_key() -> None:
    target = Target.at(key=KEY)

    assert KEY not in repr(target)
    assert KEY not in f"{target} {target.key}"


def test_without_any_key_the_ways_to_give_one_are_named() -> None:
    with pytest.raises(UsageError, match="OPENAI_API_KEY"):
        Target.at()


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (" ", "is empty"),
        (f"Bearer {KEY}", "Bearer"),
        (f"OPENAI_API_KEY={KEY}", "NAME=VALUE"),
        (f"'{KEY}'", "in quotes"),
        (f"{KEY}\n{KEY}", "2 lines"),
    ],
)
def test_what_is_not_a_key_alone_is_refused_and_not_repeated(key: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        Target.at(key=key)

    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "is empty"),
        ("http://example.com", "not encrypted"),
        ("https://me:secret-word@example.com", "user name or password"),
        ("https://example.com/v1/realtime", "each setup adds its own path"),
        ("example.com", "not a base URL"),
    ],
)
def test_a_base_url_that_is_none_or_unsafe_is_refused(url: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        Target.at(url, key=KEY)

    assert "secret-word" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://api.openai.com/v1/realtime/calls/rtc_1/hangup", True),
        ("HTTPS://API.OPENAI.COM:443/v1", True),
        ("http://api.openai.com/v1", False),
        ("https://api.openai.com:8443/v1", False),
        ("https://api.openai.com.example.com/v1", False),
        ("https://example.com/?https://api.openai.com", False),
        ("https://[", False),
    ],
)
def test_the_key_may_go_to_the_targets_own_origin_only(url: str, allowed: bool) -> None:
    assert Target.at(key=KEY).may_see_key(url) is allowed
