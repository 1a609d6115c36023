"""Lists, counts and samples for the operators' pages."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Column, Table, case, func, select

from bowerbird.model.event import EventType
from bowerbird.model.job import JobKind, JobState, StepStatus
from bowerbird.storage.database import keyset
from bowerbird.storage.database.keyset import count_up_to
from bowerbird.storage.database.tables import (
    accounts,
    applications,
    connections,
    consents,
    events,
    feeds,
    insight_snapshots,
    job_steps,
    jobs,
    message_attempts,
    messages,
    transactions,
    users,
    webhooks,
)  # fmt: skip
from bowerbird.storage.database.unit_of_work import StoredRow, UnitOfWork
from bowerbird.storage.rows.accounts import AccountRow
from bowerbird.storage.rows.jobs.jobs import is_unfinished


def count_users(uow: UnitOfWork, application_id: str) -> int:
    """Counted up to MAX_COUNTED."""
    return count_up_to(uow, select(users.c.application_id).where(users.c.application_id == application_id))


def connections_by_status(uow: UnitOfWork, application_id: str) -> dict[str, int]:
    """Of as many as are counted, at most MAX_COUNTED together."""
    some = select(connections.c.status).where(connections.c.application_id == application_id).limit(keyset.MAX_COUNTED).subquery()
    counts = uow.rows(select(some.c.status, func.count()).group_by(some.c.status))
    return {str(status): int(count) for status, count in counts}


class StatisticsTotals(NamedTuple):
    """How much there is on the whole server, each counted up to MAX_COUNTED."""

    applications: int
    users: int
    connections: int
    running_jobs: int


def totals(uow: UnitOfWork) -> StatisticsTotals:
    return StatisticsTotals(
        applications=count_up_to(uow, select(applications.c.id)),
        users=count_up_to(uow, select(users.c.id)),
        connections=count_up_to(uow, select(connections.c.id)),
        running_jobs=count_up_to(uow, select(jobs.c.application_id).where(is_unfinished)),
    )


class DayFlow(NamedTuple):
    """What came into and went out of an account on a day, in cents; `went_out` is not positive."""

    day: int
    came_in: int
    went_out: int


def daily_flows(uow: UnitOfWork, account: AccountRow, first_day: int, last_day: int) -> list[DayFlow]:
    """Days with posted transactions, oldest first."""
    t = transactions.c
    into = func.sum(case((t.amount > 0, t.amount), else_=0))
    out = func.sum(case((t.amount < 0, t.amount), else_=0))
    own = (t.user_ref == account.user_ref, t.account_ref == account.ref, t.post_day.between(first_day, last_day))
    days = uow.rows(select(t.post_day, into, out).where(*own).group_by(t.post_day).order_by(t.post_day))
    return [DayFlow(int(row[0]), int(row[1]), int(row[2])) for row in days]


# ── What happened in a span of time, over all applications ───────────────────────────────────────────────────────────────────


class ActivityEntry(NamedTuple):
    """Something that happened, with the id of its job, event or message. `what` is the job's kind or the type of the event or message;
    `result` is the job's state, or the receiver's answer to the message, with `answered` its HTTP status. `moment` in milliseconds.
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


class _Event(StoredRow, frozen=True):
    created: int
    type: EventType
    application_id: str
    id: str


class _Job(StoredRow, frozen=True):
    updated_at_ms: int
    kind: JobKind
    application_id: str
    id: str
    institution_id: str
    state: JobState


class _Attempt(StoredRow, frozen=True):
    moment: int
    application_id: str
    message_id: str
    response: str
    status: int | None
    type: EventType
    webhook_id: str


def list_activity(uow: UnitOfWork, since: int, until: int, most: int) -> list[ActivityEntry]:
    """What happened after `since` and not after `until` (milliseconds), oldest first, at most `most` of each kind."""
    e, j, a = events.c, jobs.c, message_attempts.c
    new_events = select(*_Event.columns(events)).where(e.created > since, e.created <= until).order_by(e.created, e.position)
    moved_jobs = select(*_Job.columns(jobs)).where(j.updated_at_ms > since, j.updated_at_ms <= until).order_by(j.updated_at_ms, j.id)
    joined = message_attempts.join(messages, messages.c.id == a.message_id)
    attempts = select(*_Attempt.columns(message_attempts, messages)).select_from(joined).where(a.moment > since, a.moment <= until)
    entries = [
        *(_of_job(job) for job in uow.all(_Job, moved_jobs.limit(most))),
        *(
            ActivityEntry(event.created, "event", event.type, event.application_id, event.id)
            for event in uow.all(_Event, new_events.limit(most))
        ),
        *(_of_attempt(attempt) for attempt in uow.all(_Attempt, attempts.order_by(a.moment, a.id).limit(most))),
    ]
    return sorted(entries, key=lambda entry: entry.moment)


def _of_job(job: _Job) -> ActivityEntry:
    return ActivityEntry(
        job.updated_at_ms, "job", job.kind, job.application_id, job.id, institution_id=job.institution_id, result=job.state
    )


def _of_attempt(attempt: _Attempt) -> ActivityEntry:
    return ActivityEntry(
        attempt.moment, "message", attempt.type, attempt.application_id, attempt.message_id, webhook_id=attempt.webhook_id,
        result=attempt.response, answered=attempt.status,
    )  # fmt: skip


# ── Ids of the newest of everything an application has, for examples that can be run as they stand ───────────────────────────

_LOOKED_AT = 50
"""Newest users, and webhooks, whose accounts and messages are looked for."""


