"""The well-known hosts of scripts, which a page may reach when its user asks for it."""

from __future__ import annotations

from functools import cache
from importlib import resources

from rtdoctor.strict_yaml import load_packaged


@cache
def cdn_hosts() -> tuple[str, ...]:
    """The packaged list."""
    text = (resources.files(__package__) / "cdn_hosts.yaml").read_text("utf-8")
    return load_packaged(text, tuple[str, ...], "browser/cdn_hosts.yaml")
