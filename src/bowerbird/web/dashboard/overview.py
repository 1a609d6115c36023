"""The first page: what there is, and what to do next."""

from __future__ import annotations

from typing import Any

from bowerbird.domain.access.real_data import is_sandbox
from bowerbird.domain.services import Session
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import applications as rows
from bowerbird.storage.rows import statistics
from bowerbird.web.dashboard.diagnostics.health import attention, reading
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse


def show_overview(request: PageRequest) -> PageResponse:
    def read(session: Session) -> dict[str, Any]:
        applications = rows.all_applications(session.uow)
        statuses: dict[str, int] = {}
        for application in applications:
            for status, count in statistics.connections_by_status(session.uow, application.id).items():
                statuses[status] = statuses.get(status, 0) + count
        return {
            "applications": applications,
            "closed": not is_sandbox(session.uow),
            "keys": any(key.revoked is None for each in applications for key in rows.keys_of_application(session.uow, each.id)),
            "users": sum(statistics.count_users(session.uow, application.id) for application in applications),
            "connections": statuses,
        }

    notices, found = attention(reading(request)), request.read(read, tenant=EVERY_TENANT)
    at_work = request.context.job_counts.read(request.services)
    return request.show("dashboard/overview.html", at_work=at_work, public_url=request.context.public_url, notices=notices, **found)
