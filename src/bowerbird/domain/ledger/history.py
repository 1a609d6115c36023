"""How an account went: its balance day by day and its months, as far back as its data has no gap."""

from __future__ import annotations

from typing import NamedTuple

from bowerbird.domain.services import Session
from bowerbird.model.days import day_number, day_of_number, merge
from bowerbird.storage.database.tables import PENDING_DAY
from bowerbird.storage.rows import statistics
from bowerbird.storage.rows.accounts import AccountRow
from bowerbird.storage.rows.statistics import DayFlow

DAYS = 366


class Month(NamedTuple):
    """What came in and went out in a month, in cents; `went_out` is not positive. `first` is its first day."""

    first: int
    came_in: int
    went_out: int


class History(NamedTuple):
    """`balances` are (day, cents at its end), none where the account's balance is unknown."""

    balances: list[tuple[int, int]]
    months: list[Month]


def history_of(session: Session, account: AccountRow) -> History:
    """Of the last year, from the last gap in the data on: behind a gap nothing is known."""
    intervals = merge(account.intervals)
    if not intervals:
        return History([], [])
    first, last = intervals[-1]
    first = max(first, last - DAYS)
    flows = statistics.daily_flows(session.uow, account, first, PENDING_DAY - 1)
    return History(_balances(flows, account.balance, first, last), _months(flows))


def _balances(flows: list[DayFlow], balance: int | None, first: int, last: int) -> list[tuple[int, int]]:
    """Backwards from the balance there is now: what a day moved is taken off to know the day before."""
    if balance is None:
        return []
    moved = {flow.day: flow.came_in + flow.went_out for flow in flows}
    balances = []
    for day in range(max([last, *moved]), first - 1, -1):
        balances.append((day, balance))
        balance -= moved.get(day, 0)
    return balances[::-1]


def _months(flows: list[DayFlow]) -> list[Month]:
    months: dict[int, list[int]] = {}
    for flow in flows:
        month = months.setdefault(day_number(day_of_number(flow.day).replace(day=1)), [0, 0])
        month[0] += flow.came_in
        month[1] += flow.went_out
    return [Month(first, came_in, went_out) for first, (came_in, went_out) in sorted(months.items())]
