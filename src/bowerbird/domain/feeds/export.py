"""A user's accounts and posted transactions as a file: what they agreed to share, in the format that another program reads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from bowerbird.domain import filters
from bowerbird.domain.consents.gate import read_scope, require_consent
from bowerbird.domain.feeds.export_rows import CopiedRows, copy_rows, worked_out
from bowerbird.domain.feeds.exported import ExportedAccount, ExportedTransaction, bank_id
from bowerbird.domain.feeds.ledgers import write_beancount, write_hledger
from bowerbird.domain.feeds.ofx import write_ofx
from bowerbird.domain.feeds.tables import write_csv, write_qif
from bowerbird.domain.filters import Condition, meets
from bowerbird.domain.ledger.transactions import ALLOWED, READERS
from bowerbird.domain.services import Session
from bowerbird.domain.users.users import get_user
from bowerbird.model.clock import from_milliseconds
from bowerbird.model.transaction import Direction, Status
from bowerbird.statements.statement import UNKNOWN_NUMBER
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows.accounts import AccountRow

_PIECE_BYTES: Final = 64 * 1024
WHOLE_BYTES: Final = 1024 * 1024
"""A file of this size is held in memory, and sent with its length and its validator."""

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


@dataclass(frozen=True, slots=True)
class CopiedExport:
    """What is exported, copied at one moment: `accounts` still without transactions. `file_parts` writes and closes it."""

    accounts: Sequence[ExportedAccount]
    rows: CopiedRows
    conditions: Sequence[Condition] = ()
    transaction_ids: Collection[str] | None = None

    def keeps(self, row: ExportedTransaction) -> bool:
        """Whether a row is asked for."""
        if self.transaction_ids is not None and row.id not in self.transaction_ids:
            return False
        return all(meets(condition, _value(row, condition.property)) for condition in self.conditions)

    def close(self) -> None:
        self.rows.close()


def copy_export(
    session: Session, account_ids: Collection[str] | None = None, transaction_ids: Collection[str] | None = None
) -> CopiedExport:
    """The accounts that the session's user shares, of those given, all for None, in the order they were first seen; so the transactions.

    Raises Problem for a user who is not there, and where the consent has ended.
    """
    get_user(session)
    require_consent(session)
    return replace(_copied(session, account_ids, (), categorised=True), transaction_ids=transaction_ids)


def copy_filtered_export(session: Session, filter_text: str | None, categorised: bool) -> CopiedExport:
    """The same of the transactions that a filter of the API names, and of the accounts that it leaves: none once the consent has ended.

    `categorised`: the application may see what texts mean. Raises Problem for a filter that cannot be read.
    """
    return _copied(session, None, filters.accept(filter_text, ALLOWED, READERS), categorised=categorised)


def _copied(session: Session, account_ids: Collection[str] | None, conditions: Sequence[Condition], *, categorised: bool) -> CopiedExport:
    scope = read_scope(session)
    own = [] if scope.ended or not scope.accounts else account_rows.accounts_of_user(session.uow, *session.tenant)
    looked_at = [account for account in own if account_ids is None or account.id in account_ids]
    of_accounts = [condition for condition in conditions if condition.property in _OF_ACCOUNTS]
    chosen = [_account(session, account) for account in looked_at if filters.matches(of_accounts, _facts(account))]
    of_rows = [condition for condition in conditions if condition.property not in _OF_ACCOUNTS]
    return CopiedExport(chosen, copy_rows(session, looked_at, categorised=categorised), of_rows)


def _facts(account: AccountRow) -> dict[str, tuple[str, ...]]:
    return dict(zip(_OF_ACCOUNTS, ((account.id,), (account.connection_id,), (account.institution_id,)), strict=True))


def _value(row: ExportedTransaction, name: str) -> str:
    """What a row has of a property that filters name."""
    return {
        "transaction.id": row.id,
        "transaction.status": Status.POSTED.value,
        "transaction.direction": (Direction.DEBIT if row.cents < 0 else Direction.CREDIT).value,
        "transaction.class": row.kind,
        "transaction.postDate": row.day.isoformat(),
    }[name]


def write_export(accounts: Sequence[ExportedAccount], export_format: ExportFormat, made: date) -> Iterator[str]:
    """The parts of a file, made on a day."""
    return FORMS[export_format].write(accounts, made)


def file_parts(copied: CopiedExport, export_format: ExportFormat, made: date) -> Generator[bytes]:
    """The parts of a file made on a day, each of about 64 KiB, worked out as they are asked for; the copy is closed behind the last one."""
    with closing(copied), worked_out(copied.rows, copied.keeps) as rows:
        accounts = [replace(account, transactions=rows.get(account.id, account.transactions)) for account in copied.accounts]
        yield from _in_pieces(write_export(accounts, export_format, made))


class FileHead(NamedTuple):
    """How a file begins; `rest` is None where that is all of it."""

    content: bytes
    rest: Generator[bytes] | None


def head_of(parts: Generator[bytes]) -> FileHead:
    """The parts up to WHOLE_BYTES."""
    content = bytearray()
    for part in parts:
        content += part
        if len(content) > WHOLE_BYTES:
            return FileHead(bytes(content), parts)
    return FileHead(bytes(content), None)


def _in_pieces(parts: Iterator[str]) -> Iterator[bytes]:
    piece = bytearray()
    for part in parts:
        piece += part.encode()
        if len(piece) >= _PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


def _account(session: Session, row: AccountRow) -> ExportedAccount:
    return ExportedAccount(
        id=row.id,
        institution_id=bank_id(row),
        institution=session.services.institutions.name_of(row.institution_id, row.details.institution),
        name=row.name,
        number="" if row.number == UNKNOWN_NUMBER else row.number,
        bsb=row.details.bsb or "",
        account_class=row.account_class,
        currency=row.currency,
        balance_cents=row.balance,
        balance_day=from_milliseconds(row.last_updated).date(),
    )
