"""A repair in somebody's source: what changes, what stays, and what is left to do by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.code.fixed_sources import Fixed, fixed
from rtdoctor.domain.setup import (
    BetaHeader,
    CallEndpoint,
    CallQuery,
    Factor,
    Level,
    Setup,
    TokenBody,
    TokenEndpoint,
)
from rtdoctor.migration.bodies import migrate
from rtdoctor.migration.dialect import Dialect
from rtdoctor.plan import catalogue
from rtdoctor.subjects.source_code import reading_of_sources

KNOWN = catalogue.read()


def subject_of(files: dict[str, str]) -> Setup:
    return reading_of_sources(files, KNOWN).setup


def ga(subject: Setup) -> Setup:
    """The subject in GA's dialect, without left-overs."""
    body = migrate(subject.token_body.value.text, Dialect.SESSIONS, Dialect.CLIENT_SECRETS).text
    return replace(
        subject,
        token_endpoint=Level("ga", TokenEndpoint("/v1/realtime/client_secrets")),
        token_body=Level("ga", TokenBody(body)),
        auth=Level("ga", replace(subject.auth.value, read_at=None)),
        beta_header=Level("none", BetaHeader()),
        call_endpoint=Level("ga", CallEndpoint("/v1/realtime/calls")),
        call_query=Level("none", CallQuery()),
    )


def repaired(files: dict[str, str]) -> Fixed:
    subject = subject_of(files)
    return fixed(files, subject, ga(subject))


def changed_lines(diff: str) -> list[str]:
    return [
        line
        for line in diff.splitlines()
        if line.startswith(("+", "-")) and not line.startswith(("+++", "---"))
    ]


SERVER = """\
import express from "express";
const app = express();
app.get("/token", async (req, res) => {
  const r = await fetch("https://api.openai.com/v1/realtime/sessions", {
    method: "POST",
    headers: {
      Authorization: `Bearer ${process.env.OPENAI_API_KEY}`,
      "OpenAI-Beta": "realtime=v1",
      "Content-Type": "application/json",
    },
    body: JSON.stringify({
      model: "gpt-4o-realtime-preview",
      voice: "alloy", // as in the demo
      instructions: buildInstructions(req),
    }),
  });
  res.json(await r.json());
});
"""
PAGE = """\
<script type="module">
const data = await (await fetch("/token")).json();
const base = "https://api.openai.com/v1/realtime";
const model = "gpt-4o-realtime-preview";
const TYPE = "application/sdp";
const pc = new RTCPeerConnection();
const dc = pc.createDataChannel("oai-events");
const answer = await fetch(`${base}?model=${model}`, {
  method: "POST",
  body: pc.localDescription.sdp,
  headers: { Authorization: `Bearer ${data.client_secret.value}`, "Content-Type": TYPE },
});
</script>
"""
APP = {"server.js": SERVER, "index.html": PAGE}


def test_a_backend_and_its_page_move_to_ga() -> None:
    result = repaired(APP)
    assert result.not_done == ()
    assert changed_lines(result.diff) == [
        '-  const r = await fetch("https://api.openai.com/v1/realtime/sessions", {',
        '+  const r = await fetch("https://api.openai.com/v1/realtime/client_secrets", {',
        '-      "OpenAI-Beta": "realtime=v1",',
        '-      model: "gpt-4o-realtime-preview",',
        '-      voice: "alloy", // as in the demo',
        "-      instructions: buildInstructions(req),",
        "+      session: {",
        '+        type: "realtime",',
        '+        model: "gpt-4o-realtime-preview",',
        "+        audio: {",
        "+          output: {",
        '+            voice: "alloy",',
        "+          },",
        "+        },",
        "+        instructions: buildInstructions(req),",
        "+      },",
        "-const answer = await fetch(`${base}?model=${model}`, {",
        "+const answer = await fetch(`${base}/calls`, {",
        "-  headers: { Authorization: `Bearer ${data.client_secret.value}`, "
        '"Content-Type": TYPE },',
        '+  headers: { Authorization: `Bearer ${data.value}`, "Content-Type": TYPE },',
    ]


