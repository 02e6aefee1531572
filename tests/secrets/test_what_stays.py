"""What only stands where a secret could be stays readable: sentences, versions, names of code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import rtdoctor
from rtdoctor.secrets.appearance import is_identifier, is_saying
from rtdoctor.secrets.redactor import Redactor

SOURCE = Path(rtdoctor.__file__).parent


@pytest.mark.parametrize(
    "text",
    [
        '{"detail":{"token":"Token has expired"}}',
        '{"token":"expired"}',
        '{"access_token":"missing"}',
        '{"token":"invalid_token"}',
        '{"token":"The token is invalid."}',
        '{"secret":"must not be empty"}',
        '{"password":"Password must have 8 characters"}',
        '{"api_key":["This field is required."]}',
        "version 1.2.3.4 of the SDK",
        '{"version":"4.104.0.1"}',
        "Chrome/126.1.6478.126 Safari/537.36",
        "aiortc==1.2.3.4",
        "a::b, ab::cd and dead::beef are paths of code",
        "use std::vec::Vec; crate::a1::b2",
        "token ServerVAD1TurnDetectionEnabled",
        "token: ServerVAD1TurnDetectionEnabled",
    ],
)
def test_what_is_said_about_a_secret_stays(text: str) -> None:
    assert Redactor().clean_text(text) == text


def test_a_sentence_in_a_field_named_like_a_secret_stays() -> None:
    body = {"detail": {"token": "Token has expired"}, "client_secret": ["not found"]}

    assert Redactor().clean(body) == body


@pytest.mark.parametrize(
    "text",
    [
        '{"secret":"hunter2"}',
        '{"password":"correct horse battery staple"}',
        '{"token":"abcdefgh"}',
        '{"token":"Token has expired: a1b2c3d4e5f6g7h8"}',
        '{"token":"not-my-token"}',
        "token=ServerKey1a2b3c4d",
        "host 10.0.0.1 answered",
        "udp/192.168.1.7",
        "fe80::1 and 2001:db8::beef",
    ],
)
def test_a_secret_and_an_address_are_still_hidden(text: str) -> None:
    assert Redactor().clean_text(text) != text


def test_a_long_text_is_judged_at_once() -> None:
    assert not is_saying("is " * 100_000 + "$")
    assert not is_identifier("Aa" * 40 + "-")
    assert not is_identifier("aa" * 49 + "$")


def texts(node: Any) -> Iterator[str]:
    """The texts of a document, and its objects as a service would send them."""
    if isinstance(node, dict):
        yield json.dumps(node, default=str)
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)
    elif isinstance(node, str):
        yield node


def test_nothing_is_hidden_in_the_errors_and_events_that_services_are_known_to_send() -> None:
    files = [*SOURCE.glob("knowledge/entries/*.yaml"), *SOURCE.glob("sandbox/rules/eras/*.yaml")]
    ordinary = {text for file in files for text in texts(yaml.safe_load(file.read_text("utf-8")))}

    masked = [text for text in ordinary if Redactor(keep_addresses=True).clean_text(text) != text]

    assert len(ordinary) > 150
    assert masked == []
