"""probes.yaml is read strictly, and the one in the wheel is the one at the top."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from rtdoctor.domain.setup import Factor
from rtdoctor.errors import ConfigError
from rtdoctor.plan.catalogue import default_text, read

TOP = Path(__file__).parents[2] / "probes.yaml"


def changed(**edits: object) -> str:
    """The shipped file with dotted paths set to other values."""
    data = yaml.safe_load(default_text())
    for path, value in edits.items():
        *parents, last = path.split("__")
        place = data
        for name in parents:
            place = place[name]
        place[last] = value
    return yaml.safe_dump(data, sort_keys=False)


def complaint(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(text, "mine.yaml")
    return str(caught.value)


def test_the_packaged_default_is_the_file_at_the_top() -> None:
    assert default_text() == TOP.read_text(encoding="utf-8")


def test_the_founding_case_and_its_neighbours_are_there() -> None:
    levels = {f.value: set(names) for f, names in read().entries.items()}

    assert levels["token_endpoint"] >= {
        "none", "sessions", "transcription_sessions", "client_secrets",
        "translations_client_secrets",
    }  # fmt: skip
    assert levels["auth"] >= {
        "ephemeral", "api_key", "none", "undefined", "object_object", "used", "expired",
    }  # fmt: skip
    assert levels["call_query"] >= {"none", "model_transcribe", "model_realtime",
                                    "intent_transcription"}  # fmt: skip
    assert levels["call_encoding"] >= {"raw", "multipart", "json", "wrong_type", "trimmed"}
    assert levels["offer"] >= {"audio_channel", "no_audio", "no_channel"}


def test_an_unknown_field_names_file_line_and_the_closest_name() -> None:
    said = complaint(
        TOP.read_text("utf-8").replace("  offer: audio_channel", "  offer: audio_chanel", 1)
    )

    assert "mine.yaml" in said
    assert "did you mean 'audio_channel'?" in said


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("      path: /v1/realtime/sessions", "      pth: /v1/realtime/sessions", None,
         "did you mean 'path'?"),
        ("      kind: api_key", "      kind: api_kee", None, "did you mean 'api_key'?"),
        ("version: 1", "version: 2", 4, "reads up to 1\nUpgrade rtdoctor"),
        ("requires: {token_endpoint: [sessions]}", "requires: {token_endpoint: [session]}", None,
         "did you mean 'sessions'?"),
        ("      audio: false", "      audio: maybe", None, "must be true or false"),
    ],
)  # fmt: skip
def test_every_complaint_helps(old: str, new: str, line: int | None, said: str) -> None:
    text = TOP.read_text("utf-8")
    assert old in text

    message = complaint(text.replace(old, new, 1))

    assert said in message
    if line is not None:
        assert f"mine.yaml:{line}:" in message


def test_a_line_number_points_at_the_mistake() -> None:
    lines = TOP.read_text("utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if "kind: ephemeral" in line)
    lines[at] = lines[at].replace("kind", "kid")

    assert f"mine.yaml:{at + 1}: " in complaint("\n".join(lines))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "- a",
        "version: 1",
        "a: &x 1\nb: *x",
        "a: !!python/object:os.system {}",
        "[" * 5000,
        "{a: " * 5000,
        "- " * 5000,
        "\x00",
        "version: 1\nversion: 1\n",
    ],
)
def test_no_input_is_more_than_a_configuration_error(text: str) -> None:
    assert complaint(text).startswith("mine.yaml")


def test_a_recipe_that_breaks_a_constraint_is_refused() -> None:
    text = changed(recipes__mine={
        "title": "x", "eras": ["beta"], "setup": {"token_endpoint": "sessions"},
    })  # fmt: skip

    assert "recipe mine: token_body=ga_realtime needs token_endpoint=client_secrets" in complaint(
        text
    )


def test_values_fill_bodies_titles_and_queries() -> None:
    catalogue = read(values={"realtime_model": "gpt-realtime-mini"})

    assert "gpt-realtime-mini" in (catalogue.setup({}).token_body.value.text or "")
    entry = catalogue.entry(Factor.CALL_QUERY, "model_realtime")
    assert entry.level.value.params == (("model", "gpt-realtime-mini"),)
    assert entry.title == "?model=gpt-realtime-mini"


def test_the_shipped_file_passes_the_strict_reader() -> None:
    assert read(default_text()) == read()


@pytest.mark.parametrize(
    ("right", "wrong", "hint"),
    [
        ("  offer: audio_channel", "  offer: audio_chanel", "'audio_channel'"),
        ("requires: {token_endpoint: [none,", "requires: {token_endpoint: [nune,", "'none'"),
        ("call_query: model_transcribe}", "call_query: model_transcrib}", "'model_transcribe'"),
        ("auth: [none, undefined,", "auth: [none, undefind,", "'undefined'"),
        ("- {call_encoding: multipart}", "- {call_encodin: multipart}", "'call_encoding'"),
        ("model: $transcription_model", "model: $transcripton_model", "'transcription_model'"),
        ('last_seen: "2026-06-10"', "last_seen: yesterday", "2026-06"),
        ("eras: [ga-only, single-use]", "eras: [ga-onl, single-use]", "'ga-only'"),
    ],
)
def test_a_wrong_name_is_shown_with_its_line_and_the_closest_one(
    right: str, wrong: str, hint: str
) -> None:
    lines = default_text().splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if right in line)
    lines[at] = lines[at].replace(right, wrong)

    said = complaint("".join(lines))

    # what a level or recipe holds is put down to its first line
    shown = int(said.removeprefix("mine.yaml:").partition(":")[0])
    assert at - 6 <= shown - 1 <= at
    assert hint in said
