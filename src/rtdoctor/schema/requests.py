"""The requests that have a published schema, and how their places are written."""

from __future__ import annotations

from enum import StrEnum

from rtdoctor.migration import Dialect

At = tuple[str | int, ...]
"""The names and list indices on the way from the top of a body to a value."""


class RequestKind(StrEnum):
    """A body or an event that a client sends. The names are those of ``published.json``."""

    CLIENT_SECRET = "client_secret"  # POST /v1/realtime/client_secrets
    TRANSLATION_CLIENT_SECRET = "translation_client_secret"
    CALL_SESSION = "call_session"  # the part `session` of a multipart POST /v1/realtime/calls
    EVENT = "event"  # a client event on the data channel
    TRANSLATION_EVENT = "translation_event"  # the same of a translation session
    TOOLS = "tools"  # a list of tools alone
    BETA_SESSION = "beta_session"  # POST /v1/realtime/sessions
    BETA_TRANSCRIPTION_SESSION = "beta_transcription_session"
    BETA_EVENT = "beta_event"

    @property
    def is_beta(self) -> bool:
        """Whether the request is the beta's; OpenAI answers none of these any more."""
        return self.value.startswith("beta_")

    @property
    def is_event(self) -> bool:
        return self.value.endswith("event")

    def place(self, at: At) -> str:
        """The place in the words of reports: ``mint.body/session/audio/output/voice``.

        After the part of the setup follows a JSON Pointer (RFC 6901).
        """
        # Whatever is no part of a call and no event is a body of the token request.
        return _PARTS.get(self, "mint.body") + "".join(f"/{_escaped(step)}" for step in at)


_PARTS = {
    RequestKind.CALL_SESSION: "call.body/session",
    RequestKind.EVENT: "event",
    RequestKind.TRANSLATION_EVENT: "event",
    RequestKind.BETA_EVENT: "event",
    RequestKind.TOOLS: "tools",
}


def kind_of(dialect: Dialect) -> RequestKind:
    """The kind of a token request's body in a dialect."""
    return _MINTS[dialect]


_MINTS = {
    Dialect.SESSIONS: RequestKind.BETA_SESSION,
    Dialect.TRANSCRIPTION_SESSIONS: RequestKind.BETA_TRANSCRIPTION_SESSION,
    Dialect.CLIENT_SECRETS: RequestKind.CLIENT_SECRET,
    Dialect.TRANSLATION: RequestKind.TRANSLATION_CLIENT_SECRET,
}


def _escaped(step: str | int) -> str:
    # The tilde first (RFC 6901, section 4): else the `~1` of a slash would be escaped again.
    return str(step).replace("~", "~0").replace("/", "~1")
