"""Which files and feeds show a transaction, and what each of them shows."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird import codes
from bowerbird.domain.consents.gate import read_scope
from bowerbird.domain.ledger import documents
from bowerbird.domain.ledger.documents import TransactionDocument
from bowerbird.domain.ledger.sources import has_first_row, shown_by, shown_first
from bowerbird.domain.services import Session
from bowerbird.model.ids import moment_of_id
from bowerbird.model.problem import Problem
from bowerbird.model.transaction import BankTransaction
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows import transaction_sources as rows
from bowerbird.storage.rows import transactions as transaction_rows
from bowerbird.storage.rows.accounts import AccountRow
from bowerbird.storage.rows.transaction_sources import SourceFileRow, TransactionSourceRow
from bowerbird.storage.rows.transactions import KnownTransaction

SEPARATED = "separated"


class TransactionSource(NamedTuple):
    """A file or feed that shows a transaction. `how` it was found, with how sure that is; empty for the first source.

    `source_id` is None where a feed was the first, `file` for every feed.
    """

    source_id: str | None
    file: SourceFileRow | None
    seen_at_ms: int
    how: str
    transaction: BankTransaction


class Separation(NamedTuple):
    """An operator's decision that a source shows another transaction: the one that kept the rest, and the one that this source got.

    `kept_id` is empty where that one is gone since. `overruled_by` says which proven statement has no room for two, and is empty while
    the decision is carried out.
    """

    kept_id: str
    separated_id: str
    source_id: str
    operator: str
    overruled_by: str


class Lineage(NamedTuple):
    """A transaction with all of its sources, the earliest first; how it was separated from another one, and others from it.

    `account` is None where the user does not share accounts.
    """

    transaction: TransactionDocument
    institution_id: str
    account: AccountRow | None
    sources: list[TransactionSource]
    separation: Separation | None
    separations: list[Separation]

    @property
    def bank(self) -> str | None:
        """The bank that the account's source names; None where it names none, and where the user does not share accounts."""
        return self.account.details.institution if self.account else None


class StoredTransaction(NamedTuple):
    """A transaction with its account and its sources after the first, the earliest first."""

    known: KnownTransaction
    account: AccountRow
    sources: list[TransactionSourceRow]


def stored_transaction(session: Session, transaction_id: str) -> StoredTransaction | None:
    """A transaction of the user, whatever of it they share; None where there is none."""
    accounts = account_rows.accounts_of_user(session.uow, *session.tenant)
    found = transaction_rows.find_transaction(session.uow, accounts[0].user_ref, transaction_id) if accounts else None
    if found is None:
        return None
    account = next(account for account in accounts if account.ref == found[1])
    return StoredTransaction(found[0], account, rows.sources_of(session.uow, account.user_ref, transaction_id))


def find_stored(session: Session, transaction_id: str) -> StoredTransaction:
    """Raises Problem when the user has no such transaction, or does not share it."""
    stored = stored_transaction(session, transaction_id) if read_scope(session).transactions else None
    if stored is None:
        raise Problem(codes.TRANSACTION_NOT_FOUND, parameter="transactionId")
    return stored


def get_lineage(session: Session, transaction_id: str) -> Lineage:
    """Which files and feeds show a transaction. Raises Problem when the user has no such transaction."""
    known, account, sources = find_stored(session, transaction_id)
    first_is_row = has_first_row(sources)
    first_id = None if first_is_row else first_source_of(session, account, known)
    files = rows.source_files(session.uow, *session.tenant, [*(source.source_id for source in sources), *([first_id] if first_id else [])])
    shown = [
        TransactionSource(source.source_id, files.get(source.source_id), source.seen_at_ms, _how(source), shown_by(known, sources, place))
        for place, source in enumerate(sources)
    ]
    if not first_is_row:
        first = TransactionSource(first_id, files.get(first_id or ""), moment_of_id(known.id), "", shown_first(known, sources))
        shown.insert(0, first)
    decided = [row for row in rows.separated_sources(session.uow, *session.tenant) if row.separated_by is not None]
    separation = next((_separation(row) for row in decided if row.separated_from and row.transaction_id == known.id), None)
    if separation and transaction_rows.find_transaction(session.uow, account.user_ref, separation.kept_id) is None:
        separation = separation._replace(kept_id="")
    taken = [_separation(row) for row in decided if known.id == (row.separated_from or row.transaction_id)]
    return Lineage(
        documents.read(known.document), account.institution_id, account if read_scope(session).accounts else None, shown,
        separation, taken,
    )  # fmt: skip


def first_source_of(session: Session, account: AccountRow, known: KnownTransaction) -> str | None:
    """The job of the file that was the first to show a transaction; None where a feed was."""
    return rows.first_job_of(session.uow, session.tenant.application_id, account.id, known.id)


def _how(source: TransactionSourceRow) -> str:
    return SEPARATED if source.separated_by is not None and source.separated_from is not None else source.how


def _separation(row: TransactionSourceRow) -> Separation:
    kept_id = row.separated_from or row.transaction_id
    return Separation(kept_id, row.separated_id or "", row.source_id, row.separated_by or "", row.overruled_by or "")
