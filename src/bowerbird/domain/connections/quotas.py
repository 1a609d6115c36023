"""What a bank accepts of requests: each is counted in the database before it is sent, for every process, and none too many is sent.

A counted request is a row that ends when the request counts no more, so that any span of the quota's hours is counted exactly. It counts
for its connection, which another password changes nothing of, and for its login, which other connections may share.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import NamedTuple

from bowerbird.domain.connections.connections import login_of
from bowerbird.domain.jobs.work import Work, write_in_step
from bowerbird.domain.services import Services, Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.plugins.guard import upstream_of
from bowerbird.sdk.connector import Quota
from bowerbird.sdk.failures import RateLimited
from bowerbird.storage.rows import rate_counters
from bowerbird.storage.rows.connections import ConnectionRow, find_connection


class QuotaSpent(RateLimited):
    """A request more than the bank accepts, which was not sent. The job goes on when the bank accepts one again, for a week at most."""


class QuotaLeft(NamedTuple):
    """`requests` may be sent now; where there are none, one may be from `at_ms` on."""

    requests: int
    at_ms: int


def count_request(services: Services, work: Work, quota: Quota, account: str = "") -> None:
    """Count a request of a job, of an account's listing where its quotas are per account. Raises QuotaSpent, LeaseLost."""
    write_in_step(services, work, partial(_count, work.job.connection_id, quota, account))


def _count(connection_id: str, quota: Quota, account: str, session: Session) -> None:
    left = quota_left(session, connection_id, quota, account)
    now = session.services.clock.now()
    if not left.requests:
        raise QuotaSpent(-(-(left.at_ms - to_milliseconds(now)) // 1000))
    ends_ms = to_milliseconds(now + timedelta(hours=quota.hours))
    for subject in _subjects(session, connection_id, account):
        rate_counters.increment_counter(session.uow, ends_ms, subject)


def quota_of(services: Services, institution_id: str) -> Quota | None:
    """The quota of the connector that reads an institution; None where it has none."""
    institution = services.institutions.find(institution_id)
    connector = services.plugins.connector_for(institution.origin) if institution else None
    upstream = upstream_of(connector) if connector else None
    return upstream.quota if upstream else None


def leaves_half(session: Session, connection: ConnectionRow) -> bool:
    """Whether a refresh by itself may use requests of a connection: half of its quota is the person's."""
    quota = quota_of(session.services, connection.institution_id)
    return quota is None or quota_left(session, connection.id, quota).requests * 2 > quota.requests


def quota_left(session: Session, connection_id: str, quota: Quota, account: str = "") -> QuotaLeft:
    """What is left of a connection's quota, or of an account's: what its login has left."""
    return min((_left_of(session, subject, quota) for subject in _subjects(session, connection_id, account)), key=_scarcity)


def _left_of(session: Session, subject: str, quota: Quota) -> QuotaLeft:
    now_ms = to_milliseconds(session.services.clock.now())
    counts = rate_counters.counts_of(session.uow, subject, now_ms)
    used = sum(count for _, count in counts)
    return QuotaLeft(max(0, quota.requests - used), counts[0][0] if used >= quota.requests else now_ms)


def _scarcity(left: QuotaLeft) -> tuple[int, int]:
    return left.requests, -left.at_ms


def _subjects(session: Session, connection_id: str, account: str) -> list[str]:
    """What a request is counted under: its connection, and the login that it is sent for, of any person and application."""
    keyed, row = session.services.vault.fingerprint, find_connection(session.uow, *session.tenant, connection_id)
    subjects = [keyed("requests to a bank", connection_id, account)]
    if row is not None and row.login is not None:
        login = login_of(session, row)
        subjects.append(keyed("requests for a login", login.institution_id, login.login_id, login.password, account))
    return subjects
