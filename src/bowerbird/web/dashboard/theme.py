"""Light, dark, or as the system says: kept in a cookie, so that a page is right before its first paint."""

from __future__ import annotations

from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse, is_local


def set_theme(request: PageRequest) -> PageResponse:
    request.set_theme(request.form.text("theme"))
    back = request.form.text("back")
    return request.go(back if is_local(back) else "/dashboard")
