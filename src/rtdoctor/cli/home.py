"""The home directory of the user, which what is shown to others does not name."""

from __future__ import annotations

from pathlib import Path


def home() -> Path:
    """The home directory; the root where the user has none."""
    try:
        return Path.home()
    except RuntimeError:  # no HOME, and no entry for the user
        return Path("/")
