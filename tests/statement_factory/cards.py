"""Credit cards of ANZ and Macquarie: a charge is a bare figure, what is paid has CR behind it, balances say what is owed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import ClassVar

from tests.statement_factory.ledger import Ledger, Shape, make_ledger
from tests.statement_factory.pdf_canvas import Specimen, Text, cents, day, left, right
from tests.statement_factory.statement_printer import StatementPrinter, heads, pairs


def owed(value: int) -> str:
    return "$" + cents(value) + (" CR" if value > 0 else "")


class AnzCardPrinter(StatementPrinter):
    """Two days, the last four digits of the card, the balance on every row; fees of purchases abroad on a line of their own."""

    layout, institution = "anz.card.2025", "AU00601"
    columns: ClassVar = {"amount": 470, "balance": 550}

    def header(self) -> None:
        self.paper.line(left(40, "Date"), left(95, "Date of"), left(150, "Card"))
        names = heads(self.columns, amount="Amount ($A)", balance="Balance")
        self.paper.line(left(40, "Processed"), left(95, "Transaction"), left(150, "Used"), left(185, "Transaction Details"), *names)

    def turned(self) -> None:
        self.paper.line(left(40, "Transaction Details", size=10))
        self.header()

    def ending(self) -> None:
        self.paper.line(left(40, "Please refer to the last four digits of the card to see who made a transaction"))

    def made(self, index: int) -> date:
        movement = self.ledger.movements[index]
        return movement.made or movement.day

    def described(self, index: int) -> str:
        lines = (line for line in self.ledger.movements[index].lines if not line.startswith("INCL"))
        return f"{self.ledger.digits[12:]} {' '.join(lines)}"

    def run(self) -> None:
        ledger, paper = self.ledger, self.paper
        paper.line(left(40, self.dice.choice(("ANZ Frequent Flyer Black", "ANZ Low Rate", "ANZ Rewards")), size=14))
        paper.line(left(40, f"ACCOUNT NUMBER: {'-'.join(ledger.digits[place : place + 4] for place in range(0, 16, 4))}"))
        paper.line(
            left(40, f"STATEMENT PERIOD: {day(ledger.start, '%d/%m/%y')} to {day(ledger.end, '%d/%m/%y')}"), left(330, ledger.holder)
        )
        for texts in pairs(("Opening Balance", owed(ledger.opening)), ("Closing Balance", owed(ledger.closing)), x=40, edge=250):
            paper.line(*texts)
        paper.line(left(40, "Australia and New Zealand Banking Group Limited ABN 11 005 357 522"), gap=30)
        self.turned()
        for index, movement in enumerate(ledger.movements):
            posted, amount = day(movement.day, "%d/%m/%Y"), movement.amount
            balance = self.balance(self.after[index], owed)
            first = (left(40, posted), left(95, day(self.made(index), "%d/%m/%Y")), left(150, ledger.digits[12:]))
            lines: list[tuple[Text, ...]] = [(*first, left(185, movement.lines[0]), right(470, owed(amount), "amount"), balance)]
            for line in movement.lines[1:]:
                lines.append((left(40, posted), left(185, line), balance) if line.startswith("INCL") else (left(185, line),))
            self.row(index, lines)
        self.finish()
        self.ending()
        paper.line(left(40, "IMPORTANT MESSAGES"), left(200, "Minimum payment $25.00"))


class MacquarieCardPrinter(StatementPrinter):
    """Month before day, a number of reference below each row, sums in a summary, no running balance."""

    layout, institution = "macquarie.card.2026", "AU00301"
    columns: ClassVar = {"amount": 540}
    balances = "none"

    def header(self) -> None:
        self.paper.line(left(40, "DATE"), left(95, "TRANSACTION DETAILS"), *heads(self.columns, amount="AMOUNT $"))

    def turned(self) -> None:
        self.paper.line(left(40, f"Account No. XXXX XXXX XXXX {self.ledger.digits[12:]}"), left(350, self.period))
        self.header()

    def ending(self) -> None:
        self.paper.line(left(40, "Continued over page.."))

    @property
    def period(self) -> str:
        return f"Statement period {day(self.ledger.start, '%d/%m/%y')}-{day(self.ledger.end, '%d/%m/%y')}"

    def run(self) -> None:
        ledger, paper = self.ledger, self.paper
        paper.line(left(40, self.dice.choice(("Macquarie Black Card", "Macquarie Platinum Card")), size=14), left(330, ledger.holder))
        paper.line(left(40, self.period))
        paper.line(left(40, f"Account number XXXX XXXX XXXX {ledger.digits[12:]}"))
        moved = (("Payments and credits", f"${cents(ledger.credits)} CR"), ("Purchases", f"${cents(ledger.debits)}"))
        ends = ("Opening balance", owed(ledger.opening)), ("Closing balance", owed(ledger.closing))
        for texts in pairs(ends[0], *moved, ends[1], x=40, edge=250):
            paper.line(*texts)
        paper.line(left(40, "Macquarie Bank Limited ABN 46 008 583 542"))
        paper.turn()
        for index, movement in enumerate(ledger.movements):
            text = cents(movement.amount) + (" CR" if movement.amount > 0 else "")
            first = (left(40, day(movement.day, "%b %d")), left(95, movement.lines[0]), right(540, text, "amount"))
            self.row(index, [first, *((left(95, line),) for line in movement.lines[1:])])
        self.finish()
        paper.line(left(40, f"Closing balance {owed(ledger.closing)}"))
        paper.line(left(40, "Customer service 1300 000 000"))


def _ledger(seed: int, size: int, further: tuple[tuple[str, ...], ...]) -> Ledger:
    """A month of a card; `further` are the lines below a purchase, in turn."""
    ledger = make_ledger(seed, Shape(days=30, movements=size, owing=True, longest=1, made_dates=True, width=30))
    rows = [
        replace(one, lines=(one.lines[0], *further[place % len(further)])) if one.amount < 0 else replace(one, lines=one.lines[:1])
        for place, one in enumerate(ledger.movements)
    ]
    return replace(ledger, movements=tuple(rows))


def anz(seed: int, size: int = 30) -> Specimen:
    return AnzCardPrinter(_ledger(seed, size, ((), (), ("22.00 USD", "INCL OVERSEAS TXN FEE 1.15 AUD"), ("4400.00 VND",)))).print()


def macquarie(seed: int, size: int = 30) -> Specimen:
    reference = "24492166034100017590151"
    return MacquarieCardPrinter(_ledger(seed, size, ((reference,), (reference, "US DOLLAR 22.00")))).print()
