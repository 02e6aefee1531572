"""Reading ends well and soon, whatever the text is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtdoctor.code.reading import read_sources

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
def test_a_megabyte_is_read_in_seconds(kind: str, name: str) -> None:
    text = LONG[kind] * (MEGABYTE // len(LONG[kind]))
    began = time.process_time()
    read_sources({name: text})
    # a third of this on an idle machine (docs/reading-code.md); what is not linear takes minutes
    assert time.process_time() - began < 9
