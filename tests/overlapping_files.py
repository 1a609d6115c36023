"""A made-up account and the files that tell of parts of it: CSV with balances, OFX with and without the bank's ids, proven PDFs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import NamedTuple

from sqlalchemy import delete, insert

from bowerbird.domain.access.applications import create_application
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections.connections import insert_connection, new_connection
from bowerbird.domain.jobs.jobs import JobRow
from bowerbird.domain.jobs.work import Work
from bowerbird.domain.ledger.accounts import list_accounts
from bowerbird.domain.ledger.documents import id_of, parse
from bowerbird.domain.ledger.ingest import Source
from bowerbird.domain.services import Services, Session
from bowerbird.domain.statements.records import list_breaks
from bowerbird.domain.statements.statement_import import import_listing, import_statement
from bowerbird.domain.users.users import UserDetails, create_user
from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.connection import Method
from bowerbird.model.ids import new_id
from bowerbird.model.job import NO_CHECKPOINT, JobKind, JobState
from bowerbird.model.money import format_cents
from bowerbird.model.transaction import BankTransaction
from bowerbird.plugins.registry import discover
from bowerbird.statements.pdf.proof import Certificate
from bowerbird.statements.pdf.proven import ProvenStatement
from bowerbird.statements.reader import read_statement
from bowerbird.statements.statement import StatementAccount
from bowerbird.storage.database.tables import jobs, transactions
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.storage.rows.transactions import StoredDocument, account_facts, page

INSTITUTION, BSB, NUMBER = "AU04301", "062000", "12345678"
FIRST_DAY = date(2025, 2, 1)
_CSV_HEADER = "bsb_number,account_number,transaction_date,amount,description,balance"
_TEXTS = ("COFFEE CART HARBOUR STREET SYDNEY NS", "BAKERY", "DIRECT CREDIT 301500 EXAMPLE EMPLOYER", "BUS", "TRANSFER TO XX9876 RENT")
_AMOUNTS = (-450, -450, -450, -1200, 1200, 250000, 0)
_LAYOUTS = discover().csv_layouts


class Movement(NamedTuple):
    """One transaction as it was: cents, and the balance after it."""

    day: date
    amount: int
    text: str
    balance: int
    fitid: str = ""


def movements(random: Random, days: int, most_a_day: int = 4) -> list[Movement]:
    """Few texts and amounts, so that many are equal; but never two of one day, amount and balance, which no file could tell apart."""
    balance = 100_000
    made: list[Movement] = []
    seen: set[tuple[int, int, int]] = set()
    for offset in range(days):
        for _ in range(random.randint(0, most_a_day)):
            amount = random.choice(_AMOUNTS)
            if (offset, amount, balance + amount) in seen:
                continue
            balance += amount
            seen.add((offset, amount, balance))
            made.append(Movement(FIRST_DAY + timedelta(offset), amount, random.choice(_TEXTS), balance, f"N51{len(made):08}K"))
    return made


def csv_file(rows: Sequence[Movement]) -> bytes:
    """CommBank's export that names the account, newest first."""
    lines = [
        f"{BSB},{NUMBER},{row.day:%d/%m/%Y},{format_cents(row.amount)},{row.text},{format_cents(row.balance)}" for row in reversed(rows)
    ]
    return "\n".join([_CSV_HEADER, *lines, ""]).encode()


def ofx_file(rows: Sequence[Movement], *, ids: bool = True, suffix: str = "", longest: int = 99) -> bytes:
    """`suffix` makes other ids of them, as a bank does that makes ids anew for every export; texts are cut to `longest`."""
    head = f"<OFX><STMTRS><CURDEF>AUD<BANKACCTFROM><BANKID>{BSB}<ACCTID>{NUMBER}<ACCTTYPE>SAVINGS</BANKACCTFROM><BANKTRANLIST>"
    elements = [
        f"<STMTTRN><TRNTYPE>OTHER<DTPOSTED>{row.day:%Y%m%d}<TRNAMT>{format_cents(row.amount)}"
        f"{f'<FITID>{row.fitid}{suffix}' if ids else ''}<NAME>{row.text[:longest].strip()}</STMTTRN>"
        for row in rows
    ]
    return "\n".join(["OFXHEADER:100", "", head, *elements, "</BANKTRANLIST></STMTRS></OFX>"]).encode()


def pdf_statement(rows: Sequence[Movement]) -> list[StatementAccount]:
    """What a proven PDF with these rows is read to say."""
    period, opening, closing = (rows[0].day, rows[-1].day), rows[0].balance - rows[0].amount, rows[-1].balance
    moment = datetime(period[1].year, period[1].month, period[1].day, tzinfo=UTC)
    account = BankAccount(BSB + NUMBER, "Saver", None, "AUD", AccountClass.SAVINGS, "Saver", closing, None, bsb=BSB, last_updated=moment)
    listing = [BankTransaction(row.amount, row.text, row.day, None, row.balance) for row in rows]
    certificate, count = Certificate(()), len(rows) + 2
    return [
        ProvenStatement(
            account, listing, count, period=period, opening=opening, closing=closing, certificate=certificate, layout_id="made.up"
        )
    ]


