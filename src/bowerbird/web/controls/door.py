"""Whether this sandbox may be turned, and what is said where it may not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from bowerbird.storage.applications import any_production
from bowerbird.storage.unit_of_work import EVERY_TENANT
from bowerbird.web.refusal import Refusal
from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit

ROOT = "/dashboard/controls"


def why_closed(visit: Visit) -> str:
    """ "off": the server runs without controls; "production": real people's data lives here; empty where the sandbox may be turned."""
    if visit.world.controls is None:
        return "off"
    return "production" if visit.read(any_production, tenant=EVERY_TENANT) else ""


def controlled(handler: Callable[[Visit], Reply]) -> Callable[[Visit], Reply]:
    """A page of the controls; where there are none it says why, and how to have them."""

    @wraps(handler)
    def guarded(visit: Visit) -> Reply:
        why = why_closed(visit)
        if not why:
            return handler(visit)
        if visit.page is None or visit.page.method == "GET":
            return visit.show("controls/absent.html", why=why)
        text = "This server has no sandbox controls. Nothing was changed."
        raise Refusal(403, "Nothing is turned here", text, ("Why, and what to do", ROOT))

    return guarded


def number_of(text: str, most: int) -> int | None:
    """A whole number from nought to `most` as a person or an address writes it, None for anything else."""
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        return None
    return number if (number := int(text)) <= most else None
