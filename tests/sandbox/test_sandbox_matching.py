"""What a condition means, one at a time."""

from __future__ import annotations

from typing import Any

import pytest

from rtdoctor.sandbox.rules.conditions import When
from rtdoctor.sandbox.rules.matching import holds
from rtdoctor.sandbox.rules.request import ReceivedRequest
from rtdoctor.sandbox.rules.rule_file import RuleFile
from rtdoctor.sandbox.sessions import Session
from rtdoctor.sandbox.token_store import TokenBook
from rtdoctor.strict_yaml import load


def when(text: str) -> When:
    """The ``when`` of a rule, from YAML flow text."""
    file = load(f"rules: [{{id: a, when: {text}, answer: {{}}}}]", RuleFile, "test")
    return file.rules[0].when


def seen(body: str = "", **more: Any) -> ReceivedRequest:
    fields: dict[str, Any] = {
        "method": "POST",
        "path": "/v1/realtime/calls",
        "query": {"model": "gpt-realtime", "empty": ""},
        "headers": {"authorization": "Bearer sk-1", "content-type": "Application/SDP; x=1"},
        "text": body,
        "parts": None,
        "tokens": TokenBook(),
    }
    return ReceivedRequest.request(**{**fields, **more})


JSON = '{"a": {"b": [{"c": 1}, null]}, "n": 9, "t": true, "s": "x"}'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", True),
        ("{method: POST, path: /v1/realtime/calls}", True),
        ("{method: GET}", False),
        ("{path: /v1/*/calls}", True),
        ("{path: [/v1/realtime, /v1/other]}", False),
        ("{auth: api_key}", True),
        ("{auth: [none, api_key]}", True),
        ("{auth: none}", False),
        ("{credential: {equals: sk-1}, key: {matches: ^sk-}}", True),
        ("{query: {model: present, intent: absent, empty: present}}", True),
        ("{query: {model: absent}}", False),
        ("{query: {intent: {not_equals: x}}}", False),
        ("{query: {model: {not_equals: x}}}", True),
        ("{query: {model: {one_of: [a, gpt-realtime]}}}", True),
        ("{query: {model: {none_of: [a, gpt-realtime]}}}", False),
        ("{query: {model: {matches: mini, not_matches: gpt}}}", False),
        ("{headers: {Content-Type: present, openai-beta: absent}}", True),
        ("{content_type: {equals: application/sdp}}", True),
        ("{body_kind: json}", True),
        ("{body: {'a.b[0].c': {equals: 1}, 'a.b[1]': {type: 'null'}, 'a.b[2]': absent}}", True),
        ("{body: {t: {equals: 1}}}", False),
        ("{body: {t: {type: boolean}, s: {type: [number, string]}}}", True),
        ("{body: {n: {below: 10, above: 8}}}", True),
        ("{body: {n: {below: 9}}}", False),
        ("{body: {s: {below: 9}}}", False),
        ("{body: {s: {equals: '${query:model}'}}}", False),
        ("{unknown_key: {known: [a, n, t]}}", True),
        ("{unknown_key: {known: [a, n, t, s]}}", False),
        ("{unknown_key: {at: a, known: []}}", True),
        ("{unknown_key: {at: s, known: []}}", False),
        ("{session: {type: realtime}}", False),
        ("{label: present}", False),
    ],
)
def test_a_condition_on_a_request(text: str, expected: bool) -> None:
    assert holds(when(text), seen(JSON)) is expected


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("", "none"),
        ("  ", "none"),
        ("{}", "json"),
        ("{", "invalid_json"),
        ("v=0", "text"),
        ("[" * 100_000, "invalid_json"),
    ],
)
def test_the_kind_of_a_body(body: str, kind: str) -> None:
    assert seen(body).body_kind == kind


def test_a_used_token_is_still_a_token_and_an_expired_one_is_not() -> None:
    tokens = TokenBook()
    token = tokens.mint(Session.new("ga", "realtime"), key="sk-9", minted_at="/m", ttl_s=60)

    def auth() -> tuple[str, ...]:
        header = {"authorization": f"Bearer {token.value}"}
        return seen(headers=header, tokens=tokens).auth

    fresh = auth()
    token.calls = 1
    used = auth()
    tokens.expire(token.value)

    assert (fresh, used, auth()) == (("token",), ("token", "token_used"), ("token_expired",))


def test_the_session_and_the_key_behind_a_token() -> None:
    tokens = TokenBook()
    session = Session.new("ga", "realtime", {"model": "m"})
    token = tokens.mint(session, key="sk-9", minted_at="/v1/mint", ttl_s=60)
    request = seen(
        headers={"authorization": f"bearer {token.value}"}, tokens=tokens, query={"model": "m"}
    )

    held = when(
        "{session: {dialect: ga, type: [realtime], model: {equals: m}, minted_at: /v1/*}, "
        "key: {equals: sk-9}, query: {model: {equals: $session_model}}}"
    )
    assert holds(held, request)
    assert not holds(when("{session: {dialect: beta}}"), request)
    assert not holds(when("{session: {minted_at: /v2/*}}"), request)
