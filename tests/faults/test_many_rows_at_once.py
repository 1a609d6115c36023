"""Rows that are inserted by arrays on PostgreSQL come out as those that SQLite takes one by one, and no policy is passed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from bowerbird.model.event import EventType, MessageState
from bowerbird.model.ids import new_id
from bowerbird.model.transaction import TransactionClass
from bowerbird.settings import Settings
from bowerbird.storage.database.engine import Storage
from bowerbird.storage.database.tables import messages, transaction_sources, transactions
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, ManyRows, UnitOfWork
from bowerbird.storage.rows.messages import MessageRow, insert_messages, list_messages_of_event
from bowerbird.storage.rows.transaction_sources import TransactionSourceRow
from bowerbird.wiring.services import open_services
from tests.postgres import settings_of

ROWS = 300
"""More than one statement takes."""


@pytest.fixture(params=["sqlite", "postgresql"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    services = open_services(Settings(data=tmp_path, **settings_of(request)))
    yield services.storage
    services.close()


def test_rows_come_out_as_they_went_in(storage: Storage) -> None:
    """Ids, enums, empty columns of whole statements, texts with quotes, braces and line breaks."""
    application, event = new_id(), new_id()
    texts = ['{"a": "b\\\\"}', "NULL", "", "two\nlines, é and 'quotes'"]
    rows = [
        MessageRow(new_id(), application, new_id(), None, event if number < 4 else new_id(), EventType.USER_CREATED, None, text,
                   MessageState.PENDING, 0, number, 2**40)
        for number in range(ROWS) for text in [texts[number] if number < 4 else None]
    ]  # fmt: skip
    storage.write_now(lambda uow: insert_messages(uow, rows), tenant=EVERY_TENANT)
    found = storage.read_now(lambda uow: list_messages_of_event(uow, application, event), tenant=EVERY_TENANT)
    assert found == rows[:4]
    count = storage.read_now(lambda uow: len(uow.rows(select(messages.c.id))), tenant=EVERY_TENANT)
    assert count == ROWS


def test_bytes_and_numbers_come_out_as_they_went_in(storage: Storage) -> None:
    columns = (
        "application_ref",
        "user_ref",
        "account_ref",
        "post_day",
        "amount",
        "id",
        "identity",
        "transaction_class",
        "matched",
        "document",
    )
    many = ManyRows(transactions, columns)
    classes = list(TransactionClass)
    rows = [
        (day, -(2**40) + day, new_id(), day.to_bytes(16, "big"), classes[day % len(classes)], "", b"\x00\\x\xff") for day in range(ROWS)
    ]
    storage.write_now(lambda uow: uow.insert_many(many, rows, (1, 2, 3)), tenant=EVERY_TENANT)
    chosen = select(*(transactions.c[name] for name in columns)).order_by(transactions.c.post_day)
    found = storage.read_now(lambda uow: [tuple(row) for row in uow.rows(chosen)], tenant=EVERY_TENANT)
    assert found == [(1, 2, 3, *row) for row in rows]


def test_what_is_there_already_stays(storage: Storage) -> None:
    many = ManyRows(transaction_sources, ("application_ref", "user_ref", *TransactionSourceRow.__struct_fields__), ignore=True)
    first = TransactionSourceRow(new_id(), new_id(), 1, "text")
    rows = [first, TransactionSourceRow(first.transaction_id, first.source_id, 2, "again"), TransactionSourceRow(new_id(), new_id(), 3, "")]

    def write(uow: UnitOfWork) -> None:
        uow.insert_many(many, [tuple(row.values().values()) for row in rows], (1, 2))

    for _ in range(2):
        storage.write_now(write, tenant=EVERY_TENANT)
    found = storage.read_now(
        lambda uow: uow.all(TransactionSourceRow, select(*TransactionSourceRow.columns(transaction_sources))), tenant=EVERY_TENANT
    )
    assert sorted(found, key=lambda row: row.seen_at_ms) == [first, rows[2]]


@pytest.mark.parametrize("storage", ["postgresql"], indirect=True)
def test_a_policy_judges_each_row(storage: Storage) -> None:
    """One row of another application among three hundred: the whole statement is refused."""
    mine = new_id()
    rows = [
        MessageRow(new_id(), mine if number else new_id(), new_id(), None, new_id(), EventType.USER_CREATED, None, None,
                   MessageState.PENDING, 0, 0, 0)
        for number in range(ROWS)
    ]  # fmt: skip
    with pytest.raises((psycopg.errors.InsufficientPrivilege, DBAPIError)):
        storage.write_now(lambda uow: insert_messages(uow, rows), tenant=mine)
    assert storage.read_now(lambda uow: len(uow.rows(select(messages.c.id))), tenant=EVERY_TENANT) == 0
