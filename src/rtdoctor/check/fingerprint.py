"""The environment fingerprint of a run: versions, and whether a proxy or CA bundle is in use."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version

from rtdoctor import __version__
from rtdoctor.domain.run import Environment

_PACKAGES = ("aiortc", "aioice", "av", "cryptography", "httpx", "pyOpenSSL")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def environment() -> Environment:
    """This machine and interpreter, without anything that names a person or a host."""
    return Environment(
        rtdoctor=__version__,
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()}",
        packages=tuple((name, found) for name in _PACKAGES if (found := _version(name))),
        proxy=any(os.environ.get(n) or os.environ.get(n.lower()) for n in _PROXIES),
        ca_bundle=any(os.environ.get(n) for n in ("SSL_CERT_FILE", "SSL_CERT_DIR")),
    )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
