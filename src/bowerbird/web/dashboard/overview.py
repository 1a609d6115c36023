"""The first page: what there is, and what to do next."""

from __future__ import annotations

from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit


def show_overview(visit: Visit) -> Reply:
    return visit.show("dashboard/overview.html")
