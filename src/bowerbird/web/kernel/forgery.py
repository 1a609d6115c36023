"""Whether a form was sent from a page of ours: a token bound to the visitor's secret cookie, and where the browser says it came from."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from bowerbird.web.kernel.not_found import PageRefused

FIELD = "csrf"
_NULL = "null"
"""What browsers call the origin of a page that sends no referrer, as ours do; on plain HTTP they say nothing more."""


def token_for(secret: str) -> str:
    """The token of a visitor's forms. Nothing is stored: it follows from the secret, which only the cookie holds."""
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()


def check(secret: str, token: str, headers: Mapping[str, str], public_url: str) -> None:
    """Raises Refusal for a form that another site sent, or that belongs to another session."""
    if not secret or not hmac.compare_digest(token_for(secret).encode(), token.encode("utf-8", "replace")):
        raise PageRefused(
            403,
            "This form is out of date",
            "It was opened in another session, or cookies are switched off. Nothing was changed. Reload the page and send it again.",
        )
    if not _from_here(headers, public_url):
        raise PageRefused(403, "This form came from another site", "Nothing was changed. Open the page here and send the form from it.")


def _from_here(headers: Mapping[str, str], public_url: str) -> bool:
    site, origin = headers.get("sec-fetch-site"), headers.get("origin", _NULL)
    if site is not None and site != "same-origin":
        return False
    if origin == _NULL:
        return True
    return urlsplit(origin).netloc in (headers.get("host", ""), urlsplit(public_url).netloc)
