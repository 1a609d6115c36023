"""The first page: what there is, and what to do next."""

from __future__ import annotations

from typing import Any

from bowerbird.storage import applications as rows
from bowerbird.storage import census, jobs
from bowerbird.storage.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.web.dashboard.health import attention, reading
from bowerbird.web.reply import Reply
from bowerbird.web.visit import Visit


def show_overview(visit: Visit) -> Reply:
    def read(uow: UnitOfWork) -> dict[str, Any]:
        applications = rows.all_applications(uow)
        statuses: dict[str, int] = {}
        for application in applications:
            for status, count in census.connections_by_status(uow, application.id).items():
                statuses[status] = statuses.get(status, 0) + count
        return {
            "applications": applications,
            "keys": any(key.revoked is None for each in applications for key in rows.keys_of_application(uow, each.id)),
            "users": sum(census.count_users(uow, application.id) for application in applications),
            "connections": statuses,
            "at_work": jobs.count_by_state(uow),
        }

    notices, found = attention(reading(visit)), visit.read(read, tenant=EVERY_TENANT)
    return visit.show("dashboard/overview.html", public_url=visit.desk.public_url, notices=notices, **found)
