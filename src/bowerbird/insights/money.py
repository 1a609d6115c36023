"""A person's money as pages show it: months, income, commitments and risks. Each figure is the sum of its rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import pairwise

from bowerbird.insights import groups
from bowerbird.insights.figures import FigureRow, per_month
from bowerbird.insights.groups import GROUPS
from bowerbird.insights.leaves import LEAVES
from bowerbird.insights.money_flags import RiskFlag, risk_flags
from bowerbird.insights.money_kinds import (
    MONEY_IN,
    MONEY_OUT,
    MoneyKind,
    chosen_kinds,
    counted_cents,
    formula_of,
    kind_of,
    reason_left_out,
    title_of,
)
from bowerbird.insights.periods import DAYS
from bowerbird.insights.reports.inputs import FigureInputs, month_of, months_between
from bowerbird.insights.reports.recurrence import PaymentSource, sources_of
from bowerbird.insights.reports.report import DISPLAYS
from bowerbird.insights.streams import Stream

COMMITMENTS = groups.in_section(groups.LIABILITIES) | {
    "EXP-011", "EXP-017", "EXP-021", "EXP-030", "EXP-034", "EXP-035", "EXP-036", "EXP-040",
}  # fmt: skip
"""What is owed again and again: loans and cards, and rent, insurance, phone, power, school, memberships and subscriptions."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that a figure does not count, and why."""

    row: FigureRow
    reason: str


@dataclass(frozen=True, slots=True)
class MoneyFigure:
    """The sum of its rows, in cents; negative for money that left. `formula` says in words what it counts; `is_own`: of movements
    between own accounts, which count as they change their account.
    """

    id: str
    title: str
    formula: str
    rows: tuple[FigureRow, ...]
    left_out: tuple[LeftOut, ...] = ()
    is_own: bool = False

    @property
    def cents(self) -> int:
        return sum(map(self.counted, self.rows))

    def counted(self, row: FigureRow) -> int:
        """What one of its rows adds to it, in cents."""
        return row.cents if self.is_own else row.counted_cents


@dataclass(frozen=True, slots=True)
class MoneyMonth:
    """A calendar month, YYYY-MM, with the cents of each kind; `is_whole` is false where the period covers a part of it."""

    month: str
    cents: dict[MoneyKind, int]
    is_whole: bool

    @property
    def in_cents(self) -> int:
        return sum(self.cents[kind] for kind in MONEY_IN)

    @property
    def out_cents(self) -> int:
        return sum(self.cents[kind] for kind in MONEY_OUT)


@dataclass(frozen=True, slots=True)
class MoneySource:
    """Who pays or is paid: rows oldest first. `every` is a period in words, "" for none that is kept; `usual_cents` a payment,
    `monthly_cents` an average month, between `low_cents` and `high_cents` where that is known; None for a single payment, which says
    nothing of a month. `gaps` are two payments each that are further apart than the period, by their days. `due` is the next day, None
    where it is not known or has ended.
    """

    id: str
    name: str
    kind: str
    rows: tuple[FigureRow, ...]
    every: str
    usual_cents: int | None
    monthly_cents: int | None
    low_cents: int | None
    high_cents: int | None
    due: date | None
    is_ongoing: bool
    gaps: tuple[tuple[date, date], ...]
    by_pattern: bool = False

    @property
    def total_cents(self) -> int:
        return sum(row.counted_cents for row in self.rows)

    @property
    def how_often(self) -> str:
        return self.every or ("Once" if len(self.rows) == 1 else "No fixed interval")


