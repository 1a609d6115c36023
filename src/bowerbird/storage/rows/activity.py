"""What happened in a stretch of time, over all applications: for whoever has turned the sandbox's clock."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select

from bowerbird.storage.database.tables import events, jobs, message_attempts, messages
from bowerbird.storage.database.unit_of_work import AnyRow, UnitOfWork


class ActivityEntry(NamedTuple):
    """Something that happened, with the id of what it happened to: a job, an event or a message. `what` is the job's kind or the type of
    the event or message; `result` the job's state, or what the receiver of the message answered, with `answered` its status.
    """

    moment: int
    kind: str
    what: str
    application_id: str
    id: str
    institution_id: str = ""
    webhook_id: str = ""
    result: str = ""
    answered: int | None = None


def list_activity(uow: UnitOfWork, since: int, until: int, most: int) -> list[ActivityEntry]:
    """What happened after `since` and not after `until`, oldest first, at most `most` of each kind."""
    e, j, a, m = events.c, jobs.c, message_attempts.c, messages.c
    told = uow.rows(select(events).where(e.created > since, e.created <= until).order_by(e.created, e.position).limit(most))
    moved = uow.rows(select(jobs).where(j.updated_at_ms > since, j.updated_at_ms <= until).order_by(j.updated_at_ms, j.id).limit(most))
    sent = uow.rows(
        select(message_attempts, m.type, m.webhook_id)
        .select_from(message_attempts.join(messages, m.id == a.message_id))
        .where(a.moment > since, a.moment <= until)
        .order_by(a.moment, a.id)
        .limit(most)
    )
    found = [*map(_job, moved), *map(_event, told), *map(_sent, sent)]
    return sorted(found, key=lambda each: each.moment)


def _job(row: AnyRow) -> ActivityEntry:
    return ActivityEntry(
        row.updated_at_ms, "job", row.kind, row.application_id, row.id, institution_id=row.institution_id, result=row.state
    )


def _event(row: AnyRow) -> ActivityEntry:
    return ActivityEntry(row.created, "event", row.type, row.application_id, row.id)


def _sent(row: AnyRow) -> ActivityEntry:
    return ActivityEntry(
        row.moment, "message", row.type, row.application_id, row.message_id, webhook_id=row.webhook_id, result=row.response,
        answered=row.status,
    )  # fmt: skip
