"""Light, dark, or as the system says: kept in a cookie, so that a page is right before its first paint."""

from __future__ import annotations

from bowerbird.web.reply import Reply, is_local
from bowerbird.web.visit import Visit


def set_theme(visit: Visit) -> Reply:
    visit.set_theme(visit.form.text("theme"))
    back = visit.form.text("back")
    return visit.go(back if is_local(back) else "/dashboard")
