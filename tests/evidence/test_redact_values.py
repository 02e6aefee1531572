"""Known secrets never come through, whatever they are, wherever and however they are written."""

from __future__ import annotations

import html
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote, quote_plus

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rtdoctor.domain.exchange import HttpExchange, HttpRequest, HttpResponse, HttpTiming
from rtdoctor.domain.run import Run
from rtdoctor.domain.secret import Secret
from rtdoctor.secrets.kept_words import can_be_hidden
from rtdoctor.secrets.redactor import Redactor
from support import runs

Encoding = Callable[[str], str]


def json_escaped(text: str) -> str:
    return json.dumps(text)[1:-1]


def base64_in_the_middle(lead: int, coder: Callable[[bytes], bytes] = b64encode) -> Encoding:
    return lambda text: coder(b"x" * lead + text.encode() + b"tail").decode()


ENCODINGS: dict[str, Encoding] = {
    "raw": str,
    "percent": lambda s: quote(s, safe=""),
    "percent with slashes": quote,
    "percent, lower case": lambda s: "".join(f"%{b:02x}" for b in s.encode()),
    "form": quote_plus,
    "percent twice": lambda s: quote(quote(s, safe=""), safe=""),
    "JSON": json_escaped,
    "JSON, not ASCII": lambda s: json.dumps(s, ensure_ascii=False)[1:-1],
    "JSON twice": lambda s: json_escaped(json_escaped(s)),
    "JSON thrice": lambda s: json_escaped(json_escaped(json_escaped(s))),
    "JSON with slashes": lambda s: json_escaped(s).replace("/", "\\/"),
    "JSON for HTML": lambda s: json_escaped(s).replace("<", "\\u003c").replace("&", "\\u0026"),
    "HTML": html.escape,
    "HTML by number": lambda s: "".join(f"&#{ord(c)};" for c in s),
    "HTML by hex number": lambda s: "".join(f"&#x{ord(c):X};" for c in s),
    "JSON in HTML": lambda s: html.escape(json_escaped(s)),
    "percent in JSON in HTML": lambda s: html.escape(json_escaped(quote(s))),
    "Python": lambda s: ascii(s)[1:-1],
    "base64": lambda s: b64encode(s.encode()).decode(),
    "base64 + 1": base64_in_the_middle(1),
    "base64 + 2": base64_in_the_middle(2),
    "base64 + 3": base64_in_the_middle(3),
    "base64 for URLs": base64_in_the_middle(0, urlsafe_b64encode),
    "base64 for URLs + 1": base64_in_the_middle(1, urlsafe_b64encode),
    "base64 for URLs + 2": base64_in_the_middle(2, urlsafe_b64encode),
    "base64 in a URL": lambda s: quote(b64encode(s.encode()), safe=""),
    "hex": lambda s: s.encode().hex(),
    "HEX": lambda s: s.encode().hex().upper(),
}

keys = st.text(st.sampled_from("abcXYZ0189-_./+=~"), min_size=8, max_size=60)
passwords = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x17F, categories=["L", "N", "P", "S"]),
    min_size=8,
    max_size=40,
)
anything = st.text(min_size=8, max_size=40).filter(lambda s: len(s.strip()) >= 8)
surroundings = st.text(max_size=40)


def redactor_of(*values: str) -> Redactor:
    redactor = Redactor()
    for number, value in enumerate(values, 1):
        redactor.add(Secret(value, f"<key {number}>"))
    return redactor


def distinct(value: str) -> bool:
    """Whether a value cannot be in text by chance, nor be taken for one of the aliases."""
    missing = {"undefined", "[object Object]", "[object Promise]"}
    if value in missing or not can_be_hidden(value):
        return False
    return len(set(value)) >= 5 and value not in "<key 1> <redacted>"


@pytest.mark.parametrize("name", ENCODINGS)
@given(value=keys | passwords, before=surroundings, after=surroundings)
@example(value="sk-proj-a/b+c=d\"e&f<g>h'i\\jé€😀", before="", after="")
@example(value="p%40ss%2Fword%41", before="http://user:", after="@host/")
@example(value="ends with \\backslash\\", before='"', after='"')
def test_a_known_value_is_found_in_every_encoding(
    name: str, value: str, before: str, after: str
) -> None:
    value = value.strip()
    if not distinct(value):
        return
    redactor = redactor_of(value)
    hidden = ENCODINGS[name](value)
    text = before + hidden + after

    assert redactor.scan(text.encode()), "the self-test must see it"

    cleaned = redactor.clean_text(text)

    assert value not in cleaned
    assert hidden not in cleaned
    assert not redactor.scan(cleaned.encode())


@given(value=anything, before=surroundings, after=surroundings)
def test_any_text_can_be_a_secret(value: str, before: str, after: str) -> None:
    value = value.strip()
    redactor = redactor_of(value)
    if distinct(value):
        assert value not in redactor.clean_text(before + value + after)
        assert value not in redactor.clean_text(before + json_escaped(value) + after)


@given(text=st.text(max_size=200), value=anything)
def test_cleaning_twice_changes_nothing_more(text: str, value: str) -> None:
    redactor = redactor_of(value)

    once = redactor.clean_text(text + value + text)

    assert redactor.clean_text(once) == once
    assert redactor_of(value).clean_text(once) == once, "nor does another redactor"


trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def with_secret(tree: Any, value: str) -> Any:
    return {"plain": tree, "secret": value, "nested": json.dumps({"in": value, value: tree})}


