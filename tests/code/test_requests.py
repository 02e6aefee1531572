"""The requests that code makes, in the styles that people write them in."""

from __future__ import annotations

import pytest

from rtdoctor.code.source_reading import Role, SourceReading, read_sources
from rtdoctor.code.source_request import SourceRequest
from rtdoctor.code.values import MISSING, data_of, sketch

MINT_URL = "https://api.openai.com/v1/realtime/sessions"


def reading(text: str, name: str = "app.js") -> SourceReading:
    return read_sources({name: text})


def only(text: str, name: str = "app.js", role: Role = Role.MINT) -> SourceRequest:
    found = reading(text, name).of_role(role)
    assert len(found) == 1, found
    return found[0]


def headers(request: SourceRequest) -> dict[str, str]:
    assert request.headers is not None
    return {field.name: sketch(field.value) for field in request.headers.fields}


SAME_MINT = {
    "fetch.js": f'fetch("{MINT_URL}", '
    '{ method: "POST", headers: { "OpenAI-Beta": "realtime=v1" },'
    ' body: JSON.stringify({ model: "m", voice: "alloy" }) });',
    "constants.ts": 'const BASE = "https://api.openai.com/v1";\nconst body: object = '
    '{ model: "m", voice: "alloy" };\nconst headers = { "OpenAI-Beta": "realtime=v1" } as const;\n'
    "await fetch(`${BASE}/realtime/sessions`, "
    "{ method: 'POST', headers, body: JSON.stringify(body) });",
    "helper.mjs": "async function post(path, body) {\n  return await fetch("
    "'https://api.openai.com' + path, { method: 'POST', body: JSON.stringify(body), "
    "headers: { 'OpenAI-Beta': 'realtime=v1' } });\n}\n"
    "post('/v1/realtime/sessions', { model: 'm', voice: 'alloy' });",
    "axios.js": f'axios.post("{MINT_URL}", {{ model: "m", voice: "alloy" }}, '
    '{ headers: { "OpenAI-Beta": "realtime=v1" } });',
    "instance.js": 'const api = axios.create({ baseURL: "https://api.openai.com/v1", headers: '
    '{ "OpenAI-Beta": "realtime=v1" } });\n'
    'api.post("/realtime/sessions", { model: "m", voice: "alloy" });',
    "xhr.js": f'const xhr = new XMLHttpRequest();\nxhr.open("POST", "{MINT_URL}");\n'
    'xhr.setRequestHeader("OpenAI-Beta", "realtime=v1");\n'
    'xhr.send(JSON.stringify({ model: "m", voice: "alloy" }));',
    "page.html": "<!doctype html><!-- <script>fetch('/no')</script> --><p>x</p>\n<script>\n"
    f"fetch('{MINT_URL}', {{method: 'POST', headers: {{'OpenAI-Beta': 'realtime=v1'}}, "
    "body: JSON.stringify({model: 'm', voice: 'alloy'})})\n</script>",
    "requests.py": f'import requests\nr = requests.post("{MINT_URL}", headers='
    '{"OpenAI-Beta": "realtime=v1"}, json={"model": "m", "voice": "alloy"})',
    "session.py": "async with httpx.AsyncClient(base_url='https://api.openai.com/v1', "
    "headers={'OpenAI-Beta': 'realtime=v1'}) as client:\n"
    "    r = await client.post('/realtime/sessions', json=dict(model='m', voice='alloy'))",
    "dumps.py": "import json, os\nBASE = os.getenv('BASE', 'https://api.openai.com')\n"
    "payload = json.dumps({'model': 'm', 'voice': 'alloy'})\n"
    "urllib.request.Request(f'{BASE}/v1/realtime/sessions', data=payload.encode(), "
    "headers={'OpenAI-Beta': 'realtime=v1'}, method='POST')",
    "sdk.py": "session = client.beta.realtime.sessions.create(model='m', voice='alloy', "
    "extra_headers={'OpenAI-Beta': 'realtime=v1'})",
}


