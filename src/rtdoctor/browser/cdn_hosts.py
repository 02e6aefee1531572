"""The well-known hosts of scripts, which a page may reach when its user asks for it."""

from __future__ import annotations

from functools import cache

from rtdoctor.packaged_yaml import read_packaged


@cache
def cdn_hosts() -> tuple[str, ...]:
    """The packaged list."""
    return read_packaged("browser/cdn_hosts.yaml", tuple[str, ...])
