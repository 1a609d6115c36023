"""Every part the pages are made of, on one page: to look at, to copy from, and for the tests to measure."""

from __future__ import annotations

from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit


def show_components(visit: Visit) -> Reply:
    return visit.show("dashboard/components.html")
