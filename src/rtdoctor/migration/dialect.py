"""The dialects of token request bodies: which endpoint speaks which, and what fits it."""

from __future__ import annotations

from enum import StrEnum

from rtdoctor.migration.json_text import parse_object
from rtdoctor.migration.places import flat_names


class Dialect(StrEnum):
    """How the body of a token request is written."""

    SESSIONS = "sessions"  # beta: a flat realtime session
    TRANSCRIPTION_SESSIONS = "transcription_sessions"  # beta: a flat transcription session
    CLIENT_SECRETS = "client_secrets"  # GA: {"session": {...}, "expires_after": {...}}
    TRANSLATION = "translation"  # GA: the same wrapper around a translation session

    @property
    def is_flat(self) -> bool:
        """Whether the session's fields stand at the top and not inside ``session``."""
        return self in (Dialect.SESSIONS, Dialect.TRANSCRIPTION_SESSIONS)


def dialect_at(path: str | None) -> Dialect | None:
    """The dialect of a token endpoint, by the end of its path; ``None`` when it is not known.

    Host, prefix and query do not matter, so a gateway's path and a whole URL are understood.
    """
    if path is None:
        return None
    segments = [s for s in path.partition("#")[0].partition("?")[0].split("/") if s]
    parent, last = ["", "", *segments][-2:]
    match last:
        case "client_secrets":
            return Dialect.TRANSLATION if parent == "translations" else Dialect.CLIENT_SECRETS
        case "transcription_sessions":
            return Dialect.TRANSCRIPTION_SESSIONS
        # Other APIs have sessions as well (/v1/live/sessions); Azure's preview says realtimeapi.
        case "sessions" if parent in ("realtime", "realtimeapi"):
            return Dialect.SESSIONS
    return None


def fits(body: str | None, dialect: Dialect) -> bool:
    """Whether a body is written in a dialect, as far as its own fields tell.

    No body, an empty object and what is not a JSON object tell nothing, so they fit every dialect.
    The two flat dialects cannot be told from each other, nor can the two wrapped ones.
    """
    content = parse_object(body) if body is not None else None
    if not content:
        return True
    has_flat_names = not flat_names().isdisjoint(content)
    if dialect.is_flat:
        return "session" not in content and (has_flat_names or "expires_after" not in content)
    if "session" in content:
        return isinstance(content["session"], dict)
    return not has_flat_names


class Generation(StrEnum):
    """The two generations of the API, which write every request in their own way."""

    BETA = "beta"
    GA = "ga"
