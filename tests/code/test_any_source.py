"""Reading ends well and soon, whatever the text is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.code.source_reading import read_sources

NAMES = st.sampled_from(["a.js", "a.ts", "a.tsx", "a.py", "a.html", "a.vue", "-"])
SNIPPETS = st.sampled_from(
    [
        'fetch("https://api.openai.com/v1/realtime/sessions", ',
        "{ method: 'POST', ",
        "headers: { ...more, ",
        "body: JSON.stringify({ model",
        "`Bearer ${",
        "requests.post(url, json={",
        "def f(a, *, b=1):\n    return ",
        "const { a: { b = c } } = ",
        "await (",
        "async (x) => ",
        "form.append('sdp', ",
        "a.b?.['c'].get('d', ",
        "x = x + x\n",
        "class A { #p = this.p; m() { return this.m() } }",
        "<script>",
        "</script",
        "<!--",
        'f"{a!r:>{w}}{{"',
        "'\\u{110000}\\x4'",
        "\ud800",
        "\0",
        "é\r",
        "}",
        ")",
        "]",
        "\n",
    ]
)


@given(NAMES, st.one_of(st.text(max_size=300), st.lists(SNIPPETS, max_size=25).map("".join)))
def test_any_text_is_read(name: str, text: str) -> None:
    read_sources({name: text, "other.js": "const url = 1; function f(a) { return f(a) }"})


MEGABYTE = 1_000_000
_URL = '"https://api.openai.com/v1/realtime/sessions"'
HEADS = {
    "a.js": f'fetch({_URL}, {{ method: "POST" }});\n',
    "a.py": f"requests.post({_URL})\n",
    "a.html": f'<script>fetch({_URL}, {{ method: "POST" }});</script>\n',
}
LONG = {
    "braces": "{",
    "generics": "a<",
    "templates": "`${",
    "requests": 'fetch("a", { method: "POST" });\n',
    "names": "a = a + a;\n",
    "helpers": "function p(u) { return fetch(u) } p(1);\n",
    "routes": 'app.get("/r", (q, s) => s.json(1)); fetch("/r");\n',
    "scripts": "<script></script>",
    "comments": "<!--",
    "prose": "the quick brown fox. ",
}


@pytest.mark.parametrize("kind", LONG)
@pytest.mark.parametrize("name", ["a.js", "a.py", "a.html"])
@pytest.mark.slow
def test_a_request_before_a_megabyte_of_anything_is_read_or_said_to_be_cut(
    kind: str, name: str
) -> None:
    # what is not linear here takes minutes, which the time limit of the whole test run shows
    text = HEADS[name] + LONG[kind] * (MEGABYTE // len(LONG[kind]))

    reading = read_sources({name: text})

    is_found = any("/v1/realtime/sessions" in str(request.url) for _, request in reading.requests)
    assert is_found or reading.cut, "what is not read is said"


def test_a_long_component_is_read_to_its_end() -> None:
    # its beginning alone has functions and tags that do not close
    buttons = "        <button onClick={() => stop()}>Stop the session</button>\n" * 1000
    text = (
        "export default function App() {\n  const stop = () => {};\n"
        f"  return (\n    <div>\n{buttons}    </div>\n  );\n}}\n{HEADS['a.js']}"
    )

    reading = read_sources({"App.tsx": text})

    assert reading.mint is not None
    assert not reading.cut
