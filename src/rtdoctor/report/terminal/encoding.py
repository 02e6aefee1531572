"""Terminals that cannot show every character: a near one instead of a crash."""

from __future__ import annotations

import codecs
from typing import TextIO

_NEAR = {
    "→": "->", "·": "/", "…": "...", "“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-",
    "×": "x", "█": "#", "\u00a0": " ",
}  # fmt: skip
_HANDLER = "rtdoctor.near"


def _near(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    unknown = error.object[error.start : error.end]
    return "".join(_NEAR.get(c, "?") for c in unknown), error.end


codecs.register_error(_HANDLER, _near)


def never_fail_to_encode(*streams: TextIO) -> None:
    """From now on these streams show what their encoding lacks by something near, or ``?``."""
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors=_HANDLER)