@given(tree=trees, value=anything | keys | passwords, indent=st.sampled_from([None, 1]))
@example(tree=1234567890123, value="1234567890123", indent=None)
@example(tree={"a": "b"}, value='{"a": "b"}', indent=None)
@example(tree=[{}, {}], value='": "b", "', indent=None)
@example(tree="x", value='"secret": "', indent=None)
def test_json_stays_json(tree: Any, value: str, indent: int | None) -> None:
    redactor = redactor_of(value)

    cleaned = redactor.clean_text(json.dumps(with_secret(tree, value), indent=indent))

    json.loads(cleaned)
    assert not redactor.scan(cleaned.encode())


def test_what_has_no_secret_in_json_keeps_its_bytes() -> None:
    body = '{"a" :1.50,\n "k":"%s","n":[1e3,  true]}'
    redactor = redactor_of("hunter2hunter2")

    assert redactor.clean_text(body % "hunter2hunter2") == body % "<key 1>"


def an_exchange(value: str, encode: Encoding) -> HttpExchange:
    hidden = encode(value)
    return HttpExchange(
        "call",
        HttpRequest(
            "POST",
            f"https://h.example/v1?x={hidden}",
            (("Authorization", f"Bearer {value}"), (f"x-{hidden}", "1")),
            f"body {hidden}",
        ),
        HttpResponse(401, (("x-echo", hidden),), f'{{"error":"{hidden}"}}', 10),
        HttpTiming(1.0),
        "2026-01-01T00:00:00Z",
        error=f"Traceback: {value!r}",
    )


def run_with(value: str, encode: Encoding) -> Run:
    run, _ = runs.tiny()
    first = run.observations[0]
    poisoned = replace(
        first,
        exchanges=(an_exchange(value, encode),),
        outcome=replace(first.outcome, reason=encode(value), because_of=value),
        call_id=encode(value),
    )
    header = replace(run.header, command=f"rtdoctor check {value}")
    return replace(run, header=header, observations=(poisoned, *run.observations[1:]))


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_whole_run_is_cleaned_wherever_a_text_is(name: str) -> None:
    value = 'sk-proj-AbC/12+34=xyz"q&é<>9012345'
    redactor = redactor_of(value)

    cleaned = redactor.clean(run_with(value, ENCODINGS[name]))

    data = msgspec.json.encode(cleaned)
    assert redactor.guard(data) == data
    assert cleaned.observations[0].exchanges[0].request.headers[0] == (
        "Authorization",
        "Bearer <key 1>",
    )
    assert msgspec.json.decode(data, type=Run) == cleaned


def test_a_run_without_secrets_stays_the_same_object() -> None:
    run, diagnosis = runs.founding()
    redactor = Redactor(keep_addresses=True)
    cleaned = redactor.clean(run)

    assert redactor.clean(cleaned) is cleaned
    assert redactor.clean(diagnosis) is diagnosis


def test_a_type_that_is_not_known_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot redact a value of type"):
        Redactor().clean((object(),))


def test_a_secret_that_was_forgotten_in_a_structure_shows_its_alias() -> None:
    assert Redactor().clean({"a": [Secret("hunter2hunter2", "<proxy password>")]}) == {
        "a": ["<proxy password>"]
    }


def test_the_same_token_has_the_same_alias_everywhere() -> None:
    redactor = Redactor()
    redactor.add(Secret("opaque-token-0001", "ek_…#1"))
    redactor.add(Secret("opaque-token-0002", "ek_…#2"))

    text = redactor.clean_text("opaque-token-0001 opaque-token-0002 b3BhcXVlLXRva2VuLTAwMDE=")

    assert text.startswith("ek_…#1 ek_…#2 ek_…#1")


def test_a_secret_cut_off_at_the_end_of_a_body_is_hidden() -> None:
    redactor = redactor_of("opaque-token-0001-very-long-tail")

    assert redactor.clean_text("the token is opaque-token-0001-ve") == "the token is <key 1>"
    assert redactor.clean_text("opaque tokens are opaque") == "opaque tokens are opaque"


@pytest.mark.parametrize("value", ["undefined", "[object Object]", "null", "", "abc"])
def test_what_explains_a_failure_is_never_taken_for_a_secret(value: str) -> None:
    redactor = Redactor()

    assert redactor.add(Secret(value, "<api-key>")) is False
    text = "Incorrect API key provided: undefined, null, [object Object], abc"
    assert redactor.clean_text(text) == text


def test_the_lines_of_a_key_are_found_one_by_one() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w\nBAQEFAASCBKcwggSjAgEAAoI\n"
    redactor = redactor_of(key)

    shown = redactor.clean_text("<li>MIIEvQIBADANBgkqhkiG9w</li><li>BAQEFAASCBKcwggSjAgEAAoI</li>")

    assert shown == "<li><key 1></li><li><key 1></li>"


def test_text_that_cannot_be_encoded_is_shown_as_escapes() -> None:
    assert Redactor().clean_text("lone \ud800 half") == "lone \\ud800 half"


def test_counts_say_how_many_different_secrets_were_hidden() -> None:
    redactor = Redactor()
    redactor.add(Secret("opaque-token-0001", "ek_…#1"))
    redactor.add(Secret("opaque-token-0002", "ek_…#2"))
    redactor.add(Secret("a-long-api-key", "<api-key>"))

    redactor.clean(("opaque-token-0001", "opaque-token-0002 opaque-token-0001", "192.168.1.9"))

    assert redactor.counts() == {"IP address": 1, "ephemeral token": 2}
    assert redactor.known == 3


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_text_cleaned_before_its_secret_was_known_is_cleaned_again(name: str) -> None:
    value = 'opaque/token=0001"é<end>'
    text = f"before {ENCODINGS[name](value)} after"
    redactor = Redactor()
    redactor.clean_text(text)

    redactor.add(Secret(value, "ek_…#1"))

    assert not redactor.scan(redactor.clean_text(text).encode())
