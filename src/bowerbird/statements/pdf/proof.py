"""The proof that a statement was read as it was printed: all its sums must agree.

Every printed opening and closing balance, total, running or daily balance and balance carried forward is a fact. One that does not
hold refuses the statement. Arithmetic proves the reading, never the document: a forged statement whose sums agree passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from bowerbird.model.statement import Fact
from bowerbird.sdk.statement_layout import Column, FigureKind, RequiredProof, StatementLayout, TableMarker
from bowerbird.statements.pdf.figures import Figure
from bowerbird.statements.pdf.labels import PrintedFigure
from bowerbird.statements.pdf.rows import BalanceLine, Row
from bowerbird.statements.refusal import SourceLocation, broken


class Certificate(NamedTuple):
    """All facts that hold, in the order in which they were proved."""

    facts: tuple[Fact, ...]

    def __str__(self) -> str:
        return f"{len(self.facts)} facts proved"


class Proved(NamedTuple):
    """Transactions in the order they happened, with the balances around them, in cents."""

    rows: list[Row]
    opening: int
    closing: int
    certificate: Certificate


RUNNING = "running balance"
"""What a fact beside a row is."""


class _At(NamedTuple):
    page: int
    row: int


NOWHERE = _At(1, 0)
"""The place of what is not printed anywhere."""


class Prover:
    """The proof of one reading. `facts` grow while it goes on; the first fact that does not hold raises StatementRefused."""

    def __init__(self, layout: StatementLayout, period: tuple[date, date], rows: list[Row], balance_lines: list[BalanceLine]) -> None:
        self.layout, self.period = layout, period
        self.owed = layout.money.balance == "owed"
        self.balance_column = Column.BALANCE if Column.BALANCE in layout.table.header else Column.AMOUNT
        self.descending = layout.rows.direction == "descending"
        self.rows = rows[::-1] if self.descending else rows
        self.balance_lines = balance_lines
        self.facts: list[Fact] = []

    def prove(self, figures_printed: list[PrintedFigure]) -> Proved:
        self._prove_days()
        printed: list[tuple[FigureKind, SourceLocation, Figure]] = [(entry.what, entry, entry.figure) for entry in figures_printed]
        printed += self._printed_at_marks()
        printed.sort(key=lambda entry: (entry[1].page, entry[1].row))
        opening = self._agreed("opening", [(at, figure.held(self.owed)) for what, at, figure in printed if what is FigureKind.OPENING])
        if opening is None:
            raise broken(NOWHERE, "no opening balance is found")
        closing = self._chain(opening)
        self._agreed("closing", [(at, figure.held(self.owed)) for what, at, figure in printed if what is FigureKind.CLOSING], closing)
        totals = {FigureKind.DEBITS: -sum(row.amount for row in self.rows if row.amount < 0)}
        totals[FigureKind.CREDITS] = sum(row.amount for row in self.rows if row.amount > 0)
        for total, computed in totals.items():
            name = f"total {total}"
            self._agreed(name, [(at, figure.cents) for what, at, figure in printed if what is total], computed)
        self._prove_page_totals()
        self._demand(self.layout.proof, {what for what, _, _ in printed})
        return Proved(self.rows, opening, closing, Certificate(tuple(self.facts)))

    def _printed_at_marks(self) -> Iterator[tuple[FigureKind, SourceLocation, Figure]]:
        """What marks in the table say of the whole period."""
        for line in self.balance_lines:
            balance = line.figures.get(self.balance_column)
            if balance and line.what in {TableMarker.OPENING, TableMarker.CLOSING}:
                yield FigureKind(line.what), line, balance
            if line.what in {TableMarker.TOTALS, TableMarker.CLOSING}:
                for column, kind in ((Column.DEBIT, FigureKind.DEBITS), (Column.CREDIT, FigureKind.CREDITS)):
                    if column in line.figures:
                        yield kind, line, line.figures[column]

    def _agreed(self, what: str, occurrences: Iterable[tuple[SourceLocation, int]], computed: int | None = None) -> int | None:
        """The value that every occurrence has: the computed one, else that of the first."""
        for at, cents in occurrences:
            if computed is None:
                computed = cents
            if cents != computed:
                raise broken(at, what, cents, computed)
            self.facts.append(Fact(what, at.page, at.row, cents))
        return computed

    def _prove_days(self) -> None:
        """Every day lies in the period, and they run in one direction."""
        first, last = self.period
        before = first
        for row in self.rows:
            if not first <= row.day <= last:
                raise broken(row, f"the day {row.day} is outside the period {first} to {last}")
            if row.day < before:
                raise broken(row, f"the day {row.day} comes after {before}")
            before = row.day

    def _chain(self, opening: int) -> int:
        """Add up all rows, checking every balance on the way; the last one."""
        balance_lines: dict[int, list[BalanceLine]] = {}
        for line in self.balance_lines:
            balance_lines.setdefault(len(self.rows) - line.after if self.descending else line.after, []).append(line)
        running, facts, rule, empty = opening, self.facts, self._balance_rule(), self.layout.money.zero_balance == "empty"
        for index, row in enumerate(self.rows):
            if index in balance_lines:
                self._check_balance_lines(balance_lines[index], running)
            running += row.amount
            if row.balance is not None:
                if row.balance != running:
                    raise broken(row, RUNNING, row.balance, running)
                facts.append(Fact(RUNNING, row.page, row.row, running))
            if rule == "every" and row.balance is None and not (empty and running == 0):
                raise broken(row, "a row without a balance")
            if rule == "daily" and self._ends_day(index) is (row.balance is None):
                raise broken(row, "not one balance for each day, beside its last row")
        self._check_balance_lines(balance_lines.get(len(self.rows), []), running)
        return running

    def _check_balance_lines(self, balance_lines: list[BalanceLine], running: int) -> None:
        for line in balance_lines:
            balance = line.figures.get(self.balance_column)
            if balance is None:
                if line.what in {TableMarker.RUNNING, TableMarker.OPENING, TableMarker.CLOSING}:
                    raise broken(line, f"the {line.what} line has no balance")
                continue
            self._agreed(f"{line.what} balance", [(line, balance.held(self.owed))], running)

    def _balance_rule(self) -> str:
        """Which rows must print a balance; where the layout leaves it open, what the statement itself keeps to."""
        rule = self.layout.proof.balance
        if rule != "regular":
            return rule
        daily = all(self._ends_day(index) is (row.balance is not None) for index, row in enumerate(self.rows))
        return "daily" if daily else "every"

    def _ends_day(self, index: int) -> bool:
        return index + 1 == len(self.rows) or self.rows[index + 1].day != self.rows[index].day

    def _prove_page_totals(self) -> None:
        """Totals at the end of each page are the page's own, or those up to there: the same on every page."""
        balance_lines = [line for line in self.balance_lines if line.what is TableMarker.PAGE_TOTALS]
        attempts = [self._page_totals(balance_lines, up_to_there) for up_to_there in (False, True)]
        for at, what, cents, computed in min(attempts, key=lambda attempt: sum(cents != computed for _, _, cents, computed in attempt)):
            self._agreed(what, [(at, cents)], computed)

    def _page_totals(self, balance_lines: list[BalanceLine], up_to_there: bool) -> list[tuple[BalanceLine, str, int, int]]:
        totals: list[tuple[BalanceLine, str, int, int]] = []
        start = 0
        for line in balance_lines:
            amounts = [row.amount for row in self.rows[start : line.after]]
            sums = {Column.DEBIT: -sum(min(amount, 0) for amount in amounts), Column.CREDIT: sum(max(amount, 0) for amount in amounts)}
            totals += [
                (line, f"{column} on the page", line.figures[column].cents, sums[column]) for column in sums if column in line.figures
            ]
            start = 0 if up_to_there else line.after
        return totals

    @staticmethod
    def _demand(proof: RequiredProof, kinds: set[FigureKind]) -> None:
        if "closing" in proof.require and FigureKind.CLOSING not in kinds:
            raise broken(NOWHERE, "no closing balance is printed")
        if "totals" in proof.require and not {FigureKind.DEBITS, FigureKind.CREDITS} <= kinds:
            raise broken(NOWHERE, "the totals are not printed")
