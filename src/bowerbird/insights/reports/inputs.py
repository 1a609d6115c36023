"""What figures are made from: accounts, rows and streams of a period, frozen, and where the rows do not explain a balance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import msgspec

from bowerbird.insights.figures import AccountingIdentity, FigureRow, Partition, accounting_identity
from bowerbird.insights.metrics import ReportPeriod
from bowerbird.insights.streams import Stream

ASSETS = frozenset({"transaction", "savings", "term-deposit", "investment", "foreign"})
LOANS = frozenset({"loan", "mortgage"})
CARDS = frozenset({"credit-card"})


class SnapshotAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account as it was shown when the figures were made. Money in cents, None where it was not known; `opening_cents` and
    `closing_cents` are its balances before the first row of the period and after the last. `source` says in words where its data came from.
    """

    id: str
    user_id: str
    institution_id: str
    institution: str
    connection_id: str
    account_class: str
    product: str
    name: str
    number: str
    holder: str | None
    currency: str
    ownership: str
    status: str
    last_updated_ms: int
    balance_cents: int | None
    available_cents: int | None
    limit_cents: int | None
    intervals: tuple[tuple[str, str], ...] = ()
    opening_cents: int | None = None
    closing_cents: int | None = None
    source: str = ""


class UncountedRow(msgspec.Struct, frozen=True):
    """A row that no figure counts, and why. `day` is when it was made, as yyyy-mm-dd, "" where the bank does not say."""

    id: str
    why: str
    account: str
    day: str
    text: str
    cents: int


@dataclass(frozen=True)
class FigureInputs:
    """`streams` by the ids of their rows; `left_out` are rows that no figure counts, each with its reason;
    `rules` is the version of the rules that the rows were classified by."""

    period: ReportPeriod
    accounts: tuple[SnapshotAccount, ...]
    rows: tuple[FigureRow, ...]
    streams: Mapping[str, Stream] = field(default_factory=dict)
    left_out: tuple[UncountedRow, ...] = ()
    rules: str = ""

    @cached_property
    def partition(self) -> Partition:
        return Partition(self.rows)

    @cached_property
    def identity(self) -> AccountingIdentity:
        return accounting_identity(self.partition, {each.id: (each.opening_cents, each.closing_cents) for each in self.accounts})

    @cached_property
    def of_account(self) -> Mapping[str, list[FigureRow]]:
        """The rows of each account, oldest first."""
        return by(self.rows, "account")

    def accounts_of(self, classes: frozenset[str]) -> list[SnapshotAccount]:
        return [account for account in self.accounts if account.account_class in classes]


def by(rows: Iterable[FigureRow], name: str) -> dict[str, list[FigureRow]]:
    """Rows by one of their properties, each list in the order of days."""
    found: dict[str, list[FigureRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.day, row.id)):
        found[getattr(row, name)].append(row)
    return dict(found)


def month_of(day: date) -> str:
    return f"{day.year:04d}-{day.month:02d}"


def months_between(first: date, last: date) -> list[str]:
    """Every calendar month from the first day's to the last day's."""
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in numbers]


def balances_at_the_ends(rows: Sequence[tuple[date, int, int | None]]) -> tuple[int | None, int | None]:
    """The balance before the first and after the last of an account's rows, each (day, cents, balance after it); None where not known.

    Within a day the order of rows is not known: the rows of a day form a chain, whose ends are the balances that stand in it once.
    """
    days: dict[date, list[tuple[int, int | None]]] = defaultdict(list)
    for day, cents, balance in rows:
        days[day].append((cents, balance))
    if not days:
        return None, None
    return _end(days[min(days)], before=True), _end(days[max(days)], before=False)


def _end(rows: list[tuple[int, int | None]], *, before: bool) -> int | None:
    starts, ends = [], []
    for cents, balance in rows:
        if balance is None:
            return None
        starts.append(balance - cents)
        ends.append(balance)
    wanted, others = (starts, ends) if before else (ends, starts)
    left = list(wanted)
    for value in others:
        if value in left:
            left.remove(value)
    return left[0] if len(left) == 1 else None
