"""An account of a statement or a feed on its way into the rows: recognised, its transactions stored once, its sums checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bowerbird.domain.jobs.work import Work
from bowerbird.domain.ledger.account_import import import_account
from bowerbird.domain.ledger.ingest import Source, import_transactions
from bowerbird.domain.ledger.listed_days import CoveredDays, days_of
from bowerbird.domain.ledger.overlap import ContradictionError
from bowerbird.domain.services import Session
from bowerbird.domain.statements.decisions import undivided
from bowerbird.domain.statements.interval_sums import check_sums
from bowerbird.domain.statements.recognition import import_statement_account, join_accounts
from bowerbird.domain.statements.records import covered_by, record_statement
from bowerbird.model.account import BankAccount
from bowerbird.model.transaction import BankTransaction
from bowerbird.statements.statement import StatementAccount


class ImportedStatement(NamedTuple):
    """The account of a statement, and how many of its transactions changed, came or went."""

    account_id: str
    changed: int


def import_statement(session: Session, work: Work, source: Source, statement: StatementAccount) -> ImportedStatement:
    """Store an account of a statement with its transactions.

    Raises ContradictionError where another file came first that it contradicts, and Refused where it may be of several accounts.
    """
    covers, listing = covered_by(statement), statement.transactions
    with undivided(session) as divided:
        account_id = import_statement_account(session, source, statement)
        imported = import_transactions(session, source, account_id, statement.account, listing, complete=False, covers=covers)
        record_statement(session, work, account_id, statement, source.moment, imported)
        if covers is not None:
            _refuse_mismatch(session, account_id, covers)
    return ImportedStatement(account_id, imported.changed + divided.changed)


def import_listing(session: Session, source: Source, account: BankAccount, listing: Sequence[BankTransaction]) -> int:
    """Store an account of a feed with its transactions; how many of them changed, came or went.

    Where a proven statement no longer sums, the account's continuity says so.
    """
    with undivided(session) as divided:
        account_id = join_accounts(session, source, import_account(session, source, account), listing)
        imported = import_transactions(session, source, account_id, account, listing, complete=True)
        check_sums(session, account_id, days_of(listing))
    return imported.changed + divided.changed


def _refuse_mismatch(session: Session, account_id: str, covers: CoveredDays) -> None:
    """Raises ContradictionError where the days of a proven statement no longer come to what its balances say."""
    for mismatch in check_sums(session, account_id, covers):
        if mismatch.is_new:
            raise ContradictionError(f"With it, {mismatch}.", None)
