"""The first page: what there is, and what to do next."""

from __future__ import annotations

from bowerbird.domain.operators import server
from bowerbird.web.dashboard.diagnostics.health import attention, get_health
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse


def show_overview(request: PageRequest) -> PageResponse:
    return request.show(
        "dashboard/overview.html",
        overview=server.get_overview(request.services),
        notices=attention(get_health(request)),
        running=request.context.job_counts.read(request.services),
        public_url=request.context.public_url,
    )
