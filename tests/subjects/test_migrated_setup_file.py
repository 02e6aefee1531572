"""A setup file in the other generation: only what changes is written anew."""

from __future__ import annotations

import pytest

from rtdoctor.errors import ConfigError
from rtdoctor.migration.dialect import Generation
from rtdoctor.plan import catalogue
from rtdoctor.subjects.migrated_setup_file import migrate_setup_file
from rtdoctor.subjects.setup_file import read_setup

CATALOGUE = catalogue.read()
BETA = """\
# the app of the shop
version: 1
token_endpoint: /v1/realtime/transcription_sessions   # the mint
token_body:
  json: {input_audio_transcription: {model: gpt-4o-transcribe, language: en}}
# left over
beta_header: {mint: realtime=v1, call: realtime=v1}

offer: {channel: events}
call_query: {params: {model: gpt-4o-transcribe}}
call_endpoint: /v1/realtime"""
GA = """\
# the app of the shop
version: 1
token_endpoint: /v1/realtime/client_secrets   # the mint
token_body:
  json:
    session:
      type: transcription
      audio:
        input:
          transcription: {model: gpt-4o-transcribe, language: en}
# left over
beta_header: none

offer: {channel: events}
call_query: none
call_endpoint: /v1/realtime/calls
"""


def migrated(text: str, target: Generation = Generation.GA) -> str:
    return migrate_setup_file(text, "setup.yaml", target, CATALOGUE).text


def test_comments_order_and_what_stays_are_the_users() -> None:
    assert migrated(BETA) == GA


def test_a_ga_file_stays_to_the_byte() -> None:
    found = migrate_setup_file(GA, "setup.yaml", Generation.GA, CATALOGUE)

    assert (found.text, found.steps) == (GA, ())


def test_level_names_are_understood() -> None:
    text = "token_endpoint: sessions\ntoken_body: realtime_with_model\ncall_endpoint: realtime\n"
    setup = read_setup(migrated(text), "setup.yaml", CATALOGUE)

    assert setup.token_endpoint.value.path == "/v1/realtime/client_secrets"
    assert setup.call_endpoint.value.path == "/v1/realtime/calls"


def test_methods_other_headers_and_the_tokens_place_are_kept() -> None:
    text = """\
token_endpoint: {path: /v1/realtime/sessions, method: PUT}
token_body: {json: {voice: verse, model: gpt-4o-realtime-preview}}
auth: {kind: ephemeral, scheme: Token, read_at: client_secret.value}
beta_header: {call: realtime=v1, call_others: {X-Team: voice}}
call_endpoint: /v1/realtime
"""
    setup = read_setup(migrated(text), "setup.yaml", CATALOGUE)

    assert setup.token_endpoint.value.method == "PUT"
    assert (setup.auth.value.scheme, setup.auth.value.read_at) == ("Token", "value")
    assert setup.beta_header.value.call is None
    assert setup.beta_header.value.call_others == (("X-Team", "voice"),)


def test_back_in_the_beta_a_missing_entry_is_added() -> None:
    ga = "token_body: {json: {session: {type: transcription}}}\n"
    setup = read_setup(migrated(ga, Generation.BETA), "setup.yaml", CATALOGUE)

    assert setup.token_endpoint.value.path == "/v1/realtime/transcription_sessions"
    assert setup.call_endpoint.value.path == "/v1/realtime"
    assert setup.call_query.value.params == (("intent", "transcription"),)


def test_comments_that_are_lost_are_named() -> None:
    text = BETA.replace("  json: {", "  # what we ask for\n  json: {")
    found = migrate_setup_file(text, "setup.yaml", Generation.GA, CATALOGUE)

    assert "token_body: the comments inside it are not carried over" in {
        step.text for step in found.steps
    }


def test_a_file_that_is_no_setup_is_refused_with_its_line() -> None:
    with pytest.raises(ConfigError, match=r"setup\.yaml:2.*no level 'sesions'\ndid you mean"):
        migrated("version: 1\ntoken_endpoint: sesions\n")
