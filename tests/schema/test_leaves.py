"""The leaves of a body: where values stand, what the schema knows, what cannot be left out."""

from __future__ import annotations

from typing import Any

from rtdoctor.schema import RequestKind, is_required, leaves

GA = RequestKind.CLIENT_SECRET
BODY: dict[str, Any] = {
    "session": {
        "type": "realtime",
        "voice": "alloy",
        "audio": {"output": {"format": {"type": "audio/pcm", "rate": 24000}}},
        "tools": [
            {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}}
        ],
        "extra": {"a": {"b": 1}, "c": []},
    }
}


def test_every_value_is_a_leaf_and_a_free_object_is_one_leaf() -> None:
    found = {leaf.place.removeprefix("mint.body/session/"): leaf for leaf in leaves(GA, BODY)}

    assert list(found) == [
        "type",
        "voice",
        "audio/output/format/type",
        "audio/output/format/rate",
        "tools/0/type",
        "tools/0/name",
        "tools/0/parameters",
        "extra/a/b",
        "extra/c",
    ]
    assert found["tools/0/parameters"].value == BODY["session"]["tools"][0]["parameters"]
    assert [name for name, leaf in found.items() if not leaf.is_known] == [
        "voice",
        "extra/a/b",
        "extra/c",
    ]
    assert [name for name, leaf in found.items() if leaf.is_required] == [
        "type",
        "audio/output/format/rate",
    ]


def test_what_is_required_depends_on_the_object_that_was_meant() -> None:
    def needs(session: dict[str, Any], *at: str) -> bool:
        return is_required(GA, {"session": session}, ("session", *at))

    format_at = ("audio", "output", "format")
    pcm = {"type": "realtime", "audio": {"output": {"format": {"type": "audio/pcm", "rate": 1}}}}
    pcmu = {"type": "realtime", "audio": {"output": {"format": {"type": "audio/pcmu"}}}}

    assert needs(pcm, "type")
    assert needs(pcm, *format_at, "rate")
    assert not needs(pcmu, *format_at, "rate")
    assert not needs(pcm, "audio")
    assert not needs({"type": "realtime"}, *format_at, "rate")
    assert not needs(pcm, "unknown", "type")
    assert not is_required(GA, None, ())


def test_an_event_of_an_unknown_type_has_leaves_that_nobody_knows() -> None:
    (leaf,) = leaves(RequestKind.EVENT, {"type": "nope"})

    assert (leaf.place, leaf.is_known) == ("event/type", False)
