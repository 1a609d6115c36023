"""What was read and proven of each uploaded statement, and the products and layouts that no layout file describes."""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select, text, update

from bowerbird.model.account import AccountClass
from bowerbird.model.days import UndecidedDay
from bowerbird.model.job import JobKind, JobState
from bowerbird.model.statement import Fact, FileKind, LayoutDecision, UnknownKind
from bowerbird.storage.database.tables import accounts, jobs, parsed_statements, statements, unknown_layouts
from bowerbird.storage.database.unit_of_work import Prepared, StoredRow, UnitOfWork

_CREATE_UNKNOWN_LAYOUT = text(
    "INSERT INTO new_prints (id, application_id, institution_id, kind, name, times, first_seen, last_seen, decision) "
    "VALUES (:id, :application_id, :institution_id, :kind, :name, 0, :moment, :moment, 'open') ON CONFLICT DO NOTHING"
)
"""Two jobs can meet the same unknown layout at once: the later one waits here for the other."""


class StatementRow(StoredRow, frozen=True):
    """One account of one statement. `layout` is None for a file of text; balances in cents, None where the file has none.

    `mismatch` is by how many cents what is stored of its days comes to more than its balances say. The new ids are the first and the last
    of the transactions that it was the first to show.
    """

    job_id: str
    account_id: str
    application_id: str
    user_id: str
    layout: str | None
    first_day: int
    last_day: int
    opening: int | None
    closing: int | None
    mismatch: int
    undecided: list[UndecidedDay]
    proved: int
    certificate: list[Fact]
    signs: list[str]
    score: int
    created: int
    first_new_id: str | None
    last_new_id: str | None


class NamedStatementRow(StatementRow, frozen=True):
    """A statement with the account it is of."""

    account_name: str
    product: str
    currency: str
    number: str
    institution_id: str


class CoveredDaysRow(StoredRow, frozen=True):
    """The days of a statement, whether a layout printed them, how many facts prove its rows, and the balance before them.

    The new ids are the first and the last of the transactions that it was the first to show.
    """

    first_day: int
    last_day: int
    opening: int | None
    layout: str | None
    proved: int
    first_new_id: str | None
    last_new_id: str | None

    @property
    def new_ids(self) -> tuple[str, str] | None:
        return (self.first_new_id, self.last_new_id) if self.first_new_id and self.last_new_id else None


class ParsedStatementRow(StoredRow, frozen=True):
    """What a file was read to hold. `content` is sealed JSON; `size` in bytes; `rows` counts its transactions."""

    job_id: str
    application_id: str
    user_id: str
    institution_id: str
    kind: FileKind
    size: int
    rows: int
    content: bytes
    created: int


class UploadedFileRow(NamedTuple):
    """A job that reads a statement. What was read of its file is None until it was read."""

    id: str
    institution_id: str
    state: JobState
    created_at_ms: int
    file_kind: FileKind | None
    row_count: int | None


class UnknownLayoutRow(StoredRow, frozen=True):
    """A product or layout that no layout file describes, and what was decided about it. `job_id` is the latest job that met it.

    `mapping` is what the columns of a table were confirmed to mean.
    """

    id: str
    application_id: str
    institution_id: str
    kind: UnknownKind
    name: str
    times: int
    first_seen: int
    last_seen: int
    job_id: str | None
    decision: LayoutDecision
    account_class: AccountClass | None
    decided: int | None
    decided_by: str | None
    mapping: str | None


class UnknownLayoutKey(NamedTuple):
    """What identifies an unknown layout. `name` is a product's as printed, empty for a layout and where it may be a person's name."""

    application_id: str
    institution_id: str
    kind: UnknownKind
    name: str


_STATEMENT = select(*StatementRow.columns(statements))
_OF_ACCOUNT = Prepared(
    _STATEMENT.where(
        statements.c.application_id == bindparam("application_id"), statements.c.account_id == bindparam("account_id")
    ).order_by(statements.c.first_day, statements.c.last_day),
    typed=True,
)
_PARSED_STATEMENT = select(*ParsedStatementRow.columns(parsed_statements))
_UNKNOWN_LAYOUT = select(*UnknownLayoutRow.columns(unknown_layouts))


def _same(key: UnknownLayoutKey) -> list[ColumnElement[bool]]:
    return [unknown_layouts.c[name] == value for name, value in key._asdict().items()]


def insert_statement(uow: UnitOfWork, row: StatementRow) -> None:
    """One account of one statement; what an earlier reading of the job's file stored is replaced."""
    same = (statements.c.job_id == row.job_id, statements.c.account_id == row.account_id)
    uow.execute(delete(statements).where(statements.c.application_id == row.application_id, *same))
    uow.execute(insert(statements), asdict(row))


