"""Cookies, written so that scripts and other sites cannot use them; and the protection of forms, by a token bound to a cookie."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bowerbird.model.secrets import is_same
from bowerbird.web.kernel.response import PageRefused

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


FIELD = "csrf"
_NULL = "null"
"""The origin that browsers send from pages without a referrer, as ours are; on plain HTTP they send nothing more."""


def token_for(secret: str) -> str:
    """The token of a visitor's forms. Nothing is stored: it is derived from the secret, which only the cookie has."""
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()


def check(secret: str, token: str, headers: Mapping[str, str], public_url: str) -> None:
    """Raises PageRefused for a form that another site sent, or of another session."""
    if not secret or not is_same(token, token_for(secret)):
        raise PageRefused(
            403,
            "This form is out of date",
            "It was opened in another session, or cookies are turned off. Nothing was changed. Please reload the page and try again.",
        )
    if not _from_here(headers, public_url):
        raise PageRefused(403, "This form came from another site", "Nothing was changed. Please open the page here and try again.")


def _from_here(headers: Mapping[str, str], public_url: str) -> bool:
    site, origin = headers.get("sec-fetch-site"), headers.get("origin", _NULL)
    if site is not None and site != "same-origin":
        return False
    if origin == _NULL:
        return True
    public, sent = urlsplit(public_url), urlsplit(origin)
    if public.scheme == "https" and sent.scheme != "https":  # who is on the way can write a page of plain HTTP in our name
        return False
    return sent.netloc in (headers.get("host", ""), public.netloc)
