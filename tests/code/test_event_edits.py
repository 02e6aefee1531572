"""The session updates that code sends, changed in the code."""

from __future__ import annotations

from functools import partial

from rtdoctor.check.page_events import migrated_event
from rtdoctor.code.fixed_sources import fixed
from rtdoctor.plan import catalogue

CHANNEL = """const channel = pc.createDataChannel("oai-events");
channel.onopen = () => channel.send(JSON.stringify(%s));
"""
SENT = """{
  type: "session.update",
  session: {
    voice: "verse",
    instructions: `Speak ${language}.`,
    modalities: ["text", "audio"],
    turn_detection: { type: "server_vad" },
  },
}"""
MENDED = """{
  type: "session.update",
  session: {
    instructions: `Speak ${language}.`,
    type: "realtime",
    audio: {
      output: {
        voice: "verse",
      },
      input: {
        turn_detection: {
          type: "server_vad",
        },
      },
    },
    output_modalities: ["audio"],
  },
}"""


def test_an_update_is_moved_and_what_the_code_computes_stays() -> None:
    setup = catalogue.read().setup({})
    files = {"app.js": CHANNEL % SENT}

    change = fixed(files, setup, setup, partial(migrated_event, works=setup))

    assert change.texts == {"app.js": CHANNEL % MENDED}
    assert change.not_done == ()


def test_one_line_stays_one_line() -> None:
    setup = catalogue.read().setup({})
    sent = '{ type: "session.update", session: { modalities: ["text"], voice: VOICE } }'

    change = fixed({"a.js": CHANNEL % sent}, setup, setup, partial(migrated_event, works=setup))

    (text,) = change.texts.values()
    assert "audio: { output: { voice: VOICE } }" in text
    assert 'output_modalities: ["text"]' in text


def test_an_update_that_is_not_in_the_files_is_left_to_do_by_hand() -> None:
    setup = catalogue.read().setup({})

    change = fixed({"app.js": "go();"}, setup, setup, partial(migrated_event, works=setup))

    assert change.texts == {}
    assert any("session.update" in said for said in change.not_done)


def test_an_update_that_is_right_stays_as_it_is() -> None:
    setup = catalogue.read().setup({})
    files = {"app.js": CHANNEL % MENDED}

    assert fixed(files, setup, setup, partial(migrated_event, works=setup)).texts == {}
