"""The words by which an app's own requests for a token are known.

They are a guess at the names that other people chose: they say which of several requests is looked
at first. What a request is, is told by its answer.
"""

from __future__ import annotations

import re

_SUREST = ("token", "session", "secret", "ephemeral")
_IN_ROUTES = (*_SUREST, "realtime", "credential", "/auth", "/key")
_IN_TRAFFIC = (*_SUREST, "realtime", "ek_", "sdp", "api key")
# A GET is common and a login page is often one, so its last segment has to carry the word.
_READ_ROUTE = re.compile(rf"(?!.*/auth/).*/[\w-]*(?:{'|'.join(_SUREST)})[\w-]*/?")


def names_token_route(path: str) -> bool:
    """Whether a path or URL may be that of a token route."""
    return _holds(path, _IN_ROUTES)


def names_token_read(path: str) -> bool:
    """Whether a path may be that of a token route that is asked with GET."""
    return _READ_ROUTE.fullmatch(path.lower()) is not None


def speaks_of_tokens(text: str) -> bool:
    """Whether a URL with its bodies may be about a token or a call."""
    return _holds(text, _IN_TRAFFIC)


def _holds(text: str, words: tuple[str, ...]) -> bool:
    lowered = text.lower()
    return any(word in lowered for word in words)