def test_the_copies_read_as_the_repaired_setup() -> None:
    result = repaired(APP)
    again = subject_of({**APP, **result.texts})
    wanted = ga(subject_of(APP))
    assert {f: again[f] for f in Factor} == {f: wanted[f] for f in Factor}


def test_a_leaf_changes_alone_in_its_own_style() -> None:
    files = {
        "mint.py": "r = requests.post('https://api.openai.com/v1/realtime/client_secrets', json={\n"
        "    'session': {'type': 'realtime', 'model': 'gpt-realtime', 'temperature': 0.7},\n})\n"
    }
    subject = subject_of(files)
    body = '{"session":{"type":"realtime","model":"gpt-realtime-2"}}'
    result = fixed(files, subject, replace(subject, token_body=Level("x", TokenBody(body))))
    assert changed_lines(result.diff) == [
        "-    'session': {'type': 'realtime', 'model': 'gpt-realtime', 'temperature': 0.7},",
        "+    'session': {'type': 'realtime', 'model': 'gpt-realtime-2'},",
    ]


def test_an_sdk_call_gets_the_other_method() -> None:
    files = {
        "token.py": "session = client.beta.realtime.sessions.create(\n"
        "    model='gpt-4o-realtime-preview',\n    voice=pick_voice(),\n)\n"
    }
    result = repaired(files)
    assert "client.realtime.client_secrets.create(" in result.texts["token.py"]
    assert "                'voice': pick_voice(),\n" in result.texts["token.py"]


def test_two_requests_for_the_token_are_left_to_the_reader() -> None:
    result = repaired({**APP, "old.js": SERVER.replace("/token", "/other")})
    assert "server.js" not in result.texts
    said = " ".join(result.not_done)
    assert "server.js:4" in said
    assert "old.js:4" in said


def test_a_literal_that_another_request_uses_stays() -> None:
    files = {
        "page.js": 'const base = "https://api.openai.com/v1/realtime";\n'
        'await fetch(base, { method: "POST", body: pc.localDescription.sdp });\n'
        'await fetch(base + "/models");\n'
    }
    subject = subject_of(files)
    result = fixed(files, subject, replace(subject, call_endpoint=ga(subject).call_endpoint))
    assert 'fetch("https://api.openai.com/v1/realtime/calls", ' in result.texts["page.js"]
    assert 'fetch(base + "/models")' in result.texts["page.js"]


def test_what_is_not_in_the_files_is_said() -> None:
    result = repaired({"index.html": PAGE})
    said = " ".join(result.not_done)
    assert "Send the token request to POST /v1/realtime/client_secrets." in said
    assert "no such request is in these files" in said


def test_a_model_from_the_environment_is_pointed_out() -> None:
    server = SERVER.replace(
        'model: "gpt-4o-realtime-preview"', 'model: process.env.MODEL ?? "gpt-4o-realtime-preview"'
    )
    result = repaired({"server.js": server, "index.html": PAGE})
    assert any("process.env.MODEL" in said for said in result.not_done)


def test_another_place_that_reads_the_old_token_is_pointed_out() -> None:
    page = PAGE.replace("const base", "if (!data.client_secret?.value) throw 0;\nconst base")
    result = repaired({"server.js": SERVER, "index.html": page})
    assert any("index.html:3" in said for said in result.not_done)


def test_nothing_changes_where_nothing_differs() -> None:
    subject = subject_of(APP)
    result = fixed(APP, subject, subject)
    assert (dict(result.texts), result.diff) == ({}, "")


NAMES = st.text("abcdefgh", min_size=1, max_size=6)
QUOTES = st.sampled_from("\"'")


