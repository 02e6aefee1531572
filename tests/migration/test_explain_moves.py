"""What a report says of a migration."""

from __future__ import annotations

from rtdoctor.migration import Dialect, explain_moves, migrate


def test_each_field_gets_one_sentence() -> None:
    moved = migrate(
        '{"voice":"verse","temperature":0.8,"modalities":["text","audio"],'
        '"input_audio_format":"pcm16","input_audio_transcription":{"model":"m","language":"en"}}',
        Dialect.SESSIONS,
        Dialect.CLIENT_SECRETS,
    )

    assert explain_moves(moved) == (
        "session.type is added, since the GA request requires it",
        "voice moves to session.audio.output.voice",
        "temperature has no place in the GA request and is left out",
        'modalities moves to session.output_modalities and becomes ["audio"]',
        "input_audio_format moves to session.audio.input.format"
        ' and becomes {"type":"audio/pcm","rate":24000}',
        "input_audio_transcription moves to session.audio.input.transcription",
    )


def test_a_field_that_would_have_overwritten_another_is_explained() -> None:
    moved = migrate(
        '{"model":"a","input_audio_transcription":{"model":"b"}}',
        Dialect.TRANSCRIPTION_SESSIONS,
        Dialect.CLIENT_SECRETS,
    )

    assert explain_moves(moved)[-1] == (
        "model is left out, since session.audio.input.transcription.model is already set"
    )


def test_every_dialect_has_its_own_words() -> None:
    body = '{"session":{"type":"realtime","reasoning":{"effort":"low"}}}'
    said = {
        sentence
        for target in Dialect
        for sentence in explain_moves(migrate(body, Dialect.CLIENT_SECRETS, target))
        if sentence.startswith("session.reasoning")
    }

    assert said == {
        "session.reasoning has no place in the beta session request and is left out",
        "session.reasoning has no place in the beta transcription request and is left out",
        "session.reasoning has no place in the translation request and is left out",
    }


def test_no_sentence_repeats_what_a_user_wrote_into_a_field() -> None:
    moved = migrate(
        '{"tools":[{"type":"mcp","authorization":"sk-hidden"}],"instructions":"sk-hidden",'
        '"client_secret":{"value":"ek_hidden"},"voice":"sk-hidden"}',
        Dialect.SESSIONS,
        Dialect.CLIENT_SECRETS,
    )

    assert "hidden" not in " ".join(explain_moves(moved))


def test_nothing_moved_needs_no_sentence() -> None:
    assert explain_moves(migrate("{}", Dialect.SESSIONS, Dialect.SESSIONS)) == ()
