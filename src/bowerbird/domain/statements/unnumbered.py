"""Statements that do not say which account they are of: whether one may join the account such statements have founded here.

A bank's plain export names no account. The first one founds the institution's one account without a number; a later one is added to
it only where it is shown to be of the same account, and refused otherwise, so that two accounts never silently become one.
"""

from __future__ import annotations

from datetime import date

import msgspec

from bowerbird import codes
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.ledger.card_numbers import cut_transaction
from bowerbird.domain.ledger.identity import identities
from bowerbird.model.days import day_number
from bowerbird.model.money import parse_cents
from bowerbird.model.transaction import BankTransaction
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import StatementAccount
from bowerbird.storage.database.unit_of_work import UnitOfWork
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows import transactions as rows
from bowerbird.storage.rows.transactions import KnownTransaction

ENOUGH = 3
"""Transactions that two listings without balances must share; two accounts may well pay one fee on one day, not three."""

_FIELD = "accountNo"
Listed = list[tuple[bytes, BankTransaction]]


class _Balance(msgspec.Struct):
    balance: str | None = None


_read = msgspec.json.Decoder(_Balance).decode


def refuse_other_account(uow: UnitOfWork, tenant: Tenant, institution_id: str, statement: StatementAccount) -> None:
    """Raises Refused (missing-required-field) for a statement without a number that is not shown to continue what is known."""
    account = statement.account
    found = account_rows.recognise_account(uow, *tenant, institution_id, account.number, account.currency)
    known = {} if found is None else rows.known_transactions(uow, tenant.application_id, found.id, 0)
    if found is None or not known:
        return
    transactions = [cut_transaction(each) for each in statement.transactions]
    listed = list(zip(identities(transactions), transactions, strict=True))
    if not (_same_days(listed, known) and (_shared(listed, known, statement) or _joined(listed, known, found.balance))):
        raise Refused(codes.CSV_MISSING_FIELD, field=_FIELD)


def _same_days(listed: Listed, known: dict[bytes, KnownTransaction]) -> bool:
    """Whether both list the same on every day that lies inside both; their first and last days may be incomplete."""
    ours = {identity: day_number(_day(transaction)) for identity, transaction in listed}
    theirs = {identity: row.post_day for identity, row in known.items()}
    first, last = max(min(ours.values()), min(theirs.values())), min(max(ours.values()), max(theirs.values()))
    inside = [{identity for identity, day in each.items() if first < day < last} for each in (ours, theirs)]
    return inside[0] == inside[1]


def _shared(listed: Listed, known: dict[bytes, KnownTransaction], statement: StatementAccount) -> bool:
    """Whether they share transactions, with equal balances where there are any."""
    pairs = [(transaction, known[identity]) for identity, transaction in listed if identity in known]
    if any(transaction.balance != _balance(row) for transaction, row in pairs):
        return False
    return len(pairs) >= (1 if statement.proved else min(ENOUGH, len(listed)))


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
    text = _read(b'{"' + row.document[40:]).balance
    return None if text is None else parse_cents(text)


def _day(transaction: BankTransaction) -> date:
    return transaction.posted or transaction.made or date.max
