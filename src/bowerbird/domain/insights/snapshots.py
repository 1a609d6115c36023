"""Snapshots: the rows that figures were made from and the figures, frozen and sealed under the key of everyone they are about.

A snapshot of several people is sealed under the key of each in turn: once one of these keys is destroyed, nothing of it opens again,
wherever a copy lies. It goes with any of its users, and with the end of the consent of any of them, or
one that covers less than was read for it.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from bowerbird import codes
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.services import Session
from bowerbird.insights.figures import FigureRow
from bowerbird.insights.reports.inputs import SnapshotAccount, UncountedRow
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.days import day_number
from bowerbird.model.ids import new_id
from bowerbird.model.insights.snapshot import SnapshotHeading, SnapshotKind
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import users
from bowerbird.storage.rows.insights import snapshots as rows
from bowerbird.storage.rows.insights.snapshots import InsightSnapshotRow
from bowerbird.storage.vault.envelope import SealContext

_TABLE = "insight_snapshots"
_READABLE = {
    SnapshotKind.INCOME: {SnapshotKind.INCOME, SnapshotKind.AFFORDABILITY},
    SnapshotKind.EXPENSES: {SnapshotKind.EXPENSES, SnapshotKind.AFFORDABILITY},
    SnapshotKind.AFFORDABILITY: {SnapshotKind.AFFORDABILITY},
    SnapshotKind.REPORT: {SnapshotKind.REPORT},
}
"""A snapshot of affordability holds income and expenses of the same rows: its links lead there."""


_MAX_OPENED = 50
"""Snapshots of a person that one consent looks at."""


class SnapshotContent(msgspec.Struct, frozen=True):
    """What is frozen. `rules_version` is that of the packs and code that classified the rows; `figures` by kind, as JSON.

    `left_out` are rows that no figure counts, each with its reason; `unproven` the accounts whose balances the rows do not explain, or of
    which no balances are known, with the cents that are missing, None where nothing is known.
    """

    rules_version: str
    accounts: tuple[SnapshotAccount, ...]
    rows: tuple[FigureRow, ...]
    figures: dict[str, bytes]
    left_out: tuple[UncountedRow, ...] = ()


class OpenedSnapshot(NamedTuple):
    """A snapshot that was opened. `created_at_ms` is when it was made; `expires_at_ms` when it is deleted, None for never by itself."""

    id: str
    user_ids: tuple[str, ...]
    heading: SnapshotHeading
    content: SnapshotContent
    created_at_ms: int
    expires_at_ms: int | None


class HeadedSnapshot(NamedTuple):
    """What lists show of a snapshot."""

    id: str
    heading: SnapshotHeading
    created_at_ms: int
    expires_at_ms: int | None


def require_insights(session: Session, user_ids: Sequence[str]) -> None:
    """Raises Problem where one of the users did not agree to share accounts and transactions, or does not any more."""
    for user_id in user_ids:
        scope = read_scope(session.of(Tenant(session.application_id, user_id)))
        if not (scope.accounts and scope.transactions):
            raise Problem(codes.INSIGHTS_NOT_SHARED)


def hold_users(session: Session, user_ids: Sequence[str]) -> None:
    """Lock the users against other changes until this unit of work ends. Raises Problem when one of them is gone."""
    for user_id in sorted(user_ids):
        if not users.hold_user(session.uow, session.application_id, user_id):
            raise Problem(codes.USER_NOT_FOUND, parameter="userId")


def create_snapshot(
    session: Session, kind: SnapshotKind, user_ids: Sequence[str], heading: SnapshotHeading, content: SnapshotContent | None
) -> str:
    """Store a snapshot, without content where a job makes it later; its id. Raises Problem when a user or their agreement is gone."""
    hold_users(session, user_ids)
    require_insights(session, user_ids)
    snapshot_id, now = new_id(), session.services.clock.now()
    kept = timedelta(hours=session.services.limits.report_kept_hours) if kind is SnapshotKind.REPORT else None
    row = InsightSnapshotRow(
        id=snapshot_id,
        application_id=session.application_id,
        user_id=user_ids[0],
        kind=kind,
        heading=_seal(session, snapshot_id, user_ids, "heading", msgspec.json.encode(heading)),
        content=None if content is None else _sealed_content(session, snapshot_id, user_ids, content),
        created_at_ms=to_milliseconds(now),
        expires_at_ms=None if kept is None else to_milliseconds(now + kept),
    )
    rows.insert_snapshot(session.uow, row, user_ids)
    for user_id in user_ids:
        users.touch_user(session.uow, session.application_id, user_id)
    return snapshot_id


def set_content(session: Session, snapshot_id: str, user_ids: Sequence[str], content: SnapshotContent) -> bool:
    """Store what a report's job made. False when the report was deleted."""
    return rows.set_content(session.uow, session.application_id, snapshot_id, _sealed_content(session, snapshot_id, user_ids, content))


def get_snapshot(session: Session, kind: SnapshotKind, snapshot_id: str) -> OpenedSnapshot:
    """Raises Problem when the session's user, or its application where it names none, has no such snapshot, or its time is over."""
    row, user_ids = get_snapshot_row(session, kind, snapshot_id)
    content = content_of(session, row, user_ids)
    if content is None:
        raise _not_found(kind)
    return OpenedSnapshot(row.id, tuple(user_ids), heading_of(session, row, user_ids), content, row.created_at_ms, row.expires_at_ms)


