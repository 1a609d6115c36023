"""ANZ's classic accounts and ANZ Plus."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from tests.statement_factory.ledger import Shape, make_ledger
from tests.statement_factory.pdf_canvas import Specimen, Text, cents, day, left, right
from tests.statement_factory.statement_printer import StatementPrinter, heads, pairs

ORIGIN = "AU00601"
EFFECTIVE = "EFFECTIVE DATE 19 JUL 2025"


def held(value: int) -> str:
    return cents(value) + (" OD" if value < 0 else "")


class AnzPrinter(StatementPrinter):
    """Access Advantage and its kin: the year on a row of its own, the word `blank` in empty cells, totals at the end of each page."""

    layout, institution = "anz.deposit.2025", ORIGIN
    columns: ClassVar = {"debit": 400, "credit": 475, "balance": 550}

    def header(self) -> None:
        names = heads(self.columns, debit="Withdrawals ($)", credit="Deposits ($)", balance="Balance ($)")
        self.paper.line(left(40, "Date"), left(85, "Transaction Details"), *names)

    def page_rows(self) -> list[int]:
        """The rows whose figures stand on this page."""
        items = (item for item in self.paper.items if item.page == self.paper.page and item.text.column in {"debit", "credit"})
        return sorted({item.row for item in items if item.row is not None})

    def ending(self) -> None:
        amounts = [self.ledger.movements[index].amount for index in self.page_rows()]
        out, into = -sum(min(amount, 0) for amount in amounts), sum(max(amount, 0) for amount in amounts)
        self.totals("TOTALS AT END OF PAGE", out, into)
        self.paper.line(left(560, "XPRCAP0010"))

    def totals(self, label: str, out: int, into: int) -> None:
        texts = (right(self.columns["debit"], f"${cents(out)}", "debit"), right(self.columns["credit"], f"${cents(into)}", "credit"))
        self.paper.line(left(85, label), *texts)

    def run(self) -> None:
        ledger, paper = self.ledger, self.paper
        paper.line(left(40, "ANZ " + self.dice.choice(("ACCESS ADVANTAGE", "BUSINESS ESSENTIALS", "ONLINE SAVER")) + " STATEMENT", size=14))
        paper.line(left(330, "STATEMENT NUMBER 51"))
        paper.line(left(330, f"{day(ledger.start, '%d %B %Y')} TO {day(ledger.end, '%d %B %Y')}".upper()), left(40, ledger.holder))
        digits = ledger.digits
        paper.line(left(40, "Branch Number (BSB)"), left(160, f"01{digits[0]}-{digits[1:4]}"))
        paper.line(left(40, "Account Number"), left(160, f"{digits[4:8]}-{digits[8:13]}"))
        sums = (("Opening Balance:", f"${held(ledger.opening)}"), ("Total Deposits:", f"${cents(ledger.credits)}"))
        for texts in pairs(*sums, ("Total Withdrawals:", f"${cents(ledger.debits)}"), ("Closing Balance:", f"${held(ledger.closing)}")):
            paper.line(*texts)
        paper.line(left(40, "Australia and New Zealand Banking Group Limited ABN 11 005 357 522"), gap=30)
        self.header()
        paper.line(left(40, str(ledger.start.year), font="Helvetica-Bold"))
        blanks = [self.blank("debit"), self.blank("credit")]
        paper.line(left(40, day(ledger.start, "%d %b").upper()), left(85, "OPENING BALANCE"), *blanks, self.balance(ledger.opening, held))
        for index in range(len(ledger.movements)):
            self.movement(index)
        self.finish()
        self.totals("TOTALS AT END OF PERIOD", ledger.debits, ledger.credits)
        paper.line(left(85, "This Statement Includes"), left(300, "Interest earned on deposits"), left(480, "$1.00"))

    def made(self, index: int) -> date | None:
        return date(2025, 7, 19) if EFFECTIVE in self.ledger.movements[index].lines else None

    def blank(self, column: str) -> Text:
        return right(self.columns[column], "blank", fact=False, white=True, size=3)

    def movement(self, index: int) -> None:
        ledger, movement = self.ledger, self.ledger.movements[index]
        if index and ledger.movements[index - 1].day.year != movement.day.year:
            self.paper.line(left(40, str(movement.day.year), font="Helvetica-Bold"))
        empty = self.blank("credit" if movement.amount < 0 else "debit")
        money = (self.amount(index, cents), empty, self.balance(self.after[index], held))
        first = (left(40, day(movement.day, "%d %b").upper()), left(85, movement.lines[0]), *money)
        self.row(index, [first, *((left(85, line),) for line in movement.lines[1:])])


def deposit(seed: int, size: int = 30) -> Specimen:
    extra = (EFFECTIVE, "640,000.00 IDR INC O/S FEE $1.81")
    return AnzPrinter(make_ledger(seed, Shape(days=(31, 184)[seed % 2], movements=size, extra=extra))).print()


class AnzPlusPrinter(StatementPrinter):
    """ANZ Plus: the newest row first, the opening balance at the end."""

    layout, institution = "anz.plus.2024", ORIGIN
    columns: ClassVar = {"credit": 400, "debit": 475, "balance": 550}

    def header(self) -> None:
        self.paper.line(left(40, "Date"), left(85, "Description"), *heads(self.columns, credit="Credit", debit="Debit", balance="Balance"))

    @staticmethod
    def held(value: int) -> str:
        return ("-" if value < 0 else "") + "$" + cents(value)

    def run(self) -> None:
        ledger, paper = self.ledger, self.paper
        paper.line(left(40, self.dice.choice(("ANZ Plus Everyday", "ANZ Plus Growth Saver")), size=14))
        paper.line(left(40, f"{day(ledger.start, '%-d %b %Y')} - {day(ledger.end, '%-d %b %Y')}"), left(330, ledger.holder))
        paper.line(left(40, "BSB"), left(130, f"01{ledger.digits[0]} {ledger.digits[1:4]}"))
        paper.line(left(40, "Account number"), left(130, ledger.digits[4:13]))
        for texts in pairs(("Closing balance", self.held(ledger.closing)), x=40, edge=200):
            paper.line(*texts)
        paper.line(left(40, "Australia and New Zealand Banking Group Limited ABN 11 005 357 522"), gap=30)
        self.header()
        if not ledger.movements:
            paper.line(left(85, "There are no transactions to display."))
        for index in range(len(ledger.movements) - 1, -1, -1):
            movement = ledger.movements[index]
            money = (self.amount(index, lambda amount: "$" + cents(amount)), self.balance(self.after[index], self.held))
            first = (left(40, day(movement.day, "%-d %b")), left(85, movement.lines[0]), *money)
            self.row(index, [first, *((left(85, line),) for line in movement.lines[1:])])
        paper.line(left(85, "Opening Balance"), self.balance(ledger.opening, self.held))


def plus(seed: int, size: int = 24) -> Specimen:
    return AnzPlusPrinter(make_ledger(seed, Shape(days=31, movements=size))).print()
