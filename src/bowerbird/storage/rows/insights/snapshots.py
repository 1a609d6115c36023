"""Snapshots of insights, and whom they are about."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update

from bowerbird.model.insights.snapshot import SnapshotKind
from bowerbird.storage.database.tables import insight_snapshot_users, insight_snapshots
from bowerbird.storage.database.unit_of_work import StoredRow, UnitOfWork

_MAX_LISTED = 500


class InsightSnapshotRow(StoredRow, frozen=True):
    """A snapshot. `heading` and `content` are sealed; `content` is None until a report's job has made it."""

    id: str
    application_id: str
    user_id: str
    kind: SnapshotKind
    heading: bytes
    content: bytes | None
    created_at_ms: int
    expires_at_ms: int | None


_SNAPSHOT = select(*InsightSnapshotRow.columns(insight_snapshots))
_s, _u = insight_snapshots.c, insight_snapshot_users.c


def insert_snapshot(uow: UnitOfWork, row: InsightSnapshotRow, user_ids: Sequence[str]) -> None:
    """`user_ids` are all whom it is about, in the order of its seals."""
    uow.execute(insert(insight_snapshots), msgspec.structs.asdict(row))
    owners = [
        {"snapshot_id": row.id, "user_id": user_id, "position": position, "application_id": row.application_id}
        for position, user_id in enumerate(user_ids)
    ]
    uow.execute(insert(insight_snapshot_users), owners)


def set_content(uow: UnitOfWork, application_id: str, snapshot_id: str, content: bytes) -> bool:
    """False when the snapshot was deleted."""
    own = (_s.application_id == application_id, _s.id == snapshot_id)
    return uow.execute(update(insight_snapshots).where(*own).values(content=content)).rowcount == 1


def find_snapshot(uow: UnitOfWork, application_id: str, snapshot_id: str) -> InsightSnapshotRow | None:
    return uow.one(InsightSnapshotRow, _SNAPSHOT.where(_s.application_id == application_id, _s.id == snapshot_id))


def users_of_snapshot(uow: UnitOfWork, application_id: str, snapshot_id: str) -> list[str]:
    """Whom a snapshot is about, in the order of its seals."""
    own = (_u.application_id == application_id, _u.snapshot_id == snapshot_id)
    return [str(row[0]) for row in uow.rows(select(_u.user_id).where(*own).order_by(_u.position))]


def snapshots_about(uow: UnitOfWork, application_id: str, user_id: str) -> list[InsightSnapshotRow]:
    """Every snapshot that a user is part of, those of several users too, newest first."""
    own = select(_u.snapshot_id).where(_u.application_id == application_id, _u.user_id == user_id)
    chosen = _SNAPSHOT.where(_s.application_id == application_id, _s.id.in_(own))
    return uow.all(InsightSnapshotRow, chosen.order_by(_s.created_at_ms.desc(), _s.id.desc()))


def snapshots_of_user(uow: UnitOfWork, application_id: str, user_id: str, kind: SnapshotKind) -> list[InsightSnapshotRow]:
    """The newest, newest first."""
    own = and_(_s.application_id == application_id, _s.user_id == user_id, _s.kind == kind)
    return _listed(uow, own)


def finished_of_user(uow: UnitOfWork, application_id: str, user_id: str, now_ms: int, most: int) -> list[InsightSnapshotRow]:
    """The newest of every kind that are finished and whose time is not over, newest first."""
    own = and_(_s.application_id == application_id, _s.user_id == user_id, _s.content.is_not(None))
    return _listed(uow, and_(own, or_(_s.expires_at_ms.is_(None), _s.expires_at_ms > now_ms)), most)


def reports_of_application(uow: UnitOfWork, application_id: str, now_ms: int) -> list[InsightSnapshotRow]:
    """The newest finished reports whose time is not over, newest first."""
    own = and_(_s.application_id == application_id, _s.kind == SnapshotKind.REPORT, _s.expires_at_ms > now_ms, _s.content.is_not(None))
    return _listed(uow, own)


def _listed(uow: UnitOfWork, chosen: ColumnElement[bool], most: int = _MAX_LISTED) -> list[InsightSnapshotRow]:
    return uow.all(InsightSnapshotRow, _SNAPSHOT.where(chosen).order_by(_s.created_at_ms.desc(), _s.id.desc()).limit(most))


def delete_snapshots(uow: UnitOfWork, application_id: str, snapshot_ids: Sequence[str]) -> None:
    for table, id in ((insight_snapshot_users, _u.snapshot_id), (insight_snapshots, _s.id)):
        uow.execute(delete(table).where(table.c.application_id == application_id, id.in_(snapshot_ids)))


def delete_snapshots_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    """Delete every snapshot that a user is part of, those of several users too."""
    own = (_u.application_id == application_id, _u.user_id == user_id)
    about = [str(row[0]) for row in uow.rows(select(_u.snapshot_id).where(*own))]
    if about:
        delete_snapshots(uow, application_id, about)


def expired_snapshots(uow: UnitOfWork, now_ms: int, most: int) -> list[tuple[str, str]]:
    """(application, snapshot) of those whose time is over, of every application."""
    chosen = select(_s.application_id, _s.id).where(_s.expires_at_ms <= now_ms).order_by(_s.expires_at_ms).limit(most)
    return [(str(row[0]), str(row[1])) for row in uow.rows(chosen)]


def first_expiry(uow: UnitOfWork) -> int | None:
    """The earliest moment at which a snapshot's time is over, in milliseconds."""
    first = uow.row(select(func.min(_s.expires_at_ms)).where(_s.expires_at_ms.is_not(None)))
    return None if first is None else first[0]