@pytest.mark.parametrize("name", SAME_MINT)
def test_one_request_in_many_styles(name: str) -> None:
    request = only(SAME_MINT[name], name)
    assert sketch(request.url).endswith("/v1/realtime/sessions")
    assert sketch(request.method) == "POST"
    assert request.body is not None
    assert data_of(request.body) == {"model": "m", "voice": "alloy"}
    assert headers(request) == {"OpenAI-Beta": "realtime=v1"}


def test_where_it_stands() -> None:
    request = only(f'\n\nawait fetch(\n  "{MINT_URL}",\n  {{ method: "POST" }},\n);')
    assert str(request.at) == "app.js:3"
    assert request.url.at.line == 4


def test_the_default_of_an_environment_variable_is_told_as_one() -> None:
    request = only(
        f'const model = process.env.MODEL || "m";\nfetch("{MINT_URL}", '
        '{ method: "POST", body: JSON.stringify({ model }) });'
    )
    assert request.body is not None
    leaf = request.body.value.get("model")
    assert (leaf.value, leaf.unless, leaf.at.line) == ("m", "process.env.MODEL", 1)


@pytest.mark.parametrize(
    "before",
    [
        "let model = 'a';\nif (x) model = 'b';",
        "const model = dev ? 'a' : 'b';",
        "const model = pick();",
        "const [model, setModel] = useState('a');",
        "",
    ],
)
def test_what_may_be_two_things_is_unknown(before: str) -> None:
    request = only(
        f'{before}\nfetch("{MINT_URL}", {{ method: "POST", body: JSON.stringify({{ model }}) }});'
    )
    assert request.body is not None
    assert data_of(request.body)["model"] is MISSING


def test_a_name_in_another_block_is_another_name() -> None:
    request = only(
        "{ const model = 'a'; }\n{ const model = 'b';\n"
        f'fetch("{MINT_URL}", {{ method: "POST", body: JSON.stringify({{ model }}) }}); }}'
    )
    assert request.body is not None
    assert data_of(request.body) == {"model": "b"}


def test_a_helper_that_is_called_twice_makes_two_requests() -> None:
    found = reading(
        "const post = (url, body) => fetch(url, { method: 'POST', body });\n"
        "post('https://api.openai.com/v1/realtime/sessions', '{}');\n"
        "post('https://api.openai.com/v1/realtime/calls', offer.sdp);"
    )
    assert [role for role, _ in found.requests] == [Role.MINT, Role.CALL]


def test_parameters_that_are_set_on_a_url() -> None:
    call = only(
        "const url = new URL('https://api.openai.com/v1/realtime');\n"
        "url.searchParams.set('model', 'm');\n"
        "fetch(url, { method: 'POST', body: pc.localDescription.sdp });",
        role=Role.CALL,
    )
    assert sketch(call.url) == "https://api.openai.com/v1/realtime?model=m"


def test_a_form_with_the_offer_and_a_session() -> None:
    call = only(
        "const form = new FormData();\nform.set('sdp', offer.sdp);\n"
        "form.set('session', JSON.stringify({ type: 'realtime', model: 'm' }));\n"
        "fetch('https://api.openai.com/v1/realtime/calls', { method: 'POST', body: form });",
        role=Role.CALL,
    )
    assert data_of(call.body.fields.get("session")) == {"type": "realtime", "model": "m"}


def test_whether_the_status_is_looked_at() -> None:
    found = reading(
        "const a = await fetch('/a');\nif (!a.ok) throw 1;\nconst b = await fetch('/b');\n"
        "const data = await b.json();"
    )
    checked = {sketch(request.url): request.at in found.checked for _, request in found.requests}
    assert checked == {"/a": True, "/b": False}


def test_the_order_of_the_peer_connection_and_the_label() -> None:
    steps = reading(
        "const offer = await pc.createOffer();\nconst dc = pc.createDataChannel('events');"
    ).peer
    assert [(step.name, step.at.line) for step in steps] == [
        ("createOffer", 1),
        ("createDataChannel", 2),
    ]
    assert steps[1].text is not None
    assert steps[1].text.value == "events"


def test_a_session_update_that_is_sent() -> None:
    (event,) = reading(
        "dc.send(JSON.stringify({ type: 'session.update', session: { voice: 'alloy' } }));"
    ).events
    assert data_of(event.body) == {"type": "session.update", "session": {"voice": "alloy"}}
