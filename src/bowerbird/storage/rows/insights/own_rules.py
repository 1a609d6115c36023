"""Rules of an application's own, every version of them."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from bowerbird.storage.database.tables import applications, own_rules
from bowerbird.storage.database.unit_of_work import StoredRow, UnitOfWork

_r = own_rules.c


class OwnRulesRow(StoredRow, frozen=True):
    """A version: `rules` is JSON."""

    application_ref: int
    version: int
    created_at_ms: int
    rules: bytes


_VERSIONS = (
    select(*OwnRulesRow.columns(own_rules))
    .select_from(own_rules.join(applications, applications.c.ref == _r.application_ref))
    .order_by(_r.version.desc())
)


def hold_rules(uow: UnitOfWork, application_id: str) -> None:
    """Let no other unit of work change the rules of an application before this one ends."""
    uow.row(select(applications.c.ref).where(applications.c.id == application_id).with_for_update(key_share=True))


def newest_version(uow: UnitOfWork, application_id: str) -> OwnRulesRow | None:
    return uow.one(OwnRulesRow, _VERSIONS.where(applications.c.id == application_id).limit(1))


def list_versions(uow: UnitOfWork, application_id: str, most: int) -> list[OwnRulesRow]:
    """Newest first."""
    return uow.all(OwnRulesRow, _VERSIONS.where(applications.c.id == application_id).limit(most))


def insert_version(uow: UnitOfWork, application_id: str, version: int, created_at_ms: int, rules: bytes, kept: int) -> None:
    """Store a version, and drop those that are older than the newest `kept`."""
    ref = select(applications.c.ref).where(applications.c.id == application_id).scalar_subquery()
    uow.execute(insert(own_rules).values(application_ref=ref, version=version, created_at_ms=created_at_ms, rules=rules))
    uow.execute(delete(own_rules).where(_r.application_ref == ref, _r.version <= version - kept))
