"""A user's accounts and posted transactions as a file: what they agreed to share, in the format that another program reads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from bowerbird.domain import filters
from bowerbird.domain.consents.gate import read_scope, require_consent
from bowerbird.domain.feeds.exported import UNKNOWN, ExportedAccount, ExportedTransaction
from bowerbird.domain.feeds.ledgers import write_beancount, write_hledger
from bowerbird.domain.feeds.ofx import write_ofx
from bowerbird.domain.feeds.tables import write_csv, write_qif
from bowerbird.domain.filters import Condition, meets
from bowerbird.domain.insights.rows import MARGIN_DAYS, ClassifiedRow, classified_rows
from bowerbird.domain.ledger import documents
from bowerbird.domain.ledger.transactions import ALLOWED, READERS
from bowerbird.domain.services import Session
from bowerbird.domain.users.users import get_user
from bowerbird.model.clock import from_milliseconds
from bowerbird.model.transaction import Direction, Status
from bowerbird.statements.statement import UNKNOWN_NUMBER
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows.accounts import AccountRow

_FIRST, _LAST = date.min + timedelta(days=MARGIN_DAYS), date.max - timedelta(days=MARGIN_DAYS)
"""Every day that a row may have."""

Written = Callable[[Sequence[ExportedAccount], date], Iterator[str]]


class ExportFormat(StrEnum):
    """A format by its name, which is also how a file of it ends but for journals."""

    OFX = "ofx"
    QIF = "qif"
    CSV = "csv"
    HLEDGER = "hledger"
    BEANCOUNT = "beancount"


class FileForm(NamedTuple):
    """How a format is written, what an Accept header calls it, and how its files end."""

    write: Written
    media_type: str
    ending: str

    @property
    def content_type(self) -> str:
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


FORMS: Final[Mapping[ExportFormat, FileForm]] = {
    ExportFormat.OFX: FileForm(write_ofx, "application/x-ofx", "ofx"),
    ExportFormat.QIF: FileForm(write_qif, "application/qif", "qif"),
    ExportFormat.CSV: FileForm(write_csv, "text/csv", "csv"),
    ExportFormat.HLEDGER: FileForm(write_hledger, "text/x-hledger", "journal"),
    ExportFormat.BEANCOUNT: FileForm(write_beancount, "text/x-beancount", "beancount"),
}
FORMAT_OF: Final[Mapping[str, ExportFormat]] = {form.media_type: export_format for export_format, form in FORMS.items()}
"""The formats by what an Accept header calls them."""
_OF_ACCOUNTS: Final = ("account.id", "connection.id", "institution.id")


def read_export(
    session: Session, account_ids: Collection[str] | None = None, transaction_ids: Collection[str] | None = None
) -> list[ExportedAccount]:
    """The accounts that the session's user shares, of those given, all for None, in the order they were first seen; so the transactions.

    Raises Problem for a user who is not there, and where the consent has ended.
    """
    get_user(session)
    require_consent(session)
    accounts = _shared_accounts(session, account_ids, ())
    if transaction_ids is None:
        return accounts
    return [replace(account, transactions=tuple(row for row in account.transactions if row.id in transaction_ids)) for account in accounts]


def read_filtered_export(session: Session, filter_text: str | None, *, categorised: bool) -> list[ExportedAccount]:
    """The same of the transactions that a filter of the API names, and of the accounts that it leaves: none once the consent has ended.

    `categorised`: the application may see what texts mean. Raises Problem for a filter that cannot be read.
    """
    found = _shared_accounts(session, None, filters.accept(filter_text, ALLOWED, READERS))
    return found if categorised else list(map(_without_meaning, found))


def _without_meaning(account: ExportedAccount) -> ExportedAccount:
    """Without what was worked out of texts."""
    return replace(account, transactions=tuple(replace(row, category=UNKNOWN, is_transfer=False) for row in account.transactions))


def _shared_accounts(session: Session, account_ids: Collection[str] | None, conditions: Sequence[Condition]) -> list[ExportedAccount]:
    scope = read_scope(session)
    if scope.ended or not scope.accounts:
        return []
    of_rows = [condition for condition in conditions if condition.property not in _OF_ACCOUNTS]
    of_account: dict[str, list[ClassifiedRow]] = {}
    for row in classified_rows(session, [session.user_id], account_ids, _FIRST, _LAST):
        if all(meets(condition, _value(row, condition.property)) for condition in of_rows):
            of_account.setdefault(row.account.id, []).append(row)
    of_accounts = [condition for condition in conditions if condition.property in _OF_ACCOUNTS]
    chosen = [
        account
        for account in account_rows.accounts_of_user(session.uow, *session.tenant)
        if (account_ids is None or account.id in account_ids) and filters.matches(of_accounts, _facts(account))
    ]
    return [_account(session, account, of_account.get(account.id, [])) for account in chosen]


def _facts(account: AccountRow) -> dict[str, tuple[str, ...]]:
    return dict(zip(_OF_ACCOUNTS, ((account.id,), (account.connection_id,), (account.institution_id,)), strict=True))


def _value(row: ClassifiedRow, name: str) -> str:
    """What a row has of a property that filters name."""
    if name == "transaction.class":
        return documents.read(row.document).class_
    return {
        "transaction.id": row.id,
        "transaction.status": Status.POSTED.value,
        "transaction.direction": (Direction.DEBIT if row.cents < 0 else Direction.CREDIT).value,
        "transaction.postDate": row.day.isoformat(),
    }[name]


def write_export(accounts: Sequence[ExportedAccount], export_format: ExportFormat, made: date) -> Iterator[str]:
    """The parts of a file, made on a day."""
    return FORMS[export_format].write(accounts, made)


def write_file(session: Session, export_format: ExportFormat, filter_text: str | None, categorised: bool) -> bytes:
    """A file of what a filter names, made today. Raises Problem for a filter that cannot be read."""
    made = session.services.clock.now().date()
    parts = write_export(read_filtered_export(session, filter_text, categorised=categorised), export_format, made)
    return b"".join(part.encode() for part in parts)


def _account(session: Session, row: AccountRow, transactions: Sequence[ClassifiedRow]) -> ExportedAccount:
    institution = session.services.institutions.find(row.institution_id)
    return ExportedAccount(
        id=row.id,
        institution_id=row.institution_id,
        institution=institution.name if institution else row.institution_id,
        name=row.name,
        number="" if row.number == UNKNOWN_NUMBER else row.number,
        bsb=row.details.bsb or "",
        account_class=row.account_class,
        currency=row.currency,
        balance_cents=row.balance,
        balance_day=from_milliseconds(row.last_updated).date(),
        transactions=tuple(map(_transaction, transactions)),
    )


def _transaction(row: ClassifiedRow) -> ExportedTransaction:
    whole = documents.read(row.document)
    return ExportedTransaction(
        id=row.id,
        day=row.day,
        text=row.text,
        reference=whole.reference,
        kind=whole.class_,
        cents=row.cents,
        balance_cents=whole.balance_cents,
        category=row.leaf or UNKNOWN,
        is_transfer=bool(row.pair),
    )