def sample_ids(uow: UnitOfWork, application_id: str) -> dict[str, str]:
    """By the names that the wire's addresses have for them; what there is none of is missing. They belong together where possible."""
    ids: dict[str, str] = {}
    own = users.c.application_id == application_id
    newest = select(users.c.id, users.c.ref).where(own).order_by(users.c.created.desc(), users.c.id.desc())
    people = {int(row.ref): str(row.id) for row in uow.rows(newest.limit(_LOOKED_AT))}
    updated_last = (
        select(*AccountRow.columns(accounts)).where(accounts.c.user_ref.in_(list(people))).order_by(accounts.c.last_updated.desc())
    )
    account = uow.one(AccountRow, updated_last.limit(1)) if people else None
    if account is not None:
        ids |= {"userId": people[account.user_ref], "accountId": account.id, "connectionId": account.connection_id}
        of_account = (transactions.c.account_ref == account.ref, transactions.c.user_ref == account.user_ref)
        row = uow.row(select(transactions.c.id).where(*of_account).order_by(transactions.c.post_day.desc()).limit(1))
        ids |= {} if row is None else {"transactionId": row.id}
    elif people:
        ids["userId"] = next(iter(people.values()))
    if user_id := ids.get("userId"):
        of_user = {"application_id": application_id, "user_id": user_id}
        created = {"connectionId": connections.c.created_at_ms, "jobId": jobs.c.created_at_ms, "consentId": consents.c.created_at_ms}
        for name, moment in created.items():
            if name not in ids and (newest_id := _newest_id(uow, moment, **of_user)):
                ids[name] = newest_id
    if event_id := _newest_id(uow, events.c.created, application_id=application_id):
        ids["eventId"] = event_id
    for webhook in uow.rows(select(webhooks.c.id).where(webhooks.c.application_id == application_id).limit(_LOOKED_AT)):
        if message_id := _newest_id(uow, messages.c.created, application_id=application_id, webhook_id=webhook.id):
            return ids | {"messageId": message_id, "webhookId": webhook.id}
    return ids


def _newest_id(uow: UnitOfWork, created: Column[int], **own: str) -> str:
    """The id of the row with the latest `created`; empty where there is none."""
    table = created.table
    conditions = [table.c[name] == value for name, value in own.items()]
    row = uow.row(select(table.c.id).where(*conditions).order_by(created.desc()).limit(1))
    return "" if row is None else str(row.id)


# ── How jobs ended, over all applications ────────────────────────────────────────────────────────────────────────────────────


class JobOutcome(NamedTuple):
    """How a job stands, with the response code of the step that failed; empty where none did. `updated_at_ms` by the server's clock."""

    id: str
    application_id: str
    user_id: str
    connection_id: str
    institution_id: str
    kind: JobKind
    state: JobState
    updated_at_ms: int
    code: str


def list_outcomes(uow: UnitOfWork, since_ms: int, most: int) -> list[JobOutcome]:
    """The jobs that changed after a moment, the latest first, at most `most`; with a failed one its steps are looked at too."""
    j, steps = jobs.c, job_steps.c
    failed = select(steps.result).where(steps.job_id == j.id, steps.status == StepStatus.FAILED).limit(1).scalar_subquery()
    result = case((j.state == JobState.FAILED, failed)).label("result")
    shown = j.id, j.application_id, j.user_id, j.connection_id, j.institution_id, j.kind, j.state, j.updated_at_ms
    newest = select(*shown, result).where(j.updated_at_ms > since_ms)
    found = uow.rows(newest.order_by(j.updated_at_ms.desc(), j.id).limit(most))
    return [
        JobOutcome(
            row.id,
            row.application_id,
            row.user_id,
            row.connection_id,
            row.institution_id,
            row.kind,
            row.state,
            row.updated_at_ms,
            (row.result.code or "") if row.result else "",
        )
        for row in found
    ]


# ── Whose an id is, over all applications ────────────────────────────────────────────────────────────────────────────────────


class IdOwner(NamedTuple):
    """What an id belongs to. `user_id` is empty where that is an application's own, `webhook_id` everywhere but with a message."""

    kind: str
    application_id: str
    user_id: str = ""
    webhook_id: str = ""


_OF_USERS: dict[str, Table] = {
    "connection": connections,
    "job": jobs,
    "consent": consents,
    "event": events,
    "report": insight_snapshots,
    "feed": feeds,
}


def find_owner(uow: UnitOfWork, id: str) -> IdOwner | None:
    """Whose an id is: each kind is looked up by its key. None for the ids of transactions, which are kept by user."""
    if row := uow.row(select(applications.c.id).where(applications.c.id == id)):
        return IdOwner("application", row.id)
    if row := uow.row(select(users.c.application_id).where(users.c.id == id)):
        return IdOwner("user", row.application_id, id)
    if row := uow.row(select(webhooks.c.application_id).where(webhooks.c.id == id)):
        return IdOwner("webhook", row.application_id)
    if row := uow.row(select(messages.c.application_id, messages.c.webhook_id).where(messages.c.id == id)):
        return IdOwner("message", row.application_id, webhook_id=row.webhook_id)
    of_account = accounts.join(users, users.c.ref == accounts.c.user_ref)
    if row := uow.row(select(users.c.application_id, users.c.id).select_from(of_account).where(accounts.c.id == id)):
        return IdOwner("account", row.application_id, row.id)
    for kind, table in _OF_USERS.items():
        if row := uow.row(select(table.c.application_id, table.c.user_id).where(table.c.id == id)):
            return IdOwner(kind, row.application_id, row.user_id)
    return None
