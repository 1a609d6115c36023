"""What people say of what their money is taken for."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, ScalarSelect, delete, exists, func, insert, select

from bowerbird.storage.database.tables import corrections, transactions, users
from bowerbird.storage.database.unit_of_work import StoredRow, UnitOfWork

_c, _t = corrections.c, transactions.c


class CorrectionRow(StoredRow, frozen=True):
    """What a person says of one of their transactions. `statement` is sealed."""

    user_id: str
    transaction_id: str
    application_id: str
    statement: bytes
    created_at_ms: int


def _own(application_id: str, user_id: str) -> tuple[ColumnElement[bool], ...]:
    return _c.application_id == application_id, _c.user_id == user_id


def list_corrections(uow: UnitOfWork, application_id: str, user_id: str) -> Sequence[CorrectionRow]:
    """Of a user, newest first."""
    chosen = select(*CorrectionRow.columns(corrections)).where(*_own(application_id, user_id))
    return uow.all(CorrectionRow, chosen.order_by(_c.created_at_ms.desc(), _c.transaction_id))


def count_others(uow: UnitOfWork, application_id: str, user_id: str, transaction_id: str) -> int:
    """A user's corrections of other transactions than one."""
    row = uow.row(select(func.count()).where(*_own(application_id, user_id), _c.transaction_id != transaction_id))
    return 0 if row is None else int(row[0])


def put_correction(uow: UnitOfWork, row: CorrectionRow) -> None:
    """Store a correction in the place of an earlier one of the same transaction."""
    delete_correction(uow, row.application_id, row.user_id, row.transaction_id)
    uow.execute(insert(corrections), asdict(row))


def delete_correction(uow: UnitOfWork, application_id: str, user_id: str, transaction_id: str) -> None:
    uow.execute(delete(corrections).where(*_own(application_id, user_id), _c.transaction_id == transaction_id))


def delete_lost_corrections(uow: UnitOfWork, user_ref: int | ScalarSelect[int]) -> None:
    """Delete what a user says of transactions that are not there any more."""
    own = _c.user_id == select(users.c.id).where(users.c.ref == user_ref).scalar_subquery()
    there = exists().where(_t.user_ref == user_ref, _t.id == _c.transaction_id)
    uow.execute(delete(corrections).where(own, ~there))
