"""Failed connections that an operator refreshes again, many at once."""

from __future__ import annotations

from collections.abc import Iterable

from bowerbird.codes import CATALOGUE, Retry
from bowerbird.domain.connections import connections
from bowerbird.domain.operators import audit
from bowerbird.domain.operators.audit import AuditAction
from bowerbird.domain.operators.server import JobOutcome
from bowerbird.domain.services import Session
from bowerbird.model.job import JobKind, JobState

MAX_RETRIES = 100
"""Connections of one form: each is a job, and a login at a bank."""
_READS_A_BANK = frozenset({JobKind.CONNECT, JobKind.REFRESH, JobKind.UPDATE})
_MAY_HELP = frozenset(entry.code for entry in CATALOGUE.values() if entry.meaning.retry is Retry.LATER)


def list_retries(found: Iterable[JobOutcome], chosen: Iterable[JobOutcome]) -> list[JobOutcome]:
    """Of the chosen jobs the failed ones that are their connection's last and whose code says that trying again may help: MAX_RETRIES.

    `found` are the jobs of every ending, the latest first.
    """
    last: dict[str, str] = {}
    for job in found:
        last.setdefault(job.connection_id, job.id)
    worth_it = [
        job for job in chosen
        if job.state is JobState.FAILED and job.kind in _READS_A_BANK and job.code in _MAY_HELP and last.get(job.connection_id) == job.id
    ]  # fmt: skip
    return worth_it[:MAX_RETRIES]


def retry_job(session: Session, job: JobOutcome, action: AuditAction) -> bool:
    """Refresh the connection of a failed job; whether a new job began. It is in the audit of its user. Raises Problem where none may."""
    _, is_new = connections.refresh_connection(session, job.connection_id)
    audit.record(session, action._replace(application_id=job.application_id, user_id=job.user_id, subject=job.connection_id))
    return is_new
