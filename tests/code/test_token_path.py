"""Where an app reads its token, also through a route of its own backend."""

from __future__ import annotations

import pytest

from rtdoctor.code.source_reading import Role, read_sources

CALL = """
await fetch("https://api.openai.com/v1/realtime/calls", {
  method: "POST", body: offer.sdp, headers: { Authorization: `Bearer ${token}` },
});
"""
MINT = 'await fetch("https://api.openai.com/v1/realtime/sessions", { method: "POST" })'


@pytest.mark.parametrize(
    ("code", "path"),
    [
        (f"const r = {MINT};\nconst data = await r.json();\nconst token = data.value;", "value"),
        (f"const token = (await ({MINT}).json()).client_secret.value;", "client_secret.value"),
        (f"const {{ client_secret }} = await ({MINT}).json();\nconst token = client_secret.value;",
         "client_secret.value"),
        (f"const {{ value: token }} = await ({MINT}).json();", "value"),
        (f"const {{ client_secret: {{ value: token }} }} = await ({MINT}).json();",
         "client_secret.value"),
        (f"const data = await ({MINT}).then((r) => r.json());\nconst token = data?.['value'];",
         "value"),
        (f"async function mint() {{ const r = {MINT}; return (await r.json()).value; }}\n"
         "const token = await mint();", "value"),
    ],
)  # fmt: skip
def test_in_one_file(code: str, path: str) -> None:
    token = read_sources({"page.js": code + CALL}).token
    assert token is not None
    assert (token.path, token.complete) == (path, True)


PAGE = 'const data = await (await fetch("/token")).json();\nconst token = data.%s;' + CALL
BACKENDS = {
    "server.js": f'app.get("/token", async (req, res) => {{ const r = {MINT}; %s }});',
    "app/token/route.ts": f"export async function GET() {{ const r = {MINT}; %s }}",
    "main.py": "@app.get('/token')\nasync def token():\n    r = requests.post("
    "'https://api.openai.com/v1/realtime/sessions')\n    %s\n",
}


@pytest.mark.parametrize(
    ("backend", "answer", "read", "path"),
    [
        ("server.js", "res.json(await r.json());", "client_secret.value", "client_secret.value"),
        ("server.js", "const d = await r.json(); res.json({ key: d.value });", "key", "value"),
        ("app/token/route.ts", "return Response.json(await r.json());", "value", "value"),
        ("app/token/route.ts",
         "const d = await r.json(); return NextResponse.json({ t: d.value });", "t", "value"),
        ("main.py", "return r.json()", "client_secret.value", "client_secret.value"),
        ("main.py", "return {'key': r.json()['client_secret']['value']}", "key",
         "client_secret.value"),
        ("main.py", "return jsonify(key=r.json().get('value'))", "key", "value"),
    ],
)  # fmt: skip
def test_through_a_route(backend: str, answer: str, read: str, path: str) -> None:
    files = {backend: BACKENDS[backend] % answer, "page.js": PAGE % read}
    found = read_sources(files)
    assert found.token is not None
    assert (found.token.path, found.token.complete) == (path, True)
    assert [route.path for _, route in found.joined] == ["/token"]


def test_a_route_that_was_not_read_leaves_the_path_open() -> None:
    token = read_sources({"page.js": PAGE % "client_secret.value"}).token
    assert token is not None
    assert not token.complete


def test_an_own_route_that_is_named_like_the_service_s_is_no_mint() -> None:
    found = read_sources({"page.js": 'fetch("/api/realtime/sessions", { method: "POST" })'})
    assert found.of_role(Role.MINT) == ()