def move_statements(uow: UnitOfWork, application_id: str, account_id: str, to: str) -> None:
    """Give the statements of one account to another; where one file is of both, the other keeps its own."""
    own = statements.c.application_id == application_id
    of_both = select(statements.c.job_id).where(own, statements.c.account_id == to).scalar_subquery()
    uow.execute(delete(statements).where(own, statements.c.account_id == account_id, statements.c.job_id.in_(of_both)))
    uow.execute(update(statements).where(own, statements.c.account_id == account_id).values(account_id=to))


def note_mismatch(uow: UnitOfWork, row: StatementRow, mismatch: int) -> None:
    """Store by how many cents a statement's days come to more than its balances say."""
    same = (statements.c.job_id == row.job_id, statements.c.account_id == row.account_id)
    uow.execute(update(statements).where(statements.c.application_id == row.application_id, *same).values(mismatch=mismatch))


def statements_of_account(uow: UnitOfWork, application_id: str, account_id: str) -> list[StatementRow]:
    """Oldest period first."""
    return uow.all(StatementRow, _OF_ACCOUNT, {"application_id": application_id, "account_id": account_id})


def statements_of_days(uow: UnitOfWork, application_id: str, account_id: str, first_day: int, last_day: int) -> list[CoveredDaysRow]:
    """The statements that list any of these days; files of equal days once."""
    own = (statements.c.application_id == application_id, statements.c.account_id == account_id)
    days = (statements.c.first_day <= last_day, statements.c.last_day >= first_day)
    return uow.all(CoveredDaysRow, select(*CoveredDaysRow.columns(statements)).where(*own, *days).distinct())


def statements_of_job(uow: UnitOfWork, application_id: str, job_id: str) -> list[StatementRow]:
    """What one uploaded file came to, an account a row."""
    own = (statements.c.application_id == application_id, statements.c.job_id == job_id)
    return uow.all(StatementRow, _STATEMENT.where(*own).order_by(statements.c.account_id))


def statements_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> list[NamedStatementRow]:
    """What was proven, with the account it is of; oldest period first."""
    account = (accounts.c.name, accounts.c.product, accounts.c.currency, accounts.c.number, accounts.c.institution_id)
    own = (statements.c.application_id == application_id, statements.c.user_id == user_id)
    joined = statements.join(accounts, accounts.c.id == statements.c.account_id)
    ordered = (statements.c.first_day, statements.c.last_day, statements.c.job_id)
    chosen = select(*StatementRow.columns(statements), *account).select_from(joined)
    return uow.all(NamedStatementRow, chosen.where(*own).order_by(*ordered))


def insert_parsed_statement(uow: UnitOfWork, row: ParsedStatementRow) -> None:
    """What an earlier reading of the job's file stored is replaced."""
    own = (parsed_statements.c.application_id == row.application_id, parsed_statements.c.job_id == row.job_id)
    uow.execute(delete(parsed_statements).where(*own))
    uow.execute(insert(parsed_statements), asdict(row))