class MoneyFigures:
    """The figures of some rows."""

    def __init__(self, inputs: FigureInputs) -> None:
        self.inputs = inputs
        recurring = set(inputs.streams)
        cards = {account.id for account in inputs.accounts if account.account_class == "credit-card"}
        self.kinds = {row.id: kind_of(row, recurring, cards) for row in inputs.rows}
        self.rows = tuple(sorted(inputs.rows, key=lambda row: (row.day, row.id)))

    @cached_property
    def months(self) -> list[MoneyMonth]:
        period = self.inputs.period
        sums = {month: dict.fromkeys(MoneyKind, 0) for month in months_between(period.first, period.last)}
        for row in self.rows:
            sums[month_of(row.day)][self.kinds[row.id]] += self._counted(row)
        parts = {month_of(period.first)} if period.first.day > 1 else set()
        if month_of(period.last) == month_of(date.fromordinal(period.last.toordinal() + 1)):
            parts.add(month_of(period.last))
        return [MoneyMonth(month, cents, month not in parts) for month, cents in sums.items()]

    def total(self, name: str) -> int:
        """The cents of a kind, or of all money in, out, or both (`left`), over the whole period."""
        return sum(self._totals[kind] for kind in chosen_kinds(name))

    def a_month(self, name: str) -> int:
        """The same in an average month. What is the sum of kinds is the sum of their months, each rounded: what is shown adds up."""
        return sum(per_month(self._totals[kind], self.inputs.period.days) for kind in chosen_kinds(name))

    @cached_property
    def _totals(self) -> dict[MoneyKind, int]:
        sums = dict.fromkeys(MoneyKind, 0)
        for row in self.rows:
            sums[self.kinds[row.id]] += self._counted(row)
        return sums

    def _counted(self, row: FigureRow) -> int:
        return counted_cents(row, self.kinds[row.id])

    @cached_property
    def card_payments_cents(self) -> int:
        """What was paid to shared cards: no money out, as what was bought with them is counted."""
        return sum(row.cents for row in self.rows if row.group == groups.CARD_REPAYMENTS and self.kinds[row.id] is MoneyKind.OWN)

    @cached_property
    def repaid_a_month(self) -> int:
        """What was paid to loans and cards in an average month, shared or not, in cents."""
        debts = groups.in_section(groups.LIABILITIES)
        return per_month(sum(row.counted_cents for row in self.rows if row.group in debts), self.inputs.period.days)

    @cached_property
    def income(self) -> list[MoneySource]:
        """Payers of income, the largest sum first."""
        rows = [row for row in self.rows if self.kinds[row.id] is MoneyKind.INCOME]
        streams = self.inputs.streams
        found = sources_of(rows, streams, self.inputs.period.last)
        return self._named_by_bank([self._source("income", each, streams.get(each.rows[0].id)) for each in found])

    @cached_property
    def commitments(self) -> list[MoneySource]:
        """What goes on to be paid, the largest month first: with a period, or a loan that was paid in the last two months."""
        until = self.inputs.period.last
        by_group: dict[str, list[FigureRow]] = defaultdict(list)
        for row in self.rows:
            if row.group in COMMITMENTS and not (row.cents > 0 and row.group not in groups.RECEIVED):
                by_group[row.group].append(row)
        found = [
            self._source("payee", each, None) for rows in by_group.values() for each in sources_of(rows, {}, until) if _goes_on(each, until)
        ]
        return self._named_by_bank(sorted(found, key=lambda source: (source.monthly_cents or 0, source.id)))

    def _named_by_bank(self, sources: list[MoneySource]) -> list[MoneySource]:
        """Sources of the same name with the institution of the account that their rows are in: "Low Rate Card, Hooli Bank"."""
        institutions = {account.id: account.institution for account in self.inputs.accounts}
        times = Counter(source.name for source in sources)
        return [
            replace(each, name=f"{each.name}, {institution}")
            if times[each.name] > 1 and (institution := institutions.get(each.rows[0].account))
            else each
            for each in sources
        ]

    @cached_property
    def flags(self) -> list[RiskFlag]:
        return risk_flags(self.inputs)

    def _source(self, name: str, source: PaymentSource, stream: Stream | None) -> MoneySource:
        recurrence = source.recurrence
        days = DAYS[recurrence.period] * 8 // 5 if recurrence else 0
        total = sum(row.counted_cents for row in source.rows)
        monthly: int | None
        if stream is not None:
            monthly = stream.monthly_cents
        elif recurrence:
            monthly = round(recurrence.monthly_cents)
        else:
            monthly = per_month(total, self.inputs.period.days) if len(source.rows) > 1 else None
        return MoneySource(
            id=f"{name}.{source.rows[0].id}",
            name=self._name(source),
            kind=_kind_title(source.rows[-1]),
            rows=source.rows,
            every=DISPLAYS[recurrence.period] if recurrence else "",
            usual_cents=recurrence.cents if recurrence else None,
            monthly_cents=monthly,
            low_cents=stream.low_cents if stream else None,
            high_cents=stream.high_cents if stream else None,
            due=recurrence.due if recurrence else None,
            is_ongoing=source.goes_on(self.inputs.period.last),
            gaps=tuple((one.day, two.day) for one, two in pairwise(source.rows) if days and (two.day - one.day).days > days),
            by_pattern=stream.by_pattern if stream else False,
        )

    def _name(self, source: PaymentSource) -> str:
        """Who pays or is paid: of repayments, which are rows of the card or loan they arrive at, the account."""
        row = source.rows[0]
        if row.is_received:
            return next((account.name for account in self.inputs.accounts if account.id == row.account), source.name.upper())
        return source.name.upper()

    def figure(self, id: str) -> MoneyFigure | None:
        """A figure by its id, None where there is none: `all` or a month with a kind or sum ("2026-03.income"), a group ("group.EXP-016"),
        a payer ("income.…"), a payee ("payee.…") or a risk ("flag.…").
        """
        scope, _, name = id.partition(".")
        if scope == "group" and name in GROUPS:
            text = f"Rows of the group {GROUPS[name].title} ({name}) of reports."
            return MoneyFigure(id, GROUPS[name].title, text, tuple(row for row in self.rows if row.group == name))
        if scope == "flag":
            flag = next((each for each in self.flags if each.id == name), None)
            return None if flag is None else MoneyFigure(id, flag.title, flag.meaning, flag.rows)
        if scope in ("income", "payee"):
            source = next((each for each in (self.income if scope == "income" else self.commitments) if each.id == id), None)
            text = "Every payment of this payer that counts as income." if scope == "income" else "Every payment to this payee."
            return None if source is None else MoneyFigure(id, source.name, text, source.rows)
        return self._of_kinds(id, scope, name)

    def _of_kinds(self, id: str, scope: str, name: str) -> MoneyFigure | None:
        kinds = chosen_kinds(name)
        if not kinds or (scope != "all" and scope not in {each.month for each in self.months}):
            return None
        within = [row for row in self.rows if scope in ("all", month_of(row.day))]
        rows = tuple(row for row in within if self.kinds[row.id] in kinds)
        counted = {row.id for row in rows}
        others = [LeftOut(row, reason_left_out(row, self.kinds[row.id], name)) for row in within if row.id not in counted]
        left_out = tuple(each for each in others if each.reason)
        return MoneyFigure(id, title_of(name), formula_of(name), rows, left_out, is_own=name == MoneyKind.OWN)


def _goes_on(source: PaymentSource, until: date) -> bool:
    is_debt = groups.LIABILITIES in GROUPS[source.rows[0].group].sections
    return source.is_ongoing or (is_debt and source.is_recent(until))


def _kind_title(row: FigureRow) -> str:
    """What a source is in words: small credits keep what their text says that they are."""
    own = LEAVES[row.leaf].group
    return GROUPS[own if own in GROUPS else row.group].title