def get_snapshot_row(session: Session, kind: SnapshotKind, snapshot_id: str) -> tuple[InsightSnapshotRow, list[str]]:
    """The stored row and whom it is about; its content may still be missing. Raises Problem as `get_snapshot` does."""
    row = rows.find_snapshot(session.uow, session.application_id, snapshot_id)
    now_ms = to_milliseconds(session.services.clock.now())
    if row is None or row.kind not in _READABLE[kind] or (session.user_id and row.user_id != session.user_id):
        raise _not_found(kind)
    if row.expires_at_ms is not None and row.expires_at_ms <= now_ms:
        raise _not_found(kind)
    user_ids = rows.users_of_snapshot(session.uow, session.application_id, snapshot_id)
    require_insights(session, user_ids)
    return row, user_ids


def _not_found(kind: SnapshotKind) -> Problem:
    if kind is SnapshotKind.REPORT:
        return Problem(codes.REPORT_NOT_FOUND, parameter="reportId")
    return Problem(codes.SUMMARY_NOT_FOUND, parameter="snapshotId")


def list_snapshots(session: Session, kind: SnapshotKind) -> list[HeadedSnapshot]:
    """The user's newest snapshots of a kind, newest first. Raises Problem where the user does not share what they were made from."""
    require_insights(session, [session.user_id])
    return _headed(session, rows.snapshots_of_user(session.uow, *session.tenant, kind))


def list_report_snapshots(session: Session) -> list[HeadedSnapshot]:
    """The application's newest finished reports, newest first, without those of people who do not share any more what they show."""
    now_ms = to_milliseconds(session.services.clock.now())
    return _headed(session, rows.reports_of_application(session.uow, session.application_id, now_ms))


def list_finished_snapshots(session: Session, most: int) -> list[tuple[SnapshotKind, HeadedSnapshot]]:
    """The newest summaries and finished reports that are about the session's user first, newest first. Raises Problem as above."""
    require_insights(session, [session.user_id])
    found = rows.finished_of_user(session.uow, *session.tenant, to_milliseconds(session.services.clock.now()), most)
    kinds = {row.id: SnapshotKind(row.kind) for row in found}
    return [(kinds[each.id], each) for each in _headed(session, found)]


def _headed(session: Session, found: list[InsightSnapshotRow]) -> list[HeadedSnapshot]:
    headed = []
    for row in found:
        user_ids = rows.users_of_snapshot(session.uow, session.application_id, row.id)
        try:
            require_insights(session, user_ids)
        except Problem:
            continue
        headed.append(HeadedSnapshot(row.id, heading_of(session, row, user_ids), row.created_at_ms, row.expires_at_ms))
    return headed


def heading_of(session: Session, row: InsightSnapshotRow, user_ids: Sequence[str]) -> SnapshotHeading:
    return msgspec.json.decode(_open(session, row.id, user_ids, "heading", row.heading), type=SnapshotHeading)


def content_of(session: Session, row: InsightSnapshotRow, user_ids: Sequence[str]) -> SnapshotContent | None:
    """What is frozen; None while the job of a report has not made it."""
    if row.content is None:
        return None
    opened = zlib.decompress(_open(session, row.id, user_ids, "content", row.content))
    return msgspec.msgpack.decode(opened, type=SnapshotContent)


def delete_snapshot(session: Session, snapshot_id: str) -> None:
    rows.delete_snapshots(session.uow, session.application_id, [snapshot_id])


def delete_snapshots_of_earlier_days(session: Session, earliest_day: int) -> None:
    """Delete the snapshots about the session's user that show a day of theirs before this one, or are not finished.

    Only the newest are opened, so that a consent is given in bounded time; older ones go.
    """
    found = rows.snapshots_about(session.uow, *session.tenant)
    if older := [row.id for row in found[_MAX_OPENED:]]:
        rows.delete_snapshots(session.uow, session.application_id, older)
    for row in found[:_MAX_OPENED]:
        user_ids = rows.users_of_snapshot(session.uow, session.application_id, row.id)
        content = content_of(session, row, user_ids)
        if content is None or _first_day(heading_of(session, row, user_ids), content, session.user_id) < earliest_day:
            delete_snapshot(session, row.id)


def _first_day(heading: SnapshotHeading, content: SnapshotContent, user_id: str) -> int:
    """The first day that a snapshot says anything of: its period's, or the first that was read of an account of the user."""
    read = [date.fromisoformat(first) for each in content.accounts if each.user_id == user_id for first, _ in each.intervals]
    return day_number(min([heading.first, *read]))


def list_expired_snapshots(session: Session, now_ms: int, most: int) -> list[tuple[str, str]]:
    """(application, snapshot) of those whose time is over, across tenants."""
    return rows.expired_snapshots(session.uow, now_ms, most)


def _sealed_content(session: Session, snapshot_id: str, user_ids: Sequence[str], content: SnapshotContent) -> bytes:
    return _seal(session, snapshot_id, user_ids, "content", zlib.compress(msgspec.msgpack.encode(content), 1))


def _contexts(session: Session, snapshot_id: str, user_ids: Sequence[str], column: str) -> list[SealContext]:
    return [SealContext(session.application_id, user_id, _TABLE, snapshot_id, column) for user_id in user_ids]


def _seal(session: Session, snapshot_id: str, user_ids: Sequence[str], column: str, plain: bytes) -> bytes:
    sealed = plain
    for context in _contexts(session, snapshot_id, user_ids, column):
        sealed = session.services.vault.seal(session.uow, sealed, context)
    return sealed


def _open(session: Session, snapshot_id: str, user_ids: Sequence[str], column: str, sealed: bytes) -> bytes:
    opened = sealed
    for context in reversed(_contexts(session, snapshot_id, user_ids, column)):
        opened = session.services.vault.open(session.uow, opened, context)
    return opened
