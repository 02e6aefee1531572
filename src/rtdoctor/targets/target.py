"""A Realtime service: where it is, and which key may be sent there."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from rtdoctor.domain.run import TargetInfo
from rtdoctor.domain.secret import Secret
from rtdoctor.errors import UsageError
from rtdoctor.ice.host_addresses import is_loopback
from rtdoctor.targets.base_url import read_base_url
from rtdoctor.targets.keys import KEY_VARIABLE, api_key, read_key

OPENAI_BASE_URL = "https://api.openai.com"


@dataclass(frozen=True, slots=True)
class Target:
    """A Realtime service and the key it is probed with.

    ``base_url`` has no trailing slash and no path that setups repeat (no ``/v1``). ``key`` shows
    only its alias; ``key.reveal()`` gives the text, for another client of the same service.
    ``era`` is set for the embedded sandbox only. A key and its tokens go only to URLs of the
    target. Raises ``UsageError`` for a base URL that is none, holds a password, or is plain HTTP
    to another machine.

    >>> sandbox = Target.at("http://localhost:8000", key="sk-local-0123456789")
    >>> sandbox.may_see_key("http://localhost:8000/v1/realtime/calls"), sandbox.on_loopback
    (True, True)
    """

    name: str
    base_url: str
    key: Secret | None
    era: str | None = None

    @classmethod
    def at(cls, base_url: str = OPENAI_BASE_URL, *, key: str | None = None) -> Target:
        """The service at ``base_url`` (OpenAI's unless given), which you trust with ``key``.

        Without a key, that of the environment variable ``OPENAI_API_KEY`` is used. Raises
        ``UsageError`` when there is no key, or when key or URL cannot be one. Nothing is sent.

        >>> Target.at("http://127.0.0.1:8000/v1", key="sk-local-0123456789")
        Target(name='127.0.0.1:8000', base_url='http://127.0.0.1:8000', key=<api-key>, era=None)
        """
        secret = read_key() if key is None else api_key(key, "the key")
        if secret is None:
            raise UsageError(
                "no API key",
                hint=f"Give one as key=..., or set the environment variable {KEY_VARIABLE}.",
            )
        return cls.of(read_base_url(base_url), secret)

    @classmethod
    def of(cls, base_url: str, key: Secret) -> Target:
        """The service at a base URL that has been read already, under the name that it goes by."""
        name = "openai" if base_url == OPENAI_BASE_URL else base_url.split("://", 1)[-1]
        return cls(name, base_url, key)

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(
                f"{self.base_url!r} is not a base URL",
                hint="Give one like https://api.openai.com, without /v1.",
            )
        if parts.username or parts.password:
            raise UsageError(
                "the base URL contains a user name or password",
                hint="Leave it out of the URL; put the key into an environment variable.",
            )
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise UsageError(
                f"{self.base_url} is not encrypted, so the key would be readable on the way",
                hint="Use https, or a service on this machine.",
            )

    @property
    def info(self) -> TargetInfo:
        """The same without the key, as a run keeps it."""
        return TargetInfo(self.name, self.base_url, self.era)

    @property
    def on_loopback(self) -> bool:
        """Whether the service is on this machine, by its address or a name such as localhost."""
        return is_loopback(urlsplit(self.base_url).hostname or "")

    @property
    def is_https(self) -> bool:
        """Whether it is reached over TLS."""
        return urlsplit(self.base_url).scheme == "https"

    def url(self, path: str) -> str:
        """An absolute URL: ``path`` below the base, or ``path`` itself when it is a URL."""
        return self.info.url(path)

    def may_see_key(self, url: str) -> bool:
        """Whether ``url`` belongs to this target, so that its key and tokens may go there."""
        try:
            # Scheme and port count as well: the same host on another port may be somebody else.
            return origin(url) == origin(self.base_url)
        except ValueError:  # no URL at all, and services write what they like into Location
            return False


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL. Raises ``ValueError`` for what is none."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    default = 443 if scheme == "https" else 80
    return scheme, (parts.hostname or "").lower(), parts.port or default
