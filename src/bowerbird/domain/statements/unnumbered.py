"""Statements that do not say which account they are of, and the account they are shown to be of.

A bank's plain export names no account. It is added to the one account of its institution that it is shown to be of. The first that is
shown to be of none founds the institution's one account without a number, and a later one is refused, so that two accounts never
silently become one. That account takes the number of the first statement with a number that is shown to be of it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

from bowerbird import codes
from bowerbird.domain.ledger.card_numbers import cut_account, cut_transaction
from bowerbird.domain.ledger.documents import fields_of
from bowerbird.domain.ledger.identity import identities, is_of_content
from bowerbird.domain.ledger.ingest import Source, details_of, import_account
from bowerbird.domain.services import Session
from bowerbird.domain.users.users import hold_user
from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.days import day_number
from bowerbird.model.transaction import BankTransaction
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import UNKNOWN_NUMBER, UNKNOWN_PRODUCT, StatementAccount
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows import transactions as rows
from bowerbird.storage.rows.accounts import AccountKey, AccountRow
from bowerbird.storage.rows.transactions import KnownTransaction

ENOUGH = 3
"""Transactions that two listings without balances must share; two accounts may well pay one fee on one day, not three."""

_FIELD = "accountNo"
Listed = list[tuple[bytes, BankTransaction]]
Signs = Counter[tuple[int, tuple[int | bytes, int | None]]]
"""How often a row of a day appears, by what it is recognised by."""


def as_stored(session: Session, institution_id: str, statement: StatementAccount) -> BankAccount:
    """The statement's account, under the number of the stored account it is shown to be where that number is not its own.

    Raises Refused (missing-required-field) for a statement without a number that may be of several accounts, or of none where
    such statements have an account already.
    """
    account = cut_account(statement.account)
    stored = [row for row in account_rows.accounts_of_user(session.uow, *session.tenant) if row.institution_id == institution_id]
    alike = {row.number: row for row in stored if row.currency == account.currency}
    own = alike.get(account.number)
    if statement.numbered:
        alike = {} if own else {number: row for number, row in alike.items() if number == UNKNOWN_NUMBER}
    same = [number for number, row in alike.items() if _is_same(session, row, statement)]
    if not statement.numbered and (len(same) > 1 or (not same and own and own.transaction_count)):
        raise Refused(codes.CSV_MISSING_FIELD, field=_FIELD)
    return replace(account, number=same[0]) if same else account


def import_statement_account(session: Session, source: Source, statement: StatementAccount) -> str:
    """Recognise or create a statement's account; its id. An account without a number takes that of a statement shown to be of it.

    Raises Refused as `as_stored` does.
    """
    hold_user(session)
    account, stored = cut_account(statement.account), as_stored(session, source.institution_id, statement)
    if stored.number == account.number:
        return import_account(session, source, account)
    if not statement.numbered:
        silent = replace(stored, name=stored.number, account_class=AccountClass.UNKNOWN, product=UNKNOWN_PRODUCT)
        return import_account(session, source, silent)
    key = AccountKey(source.institution_id, stored.number, stored.currency)
    unnumbered = account_rows.recognise_account(session.uow, *session.tenant, key)
    if unnumbered is not None:
        account_rows.update_account(session.uow, unnumbered, number=account.number, name=account.name, details=details_of(account))
    return import_account(session, source, account)


def _is_same(session: Session, stored: AccountRow, statement: StatementAccount) -> bool:
    """Whether a statement is shown to be of a stored account.

    Where both have balances, rows are compared by amount and balance, because a bank completes its texts later; where neither has ids,
    by identity; else by amount alone.
    """
    known = {key: row for key, row in rows.known_transactions(session.uow, stored, 0).items() if not row.is_pending}
    transactions = [cut_transaction(transaction) for transaction in statement.transactions]
    if not known or not transactions:
        return False
    listed = list(zip(identities(transactions, in_file=True), transactions, strict=True))
    of_content = all(is_of_content(key, day_number(_day(transaction))) for key, transaction in listed)
    of_content &= all(is_of_content(key, row.post_day) for key, row in known.items())
    by_balance = all(transaction.balance is not None for transaction in transactions)
    by_balance &= of_content or all(_balance(row) is not None for row in known.values())
    ours = Counter((day_number(_day(row)), _sign(key, row.amount, row.balance, by_balance, of_content)) for key, row in listed)
    theirs = Counter((row.post_day, _sign(key, row.amount, _balance(row), by_balance, of_content)) for key, row in known.items())
    enough = 1 if by_balance and statement.proved else min(ENOUGH, ours.total()) if by_balance or of_content else ENOUGH
    return _same_days(ours, theirs) and ((ours & theirs).total() >= enough or _joined(listed, known))


def _sign(key: bytes, amount: int, balance: int | None, by_balance: bool, of_content: bool) -> tuple[int | bytes, int | None]:
    if by_balance:
        return amount, balance
    return (key, balance) if of_content else (amount, None)


def _same_days(ours: Signs, theirs: Signs) -> bool:
    """Whether both list the same on every day that lies inside both; their first and last days may be incomplete."""
    edges = [(min(day for day, _ in signs), max(day for day, _ in signs)) for signs in (ours, theirs)]
    first, last = max(first for first, _ in edges), min(last for _, last in edges)
    inside = [{sign: count for sign, count in signs.items() if first < sign[0] < last} for signs in (ours, theirs)]
    return inside[0] == inside[1]


def _joined(listed: Listed, known: dict[bytes, KnownTransaction]) -> bool:
    """Whether the one begins with the balance with which the other ends. Nothing is no evidence: many accounts stand at 0.00."""
    in_order = sorted(known.values(), key=lambda row: (row.post_day, row.id))
    oldest, newest = in_order[0], in_order[-1]
    opening, closing = _before(listed[0][1].balance, listed[0][1].amount), listed[-1][1].balance
    after = opening == _balance(newest)
    before = closing == _before(_balance(oldest), oldest.amount)
    return bool(opening and after) or bool(closing and before)


def _before(balance: int | None, amount: int) -> int | None:
    return None if balance is None else balance - amount


def _balance(row: KnownTransaction) -> int | None:
    return fields_of(row.document).balance_cents


def _day(transaction: BankTransaction) -> date:
    return transaction.posted or transaction.made or date.max
