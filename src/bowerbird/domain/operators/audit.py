"""The audit: who did what, to whose data, when, and from where. Entries name people and things by their ids only.

An entry is written in the unit of work of what it records, so that neither exists without the other. No entry is ever changed; the
retention deletes old ones and leaves an entry that says so.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final, NamedTuple, TypeVar, TypeVarTuple

import msgspec

from bowerbird.domain.paging import ListPage, Paging, cursor_of, next_of
from bowerbird.domain.services import EVERY_TENANT, Services, Session
from bowerbird.model.clock import from_milliseconds, to_milliseconds, wire_time
from bowerbird.model.days import DAY_S
from bowerbird.model.ids import is_id, new_id
from bowerbird.model.reading import ActionOutcome
from bowerbird.storage.rows import operators as rows
from bowerbird.storage.rows.operators import AuditRow as AuditRow  # noqa: PLC0414  (for those who show it)

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

COMMAND_LINE: Final = ""
"""Who acts on the server's own machine, without signing in."""
SWEEP: Final = "delete_old_entries"
MAX_EXPORTED: Final = 10_000
"""Entries in one file of the dashboard; the command line writes all."""
_SWEPT_AT_ONCE, _PAGE = 5_000, 500
_SUBJECT: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


class AuditAction(NamedTuple):
    """What is done: `name` is a page's or a command's. Ids that are none are left out: a path is a stranger's text."""

    name: str
    operator_id: str = COMMAND_LINE
    address: str = ""
    application_id: str = ""
    user_id: str = ""
    subject: str = ""
    outcome: ActionOutcome = ActionOutcome.DONE


class AuditSelection(NamedTuple):
    """Which entries: every condition that is not empty must hold."""

    user_id: str = ""
    operator_id: str = ""
    action: str = ""

    @property
    def conditions(self) -> dict[str, str]:
        return self._asdict()


def record(session: Session, action: AuditAction) -> None:
    """Write an entry in this unit of work."""
    rows.insert_entry(session.uow, _entry(session, action, None))


def beside(work: Callable[[Session, *Ts], T], action: AuditAction) -> Callable[[Session, *Ts], T]:
    """Work that has its entry written in the same unit of work."""

    def recorded(session: Session, *args: *Ts) -> T:
        result = work(session, *args)
        record(session, action)
        return result

    return recorded


def _entry(session: Session, action: AuditAction, deletes_before_ms: int | None) -> AuditRow:
    application_id, user_id = (text if is_id(text) else "" for text in (action.application_id, action.user_id))
    subject = action.subject if _SUBJECT.fullmatch(action.subject) else ""
    now_ms = to_milliseconds(session.services.lease_clock.now())
    return AuditRow(
        new_id(), now_ms, action.operator_id, action.name, action.outcome, application_id, user_id, subject, action.address[:64],
        deletes_before_ms,
    )  # fmt: skip


def list_entries(session: Session, selection: AuditSelection, paging: Paging) -> ListPage[AuditRow]:
    """Newest first. Raises Problem for a `before` that this server did not write."""
    vault, conditions = session.services.vault, selection.conditions
    page = rows.list_entries(session.uow, conditions, cursor_of(vault, paging.before), paging.limit)
    return ListPage(page.rows, rows.count_entries(session.uow, conditions), next_of(vault, page.next))


# ── Export ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

FORMATS: Final = ("csv", "json")
_COLUMNS: Final = ("id", "at", "operator", "action", "outcome", "application", "user", "subject", "address", "deletesBefore")


def export_entries(services: Services, selection: AuditSelection) -> Iterator[AuditRow]:
    """Every entry, newest first, read a page at a time."""
    before: str | None = None
    while before != "":
        page = services.read_now(list_entries, selection, Paging(_PAGE, before), tenant=EVERY_TENANT)
        yield from page.rows
        before = page.next


def written(entries: Iterable[AuditRow], file_format: str) -> Iterator[str]:
    """Entries as the lines of a CSV file with a heading, or of a JSON array."""
    if file_format == "csv":
        yield _csv_line(_COLUMNS)
        yield from (_csv_line(_values(row)) for row in entries)
        return
    before = "[\n"
    for row in entries:
        yield before + msgspec.json.encode(dict(zip(_COLUMNS, _values(row), strict=True))).decode()
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _values(row: AuditRow) -> Sequence[str]:
    before = "" if row.deletes_before_ms is None else wire_time(from_milliseconds(row.deletes_before_ms))
    at = wire_time(from_milliseconds(row.created))
    return row.id, at, row.operator_id, row.action, row.outcome, row.application_id, row.user_id, row.subject, row.address, before


def _csv_line(values: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()


# ── Retention ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def delete_old_entries(services: Services) -> int:
    """Delete entries older than the retention, and leave one that says so; how many were deleted. On a worker thread."""
    total = 0
    with suppress(_NothingOld):
        while True:
            total += services.write_from_thread(_delete_some, tenant=EVERY_TENANT)
    return total


class _NothingOld(Exception):
    """Another process was first, or nothing is old: nothing is written."""


def _delete_some(session: Session) -> int:
    kept = timedelta(seconds=session.services.limits.audit_kept_days * DAY_S)
    before_ms = to_milliseconds(session.services.lease_clock.now() - kept)
    oldest_ms = rows.oldest_moment(session.uow)
    if oldest_ms is None or oldest_ms >= before_ms:
        raise _NothingOld
    rows.insert_entry(session.uow, _entry(session, AuditAction(SWEEP), before_ms))
    deleted = rows.delete_entries_before(session.uow, before_ms, _SWEPT_AT_ONCE)
    if not deleted:
        raise _NothingOld
    return deleted
