"""The order in which transactions happened, and the proof that their running balances give it.

A file lists an account's rows oldest first, newest first or in no order of days. Rows in one of the first two orders keep it
within a day as well; rows in no order are sorted by day and nothing is proved of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import add, attrgetter, eq, ge, le

from bowerbird.codes import CSV_INVALID_VALUE
from bowerbird.model.money import format_cents
from bowerbird.model.transaction import BankTransaction
from bowerbird.statements.csv.accounts import AccountRows
from bowerbird.statements.refusal import Refused

_POSTED = attrgetter("posted")


def put_in_order(accounts: Iterable[AccountRows], balance_name: str) -> list[list[BankTransaction]]:
    """Each account's transactions in the order they happened.

    Where every row of an account carries a balance, each must be the one before it plus the amount. An account with a single day
    has no order of its own: it takes the one its balances prove, else the one of the other accounts, else that of the file.
    Raises Refused (invalid-field-value) for the first balance that breaks; `balance_name` is its column.
    """
    directed = [(rows, _directions(rows.transactions)) for rows in accounts]
    newest_first = any(directions == (-1,) for _, directions in directed) and not any(directions == (1,) for _, directions in directed)
    return [_ordered(rows, directions[::-1] if newest_first else directions, balance_name) for rows, directions in directed]


def _directions(transactions: list[BankTransaction]) -> tuple[int, ...]:
    """The orders that the days allow, 1 oldest first and -1 newest first: one, both (a single day) or none."""
    days = list(map(_POSTED, transactions))
    rising, falling = all(map(le, days, days[1:])), all(map(ge, days, days[1:]))
    return tuple(direction for direction, allowed in ((1, rising), (-1, falling)) if allowed)


def _ordered(rows: AccountRows, directions: tuple[int, ...], balance_name: str) -> list[BankTransaction]:
    if not directions:
        return sorted(rows.transactions, key=_POSTED)
    candidates = [rows.transactions[::direction] for direction in directions]
    balances = [transaction.balance for transaction in candidates[0]]
    if None in balances:
        return candidates[0]
    breaks = [_first_break(candidate) for candidate in candidates]
    if None in breaks:
        return candidates[breaks.index(None)]
    furthest = max(range(len(breaks)), key=lambda index: breaks[index] or 0)
    raise _broken(rows.numbers[:: directions[furthest]], candidates[furthest], breaks[furthest] or 0, balance_name)


def _first_break(transactions: list[BankTransaction]) -> int | None:
    """The place of the first transaction whose balance is not the one before it plus its amount, None where all are."""
    balances = [transaction.balance or 0 for transaction in transactions]
    amounts = [transaction.amount for transaction in transactions]
    holds = list(map(eq, map(add, balances, amounts[1:]), balances[1:]))
    return None if all(holds) else holds.index(False) + 1


def _broken(numbers: list[int], transactions: list[BankTransaction], place: int, balance_name: str) -> Refused:
    before, broken = transactions[place - 1].balance or 0, transactions[place]
    balance, amount, expected = map(format_cents, (broken.balance or 0, broken.amount, before + broken.amount))
    reason = f"Expected {expected}: {format_cents(before)} in row {numbers[place - 1]} and {amount} here."
    return Refused(CSV_INVALID_VALUE, row=numbers[place], field=balance_name, value=balance, reason=reason)
