"""The certificates of authorities that this machine trusts."""

from __future__ import annotations

import ssl

from rtdoctor.errors import UsageError


def trusted_authorities() -> ssl.SSLContext:
    """TLS for a client, which trusts what SSL_CERT_FILE or SSL_CERT_DIR name, else certifi's.

    Raises ``UsageError`` when what they name cannot be read. It takes tens of milliseconds.
    """
    import httpx

    try:
        return httpx.create_ssl_context()
    except OSError as error:
        raise UsageError(
            f"the CA bundle named by SSL_CERT_FILE or SSL_CERT_DIR cannot be read: {error}"
        ) from None
