"""Statements of a bank that does not exist, in prints that no shipped layout reads: for the search, which must read them or refuse.

Some cannot be distinguished from what they are not (texts above their dates, two accounts in one file): those may only be refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.statement_factory.ledger import Ledger, Shape, make_ledger
from tests.statement_factory.others import signed
from tests.statement_factory.pdf_canvas import Expected, Specimen, Text, cents, day, left, right
from tests.statement_factory.statement_printer import StatementPrinter

ORIGIN = "AU00101"


def suffixed(value: int) -> str:
    return "$" + cents(value) + ("" if value == 0 else " CR" if value > 0 else " DR")


def signed_dollars(value: int) -> str:
    return "-$" + cents(value)


@dataclass(frozen=True)
class Style:
    """How the bank that does not exist prints. `money` are the columns from left to right: what they hold, heading, right edge."""

    name: str
    money: tuple[tuple[str, str, float], ...]
    texts: tuple[str, str] = ("Date", "Description")
    dates: str = "%d/%m/%Y"
    figures: str = "first"
    balances: str = "every"
    balance: Callable[[int], str] = signed
    debit: Callable[[int], str] = cents
    totals: bool = True
    newest_first: bool = False
    once_a_day: bool = False
    above: bool = False
    twice: bool = False
    pending: bool = False
    wide: float = 100
    apart: float = 0


THREE = (("debit", "Debit", 400.0), ("credit", "Credit", 470.0), ("balance", "Balance", 545.0))

STYLES = (
    Style("balance first", (("balance", "Balance", 380.0), ("debit", "Withdrawals", 465.0), ("credit", "Deposits", 545.0))),
    Style("credits first", (("credit", "Paid in", 400.0), ("debit", "Paid out", 470.0), ("balance", "Balance", 545.0)), dates="%d-%b-%y"),
    Style("own words", (("debit", "Gone", 400.0), ("credit", "Come", 470.0), ("balance", "Left", 545.0)), ("When", "What")),
    Style("suffixes", THREE, ("Posted date", "Narrative"), "%d %b", "last", balance=suffixed),
    Style("minus debits", THREE, dates="%d %B %Y", balance=suffixed, debit=lambda value: "-$" + cents(value)),
    Style("once a day", THREE, dates="%-d %b %Y", balances="daily", once_a_day=True),
    Style("daily balances", THREE, dates="%d.%m.%Y", balances="daily", balance=suffixed),
    Style("newest first", THREE, ("Transaction date", "Particulars"), "%d %b %y", newest_first=True, totals=False),
    Style("figures split", THREE, figures="split"),
    Style("no balances", THREE[:2], balances="none"),
    Style("signed amounts", (("amount", "Amount", 450.0), ("balance", "Balance", 545.0)), balance=suffixed, debit=signed_dollars),
    Style("no balances, no totals", THREE[:2], balances="none", totals=False),
    Style("texts above", THREE, above=True, apart=6),
    Style("two accounts", THREE, twice=True),
    Style("pending rows", THREE, pending=True),
)
READABLE = tuple(style for style in STYLES[:11])


class UnknownBankPrinter(StatementPrinter):
    """Prints in a style. The shape of a row, its order and its sums follow it."""

    institution = ORIGIN

    def __init__(self, ledger: Ledger, style: Style) -> None:
        self.style, self.layout, self.balances = style, f"stranger: {style.name}", style.balances
        self.columns = {what: edge for what, _, edge in style.money}  # type: ignore[misc]
        super().__init__(ledger)

    def header(self) -> None:
        names = [right(edge, heading, fact=False) for _, heading, edge in self.style.money]
        self.paper.line(left(45, self.style.texts[0]), left(self.style.wide + 20, self.style.texts[1]), *names, gap=16)

    def turned(self) -> None:
        self.paper.line(left(45, "Bower Mutual"), left(430, f"Page {self.paper.page + 1} of {{pages}}"), gap=40)
        self.header()

    def top(self) -> None:
        paper, ledger, style = self.paper, self.ledger, self.style
        paper.line(left(45, "Bower Mutual Everyday Account", size=14), gap=20)
        paper.line(left(45, "Account number"), left(180, ledger.digits[:8]))
        paper.line(left(45, "BSB"), left(180, f"633-{ledger.digits[8:11]}"))
        paper.line(left(45, "Statement period"), left(180, f"{day(ledger.start, '%d %b %Y')} to {day(ledger.end, '%d %b %Y')}"))
        printed = [("Opening balance", style.balance(ledger.opening)), ("Closing balance", style.balance(ledger.closing))]
        printed += [("Total debits", cents(ledger.debits)), ("Total credits", cents(ledger.credits))] if style.totals else []
        for label, text in printed:
            paper.line(left(45, label), right(280, text))
        paper.line(left(45, "Bendigo and Adelaide Bank Limited ABN 11 068 049 178"), gap=30)

    def lines(self, index: int, new_day: bool) -> list[tuple[Text, ...]]:
        movement, style = self.ledger.movements[index], self.style
        write = style.debit if movement.amount < 0 else cents
        one = right(self.columns["amount"], write(movement.amount), "amount") if "amount" in self.columns else None
        amount = one or self.amount(index, write)
        money = [amount] + ([self.balance(self.after[index], style.balance)] if self.shows_balance(index) else [])
        texts: list[list[Text]] = [[left(style.wide + 20, line)] for line in movement.lines]
        dated = len(texts) - 1 if style.above else 0
        if new_day or not style.once_a_day:
            texts[dated].insert(0, left(45, day(movement.day, style.dates)))
        if style.figures == "split" and len(texts) > 1:
            texts[0].append(money[0])
            texts[1] += money[1:]
        else:
            texts[-1 if style.figures == "last" or style.above else 0] += money
        return [tuple(line) for line in texts]

    def run(self) -> None:
        self.top()
        for _ in range(2 if self.style.twice else 1):
            self.header()
            order = range(len(self.ledger.movements))
            before = None
            for index in reversed(order) if self.style.newest_first else order:
                self.row(index, self.lines(index, self.ledger.movements[index].day != before))
                self.paper.y += self.style.apart
                before = self.ledger.movements[index].day
            self.finish()
            self.paper.line(gap=40)
        if self.style.pending:
            self.paper.line(left(45, "Pending transactions"), gap=20)
            self.header()
            when = day(self.ledger.end, self.style.dates)
            self.paper.line(left(45, when), left(120, "PENDING SHOP"), right(self.columns["debit"], "12.00"))


def unknown_bank(style: Style, seed: int, size: int = 24) -> Specimen:
    """The statement of a seed, in a style. The rows expected are those of the ledger, as they happened."""
    printed = UnknownBankPrinter(make_ledger(seed, Shape(days=(31, 92)[seed % 2], movements=size)), style).print()
    rows: tuple[Expected, ...] = printed.expected
    return replace(printed, expected=rows)
