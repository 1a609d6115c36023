"""The order in which the rows of a bank's own export happened, and the proof that its running balances give it.

A bank lists an account oldest first or newest first. Where it prints balances, every row must have one, and in one of the two orders
each must be the one before it plus the amount; days that rise or fall must allow that order. There is no file "in no order" here: the
rows of two accounts thrown together look like one.
"""

from __future__ import annotations

from datetime import date
from operator import ge, le

from bowerbird.codes import CSV_INVALID_VALUE, CSV_MISSING_VALUE
from bowerbird.model.money import format_cents
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.native_layout import NativeColumnKind
from bowerbird.statements.csv.native_form import NativeForm
from bowerbird.statements.csv.native_rows import NativeAccount
from bowerbird.statements.refusal import Refused


def has_balances(account: NativeAccount, form: NativeForm) -> bool:
    """Whether an account's rows carry a running balance. Raises Refused (missing-required-field-value) where only some do."""
    balances = [transaction.balance for transaction in account.transactions]
    if form.layout.zero_balances and not any(balances):
        return False
    if None not in balances:
        return True
    if any(balance is not None for balance in balances):
        raise Refused(CSV_MISSING_VALUE, row=account.numbers[balances.index(None)], field=form.name(NativeColumnKind.BALANCE))
    return False


def directions(transactions: list[BankTransaction]) -> tuple[int, ...]:
    """The orders that the days allow, 1 oldest first and -1 newest first: one, both (a single day) or none."""
    days = [_day(transaction) for transaction in transactions]
    rising, falling = all(map(le, days, days[1:])), all(map(ge, days, days[1:]))
    return tuple(direction for direction, allowed in ((1, rising), (-1, falling)) if allowed)


def unproven_order(transactions: list[BankTransaction], newest_first: bool) -> list[BankTransaction]:
    """As the days tell, else as the file is ordered; sorted by day where it is in no order."""
    allowed = directions(transactions)
    if not allowed:
        return sorted(transactions, key=_day)
    return transactions[:: -1 if newest_first and -1 in allowed else allowed[0]]


def prove(account: NativeAccount, form: NativeForm) -> list[BankTransaction]:
    """The transactions in the order their balances prove; the bank's where they prove both.

    Raises Refused (invalid-field-value) for the first balance that breaks.
    """
    attempts = directions(account.transactions) or (1, -1)
    breaks = {direction: _first_break(account.transactions[::direction]) for direction in attempts}
    for direction in sorted(attempts, reverse=not form.layout.newest_first):
        if breaks[direction] is None:
            return account.transactions[::direction]
    furthest = max(breaks, key=lambda direction: breaks[direction] or 0)
    place, transactions, numbers = breaks[furthest] or 0, account.transactions[::furthest], account.numbers[::furthest]
    before, broken = transactions[place - 1].balance or 0, transactions[place]
    balance, amount, expected = map(format_cents, (broken.balance or 0, broken.amount, before + broken.amount))
    reason = f"Expected {expected}: {format_cents(before)} in row {numbers[place - 1]} and {amount} here."
    raise Refused(CSV_INVALID_VALUE, row=numbers[place], field=form.name(NativeColumnKind.BALANCE), value=balance, reason=reason)


def _first_break(transactions: list[BankTransaction]) -> int | None:
    for place in range(1, len(transactions)):
        before, here = transactions[place - 1], transactions[place]
        if (before.balance or 0) + here.amount != here.balance:
            return place
    return None


def _day(transaction: BankTransaction) -> date:
    return transaction.posted or transaction.made or date.max
