"""Cookies: read from a header, written so that scripts and other sites cannot use them."""

from __future__ import annotations

from dataclasses import dataclass

YEAR_SECONDS = 365 * 86_400


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie to set. `seconds` None: until the browser closes; 0: forget it.

    `arriving`: sent along also when another site's link or redirect leads here, which a strict cookie is not, not even after a
    redirect of ours. Forms are bound to it by their token, so that it lets nobody in who is not meant.
    """

    name: str
    value: str
    seconds: int | None = None
    arriving: bool = False

    def header(self, *, secure: bool) -> tuple[str, str]:
        parts = [
            f"{named(self.name, secure=secure)}={self.value}",
            "Path=/",
            "HttpOnly",
            f"SameSite={'Lax' if self.arriving else 'Strict'}",
        ]
        if self.seconds is not None:
            parts.append(f"Max-Age={self.seconds}")
        if secure:
            parts.append("Secure")
        return "set-cookie", "; ".join(parts)


def named(name: str, *, secure: bool) -> str:
    """Over TLS a browser keeps `__Host-` cookies to this very host and to TLS: no neighbour can plant one."""
    return f"__Host-bowerbird-{name}" if secure else f"bowerbird-{name}"


def read(header: str) -> dict[str, str]:
    """Cookies by name; of two with one name the first, which is the one with the longer path."""
    found: dict[str, str] = {}
    for pair in header.split(";"):
        name, equals, value = pair.strip().partition("=")
        if equals:
            found.setdefault(name, value)
    return found
