"""Which local addresses ICE may use: the one place that reaches into aioice.

``aioice.ice.get_host_addresses`` leaves out exactly 127.0.0.1 and ::1, so on a machine with no
network but loopback nothing is gathered and ICE stays ``new`` for ever. There is no public
setting for it, so the function is replaced, once and for the whole process; without an
``only_addresses`` block around the gathering it does what the original does.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

LOOPBACK = "127.0.0.1"
LOOPBACK_6 = "::1"

_chosen: ContextVar[tuple[str, ...] | None] = ContextVar("ice_addresses", default=None)


@contextmanager
def only_addresses(addresses: Sequence[str]) -> Iterator[None]:
    """Inside the block, host candidates are gathered on exactly these addresses.

    It holds for the current task and the tasks it starts, so probes that run at the same time
    may each use their own. Put it around ``RTCPeerConnection.setLocalDescription``.
    """
    _install()
    token = _chosen.set(tuple(addresses))
    try:
        yield
    finally:
        _chosen.reset(token)


def host_addresses(*, loopback: bool = False) -> list[str]:
    """The addresses of this machine as aioice finds them, with 127.0.0.1 first if asked."""
    _install()
    from aioice import ice

    found = ice.get_host_addresses(use_ipv4=True, use_ipv6=True)
    return [LOOPBACK, *found] if loopback else found


def addresses_near(*, on_loopback: bool, most: int = 6) -> list[str]:
    """The addresses to offer to a service, on this machine (by its URL) or elsewhere.

    What answers on loopback may itself sit elsewhere: behind ``ssh -L``, ``docker -p`` or a
    gateway. So the addresses of the host are offered beside loopback, which stands first and is
    checked first. They are at most ``most``, IPv4 before IPv6: each costs every probe two sockets.
    """
    if not on_loopback:
        return host_addresses()
    others = sorted(host_addresses(), key=lambda address: ":" in address)
    return [LOOPBACK, LOOPBACK_6, *others[:most]]


def is_loopback(host: str) -> bool:
    """Whether a host name or address of a URL means this machine, without asking DNS."""
    name = host.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _install() -> None:
    from aioice import ice

    original = ice.get_host_addresses
    if getattr(original, "chooses_addresses", False):
        return

    def chosen_or_all(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        chosen = _chosen.get()
        if chosen is None:
            return original(use_ipv4, use_ipv6)
        wanted = {4: use_ipv4, 6: use_ipv6}
        return [a for a in chosen if wanted[ipaddress.ip_address(a).version]]

    # aioice calls the function by its global name whenever it gathers, so to replace it here is
    # enough.
    chosen_or_all.chooses_addresses = True  # type: ignore[attr-defined]
    ice.get_host_addresses = chosen_or_all
