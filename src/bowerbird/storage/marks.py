"""Facts about the database itself, by their names."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update

from bowerbird.storage.tables import marks
from bowerbird.storage.unit_of_work import UnitOfWork


def find_mark(uow: UnitOfWork, name: str, *, for_update: bool = False) -> bytes | None:
    """A fact by its name; `for_update` keeps other processes from changing it before this unit of work ends."""
    wanted = select(marks.c.value).where(marks.c.name == name)
    found = uow.row(wanted.with_for_update() if for_update else wanted)
    return None if found is None else bytes(found[0])


def put_mark(uow: UnitOfWork, name: str, value: bytes) -> None:
    if uow.execute(update(marks).where(marks.c.name == name).values(value=value)).rowcount == 0:
        uow.execute(insert(marks), {"name": name, "value": value})


def find_marks(uow: UnitOfWork, beginning: str) -> dict[str, bytes]:
    """The marks whose name begins with a text, by the rest of their names."""
    found = uow.rows(select(marks).where(marks.c.name.startswith(beginning, autoescape=True)).order_by(marks.c.name))
    return {row.name.removeprefix(beginning): bytes(row.value) for row in found}


def delete_mark(uow: UnitOfWork, name: str) -> None:
    uow.execute(delete(marks).where(marks.c.name == name))
