"""A Realtime service: where it is, and which key may be sent there."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from rtdoctor.domain.run import TargetInfo
from rtdoctor.domain.secret import Secret
from rtdoctor.errors import UsageError
from rtdoctor.ice.host_addresses import is_loopback

OPENAI_BASE_URL = "https://api.openai.com"
KEY_VARIABLE = "OPENAI_API_KEY"


@dataclass(frozen=True, slots=True)
class Target:
    """``base_url`` has no trailing slash and no path that setups repeat (no ``/v1``)."""

    name: str
    base_url: str
    key: Secret | None
    era: str | None = None

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
        return TargetInfo(self.name, self.base_url, self.era)

    @property
    def on_loopback(self) -> bool:
        return is_loopback(urlsplit(self.base_url).hostname or "")

    @property
    def is_https(self) -> bool:
        return urlsplit(self.base_url).scheme == "https"

    def url(self, path: str) -> str:
        """An absolute URL: ``path`` below the base, or ``path`` itself when it is a URL."""
        return path if "://" in path else self.base_url + "/" + path.lstrip("/")

    def may_see_key(self, url: str) -> bool:
        """Whether ``url`` belongs to this target, so that its key and tokens may go there."""
        try:
            return origin(url) == origin(self.base_url)
        except ValueError:  # no URL at all, and services write what they like into Location
            return False


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL. Raises ``ValueError`` for what is none."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    default = 443 if scheme == "https" else 80
    return scheme, (parts.hostname or "").lower(), parts.port or default
