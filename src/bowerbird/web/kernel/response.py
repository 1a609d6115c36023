"""A page's response, the headers of every response to a browser, and refusals in plain words: what happened and what to do next."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field

HTML = "text/html; charset=utf-8"

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

SECURITY: tuple[tuple[str, str], ...] = (
    ("content-security-policy", _POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
"""On every response. Nothing inline runs, nothing of another origin loads, no site frames a page."""

TLS_ONLY = ("strict-transport-security", "max-age=31536000")
"""On every page of a server whose public URL is https: for a year a browser asks that name over TLS only, also for a link to http."""

NOT_STORED = ("cache-control", "no-store")


@dataclass(frozen=True, slots=True)
class PageResponse:
    """Status, body and the headers beyond content type, security and correlation id.

    `parts` follow the body, each made on a thread once the browser has taken what came before; their length is not known.
    """

    status: int
    body: bytes = b""
    media_type: str = HTML
    headers: tuple[tuple[str, str], ...] = field(default=(NOT_STORED,))
    parts: Generator[bytes] | None = None


def redirect(path: str, *headers: tuple[str, str]) -> PageResponse:
    """A redirect to a page of this server. Raises ValueError for anything but a path, so that a client's text cannot lead elsewhere."""
    if not is_local(path):
        raise ValueError(f"not a path of this server: {path[:80]!r}")
    return PageResponse(303, headers=(("location", path), NOT_STORED, *headers))


def is_local(path: str) -> bool:
    """Whether a text is a path on this server: browsers read `//host` and `/\\host` as another host."""
    return path.startswith("/") and not path.startswith("//") and path.isascii() and path.isprintable() and "\\" not in path


class PageRefused(Exception):
    """Shown as a page, or as an alert where the browser asks for a part of a page. `action` is the (label, path) of a link.

    `retry_after` in seconds; `allow` are the methods that the page takes.
    """

    def __init__(
        self, status: int, title: str, text: str, action: tuple[str, str] | None = None, retry_after: int | None = None, allow: str = ""
    ) -> None:
        self.status, self.title, self.text, self.action, self.retry_after, self.allow = status, title, text, action, retry_after, allow
        super().__init__(f"{status} {title}")


def not_found(what: str = "page") -> PageRefused:
    return PageRefused(
        404,
        f"{what.capitalize()} not found",
        f"There is no {what} at this address. It may have been deleted, or the address may be incomplete.",
    )
