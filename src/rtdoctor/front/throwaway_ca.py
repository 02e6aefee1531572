"""A certificate authority for one run, so that the front can speak for the target's names.

The authority's key never leaves the memory of this process and signs nothing after the run. All
names share one key of their own, so that one hash of it is enough for a browser.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_VALID = timedelta(days=7)
_CLOCKS_DIFFER = timedelta(hours=1)


class ThrowawayCa:
    """Issues certificates for the given names and no others."""

    def __init__(self, hosts: tuple[str, ...]) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = _authority(self._key)
        self._contexts = {host: self._context(host) for host in hosts}

    @property
    def pem(self) -> bytes:
        """The authority's certificate, for a client's bundle of trusted ones."""
        return self._certificate.public_bytes(Encoding.PEM)

    @property
    def spki_hash(self) -> str:
        """SHA-256 of the public key that all names share, in base64 (RFC 7469, section 2.4)."""
        spki = self._leaf_key.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
        return base64.b64encode(hashlib.sha256(spki).digest()).decode()

    def context_for(self, host: str) -> ssl.SSLContext | None:
        """The server's side of TLS for a name; ``None`` for a name that is not the target's."""
        return self._contexts.get(host.lower())

    def host_of(self, context: ssl.SSLContext) -> str | None:
        """The name that a connection asked for, told by the context that it got."""
        # The ssl module does not tell a server which name was asked for, once the handshake is
        # over.
        return next((h for h, known in self._contexts.items() if known is context), None)

    def context_by_name(self) -> ssl.SSLContext:
        """TLS that chooses by the name the client asks for; it refuses any other name."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])

        def choose(
            tls: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext
        ) -> int | None:
            chosen = self.context_for(name or "")
            if chosen is None:
                return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
            tls.context = chosen
            return None

        context.sni_callback = choose
        return context

    def _context(self, host: str) -> ssl.SSLContext:
        certificate = self._leaf(host).public_bytes(Encoding.PEM) + self.pem
        key = self._leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        # the ssl module reads certificates from files only; the folder is ours alone
        with tempfile.TemporaryDirectory(prefix="rtdoctor-") as folder:
            place = Path(folder, "leaf.pem")
            place.write_bytes(key + certificate)
            context.load_cert_chain(place)
        return context

    def _leaf(self, host: str) -> x509.Certificate:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
        return (
            _begun(subject, self._certificate.subject, self._leaf_key.public_key())
            .add_extension(x509.SubjectAlternativeName([_name(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .sign(self._key, hashes.SHA256())
        )


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "rtdoctor, for one run")])
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        _begun(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now + _VALID)
    )


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
