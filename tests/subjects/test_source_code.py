"""Source code as a subject: what is read, where it stands, and what is inferred."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from rtdoctor.domain.setup import AuthKind, EncodingKind
from rtdoctor.errors import UsageError
from rtdoctor.plan import catalogue
from rtdoctor.subjects.reading import Reading, ReadPlace
from rtdoctor.subjects.source_code import reading_of_sources
from rtdoctor.subjects.thing import read_thing

KNOWN = catalogue.read()
SERVER = """\
const model = process.env.MODEL || "gpt-4o-realtime-preview";
app.get("/token", async (req, res) => {
  const r = await fetch("https://api.openai.com/v1/realtime/sessions", {
    method: "POST",
    headers: { Authorization: `Bearer ${OPENAI_API_KEY}`, "OpenAI-Beta": "realtime=v1" },
    body: JSON.stringify({ model, voice: "alloy", instructions: build() }),
  });
  res.json(await r.json());
});
"""
PAGE = """\
const data = await (await fetch("/token")).json();
const token = data.client_secret.value;
pc.addTrack(track);
const dc = pc.createDataChannel("events");
await fetch(`https://api.openai.com/v1/realtime?model=${pick()}`, {
  method: "POST",
  body: offer.sdp,
  headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/sdp", "X-App": "1" },
});
"""


def read(**files: str) -> Reading:
    named = {name.replace("_", "."): text for name, text in files.items()}
    return reading_of_sources(named, KNOWN)


def places(reading: Reading) -> dict[str, ReadPlace]:
    return {place.place: place for place in reading.places}


def test_the_setup_of_a_backend_and_its_page() -> None:
    reading = read(server_js=SERVER, page_js=PAGE)
    setup = reading.setup
    assert setup.token_endpoint.name == "sessions"
    assert setup.token_body.value.text == '{"model":"gpt-4o-realtime-preview","voice":"alloy"}'
    assert setup.auth.value.read_at == "client_secret.value"
    assert setup.beta_header.value.mint == "realtime=v1"
    assert setup.beta_header.value.call_others == (("X-App", "1"),)
    assert setup.call_endpoint.name == "realtime"
    assert setup.offer.value.channel == "events"
    assert reading.base_url == "https://api.openai.com"


def test_every_place_says_where_it_stands() -> None:
    found = places(read(server_js=SERVER, page_js=PAGE))
    assert found["mint.url.path"].origin == "server.js:3"
    assert found["mint.body/voice"].origin == "server.js:6"
    assert found["credential"].origin == "page.js:2"
    assert found["call.header.content-type"].origin == "page.js:8"
    assert found["offer.channel.label"].origin == "page.js:4"


def test_what_is_not_told_is_inferred_or_left_out() -> None:
    reading = read(server_js=SERVER, page_js=PAGE)
    found = places(reading)
    assert found["mint.body/model"].inferred
    assert found["mint.body/model"].origin == "server.js:1, the default of process.env.MODEL"
    assert found["call.query.model"].inferred
    assert found["call.query.model"].value == "gpt-4o-realtime-preview"
    assert reading.not_said == ("mint.body/instructions at server.js:6; it is left out",)


def test_a_page_alone_has_its_token_request_inferred() -> None:
    reading = read(page_js=PAGE)
    assert places(reading)["mint.url.path"].inferred
    assert any("whose route is not in these files" in note for note in reading.notes)


def test_a_backend_alone_has_its_call_inferred() -> None:
    reading = read(server_js=SERVER)
    assert reading.setup.call_endpoint.name == "realtime"
    assert places(reading)["call.url.path"].inferred
    assert places(reading)["offer.audio"].inferred


def test_a_page_that_shows_its_key() -> None:
    reading = read(page_js=PAGE.replace("${token}", "${OPENAI_API_KEY}"))
    assert reading.setup.auth.value.kind is AuthKind.API_KEY


def test_a_key_in_the_code_is_a_secret() -> None:
    key = "sk-proj-" + "a1B2" * 10
    reading = read(server_js=SERVER.replace("${OPENAI_API_KEY}", key))
    assert any(key in secret.reveal() for secret in reading.secrets)
    assert key not in repr(reading.setup)


def test_a_backend_that_posts_the_offer_in_a_form() -> None:
    reading = read(
        main_py="r = requests.post('https://api.openai.com/v1/realtime/calls', "
        "headers={'Authorization': f'Bearer {OPENAI_API_KEY}'}, files={'sdp': (None, sdp), "
        "'session': (None, json.dumps({'type': 'realtime', 'model': 'gpt-realtime'}))})"
    )
    assert reading.setup.call_encoding.value.kind is EncodingKind.MULTIPART
    assert reading.setup.auth.value.kind is AuthKind.API_KEY


def test_a_folder_is_read_without_what_others_wrote(tmp_path: Path) -> None:
    for name, text in {
        "server/index.js": SERVER,
        "web/src/page.ts": PAGE,
        "node_modules/x/index.js": SERVER.replace("alloy", "other"),
        "web/.next/page.js": PAGE,
        "web/style.css": "a { b: c }",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    reading = read_thing(str(tmp_path), io.BytesIO(), KNOWN)
    origins = {place.origin.partition(":")[0] for place in reading.places if not place.inferred}
    assert origins == {"server/index.js", "web/src/page.ts"}


def test_code_counts_before_a_command_in_its_readme(tmp_path: Path) -> None:
    (tmp_path / "server.js").write_text(SERVER, encoding="utf-8")
    (tmp_path / "README.md").write_text(
        "curl -X POST https://api.openai.com/v1/realtime/client_secrets -d '{}'", encoding="utf-8"
    )

    reading = read_thing(str(tmp_path), io.BytesIO(), KNOWN)

    assert reading.kind == "source code"
    assert "passed over: README.md" in reading.notes


def test_a_folder_in_another_language_is_told_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "main.go").write_text("package main", encoding="utf-8")
    (tmp_path / "README.md").write_text("curl http://localhost:8080/health", encoding="utf-8")

    with pytest.raises(UsageError, match="asks for a token") as raised:
        read_thing(str(tmp_path), io.BytesIO(), KNOWN)

    assert "JavaScript, TypeScript and Python" in (raised.value.hint or "")


def test_code_on_standard_input_is_told_by_its_content() -> None:
    reading = read_thing("-", io.BytesIO(PAGE.encode()), KNOWN)
    assert reading.kind == "source code"
    assert places(reading)["offer.channel.label"].origin == "standard input:4"


def test_code_without_a_request_gets_a_way_on() -> None:
    with pytest.raises(UsageError, match=r"no request to a Realtime service is found in a\.js"):
        read(a_js="export const x = 1;")


def test_a_url_that_begins_with_an_unknown_value_is_inferred() -> None:
    reading = read(
        page_ts="const token = await fetch(`${import.meta.env.VITE_BACKEND_URL}/session`);\n"
        "await fetch(`${import.meta.env.VITE_API}/realtime`, { method: 'POST', body: offer.sdp });"
    )

    place = places(reading)["call.url.path"]
    assert place.inferred
    assert "VITE_API" in place.origin


def test_an_offer_that_asks_for_audio_has_an_audio_section() -> None:
    reading = read(
        page_js="const offer = await pc.createOffer({ offerToReceiveAudio: true });\n"
        "fetch('https://api.openai.com/v1/realtime/calls', { method: 'POST', body: offer.sdp });"
    )

    assert not places(reading)["offer.audio"].inferred


def test_the_token_request_is_the_one_that_the_page_leads_to() -> None:
    unused = SERVER.replace("/token", "/old-token").replace("alloy", "echo")

    reading = read(a_js=unused, server_js=SERVER, page_js=PAGE)

    assert places(reading)["mint.body/voice"].value == "alloy"
    assert any("other token requests stand at a.js" in note for note in reading.notes)


def test_a_list_in_a_body_is_shown_where_it_stands() -> None:
    server = SERVER.replace('voice: "alloy", ', 'voice: "alloy",\n      modalities: ["text"], ')

    reading = read(server_js=server, page_js=PAGE)

    assert places(reading)["mint.body/modalities"].origin == "server.js:7"
