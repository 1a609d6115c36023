"""Refusals of a page in plain words: what happened and what to do next."""

from __future__ import annotations


class PageRefused(Exception):
    """Shown as a page, or as an alert where the browser asks for a part of a page. `action` is the (label, path) of a link."""

    def __init__(self, status: int, title: str, text: str, action: tuple[str, str] | None = None, retry_after: int | None = None) -> None:
        self.status, self.title, self.text, self.action, self.retry_after = status, title, text, action, retry_after
        super().__init__(f"{status} {title}")


def not_found(what: str = "page") -> PageRefused:
    return PageRefused(
        404,
        f"{what.capitalize()} not found",
        f"There is no {what} at this address. It may have been deleted, or the address may be incomplete.",
    )
