"""A value is secret by its name, judged alike in JSON, forms, headers, YAML and variables."""

from __future__ import annotations

import json

import pytest

from rtdoctor.secrets.environment import secrets_in
from rtdoctor.secrets.names import Name, judge, words_of
from rtdoctor.secrets.redactor import Redactor

VALUE = "zq84Kd7wPx93"

SECRET = [
    "apiToken", "client_token", "bearerToken", "secretKey", "signing_key", "turn_credential", "pwd",
    "passphrase", "X-Amz-Signature", "accessToken", "sessionToken", "clientSecret", "api_key",
    "apiKey", "api-key", "X-API-Key", "xi-api-key", "apikey", "APIKEY", "access_token",
    "accesstoken", "refreshToken", "id_token", "authToken", "X-Auth-Token", "csrf_token",
    "client_secret", "clientsecret", "app_secret", "webhookSecret", "private_key", "privateKey",
    "access_key", "awsSecretAccessKey", "account_key", "subscription-key", "master_key",
    "encryptionKey", "ephemeral_key", "password", "dbPassword", "PGPASSWORD", "passwd",
    "user_passwd", "passcode", "credential", "X-Amz-Credential", "bearer", "jwt", "tokenValue",
    "token_value", "secret_key_base", "password_hash", "password_confirmation", "token2",
    "OPENAI_API_KEY", "DEEPGRAM_KEY", "openai_key", "Smtp-Pass", "hub_signature", "sig", "key",
    "apiKeys", "secret_keys", "passwords", "my_tokens", "creds", "GITHUB_PAT", "user_pw", "dbpass",
    "otp", "csrf", "code_verifier", "authCode", "authHeader", "Authentication", "token_b64",
    "private_key_pem", "PHPSESSID", "client_secret.value", "user[password]",
]  # fmt: skip

ORDINARY = [
    "token_endpoint", "tokenEndpoint", "token_type", "token_body", "max_tokens",
    "max_output_tokens", "input_token_details", "tokens_minted", "secrets", "client_secrets",
    "key_id", "keyboard", "monkey", "public_key", "prompt_cache_key", "idempotency-key",
    "next_page_token", "page_token", "eos_token", "password_policy", "credential_type", "passed",
    "passing", "authority", "design", "model", "voice", "type", "session_id", "expires_at",
    "path", "output_tokens", "zip_code", "error_code", "content_header", "open", "keys",
]  # fmt: skip

TEXTS = {
    "JSON": lambda name: json.dumps({"a": 1, name: VALUE}, indent=1),
    "JSON in JSON": lambda name: json.dumps({"body": json.dumps({name: VALUE})}),
    "a list in JSON": lambda name: json.dumps({name: ["a", VALUE, VALUE]}, indent=1),
    "a form": lambda name: f"grant=x&{name}={VALUE}&scope=y",
    "a query": lambda name: f"wss://h.example/v1?model=m&{name}={VALUE}#end",
    "a header": lambda name: f"GET / HTTP/1.1\r\n{name}: {VALUE}\r\nAccept: */*",
    "a header in curl": lambda name: f"curl -H '{name}: {VALUE}' https://h.example",
    "YAML": lambda name: f"server:\n  {name}: {VALUE}\n  port: 80",
    "YAML, quoted": lambda name: f"server:\n  {name}: '{VALUE}'\n",
    "a variable": lambda name: f"export {name}={VALUE}\n",
    "code": lambda name: f"client.connect({name} = '{VALUE}')",
    "code of Ruby": lambda name: f':{name} => "{VALUE}"',
    "code of Go": lambda name: f'{name} := "{VALUE}"',
    "a sentence": lambda name: f"the {name} {VALUE} was refused",
    "a sentence with a verb": lambda name: f"the {name} is '{VALUE}'.",
    "XML": lambda name: f"<a><{name}>{VALUE}</{name}></a>",
}


