"""Every part the pages are made of, on one page: to look at, to copy from, and for the tests to measure."""

from __future__ import annotations

from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse


def show_components(request: PageRequest) -> PageResponse:
    return request.show("dashboard/components.html")