@st.composite
def programs(draw: st.DrawFn) -> dict[str, str]:
    """Small apps in several styles, all still in the beta's dialect."""
    quote, indent = draw(QUOTES), draw(st.sampled_from(["  ", "    ", "\t"]))
    model, voice = draw(NAMES), draw(NAMES)

    def text(value: str) -> str:
        return quote + value + quote

    url = text("https://api.openai.com/v1/realtime/sessions")
    base = ""
    if draw(st.booleans()):
        base = f"const BASE = {text('https://api.openai.com/v1/realtime')};\n"
        url = draw(st.sampled_from(["`${BASE}/sessions`", f"BASE + {text('/sessions')}"]))
    fields = [f"model: {text(model)}", f"voice: {text(voice)}"]
    if draw(st.booleans()):
        fields.append("instructions: build()")
    if draw(st.booleans()):
        fields.reverse()
    comma = draw(st.sampled_from(["", ","]))
    body = f"{{ {', '.join(fields)} }}"
    if draw(st.booleans()):
        inner = f",\n{indent * 2}".join(fields)
        body = f"{{\n{indent * 2}{inner}{comma}\n{indent}}}"
    header = draw(st.sampled_from(["", f"{text('OpenAI-Beta')}: {text('realtime=v1')}, "]))
    kind = f"{header}{text('Content-Type')}: {text('application/json')}"
    mint = (
        f"const r = await fetch({url}, {{\n{indent}method: {text('POST')},\n"
        f"{indent}headers: {{ {kind} }},\n{indent}body: JSON.stringify({body}){comma}\n}});\n"
    )
    read = draw(
        st.sampled_from(
            [
                "const data = await r.json();\nconst token = data.client_secret.value;\n",
                "const { client_secret } = await r.json();\nconst token = client_secret.value;\n",
                "const token = (await r.json())?.client_secret?.value;\n",
            ]
        )
    )
    query = draw(st.sampled_from(["", f"?model={model}", f"?model={model}&x=y"]))
    call_url = text(f"https://api.openai.com/v1/realtime{query}")
    if base and draw(st.booleans()):
        call_url = f"`${{BASE}}{query}`"
    call = (
        f"await fetch({call_url}, {{ method: {text('POST')}, body: offer.sdp,\n{indent}headers: "
        f"{{ Authorization: `Bearer ${{token}}`, {text('Content-Type')}: {text('application/sdp')} "
        "} });\n"
    )
    code = base + mint + read + call
    if draw(st.booleans()):
        return {"index.html": f"<p>ü</p>\n<script>\n{code}</script>\n"}
    return {"app.js": code}


@pytest.mark.thorough
@given(programs())
def test_any_of_many_styles_reads_as_the_repaired_setup(files: dict[str, str]) -> None:
    subject = subject_of(files)
    wanted = ga(subject)
    result = fixed(files, subject, wanted)
    assert result.not_done == ()
    again = subject_of({**files, **result.texts})
    for factor in Factor:
        assert again[factor] == wanted[factor], factor
    assert ("build()" in "".join(files.values())) == ("build()" in "".join(result.texts.values()))


@pytest.mark.parametrize("style", ["requests", "httpx"])
def test_a_python_backend_with_keyword_arguments(style: str) -> None:
    files = {
        "main.py": f"import {style}\n\n@app.get('/session')\ndef session():\n"
        f"    r = {style}.post(\n        'https://api.openai.com/v1/realtime/sessions',\n"
        "        headers={'Authorization': f'Bearer {KEY}', 'OpenAI-Beta': 'realtime=v1'},\n"
        "        json={'model': MODEL, 'voice': 'verse'},\n    )\n    return r.json()\n"
    }
    result = repaired(files)
    assert changed_lines(result.diff) == [
        "-        'https://api.openai.com/v1/realtime/sessions',",
        "-        headers={'Authorization': f'Bearer {KEY}', 'OpenAI-Beta': 'realtime=v1'},",
        "-        json={'model': MODEL, 'voice': 'verse'},",
        "+        'https://api.openai.com/v1/realtime/client_secrets',",
        "+        headers={'Authorization': f'Bearer {KEY}'},",
        "+        json={'session': {'type': 'realtime', 'audio': {'output': {'voice': 'verse'}}, "
        "'model': MODEL}},",
    ]
