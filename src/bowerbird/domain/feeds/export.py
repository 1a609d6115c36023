"""A user's accounts and posted transactions as a file: what they agreed to share, in the format that another program reads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from bowerbird.domain.consents.gate import read_scope, require_consent
from bowerbird.domain.feeds.exported import UNKNOWN, ExportedAccount, ExportedTransaction
from bowerbird.domain.feeds.ledgers import write_beancount, write_hledger
from bowerbird.domain.feeds.ofx import write_ofx
from bowerbird.domain.feeds.tables import write_csv, write_qif
from bowerbird.domain.insights.rows import MARGIN_DAYS, ClassifiedRow, classified_rows
from bowerbird.domain.ledger import documents
from bowerbird.domain.services import Session
from bowerbird.domain.users.users import get_user
from bowerbird.model.clock import from_milliseconds
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
    """How a format is written, what it is called on the web, and how its files end."""

    write: Written
    media_type: str
    ending: str


FORMS: Final[Mapping[ExportFormat, FileForm]] = {
    ExportFormat.OFX: FileForm(write_ofx, "application/x-ofx", "ofx"),
    ExportFormat.QIF: FileForm(write_qif, "application/qif", "qif"),
    ExportFormat.CSV: FileForm(write_csv, "text/csv; charset=utf-8", "csv"),
    ExportFormat.HLEDGER: FileForm(write_hledger, "text/plain; charset=utf-8", "journal"),
    ExportFormat.BEANCOUNT: FileForm(write_beancount, "text/plain; charset=utf-8", "beancount"),
}


def read_export(session: Session, account_ids: Collection[str] | None = None) -> list[ExportedAccount]:
    """The accounts that the session's user shares, of those given, all for None, in the order they were first seen.

    Raises Problem for a user who is not there, and where the consent has ended.
    """
    get_user(session)
    require_consent(session)
    if not read_scope(session).accounts:
        return []
    rows = classified_rows(session, [session.user_id], account_ids, _FIRST, _LAST)
    of_account: dict[str, list[ClassifiedRow]] = {}
    for row in rows:
        of_account.setdefault(row.account.id, []).append(row)
    known = account_rows.accounts_of_user(session.uow, *session.tenant)
    return [
        _account(session, account, of_account.get(account.id, [])) for account in known if account_ids is None or account.id in account_ids
    ]


def write_export(accounts: Sequence[ExportedAccount], export_format: ExportFormat, made: date) -> Iterator[str]:
    """The parts of a file, made on a day."""
    return FORMS[export_format].write(accounts, made)


def _account(session: Session, row: AccountRow, transactions: Sequence[ClassifiedRow]) -> ExportedAccount:
    institution = session.services.institutions.find(row.institution_id)
    return ExportedAccount(
        id=row.id,
        institution_id=row.institution_id,
        institution=institution.name if institution else row.institution_id,
        name=row.name,
        number=row.number,
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
