# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A certificate for 127.0.0.1, and the authority that issued it or, if it signed itself, the certificate again."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

_DAY = datetime.timedelta(days=1)
_ADDRESS = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))


def context(folder: Path, *, expired: bool, self_signed: bool = False) -> ssl.SSLContext:
    """Write ca.pem, which a client has to trust, and server.pem; return what a server needs to use the latter."""
    key = ec.generate_private_key(ec.SECP256R1())
    if self_signed:
        own = _self_signed(key, expired=expired)
        (folder / "ca.pem").write_bytes(own)
    else:
        authority, issuer = ec.generate_private_key(ec.SECP256R1()), _name("Office CA")
        (folder / "ca.pem").write_bytes(_certificate(issuer, issuer, authority, authority, is_ca=True))
        own = _certificate(_name("pc"), issuer, key, authority, is_ca=False, expired=expired)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.pem").write_bytes(private + own)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(folder / "server.pem")
    return made


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])


def _usage(*, is_ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_ca, key_encipherment=not is_ca, content_commitment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=is_ca, crl_sign=is_ca, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _self_signed(key: ec.EllipticCurvePrivateKey, *, expired: bool) -> bytes:
    """Return what New-SelfSignedCertificate makes: without basic constraints and without the id of an authority."""
    subject = _name("pc")
    builder = (
        _begun(subject, subject, key, expired=expired)
        .add_extension(_usage(is_ca=False), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("pc"), _ADDRESS]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    *,
    is_ca: bool,
    expired: bool = False,
) -> bytes:
    identifier = x509.SubjectKeyIdentifier.from_public_key(signer.public_key())
    builder = (
        _begun(subject, issuer, key, expired=expired)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(_usage(is_ca=is_ca), critical=True)
        .add_extension(x509.SubjectAlternativeName([_ADDRESS]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
    )
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, *, expired: bool
) -> x509.CertificateBuilder:
    """Return what every certificate here says: whose it is, of whom, and when it is valid."""
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 3 * _DAY)
        .not_valid_after(now - _DAY if expired else now + _DAY)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
