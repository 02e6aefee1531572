"""The base URL of a service as a person writes it."""

from __future__ import annotations

from urllib.parse import urlsplit

from rtdoctor.errors import UsageError

_EXAMPLE = "Give one like https://api.openai.com, without /v1."


def read_base_url(text: str, named: str = "the base URL") -> str:
    """The base URL without a trailing slash or ``/v1``; messages call it ``named``.

    ``Target`` checks what the parts mean. Here ``UsageError`` is raised only for a text that
    cannot be read as a URL, or that holds more than a base.
    """
    url = text.strip()
    if not url:
        raise UsageError(f"{named} is empty", hint=_EXAMPLE)
    if "@" in url:  # before anything that repeats it
        raise UsageError(
            f"{named} contains a user name or password",
            hint="Leave it out of the URL; the key comes from the environment or --key-file.",
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{named} is not a URL: {error}", hint=_EXAMPLE) from None
    if port == 0 or any(not c.isprintable() or c.isspace() for c in url):
        raise UsageError(f"{named} is not a URL: it holds a space or port 0", hint=_EXAMPLE)
    if parts.query or parts.fragment or url[-1] in "?#":
        raise UsageError(f"{named} has a query or a fragment", hint=_EXAMPLE)
    if "/realtime" in parts.path:
        raise UsageError(
            f"{named} goes on into the Realtime API; each setup adds its own path", hint=_EXAMPLE
        )
    # OPENAI_BASE_URL ends in /v1 by convention, and every setup adds it again.
    return url.rstrip("/").removesuffix("/v1").rstrip("/")
