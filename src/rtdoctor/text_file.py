"""The text of a file that a person wrote: a setup, rules, a key."""

from __future__ import annotations

from pathlib import Path

from rtdoctor.errors import ConfigError


def read_text(path: Path) -> str:
    """The file's text, with or without a byte order mark. Raises ``ConfigError``."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(
            str(path), "is not UTF-8 text", hint="Save it as UTF-8, then try again."
        ) from None
