"""A secret is found where it is packed, cut short, spelt oddly, or spelt out in a setup."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode, encodebytes
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest

from rtdoctor.domain.outcome import normalise_message
from rtdoctor.domain.secret import Secret
from rtdoctor.domain.setup import Auth, AuthKind, CallQuery, Level, TokenBody
from rtdoctor.evidence import codec
from rtdoctor.secrets.redactor import Redactor
from support import runs

VALUES = [
    "opaque-Token-0001-very/long+tail=xyz",
    'ek_abc%2Fdef"ghi\\jkl<m>&no 1234567890123',
]


def base64(data: bytes) -> str:
    return b64encode(data).decode()


ODDLY: dict[str, Callable[[str], str]] = {
    "HTML, padded": lambda s: "".join(f"&#{ord(c):010};" for c in s),
    "HTML, padded hex": lambda s: "".join(f"&#x{ord(c):08x};" for c in s),
    "HTML without semicolons": lambda s: "".join(f"&#{ord(c)}" for c in s),
    "JavaScript code points": lambda s: "".join(f"\\u{{{ord(c):x}}}" for c in s),
    "JavaScript escape()": lambda s: "".join(f"%u{ord(c):04x}" for c in s),
    "octal": lambda s: "".join(f"\\{ord(c):03o}" for c in s),
    "UTF-16 taken for UTF-8": lambda s: "\0".join(s),
    "UTF-16 in JSON": lambda s: json.dumps("\0".join(s)),
    "zero widths between": "\u200b".join,
    "hex of either case": lambda s: s.encode().hex()[:9] + s.encode().hex()[9:].upper(),
    "base64 with line ends": lambda s: encodebytes(b"x" * 50 + s.encode()).decode(),
    "base64 with line ends in JSON": lambda s: json.dumps(
        encodebytes(b"x" * 50 + s.encode()).decode()
    ),
    "base64 twice": lambda s: base64(base64(s.encode()).encode()),
    "base64 of JSON": lambda s: base64(json.dumps({"k": s}).encode()),
    "base64 of percent": lambda s: base64(quote(s, safe="").encode()),
    "base64 of UTF-16": lambda s: base64(s.encode("utf-16-le")),
    "base64 of gzip": lambda s: base64(gzip.compress(json.dumps({"k": s}).encode())),
    "as in a signature": lambda s: normalise_message(s) or "",
    "cut short in a text": lambda s: f"{s[: len(s) * 3 // 4]}... is not valid",
    "cut short in JSON": lambda s: json.dumps({"error": {"message": s[: len(s) * 3 // 4]}}),
}


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("name", ODDLY)
def test_a_known_value_is_found_however_it_is_hidden(name: str, value: str) -> None:
    redactor = Redactor()
    redactor.add(Secret(value, "<key>"))
    hidden = ODDLY[name](value)
    text = f"before {hidden} after"

    assert redactor.scan(text.encode()), "the self-test must see it"
    cleaned = redactor.clean_text(text)

    assert cleaned.startswith("before ")
    assert cleaned.endswith(" after")
    assert value[:16] not in cleaned
    assert not redactor.scan(cleaned.encode())


@pytest.mark.parametrize("name", ODDLY)
def test_a_text_seen_before_its_value_was_known_is_cleaned_again(name: str) -> None:
    redactor = Redactor()
    text = f"before {ODDLY[name](VALUES[0])} after"
    redactor.clean_text(text)
    redactor.add(Secret(VALUES[0], "<key>"))

    assert not redactor.scan(redactor.clean_text(text).encode())


def test_of_a_value_cut_short_nothing_is_left() -> None:
    redactor = Redactor()
    redactor.add(Secret("opaque-Token-0001-very-long-tail-xyz", "<key>"))

    assert redactor.clean_text("bad: opaque-Token-0001-very-lo... ") == "bad: <key>... "
    assert redactor.clean_text("opaque-Token is a kind of token") == (
        "opaque-Token is a kind of token"
    )


@pytest.mark.parametrize(
    "pack",
    [
        lambda s: base64(json.dumps({"upstream": s}).encode()),
        lambda s: base64(s.encode()).rstrip("="),
        lambda s: s.encode().hex(),
        lambda s: base64(gzip.compress(s.encode())),
        lambda s: base64(base64(s.encode()).encode()),
    ],
    ids=["base64 of JSON", "base64", "hex", "gzip", "base64 twice"],
)
def test_what_looks_like_a_key_is_seen_inside_base64_and_hex(pack: Callable[[str], str]) -> None:
    packed = pack("sk-proj-9Qw8Er7Ty6Ui5Op4As3Df2")

    cleaned = Redactor().clean_text(f'{{"debug":"{packed}","code":"invalid_api_key"}}')

    assert packed not in cleaned
    assert json.loads(cleaned)["code"] == "invalid_api_key"


@pytest.mark.parametrize(
    "text",
    [
        base64(b'{"type":"realtime","model":"gpt-realtime"}'),
        "sess_68af296e8e408191a1120ab6383263c2",
        "req_" + b"a long request id".hex(),
        "H4sIAAAAAAAAAnotgzipatallbutlookslikeit",
        "a=fingerprint:sha-256 " + ":".join(["AB", "12"] * 16),
        "%u00 \\u{} &#; \\9 &#x;",
    ],
)
def test_what_only_looks_packed_stays(text: str) -> None:
    assert Redactor().clean_text(text) == text
    assert not Redactor().scan(text.encode())


@pytest.mark.parametrize(
    "word", ["openai", "realtime", "session", "OpenAI", "client_secrets", "ephemeral", "invalid"]
)
def test_a_key_that_is_a_word_of_every_report_destroys_none(word: str) -> None:
    run, diagnosis = runs.founding()
    redactor = Redactor()
    redactor.add(Secret(word, "<api-key>"))

    cleaned = redactor.clean(run)

    assert cleaned.header.target == run.header.target
    assert [o.setup.names for o in cleaned.observations] == [
        o.setup.names for o in run.observations
    ]
    assert redactor.guard(codec.encode(cleaned, diagnosis))
    assert redactor.clean_text(f"Authorization: Bearer {word}") != f"Authorization: Bearer {word}"


@pytest.mark.parametrize("word", ["swordfish", "correct-horse", "sk-1234"])
def test_a_key_that_is_another_word_is_hidden(word: str) -> None:
    redactor = Redactor()

    assert redactor.add(Secret(word, "<api-key>"))
    assert redactor.clean_text(f"wrong: {word}.") == "wrong: <api-key>."


@pytest.mark.parametrize("text", ["s3cret", "a b c d e f", "PasswordOfMine", "hunter2 is short"])
def test_a_credential_spelt_out_in_a_setup_is_hidden_everywhere(text: str) -> None:
    run, _ = runs.tiny()
    first = run.observations[0]
    auth = Level(f"Token {text}", Auth(AuthKind.LITERAL, text, "X-Own", "Token"))
    setup = replace(first.setup, auth=auth)
    header = replace(run.header, subject=setup, plan=(setup,))
    poisoned = replace(first, setup=setup, call_id=f"id of {text}")

    cleaned = Redactor().clean(replace(run, header=header, observations=(poisoned,)))

    assert text.encode() not in codec.encode(cleaned)
    assert cleaned.observations[0].setup.auth.value.scheme == "Token"
    assert cleaned.header.subject == cleaned.observations[0].setup


@pytest.mark.parametrize("text", ["undefined", "[object Object]", "null", "${TOKEN}", "ek_…#1"])
def test_evidence_in_the_place_of_a_credential_stays(text: str) -> None:
    level = Level(f"Bearer {text}", Auth(AuthKind.LITERAL, text))

    assert Redactor().clean((level,)) == (level,)
    assert Redactor().clean((level,))[0].name == level.name


def test_the_name_of_a_level_hides_what_its_value_hides() -> None:
    query = Level("api_key=qK15$&model=m", CallQuery((("api_key", "qK15$"), ("model", "m"))))
    body = '{"password":"short","model":"m"}'

    clean_query, clean_body = Redactor().clean((query, Level(body, TokenBody(body))))

    assert clean_query.name == "api_key=<credential 1>&model=m"
    assert "short" not in clean_body.name
    assert clean_body.name == clean_body.value.text


def test_an_ice_password_at_the_end_of_a_json_text_passes_the_self_test_in_html() -> None:
    redactor = Redactor()
    body = redactor.clean_text('{"sdp":"a=ice-pwd:AbCdEfGhIjKlMnOpQrStUv","type":"answer"}')
    page = body.replace('"', "&#34;")

    assert "AbCd" not in page
    assert redactor.guard(page.encode())