@pytest.mark.parametrize("place", TEXTS)
@pytest.mark.parametrize("name", SECRET)
def test_a_value_is_hidden_in_every_text(name: str, place: str) -> None:
    text = TEXTS[place](name)

    cleaned = Redactor().clean_text(text)

    assert VALUE not in cleaned
    assert Redactor().clean_text(cleaned) == cleaned
    assert name in cleaned, "what was hidden stays visible"


@pytest.mark.parametrize("place", TEXTS)
@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_name_hides_nothing(name: str, place: str) -> None:
    text = TEXTS[place](name)

    assert Redactor().clean_text(text) == text


@pytest.mark.parametrize("name", SECRET)
def test_a_value_is_hidden_in_structures_and_in_the_environment(name: str) -> None:
    redactor = Redactor()

    assert VALUE not in repr(redactor.clean({name: VALUE}))
    assert VALUE not in repr(Redactor().clean(((name, VALUE),)))
    assert VALUE not in repr(Redactor().clean({name: [VALUE]}))
    found = {secret.reveal() for secret in secrets_in({name: VALUE})}
    assert found == {VALUE}


@pytest.mark.parametrize("name", ORDINARY)
def test_an_ordinary_name_hides_nothing_in_structures_and_in_the_environment(name: str) -> None:
    assert Redactor().clean({name: VALUE}) == {name: VALUE}
    assert Redactor().clean(((name, VALUE),)) == ((name, VALUE),)
    assert list(secrets_in({name: VALUE})) == []


@pytest.mark.parametrize(
    "name", ["apiToken", "client_token", "secretKey", "signing_key", "turn_credential", "pwd"]
)
def test_under_a_name_that_is_always_secret_any_quoted_value_is_hidden(name: str) -> None:
    assert Redactor().clean_text(f'{{"{name}":"opaque"}}') == f'{{"{name}":"<credential 1>"}}'
    assert Redactor().clean_text(f"?{name}=opaque&a=b") == f"?{name}=<credential 1>&a=b"


@pytest.mark.parametrize(
    "text",
    [
        '{"key": "audio.output.voice"}',
        '{"pass": "yes", "auth": "ephemeral", "credentials": "same-origin"}',
        '{"signature": "(stage, status, code)"}',
        "fetch(url, {credentials: 'include'})",
        "password: required",
        "token: expired",
        "const token = await response.json();",
        'token = answer.get("value") or answer["client_secret"]["value"]',
        "token = os.environ['T0KEN_123']",
        "api_key = settings.providers.openai.apiKey",
        "PWD: see above",
        "let token1 = mint2(session);",
        "The token expired at 2026-11-29T03:50:00Z; mint a token with gpt-realtime-2.1.",
        "Use the key in .env.local, the token of sess_1 and the password is wrong12 times.",
        "if (token > limit1) return; <token>expired</token>",
    ],
)
def test_words_and_code_are_no_secret(text: str) -> None:
    assert Redactor().clean_text(text) == text


@pytest.mark.parametrize(
    "name", ["X-Authorization", "proxyAuthorization", "upstream_authorization"]
)
def test_every_authorization_shows_its_scheme_and_hides_the_credential(name: str) -> None:
    text = f"Bearer {VALUE}"

    assert Redactor().clean({name: text}) == {name: "Bearer <credential 1>"}
    assert {secret.reveal() for secret in secrets_in({name: text})} == {VALUE}


def test_the_working_directory_is_no_password() -> None:
    assert list(secrets_in({"PWD": "/srv/app1", "OLDPWD": "/srv/app2"})) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("apiToken", ["api", "token"]),
        ("APIKey", ["api", "key"]),
        ("X-Amz-Signature", ["x", "amz", "signature"]),
        ("OPENAI_API_KEY", ["openai", "api", "key"]),
        ("session[client_secret]", ["session", "client", "secret"]),
        ("password2", ["password"]),
        ("", []),
    ],
)
def test_a_name_is_split_into_its_words(name: str, words: list[str]) -> None:
    assert words_of(name) == words


def test_a_name_of_any_length_is_judged() -> None:
    assert judge("x" * 1_000_000 + "_token") is Name.SECRET
    assert judge("\ud800 token\n") is Name.SECRET
    assert judge("") is Name.ORDINARY