def read(data: bytes) -> list[StatementAccount]:
    return read_statement(data, INSTITUTION, 100_000, _LAYOUTS, institution_id=INSTITUTION)


class Stored(NamedTuple):
    """A stored transaction: cents."""

    day: date
    amount: int
    text: str
    balance: int | None
    id: str


class Uploads:
    """A user's account on a real database. Files are imported as a job's last step does, each in a unit of work of its own."""

    def __init__(self, services: Services, institution_id: str = INSTITUTION) -> None:
        self.services, self.institution_id = services, institution_id
        self.tenant, self._connection_id = services.write_now(self._new_user, tenant=EVERY_TENANT)

    def _new_user(self, session: Session) -> tuple[Tenant, str]:
        key = create_application(session, "Files", production=True, products="all")
        user_id, _ = create_user(session.in_application(key.application_id), UserDetails(email="a@example.com"))
        tenant, institution = Tenant(key.application_id, user_id), self.services.institutions.find(self.institution_id)
        assert institution is not None
        row = new_connection(self.services, tenant, institution, Method.CSV)
        insert_connection(session.of(tenant), row)
        return tenant, row.id

    def add(self, statement: Sequence[StatementAccount]) -> None:
        """Raises ContradictionError and Refused."""
        job = self._job(JobKind.STATEMENT)
        work = Work(job, None, 0, NO_CHECKPOINT)
        source = Source(self._connection_id, self.institution_id, job.created_at_ms, job.id)

        def write(session: Session) -> None:
            session.uow.execute(insert(jobs), job.values())
            for each in statement:
                import_statement(session.of(self.tenant), work, source, each)

        self.services.write_now(write, tenant=self.tenant.application_id)

    def _job(self, kind: JobKind) -> JobRow:
        now_ms = to_milliseconds(self.services.clock.now())
        return JobRow(
            id=new_id(), application_id=self.tenant.application_id, user_id=self.tenant.user_id, connection_id=self._connection_id,
            institution_id=self.institution_id, kind=kind, state=JobState.SUCCEEDED, due_at_ms=now_ms, created_at_ms=now_ms,
            updated_at_ms=now_ms,
        )  # fmt: skip

    def refresh(self, account: BankAccount, listing: Sequence[BankTransaction]) -> None:
        """What a feed shows of an account."""
        job = self._job(JobKind.REFRESH)
        source = Source(self._connection_id, self.institution_id, job.created_at_ms, job.id)

        def write(session: Session) -> None:
            session.uow.execute(insert(jobs), job.values())
            import_listing(session.of(self.tenant), source, account, listing)

        self.services.write_now(write, tenant=self.tenant.application_id)

    def account_numbers(self) -> list[str]:
        """The numbers of the user's accounts."""
        read = self.services.read_now(list_accounts, None, tenant=self.tenant)
        return [account.number for account in read]

    def breaks(self) -> list[str]:
        """Where the statements of the user's accounts do not join or do not sum."""

        def read(session: Session) -> list[str]:
            accounts = account_facts(session.uow, *self.tenant)
            return [str(gap) for account in accounts for gap in list_breaks(session, account.id)]

        return self.services.read_now(read, tenant=self.tenant)

    def delete(self, row: Stored) -> None:
        """Take a row out of the database, past everything that keeps it there."""
        removed = delete(transactions).where(transactions.c.id == row.id)
        self.services.write_now(lambda session: session.uow.execute(removed), tenant=self.tenant.application_id)

    def stored(self) -> list[Stored]:
        def read(uow: UnitOfWork) -> list[StoredDocument]:
            accounts = account_facts(uow, *self.tenant)
            return page(uow, accounts[0].user_ref, None, None, 10**6) if accounts else []

        found = self.services.storage.read_now(read, tenant=self.tenant.application_id)
        rows = [(parse(document), id_of(document)) for document, *_ in found]
        return [Stored(row.posted or date.max, row.amount, row.description, row.balance, row_id) for row, row_id in rows]


def month_of(month: int) -> bytes:
    """A CSV file with one month of an account that gains 90.00 in each: 100.00 come in, 10.00 go out."""
    before = (month - 1) * 90
    rows = (f"05/{month:02}/2025,PAY {month},100.00,,{before + 100}.00", f"06/{month:02}/2025,RENT {month},,-10.00,{before + 90}.00")
    return "\n".join(("Account Number,Date,Description,Credit,Debit,Balance", *(f"012345678,{row}" for row in rows), "")).encode()
