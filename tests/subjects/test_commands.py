"""The same request written for every shell and library that people copy it from."""

from __future__ import annotations

import json

import pytest

from rtdoctor.domain.setup import AuthKind, EncodingKind, Setup
from rtdoctor.plan import catalogue
from rtdoctor.subjects.detect import read_subject_text
from rtdoctor.subjects.reading import Reading
from support.recordings import OFFER

KNOWN = catalogue.read()
BODY = (
    '{"session":{"type":"realtime","model":"gpt-realtime",'
    '"instructions":"Don\'t \\"shout\\" 100%"}}'
)
URL = "https://api.openai.com/v1/realtime/client_secrets"


def read(text: str) -> Reading:
    return read_subject_text(text, "notes.txt", KNOWN)


def _bash() -> str:
    quoted = BODY.replace("\\", "\\\\").replace("'", "\\'")
    return (
        f"curl '{URL}' \\\n  -H 'accept: */*' \\\n  -H 'authorization: Bearer sk-abcdefghijklm123' "
        f"\\\n  -H 'content-type: application/json' \\\n  --data-raw $'{quoted}'\n"
    )


def _by_hand() -> str:
    quoted = BODY.replace("'", "'\\''")
    return (
        f'# get a token\n$ curl -sS -X POST {URL} -H "Authorization: Bearer $OPENAI_API_KEY" '
        f"-H 'Content-Type: application/json' -d '{quoted}' | jq .value\n"
    )


def _prompt() -> str:
    escaped = BODY.replace("\\", "\\\\").replace('"', '\\"')
    for sign in '^\\"{}[]%<>|&!':
        escaped = escaped.replace(sign, f"^{sign}") if sign != "^" else escaped
    return (
        f'curl ^"{URL}^" ^\r\n  -H ^"authorization: Bearer sk-abcdefghijklm123^" ^\r\n'
        f'  -H ^"content-type: application/json^" ^\r\n  --data-raw ^"{escaped}^"\r\n'
    )


def _powershell() -> str:
    escaped = BODY.replace("`", "``").replace('"', '`"').replace("$", "`$")
    return (
        "$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession\n"
        f'Invoke-WebRequest -UseBasicParsing -Uri "{URL}" `\n-Method "POST" `\n'
        '-WebSession $session `\n-Headers @{\n"authority"="api.openai.com"\n'
        '  "authorization"="Bearer sk-abcdefghijklm123"\n} `\n'
        f'-ContentType "application/json" `\n-Body "{escaped}"\n'
    )


def _fetch() -> str:
    options = {
        "headers": {
            "accept": "*/*",
            "authorization": "Bearer sk-abcdefghijklm123",
            "content-type": "application/json",
        },
        "referrer": "http://localhost:8000/",
        "body": BODY,
        "method": "POST",
        "mode": "cors",
    }
    return f"fetch({json.dumps(URL)}, {json.dumps(options, indent=2)});"


def _node() -> str:
    return f"""const response = await fetch('{URL}', {{
  method: 'POST', // mint
  headers: {{Authorization: `Bearer ${{process.env.OPENAI_API_KEY}}`,
             "Content-Type": "application/json"}},
  body: JSON.stringify({BODY}),
}});"""


def _httpie() -> str:
    session = json.dumps(json.loads(BODY)["session"], separators=(",", ":")).replace("'", "'\\''")
    return f"http POST {URL} Authorization:'Bearer sk-abcdefghijklm123' session:='{session}'"


def _postman() -> str:
    return json.dumps(
        {
            "info": {"name": "Realtime", "schema": "https://schema.getpostman.com/v2.1.0/"},
            "variable": [{"key": "host", "value": "https://api.openai.com"}],
            "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{OPENAI_API_KEY}}"}]},
            "item": [
                {
                    "name": "tokens",
                    "item": [
                        {
                            "name": "mint",
                            "request": {
                                "method": "POST",
                                "url": {"raw": "{{host}}/v1/realtime/client_secrets"},
                                "header": [{"key": "X-Off", "value": "1", "disabled": True}],
                                "body": {
                                    "mode": "raw",
                                    "raw": BODY,
                                    "options": {"raw": {"language": "json"}},
                                },
                            },
                        }
                    ],
                }
            ],
        }
    )


