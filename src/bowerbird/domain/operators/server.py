"""What operators see and do across all applications of the server. Each function runs a unit of work of its own, on the caller's thread."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial

from bowerbird.domain.access import applications, real_data
from bowerbird.domain.access.applications import ApplicationRow, NewKey
from bowerbird.domain.services import Services, Session
from bowerbird.storage.database import keyset
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows import statistics as rows
from bowerbird.storage.rows.applications import all_applications, keys_of_application
from bowerbird.storage.rows.statistics import IdOwner as IdOwner  # noqa: PLC0414
from bowerbird.storage.rows.statistics import JobOutcome as JobOutcome  # noqa: PLC0414
from bowerbird.storage.rows.statistics import StatisticsTotals as StatisticsTotals  # noqa: PLC0414  (for those who show it)
from bowerbird.storage.rows.statistics import connections_by_status, count_users


@dataclass(frozen=True, slots=True)
class Overview:
    """What there is on the server. `has_key` says that an application has a key that was not revoked."""

    applications: list[ApplicationRow]
    is_sandbox: bool
    has_key: bool
    users: int
    connections: Counter[str]


def list_applications(services: Services) -> list[ApplicationRow]:
    """All applications, oldest first."""
    return services.storage.read_now(all_applications, tenant=EVERY_TENANT)


def list_applications_with_users(services: Services) -> list[tuple[ApplicationRow, int]]:
    """All applications with the number of their users."""
    return services.read_now(_list_applications_with_users, tenant=EVERY_TENANT)


def _list_applications_with_users(session: Session) -> list[tuple[ApplicationRow, int]]:
    return [(row, count_users(session.uow, row.id)) for row in all_applications(session.uow)]


def create_application(services: Services, name: str) -> NewKey:
    """An application of the sandbox with every product; production access is another decision."""
    create = partial(applications.create_application, production=False, products="all")
    return services.write_from_thread(create, name, tenant=EVERY_TENANT)


def get_overview(services: Services) -> Overview:
    return services.read_now(_get_overview, tenant=EVERY_TENANT)


def _get_overview(session: Session) -> Overview:
    known = all_applications(session.uow)
    connections: Counter[str] = Counter()
    for application in known:
        connections.update(connections_by_status(session.uow, application.id))
    return Overview(
        applications=known,
        is_sandbox=real_data.is_sandbox(session.uow),
        has_key=any(key.revoked is None for row in known for key in keys_of_application(session.uow, row.id)),
        users=sum(count_users(session.uow, row.id) for row in known),
        connections=connections,
    )


def is_sandbox(services: Services) -> bool:
    """Whether the database holds no real data, with or without the sandbox's controls."""
    return services.storage.read_now(real_data.is_sandbox, tenant=EVERY_TENANT)


def why_closed(services: Services) -> str:
    """Why the sandbox's controls are closed, as sentences with what to do; empty where they are open."""
    return services.storage.read_now(real_data.why_closed, tenant=EVERY_TENANT)


def get_totals(session: Session) -> StatisticsTotals:
    """Of the whole server."""
    return rows.totals(session.uow)


def find_owner(session: Session, id: str) -> IdOwner | None:
    """Whose an id is; None for an id of nothing on this server, and for those of transactions. For sessions across applications."""
    return rows.find_owner(session.uow, id)


def max_outcomes() -> int:
    """The latest jobs that the page of all jobs looks at across applications, however many there are: each with one of its steps."""
    return keyset.MAX_EXAMINED // 2


def list_outcomes(session: Session, since_ms: int, most: int) -> list[JobOutcome]:
    """The jobs that changed after a moment, at most `most`, the latest first. For sessions across applications."""
    return rows.list_outcomes(session.uow, since_ms, most)


def list_sample_ids(session: Session) -> dict[str, str]:
    """Ids of the application's newest objects, by the names that the wire's addresses have for them; what it has none of is missing."""
    return rows.sample_ids(session.uow, session.application_id)