def delete_parsed_statements(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    """Delete what a user's files were read to hold."""
    own = (parsed_statements.c.application_id == application_id, parsed_statements.c.user_id == user_id)
    uow.execute(delete(parsed_statements).where(*own))


def first_statement_day(uow: UnitOfWork, application_id: str, user_id: str) -> int | None:
    """The earliest day that a user's statements speak of; None without any."""
    row = uow.row(select(func.min(statements.c.first_day)).where(*_of_user(application_id, user_id)))
    return None if row is None else row[0]


def delete_statements(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    """Delete the records of a user's statements."""
    uow.execute(delete(statements).where(*_of_user(application_id, user_id)))


def clip_statements(uow: UnitOfWork, application_id: str, user_id: str, first_day: int, *, with_balances: bool) -> None:
    """Take the days before a day from a user's statements, with what was proven of them; and all balances unless they stay."""
    own = _of_user(application_id, user_id)
    uow.execute(delete(statements).where(*own, statements.c.last_day < first_day))
    longer = (*own, statements.c.first_day < first_day)
    uow.execute(update(statements).where(*longer).values(first_day=first_day, opening=None, certificate=[]))
    if not with_balances:
        uow.execute(update(statements).where(*own).values(opening=None, closing=None, certificate=[]))


def _of_user(application_id: str, user_id: str) -> tuple[ColumnElement[bool], ...]:
    return statements.c.application_id == application_id, statements.c.user_id == user_id


def find_parsed_statement(uow: UnitOfWork, application_id: str, job_id: str) -> ParsedStatementRow | None:
    own = (parsed_statements.c.application_id == application_id, parsed_statements.c.job_id == job_id)
    return uow.one(ParsedStatementRow, _PARSED_STATEMENT.where(*own))


def statement_jobs_of_user(uow: UnitOfWork, application_id: str, user_id: str, most: int) -> list[UploadedFileRow]:
    """Jobs that read a statement, newest first."""
    columns = (jobs.c.id, jobs.c.institution_id, jobs.c.state, jobs.c.created_at_ms, parsed_statements.c.kind, parsed_statements.c.rows)
    joined = jobs.outerjoin(parsed_statements, parsed_statements.c.job_id == jobs.c.id)
    own = (jobs.c.application_id == application_id, jobs.c.user_id == user_id, jobs.c.kind == JobKind.STATEMENT)
    found = uow.rows(select(*columns).select_from(joined).where(*own).order_by(jobs.c.created_at_ms.desc(), jobs.c.id.desc()).limit(most))
    return [UploadedFileRow(*row) for row in found]


def is_statement_job(uow: UnitOfWork, application_id: str, user_id: str, job_id: str) -> bool:
    """Whether a user has a job of this id that reads a statement."""
    own = (jobs.c.application_id == application_id, jobs.c.user_id == user_id, jobs.c.id == job_id)
    return uow.row(select(jobs.c.id).where(*own, jobs.c.kind == JobKind.STATEMENT)) is not None


def record_unknown_layout(uow: UnitOfWork, key: UnknownLayoutKey, new_id: str, moment_ms: int, job_id: str | None) -> None:
    """Store an unknown layout where it is not stored yet, and count it once more for the job that met it; None counts nothing."""
    uow.execute(_CREATE_UNKNOWN_LAYOUT, {"id": new_id, **key._asdict(), "moment": moment_ms})
    if job_id is not None:
        seen = {"times": unknown_layouts.c.times + 1, "last_seen": moment_ms, "job_id": job_id}
        uow.execute(update(unknown_layouts).where(*_same(key)).values(seen))


def find_unknown_layout(uow: UnitOfWork, unknown_layout_id: str) -> UnknownLayoutRow | None:
    """Of the application that the unit of work acts for; across tenants of any."""
    return uow.one(UnknownLayoutRow, _UNKNOWN_LAYOUT.where(unknown_layouts.c.id == unknown_layout_id))


def list_unknown_layouts(uow: UnitOfWork, most: int) -> list[UnknownLayoutRow]:
    """Across tenants, the latest first."""
    ordered = (unknown_layouts.c.last_seen.desc(), unknown_layouts.c.id)
    return uow.all(UnknownLayoutRow, _UNKNOWN_LAYOUT.order_by(*ordered).limit(most))


def mapped_products(uow: UnitOfWork, application_id: str, institution_id: str) -> dict[str, str]:
    """An operator's own products of an institution: name as printed → class of account."""
    own = (unknown_layouts.c.application_id == application_id, unknown_layouts.c.institution_id == institution_id)
    columns = (unknown_layouts.c.name, unknown_layouts.c.account_class)
    is_product = unknown_layouts.c.kind == UnknownKind.PRODUCT
    rows = uow.rows(select(*columns).where(*own, is_product, unknown_layouts.c.decision == LayoutDecision.MAPPED))
    return {name: str(account_class) for name, account_class in rows}


def set_mapping(uow: UnitOfWork, key: UnknownLayoutKey, mapping: str) -> None:
    """Store what the columns of a form were last confirmed to mean; an approved meaning stays until it is deleted."""
    undecided = unknown_layouts.c.decision != LayoutDecision.MAPPED
    uow.execute(update(unknown_layouts).where(*_same(key), undecided).values(mapping=mapping))


def approved_mappings(uow: UnitOfWork, application_id: str, institution_id: str) -> list[str]:
    """What an operator approved that columns of an institution's files mean, the latest form first."""
    own = (unknown_layouts.c.application_id == application_id, unknown_layouts.c.institution_id == institution_id)
    approved = (unknown_layouts.c.decision == LayoutDecision.MAPPED, unknown_layouts.c.kind == UnknownKind.COLUMNS)
    chosen = select(unknown_layouts.c.mapping).where(*own, *approved).order_by(unknown_layouts.c.last_seen.desc(), unknown_layouts.c.id)
    return [str(row[0]) for row in uow.rows(chosen)]


def delete_unknown_layout(uow: UnitOfWork, key: UnknownLayoutKey) -> None:
    uow.execute(delete(unknown_layouts).where(*_same(key)))


def decide_unknown_layout(
    uow: UnitOfWork,
    key: UnknownLayoutKey,
    decision: LayoutDecision,
    *,
    account_class: AccountClass | None = None,
    decided: int | None = None,
    decided_by: str | None = None,
    mapping: str | None = None,
) -> bool:
    """Write a decision; the moment in milliseconds. With a `mapping`: False where the row has another by now."""
    values = {"decision": decision, "account_class": account_class, "decided": decided, "decided_by": decided_by}
    same = (*_same(key), *(() if mapping is None else (unknown_layouts.c.mapping == mapping,)))
    return uow.execute(update(unknown_layouts).where(*same).values(values)).rowcount > 0
