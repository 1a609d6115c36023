"""The audit stays as it was written, on either engine: the database itself refuses what would change it, whichever program asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from bowerbird.domain.operators import audit
from bowerbird.domain.operators.audit import SWEEP, AuditAction, AuditRow
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.ids import new_id
from bowerbird.storage.database.tables import audit_entries
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.storage.rows.operators import insert_entry
from tests.serving import Serving
from tests.web.audit_entries import entries_of

pytestmark = pytest.mark.both_engines

_DAY_MS = 86_400_000


def make_entry(serving: Serving, name: str = "create_key") -> AuditRow:
    serving.services.write_now(audit.record, AuditAction(name, new_id(), "10.0.0.1"), tenant=EVERY_TENANT)
    return entries_of(serving)[0]


def aged(serving: Serving, days: int) -> AuditRow:
    """An entry of so many days ago."""
    row = make_entry(serving, f"{days}-days-ago")
    old = AuditRow(**{**row.values(), "id": new_id(), "created": row.created - days * _DAY_MS})
    serving.services.storage.write_now(lambda uow: insert_entry(uow, old), tenant=EVERY_TENANT)
    return old


def _replace(uow: UnitOfWork, row: AuditRow) -> None:
    """What SQLite does without asking a trigger of deletions; PostgreSQL's nearest."""
    values = {**row.values(), "action": "nothing", "position": uow.rows(select(audit_entries.c.position))[0][0]}
    if uow.dialect == "sqlite":
        uow.execute(insert(audit_entries).prefix_with("OR REPLACE"), values)
    else:
        uow.execute(text("UPDATE audit_entries SET action = 'nothing'"))


def _swept_without_saying(uow: UnitOfWork, row: AuditRow) -> None:
    """A sweep that names a moment later than itself could delete the entry that says so."""
    later = AuditRow(**{**row.values(), "id": new_id(), "action": SWEEP, "deletes_before_ms": row.created + _DAY_MS})
    insert_entry(uow, later)
    uow.execute(delete(audit_entries))


CHANGES: dict[str, Callable[[UnitOfWork, AuditRow], object]] = {
    "update": lambda uow, row: uow.execute(update(audit_entries).values(operator_id="")),
    "update of one": lambda uow, row: uow.execute(update(audit_entries).where(audit_entries.c.id == row.id).values(created=0)),
    "delete": lambda uow, row: uow.execute(delete(audit_entries)),
    "delete of one": lambda uow, row: uow.execute(delete(audit_entries).where(audit_entries.c.id == row.id)),
    "replace": _replace,
    "truncate": lambda uow, row: uow.execute(text("DELETE FROM audit_entries" if uow.dialect == "sqlite" else "TRUNCATE audit_entries")),
    "sweep that hides itself": _swept_without_saying,
}


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_no_entry_is_changed_or_deleted(serving: Serving, change: str) -> None:
    row = make_entry(serving)
    with pytest.raises(DBAPIError):
        serving.services.storage.write_now(lambda uow: CHANGES[change](uow, row), tenant=EVERY_TENANT)
    assert entries_of(serving) == [row]


def test_the_retention_deletes_what_is_old_and_says_so(serving: Serving) -> None:
    days = serving.services.limits.audit_kept_days
    old, young = aged(serving, days + 1), aged(serving, days - 1)
    audit.delete_old_entries(serving.services)  # unless the server's own sweep was first
    left = entries_of(serving)
    assert old not in left
    assert young in left
    (sweep,) = [row for row in left if row.action == SWEEP]
    assert sweep.deletes_before_ms == pytest.approx(to_milliseconds(serving.services.lease_clock.now() - timedelta(days=days)), abs=60_000)
    assert audit.delete_old_entries(serving.services) == 0
    assert len([row for row in entries_of(serving) if row.action == SWEEP]) == 1, "nothing to delete, nothing to say"


def test_what_a_sweep_allowed_is_no_leave_to_delete_more(serving: Serving) -> None:
    aged(serving, serving.services.limits.audit_kept_days + 1)
    audit.delete_old_entries(serving.services)
    young = make_entry(serving)
    with pytest.raises(DBAPIError):
        serving.services.storage.write_now(lambda uow: uow.execute(delete(audit_entries)), tenant=EVERY_TENANT)
    assert young in entries_of(serving)


def test_an_entry_and_what_it_records_exist_together(serving: Serving) -> None:
    from bowerbird.domain.access.applications import create_key, list_keys
    from bowerbird.domain.services import Session

    app = serving.application()

    def fail_after(session: Session) -> None:
        create_key(session)
        audit.record(session, AuditAction("create_key", new_id(), application_id=app.id))
        raise ZeroDivisionError

    before = serving.services.read_now(list_keys, tenant=app.id)
    with pytest.raises(ZeroDivisionError):
        serving.services.write_now(fail_after, tenant=app.id)
    assert serving.services.read_now(list_keys, tenant=app.id) == before
    assert entries_of(serving) == []


def test_texts_that_are_no_ids_stay_out(serving: Serving) -> None:
    strange = "gavin@hooli.com <script>"
    action = AuditAction("show_user", new_id(), "10.0.0.1", application_id=strange, user_id=strange, subject=strange)
    serving.services.write_now(audit.record, action, tenant=EVERY_TENANT)
    row = entries_of(serving)[0]
    assert (row.application_id, row.user_id, row.subject) == ("", "", "")
