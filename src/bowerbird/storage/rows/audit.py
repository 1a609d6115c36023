"""The audit: what operators did, as rows that are only ever added (`storage.database.append_only`)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import delete, func, insert, select

from bowerbird.model.operator import Outcome
from bowerbird.storage.database.keyset import ColumnCondition, KeyedRow, Keyset, KeysetPage, ListCursor
from bowerbird.storage.database.tables import audit_entries
from bowerbird.storage.database.unit_of_work import Prepared, UnitOfWork

_c = audit_entries.c
_AT_ONCE = 1000


class AuditRow(KeyedRow, frozen=True):
    """An entry. `created` in milliseconds; `operator_id` is empty for the command line and the server itself.

    `deletes_before_ms` says that the retention deleted what is older.
    """

    created: int
    operator_id: str
    action: str
    outcome: Outcome
    application_id: str
    user_id: str
    subject: str
    address: str
    deletes_before_ms: int | None = None


_INSERT = insert(audit_entries)


def insert_entry(uow: UnitOfWork, row: AuditRow) -> None:
    uow.execute(_INSERT, row.values())


def _keyset(conditions: dict[str, str]) -> Keyset[AuditRow]:
    """Of several conditions the first one chooses the rows, and the others are looked for among them."""
    known = [(name, value) for name, value in conditions.items() if value]
    filtered = [ColumnCondition(name, (value,)) for name, value in known[1:]]
    return Keyset(AuditRow, audit_entries, dict(known[:1]), filtered=filtered)


def list_entries(uow: UnitOfWork, conditions: dict[str, str], seen: ListCursor | None, limit: int) -> KeysetPage[AuditRow]:
    """Newest first. `conditions`: user_id, operator_id, action; an empty value is none."""
    return _keyset(conditions).page(uow, seen, limit)


def count_entries(uow: UnitOfWork, conditions: dict[str, str]) -> int:
    """Counted as far as a Keyset counts."""
    return _keyset(conditions).count(uow)


_OLDEST = Prepared(select(func.min(_c.created)))


def oldest_moment(uow: UnitOfWork) -> int | None:
    """When the oldest entry was made (milliseconds); None without one."""
    moment = uow.fetch(_OLDEST, {})[0][0]
    return None if moment is None else int(moment)


def delete_entries_before(uow: UnitOfWork, before_ms: int, most: int) -> int:
    """Delete up to `most` entries; how many. The triggers allow it once an entry of `deletes_before_ms` says so."""
    oldest = select(_c.position).where(_c.created < before_ms).order_by(_c.created, _c.position).limit(most)
    return uow.execute(delete(audit_entries).where(_c.position.in_(oldest.scalar_subquery()))).rowcount


def newest_position(uow: UnitOfWork) -> int:
    """0 without an entry."""
    row = uow.row(select(func.max(_c.position)))
    return int(row[0] or 0) if row else 0


def copy_entries(source: UnitOfWork, target: UnitOfWork) -> None:
    """Add the entries that `target`, an earlier state of the same server, does not have."""
    for rows in _behind(source, newest_position(target)):
        target.execute(insert(audit_entries), rows)


def _behind(source: UnitOfWork, position: int) -> Iterator[list[dict[str, object]]]:
    while rows := source.rows(select(audit_entries).where(_c.position > position).order_by(_c.position).limit(_AT_ONCE)):
        yield [dict(row._mapping) for row in rows]  # noqa: SLF001  (its public name, in SQLAlchemy's own words)
        position = int(rows[-1].position)
