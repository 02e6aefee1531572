"""Knowledge texts as a report is given them."""

from __future__ import annotations

from rtdoctor.wording.outcomes import KnowledgeText

REDACTIONS = {"API key": 1, "ephemeral token": 9, "IP address": 4}

_TEXTS = {
    "SDP-EMPTY-400-BETA": KnowledgeText(
        "A transcription token on a conversation call",
        "A token minted at transcription_sessions opens transcription sessions only. A call with"
        " ?model= asks for a conversation, so it was refused, with an error of empty strings.",
        "Call with ?intent=transcription and no model.",
        ("comm:/t/1150037", "https://example.org/report"),
    )
}


def lookup(entry: str) -> KnowledgeText | None:
    """The text of a knowledge entry, ``None`` when there is none."""
    return _TEXTS.get(entry)
