"""The order in which the rows of an account happened, and the proof that their running balances give it.

A file lists an account oldest first, newest first or in no order of days. Where every row has a balance, in one of the two orders each
must be the one before it plus the amount.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import add, eq, ge, le
from typing import NamedTuple

from bowerbird.codes import CSV_INVALID_VALUE, CSV_MISSING_VALUE
from bowerbird.model.money import format_cents
from bowerbird.model.transaction import BankTransaction
from bowerbird.statements.refusal import Refused


@dataclass(slots=True)
class Listing:
    """The transactions of an account in the order of the file; `numbers` are their rows."""

    numbers: list[int] = field(default_factory=list, kw_only=True)
    transactions: list[BankTransaction] = field(default_factory=list, kw_only=True)


@dataclass(frozen=True, slots=True)
class BalanceRules:
    """What a form promises of its running balances; `name` is their column.

    `must_hold`: every row has one, and rows in no order of days are refused where none of both orders proves them; else such rows are
    sorted by day and nothing is proved of them. `newest_first` decides for a single day whose balances prove both orders.
    `zero_balances` means that a file whose balances are all 0.00 has none.
    """

    name: str
    must_hold: bool = False
    newest_first: bool = False
    zero_balances: bool = False


class Ordered(NamedTuple):
    """An account's transactions in the order they happened. `proven`: their balances prove it. `ends_known` is False where balances prove
    both orders with different last balances, and nothing else tells which of them is right."""

    transactions: list[BankTransaction]
    proven: bool
    ends_known: bool = True


def put_in_order(listings: Iterable[Listing], rules: BalanceRules) -> Iterator[Ordered]:
    """Each account's transactions in the order they happened.

    An account with a single day has no order of its own: it takes the one its balances prove, else the one of the other accounts, else
    that of the file. Raises Refused: invalid-field-value for the first balance that breaks, missing-required-field-value.
    """
    directed = [(listing, _directions(listing.transactions)) for listing in listings]
    seen = {directions for _, directions in directed}
    newest_first = (-1,) in seen and (1,) not in seen
    for listing, directions in directed:
        if (directions or rules.must_hold) and _has_balances(listing, rules):
            prefer_newest = newest_first or (rules.newest_first and (1,) not in seen)
            ordered = _proven(listing, sorted(directions or (1, -1), reverse=not prefer_newest), rules.name)
            is_order_known = prefer_newest or (1,) in seen or len(directions) == 1
            yield Ordered(ordered, True, is_order_known or not _proves_both(ordered))
        elif directions:
            yield Ordered(listing.transactions[:: -1 if newest_first and -1 in directions else directions[0]], False)
        else:
            yield Ordered(sorted(listing.transactions, key=_day), False)


def _directions(transactions: Sequence[BankTransaction]) -> tuple[int, ...]:
    """The orders that the days allow, 1 oldest first and -1 newest first: one, both (a single day) or none."""
    days = list(map(_day, transactions))
    rising, falling = all(map(le, days, days[1:])), all(map(ge, days, days[1:]))
    return tuple(direction for direction, allowed in ((1, rising), (-1, falling)) if allowed)


def _day(transaction: BankTransaction) -> date:
    return transaction.posted or transaction.made or date.max


def _has_balances(listing: Listing, rules: BalanceRules) -> bool:
    balances = [transaction.balance for transaction in listing.transactions]
    if rules.zero_balances and not any(balances):
        return False
    if None not in balances:
        return True
    if rules.must_hold and any(balance is not None for balance in balances):
        raise Refused(CSV_MISSING_VALUE, row=listing.numbers[balances.index(None)], field=rules.name)
    return False


def _proven(listing: Listing, directions: Sequence[int], balance_name: str) -> list[BankTransaction]:
    """The transactions in the first of these orders that their balances prove. Raises Refused where none does."""
    breaks: list[tuple[int, int]] = []
    for direction in directions:
        transactions = listing.transactions[::direction]
        place = _first_break(transactions)
        if place is None:
            return transactions
        breaks.append((place, direction))
    place, furthest = max(breaks)
    raise _broken(listing.numbers[::furthest], listing.transactions[::furthest], place, balance_name)


def _proves_both(transactions: Sequence[BankTransaction]) -> bool:
    """Whether the balances of a proven order prove the other one too, with another last balance."""
    return transactions[0].balance != transactions[-1].balance and _first_break(transactions[::-1]) is None


def _first_break(transactions: Sequence[BankTransaction]) -> int | None:
    """The place of the first transaction whose balance is not the one before it plus its amount, None where all are."""
    balances = [transaction.balance or 0 for transaction in transactions]
    amounts = [transaction.amount for transaction in transactions]
    holds = list(map(eq, map(add, balances, amounts[1:]), balances[1:]))
    return None if all(holds) else holds.index(False) + 1


def _broken(numbers: Sequence[int], transactions: Sequence[BankTransaction], place: int, balance_name: str) -> Refused:
    before, broken = transactions[place - 1].balance or 0, transactions[place]
    balance, amount, expected = map(format_cents, (broken.balance or 0, broken.amount, before + broken.amount))
    reason = f"Expected {expected}: {format_cents(before)} in row {numbers[place - 1]} and {amount} here."
    return Refused(CSV_INVALID_VALUE, row=numbers[place], field=balance_name, value=balance, reason=reason)
