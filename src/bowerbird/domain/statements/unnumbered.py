"""Statements that do not say which account they are of: whether one may join the account such statements have founded here.

A bank's plain export names no account. The first one founds the institution's one account without a number; a later one is added to
it only where it is shown to be of the same account, and refused otherwise, so that two accounts never silently become one.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from bowerbird import codes
from bowerbird.domain.ledger.card_numbers import cut_transaction
from bowerbird.domain.ledger.documents import fields_of
from bowerbird.domain.ledger.identity import identities
from bowerbird.domain.services import Session
from bowerbird.model.days import day_number
from bowerbird.model.transaction import BankTransaction
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import StatementAccount
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows import transactions as rows
from bowerbird.storage.rows.accounts import AccountKey
from bowerbird.storage.rows.transactions import KnownTransaction

ENOUGH = 3
"""Transactions that two listings without balances must share; two accounts may well pay one fee on one day, not three."""

_FIELD = "accountNo"
Listed = list[tuple[bytes, BankTransaction]]
Signs = Counter[tuple[int, tuple[int | bytes, int | None]]]
"""How often a row of a day appears, by what it is recognised by."""


def refuse_other_account(session: Session, institution_id: str, statement: StatementAccount) -> None:
    """Raises Refused (missing-required-field) for a statement without a number that is not shown to continue what is known.

    Where there are balances, rows are compared by amount and balance, because a bank completes its texts later; else by identity.
    """
    account = statement.account
    stored = account_rows.recognise_account(session.uow, *session.tenant, AccountKey(institution_id, account.number, account.currency))
    known = {} if stored is None else rows.known_transactions(session.uow, stored, 0)
    if stored is None or not known:
        return
    transactions = [cut_transaction(transaction) for transaction in statement.transactions]
    listed = list(zip(identities(transactions, in_file=True), transactions, strict=True))
    by_balance = all(transaction.balance is not None for transaction in transactions)
    ours = Counter(
        (day_number(_day(transaction)), (transaction.amount if by_balance else key, transaction.balance)) for key, transaction in listed
    )
    theirs = Counter((row.post_day, (row.amount if by_balance else key, _balance(row))) for key, row in known.items())
    if not (_same_days(ours, theirs) and (_shared(ours, theirs, statement) or _joined(listed, known, stored.balance))):
        raise Refused(codes.CSV_MISSING_FIELD, field=_FIELD)


def _same_days(ours: Signs, theirs: Signs) -> bool:
    """Whether both list the same on every day that lies inside both; their first and last days may be incomplete."""
    edges = [(min(day for day, _ in signs), max(day for day, _ in signs)) for signs in (ours, theirs)]
    first, last = max(first for first, _ in edges), min(last for _, last in edges)
    inside = [{sign: count for sign, count in signs.items() if first < sign[0] < last} for signs in (ours, theirs)]
    return inside[0] == inside[1]


def _shared(ours: Signs, theirs: Signs, statement: StatementAccount) -> bool:
    """Whether they share enough transactions, with equal balances where there are any."""
    return (ours & theirs).total() >= (1 if statement.proved else min(ENOUGH, ours.total()))


def _joined(listed: Listed, known: dict[bytes, KnownTransaction], newest_balance: int | None) -> bool:
    """Whether the one begins with the balance with which the other ends. Nothing is no evidence: many accounts stand at 0.00."""
    if not listed:
        return False
    oldest = min(known.values(), key=lambda row: (row.post_day, row.id))
    opening, closing = _before(listed[0][1].balance, listed[0][1].amount), listed[-1][1].balance
    after, before = opening == newest_balance, closing == _before(_balance(oldest), oldest.amount)
    return bool(opening and after) or bool(closing and before)


def _before(balance: int | None, amount: int) -> int | None:
    return None if balance is None else balance - amount


def _balance(row: KnownTransaction) -> int | None:
    return fields_of(row.document).balance_cents


def _day(transaction: BankTransaction) -> date:
    return transaction.posted or transaction.made or date.max
