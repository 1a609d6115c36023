"""Cookies: read from a header, written so that scripts and other sites cannot use them."""

from __future__ import annotations

from dataclasses import dataclass

YEAR_SECONDS = 365 * 86_400


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie to set. `seconds` None: until the browser closes; 0: delete it.

    `arriving`: browsers also send it when a link or redirect of another site leads here (SameSite=Lax). Forms are bound to it by their
    token, so that another site cannot use it.
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
    """Over TLS a browser binds a `__Host-` cookie to this host and to TLS, so that no other host can set it."""
    return f"__Host-bowerbird-{name}" if secure else f"bowerbird-{name}"


def read(header: str) -> dict[str, str]:
    """Cookies by name; the first where a name is there twice, which is the one with the longer path."""
    values: dict[str, str] = {}
    for pair in header.split(";"):
        name, equals, value = pair.strip().partition("=")
        if equals:
            values.setdefault(name, value)
    return values
