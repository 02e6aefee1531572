"""Who may ask: the Authorization header, and the keys that stand for a fact."""

from __future__ import annotations

import pytest

from support.sandbox_http import GA_REALTIME, Caller

BEARER_UNDEFINED = (
    "Incorrect API key provided: undefined. "
    "You can find your API key at https://platform.openai.com/account/api-keys."
)


@pytest.mark.parametrize("endpoint", ["client_secrets", "calls"])
@pytest.mark.parametrize(
    ("authorization", "rule", "code"),
    [
        ("", "no-authorization", None),
        ("Bearer undefined", "bearer-undefined", "invalid_api_key"),
        ("Bearer [object Object]", "bearer-object", "invalid_api_key"),
        ("Bearer", "bearer-empty", None),
        ("Basic dXNlcjpwYXNz", "not-a-bearer", None),
        ("Bearer whatever", "incorrect-key", "invalid_api_key"),
        ("Bearer ek_minted_elsewhere", "token-of-someone-else", "invalid_api_key"),
    ],
)
def test_a_credential_that_is_not_accepted(
    today: Caller, endpoint: str, authorization: str, rule: str, code: str | None
) -> None:
    said = today.mint(endpoint, GA_REALTIME, authorization=authorization)

    assert (said.status, said.rule) == (401, rule)
    assert said.error["code"] == code


def test_bearer_undefined_is_told_in_the_words_of_the_service(today: Caller) -> None:
    said = today.mint("client_secrets", authorization="Bearer undefined")

    assert said.error["message"] == BEARER_UNDEFINED
    assert said.basis == "fact"


def test_a_refused_credential_is_not_echoed(today: Caller) -> None:
    said = today.mint("client_secrets", authorization="Bearer ek_0123456789abcdef")

    assert "ek_0123456789abcdef" not in said.text
    assert "ek_0***********cdef" in said.error["message"]


def test_a_revoked_key(today: Caller) -> None:
    said = today.mint("client_secrets", GA_REALTIME, key="sk-sandbox-revoked-1")

    assert (said.status, said.error["code"]) == (401, "invalid_api_key")


def test_a_key_in_an_unsupported_region(today: Caller) -> None:
    said = today.mint("client_secrets", GA_REALTIME, key="sk-sandbox-region-1")

    assert said.status == 403
    assert said.error == {
        "message": "Country, region, or territory not supported",
        "type": "request_forbidden",
        "code": "unsupported_country_region_territory",
        "param": None,
    }


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("sk-sandbox-no-quota", "insufficient_quota"),
        ("sk-sandbox-no-credit", "credit_balance_exhausted"),
        ("sk-sandbox-rate-limited", None),
    ],
)
def test_a_spent_key_mints_and_fails_at_the_call(today: Caller, key: str, code: str | None) -> None:
    token = today.token("client_secrets", GA_REALTIME, key=key)

    with_token, with_key = today.call("/calls", token), today.call("/calls", key)

    assert [said.status for said in (with_token, with_key)] == [429, 429]
    assert with_token.error["code"] == code


def test_a_rate_limit_says_when_to_come_back(today: Caller) -> None:
    said = today.call("/calls", "sk-sandbox-rate-limited")

    assert said.headers["retry-after"] == "1"


@pytest.mark.parametrize("path", ["client_secrets", "calls/rtc_1/hangup"])
def test_a_token_neither_mints_nor_hangs_up(today: Caller, path: str) -> None:
    token = today.token("client_secrets", GA_REALTIME)

    assert today.mint(path, GA_REALTIME, key=token).status == 401
