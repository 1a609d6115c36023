"""The certificate that a bank is shown (mutual TLS), and whose certificates are trusted there."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory


class CertificateUnusable(Exception):
    """A certificate, key or authority that cannot be used. The text says which, and holds nothing of it."""


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """Texts in PEM, empty for none: without a certificate none is shown, without an authority the public ones are trusted."""

    certificate: str = ""
    key: str = ""
    authority: str = ""

    def __repr__(self) -> str:
        return "ClientCertificate(***)"

    def context(self) -> ssl.SSLContext:
        """Raises CertificateUnusable."""
        try:
            found = ssl.create_default_context(cadata=self.authority or None)
        except (ssl.SSLError, ValueError):
            raise CertificateUnusable("the authority of the settings is no certificate in PEM") from None
        if self.certificate:
            self._load(found)
        return found

    def _load(self, context: ssl.SSLContext) -> None:
        """Load certificate and key, which the library reads from files only: they lie in a folder of ours for that moment."""
        with TemporaryDirectory() as folder:
            file = Path(folder) / "certificate.pem"
            file.touch(mode=0o600)
            file.write_text(f"{self.certificate}\n{self.key}\n")
            try:
                context.load_cert_chain(file)
            except (ssl.SSLError, OSError):
                raise CertificateUnusable("the certificate and its key in the settings are no pair in PEM") from None


NO_CERTIFICATE = ClientCertificate()
