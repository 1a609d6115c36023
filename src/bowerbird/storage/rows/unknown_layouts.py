"""Products and layouts that were met for the first time, and what was decided about them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, text, update

from bowerbird.storage.database.tables import unknown_layouts as table
from bowerbird.storage.database.unit_of_work import AnyRow, UnitOfWork

_INSERT = text(
    "INSERT INTO new_prints (id, application_id, institution_id, kind, name, times, first_seen, last_seen, decision) "
    "VALUES (:id, :application_id, :institution_id, :kind, :name, 0, :moment, :moment, 'open') ON CONFLICT DO NOTHING"
)
"""Two jobs can meet the same print at once: the later one waits here for the other."""


def record_unknown_layout(uow: UnitOfWork, values: dict[str, object], *, met: int = 1) -> None:
    """Count a print `met` times more; it is new where nobody met it before. A met one names its job as the latest."""
    uow.execute(_INSERT, {name: values[name] for name in ("id", "application_id", "institution_id", "kind", "name", "moment")})
    seen = {"times": table.c.times + met, "last_seen": values["moment"], "job_id": values["job_id"]} if met else {}
    if seen:
        own = [table.c[name] == values[name] for name in ("application_id", "institution_id", "kind", "name")]
        uow.execute(update(table).where(*own).values(seen))


def find_unknown_layout(uow: UnitOfWork, application_id: str, print_id: str) -> AnyRow | None:
    return uow.row(select(table).where(table.c.application_id == application_id, table.c.id == print_id))


def find_any_unknown_layout(uow: UnitOfWork, print_id: str) -> AnyRow | None:
    """Whoever's it is."""
    return uow.row(select(table).where(table.c.id == print_id))


def list_unknown_layouts(uow: UnitOfWork, most: int) -> Sequence[AnyRow]:
    """Across tenants, the latest first."""
    return uow.rows(select(table).order_by(table.c.last_seen.desc(), table.c.id).limit(most))


def mapped_products(uow: UnitOfWork, application_id: str, institution_id: str) -> dict[str, str]:
    """An operator's own products of an institution: name as printed → class of account."""
    own = (table.c.application_id == application_id, table.c.institution_id == institution_id, table.c.decision == "mapped")
    return {str(row.name): str(row.account_class) for row in uow.rows(select(table).where(*own))}


def update_unknown_layout(uow: UnitOfWork, application_id: str, kind_of: tuple[str, str, str], **values: object) -> None:
    """Write a decision. `kind_of` is institution, kind and name."""
    institution_id, kind, name = kind_of
    own = (table.c.application_id == application_id, table.c.institution_id == institution_id, table.c.kind == kind, table.c.name == name)
    uow.execute(update(table).where(*own).values(**values))
