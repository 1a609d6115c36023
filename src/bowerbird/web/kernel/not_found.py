"""Why a page says no: what happened and what to do next, in plain words."""

from __future__ import annotations


class PageRefused(Exception):
    """Shown as a page, or as an alert where only a part of a page was asked for. `action` is (label, path) of the way out."""

    def __init__(self, status: int, title: str, text: str, action: tuple[str, str] | None = None, retry_after: int | None = None) -> None:
        self.status, self.title, self.text, self.action, self.retry_after = status, title, text, action, retry_after
        super().__init__(f"{status} {title}")


def not_found(what: str = "page") -> PageRefused:
    return PageRefused(
        404,
        f"No such {what}",
        f"There is no {what} at this address. It may have been deleted since, or the address was cut short.",
    )
