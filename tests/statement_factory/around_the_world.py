"""Statements of banks that do not exist, in the manner of many countries: their figures, days, words and shapes of rows.

They tune the reading by arithmetic and guard it. Nothing in them is a real bank's or a real person's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache

from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont

from tests.statement_factory.kinds_of_print import Kind
from tests.statement_factory.ledger import Ledger, Shape, make_ledger
from tests.statement_factory.pdf_canvas import Expected, Specimen, Text, left, right
from tests.statement_factory.statement_printer import StatementPrinter

ORIGIN = "AU00000"


@cache
def _japanese() -> str:
    registerFont(UnicodeCIDFont("HeiseiKakuGo-W5"))
    return "HeiseiKakuGo-W5"


class WorldPrinter(StatementPrinter):
    """Prints a ledger in a kind."""

    institution = ORIGIN

    def __init__(self, ledger: Ledger, kind: Kind) -> None:
        self.kind, self.layout, self.balances = kind, f"world: {kind.name}", kind.balances
        self.columns = {what: edge for what, _, edge in kind.money}  # type: ignore[misc]
        super().__init__(ledger)

    def text(self, x: float, words: str) -> Text:
        return left(x, words, font=self.kind.font)

    def figure(self, edge: float, words: str, column: str = "", fact: bool = True) -> Text:
        return right(edge, words, column, fact, font=self.kind.font)

    def header(self) -> None:
        names = [self.figure(edge, heading, fact=False) for _, heading, edge in self.kind.money]
        second = [self.text(self.kind.second_day, "Valuta")] if self.kind.second_day else []
        self.paper.line(self.text(45, self.kind.heads[0]), *second, self.text(self.kind.text_x, self.kind.heads[1]), *names, gap=18)

    def turned(self) -> None:
        self.paper.line(self.text(45, "Bower"), self.text(500, str(self.paper.page + 1)), gap=40)
        self.header()

    def balance_text(self, value: int) -> str:
        return self.kind.balance_mark(self.kind.figure(value), value)

    def top(self) -> None:
        kind, ledger = self.kind, self.ledger
        long_day = kind.long_day or kind.day
        paper, words = self.paper, kind.words
        paper.line(self.text(45, "Bower"), gap=20)
        paper.line(self.text(45, words[0]), self.text(180, kind.account))
        paper.line(self.text(45, kind.note or "-"))
        if "%Y" in str(kind.long_day) or kind.long_day or not kind.day(date(2025, 1, 2)).isdigit():
            days = [self._with_year(day, long_day) for day in (ledger.start, ledger.end)]
            paper.line(self.text(45, words[1]), self.text(180, kind.to.join(days)))
        printed = [(words[2], self.balance_text(ledger.opening)), (words[3], self.balance_text(ledger.closing))]
        if kind.totals:
            printed += [(words[4], kind.figure(ledger.debits)), (words[5], kind.figure(ledger.credits))]
        for label, text in printed:
            paper.line(self.text(45, label), self.figure(320, text))
        paper.line(gap=30)

    def _with_year(self, day: date, write: Callable[[date], str]) -> str:
        text = write(day)
        return text if str(day.year) in text or f"{day.year % 100:02d}" == text[-2:] else f"{text} {day.year}"

    def money(self, index: int) -> list[Text]:
        kind, amount = self.kind, self.ledger.movements[index].amount
        if "amount" in self.columns:
            texts = [self.figure(self.columns["amount"], kind.amount_mark(kind.figure(amount), amount), "amount")]
        else:
            column = "debit" if amount < 0 else "credit"
            texts = [self.figure(self.columns[column], kind.figure(amount), column)]
        if self.shows_balance(index):
            texts.append(self.figure(self.columns["balance"], self.balance_text(self.after[index]), "balance"))
        return texts

    def lines(self, index: int, new_day: bool) -> list[tuple[Text, ...]]:
        kind, movement = self.kind, self.ledger.movements[index]
        texts: list[list[Text]] = [[self.text(kind.text_x, line)] for line in movement.lines]
        if new_day or not kind.once_a_day:
            texts[0].insert(0, self.text(45, kind.day(movement.day)))
            if kind.second_day:
                texts[0].append(self.text(kind.second_day, kind.day(movement.day)))
        texts[-1 if kind.figures == "last" else 0] += self.money(index)
        return [tuple(line) for line in texts]

    def run(self) -> None:
        kind = self.kind
        self.top()
        self.header()
        first = self.text(kind.text_x, kind.words[2])
        if kind.opening_row and not kind.newest_first:
            self.paper.line(first, self.figure(self.columns["balance"], self.balance_text(self.ledger.opening), "balance"))
        order = range(len(self.ledger.movements))
        before = None
        for index in reversed(order) if kind.newest_first else order:
            self.row(index, self.lines(index, self.ledger.movements[index].day != before))
            before = self.ledger.movements[index].day
        self.finish()


def world_statement(kind: Kind, seed: int, size: int = 24) -> Specimen:
    """The statement of a seed, in a kind. Sums without decimals are whole units."""
    ledger = make_ledger(seed if seed % 11 != 7 else seed + 1, Shape(days=(31, 92)[seed % 2], movements=size, width=28))
    if kind.whole:
        whole = [replace(movement, amount=movement.amount * 100) for movement in ledger.movements]
        ledger = replace(ledger, opening=ledger.opening * 100, movements=tuple(whole))
    if kind.font != "Helvetica":
        _japanese()
    printed = WorldPrinter(ledger, kind).print()
    rows: tuple[Expected, ...] = printed.expected
    return replace(printed, expected=rows)
