"""Protection against forged forms: a token bound to the visitor's cookie, and the origin that the browser reports."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from bowerbird.model.secrets import is_same
from bowerbird.web.kernel.not_found import PageRefused

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
    return urlsplit(origin).netloc in (headers.get("host", ""), urlsplit(public_url).netloc)
