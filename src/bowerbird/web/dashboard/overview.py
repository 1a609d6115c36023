"""The first page, the theme, and the page of components."""

from __future__ import annotations

from bowerbird.domain.notifications.alerts import list_given_up, list_going_on
from bowerbird.domain.operators import server
from bowerbird.web.dashboard.diagnostics.health import attention, get_health
from bowerbird.web.dashboard.diagnostics.outcomes import get_day
from bowerbird.web.dashboard.users import address
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse, is_local


def show_overview(request: PageRequest) -> PageResponse:
    """The state of the server; a household's opens on its own accounts."""
    if (household := request.services.household) is not None:
        return request.go(address(household))
    return request.show(
        "dashboard/overview.html",
        overview=server.get_overview(request.services),
        notices=attention(get_health(request)),
        running=request.context.job_counts.read(request.services),
        day=get_day(request),
        alerts=request.read_across(list_going_on),
        given_up=request.read_across(list_given_up),
        public_url=request.context.public_url,
        changes=request.context.hooks.changes(request),
    )


def show_components(request: PageRequest) -> PageResponse:
    return request.show("dashboard/components.html")


def set_theme(request: PageRequest) -> PageResponse:
    request.set_theme(request.form.text("theme"))
    back = request.form.text("back")
    return request.go(back if is_local(back) else "/dashboard")
