"""Facts about the database itself, by their names."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, text, update

from bowerbird.storage.database.tables import database_facts
from bowerbird.storage.database.unit_of_work import UnitOfWork


def find_fact(uow: UnitOfWork, name: str, *, for_update: bool = False) -> bytes | None:
    """A fact by its name; `for_update` keeps other processes from changing it before this unit of work ends."""
    wanted = select(database_facts.c.value).where(database_facts.c.name == name)
    found = uow.row(wanted.with_for_update() if for_update else wanted)
    return None if found is None else bytes(found[0])


def insert_fact(uow: UnitOfWork, name: str, value: bytes) -> bool:
    """False when it was there already; another process that is writing it is waited for."""
    put = text("INSERT INTO marks (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING")
    return uow.execute(put, {"name": name, "value": value}).rowcount == 1


def put_fact(uow: UnitOfWork, name: str, value: bytes) -> None:
    if uow.execute(update(database_facts).where(database_facts.c.name == name).values(value=value)).rowcount == 0:
        uow.execute(insert(database_facts), {"name": name, "value": value})


def list_facts(uow: UnitOfWork, beginning: str) -> dict[str, bytes]:
    """The facts whose name begins with a text, by the rest of their names."""
    found = uow.rows(
        select(database_facts).where(database_facts.c.name.startswith(beginning, autoescape=True)).order_by(database_facts.c.name)
    )
    return {row.name.removeprefix(beginning): bytes(row.value) for row in found}


def delete_fact(uow: UnitOfWork, name: str) -> None:
    uow.execute(delete(database_facts).where(database_facts.c.name == name))
