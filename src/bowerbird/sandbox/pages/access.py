"""Whether this server is a sandbox whose controls are open, and what a page shows where it is not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from bowerbird.domain.access import real_data
from bowerbird.domain.operators import server
from bowerbird.sandbox import controls
from bowerbird.sandbox.controls import controls_of
from bowerbird.sandbox.inspector import Inspector
from bowerbird.web.kernel.hooks import OFF
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageRefused, PageResponse

ROOT = "/dashboard/controls"


def why_unavailable(request: PageRequest) -> str:
    """Why the controls are closed, as sentences; empty where they are open."""
    return OFF if controls_of(request.services) is None else server.why_closed(request.services)


def inspector_of(request: PageRequest) -> Inspector | None:
    """The request inspector; None where it is off, or where the database is no sandbox any more."""
    ring = controls.inspector_of(request.services)
    return None if ring is None or (ring.sandbox_only and not server.is_sandbox(request.services)) else ring


def controlled(handler: Callable[[PageRequest], PageResponse]) -> Callable[[PageRequest], PageResponse]:
    """A page of the controls; where they are unavailable it says why, and what to do."""

    @wraps(handler)
    def guarded(request: PageRequest) -> PageResponse:
        why = why_unavailable(request)
        if not why:
            return handler(request)
        if request.page is None or request.page.method == "GET":
            return request.show("controls/absent.html", why="" if why == OFF else why, command=real_data.ANOTHER_SANDBOX)
        raise PageRefused(403, "The sandbox controls are closed", f"{why} Nothing was changed.", ("Details", ROOT))

    return guarded


def number_of(text: str, most: int) -> int | None:
    """A whole number from 0 to `most` as a form or an address writes it; None for anything else."""
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        return None
    return number if (number := int(text)) <= most else None