FORMS = {
    "bash of Chrome": _bash(),
    "bash by hand": _by_hand(),
    "Windows prompt": _prompt(),
    "PowerShell": _powershell(),
    "fetch of Chrome": _fetch(),
    "fetch by hand": _node(),
    "HTTPie": _httpie(),
    "Postman": _postman(),
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_a_token_request_is_the_same_in_every_form(text: str) -> None:
    setup = read(text).setup

    assert setup.token_endpoint.name == "client_secrets"
    assert json.loads(setup.token_body.value.text) == json.loads(BODY)
    assert setup.token_body.value.content_type == "application/json"
    assert setup.beta_header.name == "none"
    assert (setup.auth.value.kind, setup.call_endpoint.name) == (AuthKind.EPHEMERAL, "calls")


def offer_in_fetch() -> str:
    headers = {"authorization": "Bearer ek_abcdef123456", "content-type": "application/sdp"}
    return (
        f'fetch("https://api.openai.com/v1/realtime/calls", {{"headers": {json.dumps(headers)}, '
        f'"body": {json.dumps(OFFER)}, "method": "POST"}});'
    )


def offer_in_bash() -> str:
    quoted = OFFER.replace("\r\n", "\\r\\n")
    return (
        "curl 'https://api.openai.com/v1/realtime/calls' "
        "-H 'authorization: Bearer ek_abcdef123456' "
        f"-H 'content-type: application/sdp' --data-raw $'{quoted}'"
    )


def offer_in_powershell() -> str:
    quoted = OFFER.replace("\r\n", "$([char]13)$([char]10)")
    return (
        'Invoke-WebRequest -Uri "https://api.openai.com/v1/realtime/calls" -Method POST '
        '-Headers @{"Authorization"="Bearer ek_abcdef123456"} -ContentType "application/sdp" '
        f'-Body ([System.Text.Encoding]::UTF8.GetBytes("{quoted}"))'
    )


@pytest.mark.parametrize("text", [offer_in_fetch(), offer_in_bash(), offer_in_powershell()])
def test_an_offer_comes_out_to_the_byte(text: str) -> None:
    setup = read(text).setup

    assert setup.offer.value.sdp == OFFER
    assert setup.call_endpoint.name == "calls"
    assert setup.call_encoding.name == "raw"


def test_several_commands_of_one_file_make_one_story() -> None:
    reading = read(
        _by_hand()
        + 'curl -X POST "https://api.openai.com/v1/realtime?model=gpt-realtime-2.1" \\\n'
        + '  -H "Authorization: Bearer $EPHEMERAL_KEY" -H "Content-Type: application/sdp" \\\n'
        + "  --data-binary @offer.sdp\n"
    )

    assert reading.setup.token_endpoint.name == "client_secrets"
    assert (reading.setup.call_endpoint.name, reading.setup.call_query.name) == (
        "realtime", "model_realtime",
    )  # fmt: skip
    origins = {place.place: place.origin for place in reading.places}
    assert (origins["mint.url.path"], origins["call.url.path"]) == (
        "line 2 of notes.txt", "line 3 of notes.txt",
    )  # fmt: skip
    assert next(p for p in reading.places if p.place == "offer.audio").inferred


def test_a_form_with_the_key_is_the_call_of_a_server() -> None:
    setup = read(
        "curl https://api.openai.com/v1/realtime/calls -H 'Authorization: Bearer $OPENAI_API_KEY' "
        "-F 'sdp=<offer.sdp;type=application/sdp' "
        """-F 'session={"type":"realtime","model":"gpt-realtime"};type=application/json'"""
    ).setup

    assert setup.auth.value.kind is AuthKind.API_KEY
    assert setup.call_encoding.value.kind is EncodingKind.MULTIPART
    assert json.loads(setup.call_encoding.value.session) == {
        "type": "realtime", "model": "gpt-realtime",
    }  # fmt: skip


def variables() -> dict[str, tuple[str, str]]:
    mint = f"curl {URL} -H 'Authorization: Bearer $KEY' -H 'Content-Type: application/json' "
    return {
        "a leaf": (
            f"""fetch("{URL}", {{method: "POST", headers: {{Authorization: `Bearer ${{key}}`}},
            body: JSON.stringify({{session: {{type: "realtime", voice, tools: [a]}}}})}})""",
            "mint.body/session/voice",
        ),
        "a header": (mint + '-H "X-Trace: $TRACE" -d "{}"', "mint.header.x-trace"),
        "a body": (mint + "-d @session.json", "mint.body"),
        "a parameter": (
            'curl -X POST "https://api.openai.com/v1/realtime?model=$MODEL" '
            '-H "Authorization: Bearer $TOKEN" -H "Content-Type: application/sdp" -d @o.sdp',
            "call.query.model",
        ),
    }


@pytest.mark.parametrize(("text", "place"), variables().values(), ids=variables())
def test_a_variable_is_left_out_and_said_to_be_unknown(text: str, place: str) -> None:
    reading = read(text)

    assert any(missing.startswith(f"{place}: ") for missing in reading.not_said)
    sent = f"{_without_names(reading.setup)}"
    assert "$" not in sent
    assert "@" not in sent


def _without_names(setup: Setup) -> list[object]:
    return [level.value for _, level in setup]


def test_only_the_value_that_is_open_is_inferred() -> None:
    reading = read(
        f"""fetch("{URL}", {{method: "POST", headers: {{Authorization: `Bearer ${{key}}`,
        "Content-Type": "application/json"}},
        body: JSON.stringify({{session: {{type: "realtime", model: MODEL, speed: 1}}}})}})"""
    )

    body = {p.place: p.inferred for p in reading.places if p.place.startswith("mint.body")}
    assert body == {
        "mint.body/session/type": False,
        "mint.body/session/speed": False,
        "mint.body/session/model": True,
    }
