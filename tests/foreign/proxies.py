"""The proxies of the TLS guide, each run with the file that the guide prints: addresses, ports and certificate are those of the test."""

from __future__ import annotations

import getpass
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.serving import until

HOST = "bank.example.com"
GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "tls.md"
PROXIES = ("nginx", "caddy")


def printed(proxy: str) -> str:
    """The configuration as the guide prints it."""
    section = re.split(r"^## ", GUIDE.read_text("utf-8"), flags=re.MULTILINE)
    (text,) = [each for each in section if each.lower().startswith(f"{proxy}\n")]
    return "".join(f"{line[4:]}\n" for line in text.splitlines() if line.startswith("    "))


def make_certificate(folder: Path) -> None:
    """A key and a certificate of `HOST` that it signed itself."""
    key, name, now = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)]),
        datetime.now(UTC),
    )
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    signed = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False).sign(key, hashes.SHA256())
    (folder / "certificate.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(*form))


def _nginx(folder: Path, port: int, server: str) -> list[str]:
    site = printed("nginx").replace("listen 443", f"listen 127.0.0.1:{port}").replace("127.0.0.1:8000", server)
    site = re.sub(r"/etc/ssl/\S+\.pem", f"{folder}/certificate.pem", site)
    site = re.sub(r"/etc/ssl/\S+\.key", f"{folder}/key.pem", site)
    places = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    lines = f"user {getpass.getuser()}; pid {folder}/pid; error_log {folder}/log; daemon off; events {{}}"
    (folder / "nginx.conf").write_text(f"{lines}\nhttp {{ access_log off; {places}\n{site}}}\n")
    return ["nginx", "-p", str(folder), "-e", f"{folder}/log", "-c", f"{folder}/nginx.conf"]


def _caddy(folder: Path, port: int, server: str) -> list[str]:
    site = printed("caddy").replace("127.0.0.1:8000", server)
    site = site.replace(f"{HOST} {{", f"https://{HOST}:{port} {{\n    tls {folder}/certificate.pem {folder}/key.pem", 1)
    (folder / "Caddyfile").write_text(f"{{\n    admin off\n    auto_https disable_redirects\n    default_bind 127.0.0.1\n}}\n{site}")
    return ["caddy", "run", "--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]


@contextmanager
def running(proxy: str, folder: Path, port: int, server: str) -> Iterator[None]:
    """A proxy in front of `server` (host:port) until the block ends."""
    make_certificate(folder)
    command = {"nginx": _nginx, "caddy": _caddy}[proxy](folder, port, server)
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env={"HOME": str(folder), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        )

    def answers() -> bool:
        assert process.poll() is None, (folder / "output").read_text()
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", port)) == 0

    try:
        until(answers, f"{proxy} to listen")
        yield
    finally:
        process.terminate()
        process.wait(20)


def secured(port: int, address: str = "127.0.0.1") -> ssl.SSLSocket:
    """A connection to the proxy under its name, from an address of this machine."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    line = socket.create_connection(("127.0.0.1", port), 30, source_address=(address, 0))
    return context.wrap_socket(line, server_hostname=HOST)
