"""The files by which a client comes to trust the front, in a folder of this user alone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import certifi

from rtdoctor.errors import UsageError

_OF_THE_USER = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@dataclass(frozen=True, slots=True)
class ClientFiles:
    """``authority`` is the front's own certificate, ``bundle`` all that a client trusts anyway and
    that one, ``node_hook`` a script for Node."""

    authority: Path
    bundle: Path
    node_hook: Path


@contextmanager
def client_files(ca_pem: bytes, environment: Mapping[str, str]) -> Iterator[ClientFiles]:
    """The files for the block; they are removed afterwards.

    The bundle holds what the environment names as trusted, else certifi's authorities. Raises
    ``UsageError`` when that cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="rtdoctor-front-") as folder:
        files = ClientFiles(
            Path(folder, "authority.pem"), Path(folder, "bundle.pem"), Path(folder, "hook.cjs")
        )
        files.authority.write_bytes(ca_pem)
        # Most of the variables replace the whole bundle, so the usual authorities have to stand in
        # it too.
        files.bundle.write_bytes(_trusted(environment).rstrip() + b"\n" + ca_pem)
        files.node_hook.write_bytes(Path(__file__).with_name("node_hook.cjs").read_bytes())
        yield files


def _trusted(environment: Mapping[str, str]) -> bytes:
    named = next((name for name in _OF_THE_USER if environment.get(name)), None)
    place = certifi.where() if named is None else environment[named]
    try:
        return Path(place).read_bytes()
    except OSError as error:
        raise UsageError(
            f"the CA bundle {place} cannot be read: {error.strerror}",
            hint=f"It is named by {named}." if named else "",
        ) from None
