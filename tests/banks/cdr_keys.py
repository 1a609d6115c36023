"""Keys and certificates of the Consumer Data Right's parties in the tests: made once a run."""

from __future__ import annotations

import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa


class Certified(NamedTuple):
    """A certificate and its key, in PEM."""

    certificate: str
    key: str


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """The key of a party by its name."""
    assert name
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    assert name
    return ec.generate_private_key(ec.SECP256R1())


def pem_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(*form).decode()


def _certificate(name: str, issuer: str) -> x509.Certificate:
    now, subject = datetime.now(UTC), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder().subject_name(subject).public_key(ec_key(name).public_key())
    made = made.issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)])).serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))
    made = made.add_extension(x509.BasicConstraints(ca=name == issuer, path_length=None), critical=True)
    if name == issuer:
        usage = dict.fromkeys(
            ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only",
             "decipher_only"),
            False,
        )  # fmt: skip
        made = made.add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
        made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(ec_key(name).public_key()), critical=False)
    else:
        made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        made = made.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ec_key(issuer).public_key()), critical=False)
    return made.sign(ec_key(issuer), hashes.SHA256())


@cache
def authority(name: str = "register") -> str:
    return _certificate(name, name).public_bytes(serialization.Encoding.PEM).decode()


@cache
def certified(name: str) -> Certified:
    """A party's certificate, signed by the register."""
    authority()
    return Certified(_certificate(name, "register").public_bytes(serialization.Encoding.PEM).decode(), pem_of(ec_key(name)))


def holder_tls() -> ssl.SSLContext:
    """What a holder listens with: it asks for a certificate and takes those of the register."""
    own = certified("holder")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "own.pem"
        file.write_text(own.certificate + own.key)
        context.load_cert_chain(file)
    context.load_verify_locations(cadata=authority())
    context.verify_mode = ssl.CERT_OPTIONAL
    return context
