"""Whether this sandbox may be turned, and what is said where it may not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.applications import any_production
from bowerbird.web.kernel.not_found import PageRefused
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse

ROOT = "/dashboard/controls"


def why_unavailable(request: PageRequest) -> str:
    """ "off": the server runs without controls; "production": real people's data lives here; empty where the sandbox may be turned."""
    if request.services.controls is None:
        return "off"
    return "production" if request.read(any_production, tenant=EVERY_TENANT) else ""


def controlled(handler: Callable[[PageRequest], PageResponse]) -> Callable[[PageRequest], PageResponse]:
    """A page of the controls; where there are none it says why, and how to have them."""

    @wraps(handler)
    def guarded(request: PageRequest) -> PageResponse:
        why = why_unavailable(request)
        if not why:
            return handler(request)
        if request.page is None or request.page.method == "GET":
            return request.show("controls/absent.html", why=why)
        text = "This server has no sandbox controls. Nothing was changed."
        raise PageRefused(403, "Nothing is turned here", text, ("Why, and what to do", ROOT))

    return guarded


def number_of(text: str, most: int) -> int | None:
    """A whole number from nought to `most` as a person or an address writes it, None for anything else."""
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        return None
    return number if (number := int(text)) <= most else None
