"""Westpac Choice and eSaver: bare figures, on the line below the first words of a row."""

from __future__ import annotations

from typing import ClassVar

from tests.statement_factory.ledger import Shape, make_ledger
from tests.statement_factory.pdf_canvas import Specimen, Text, cents, day, left
from tests.statement_factory.statement_printer import StatementPrinter, heads, pairs


def signed(value: int) -> str:
    return ("-" if value < 0 else "") + cents(value)


def spaced(value: int) -> str:
    return ("- " if value < 0 else "+ ") + f"${cents(value)}"


class WestpacPrinter(StatementPrinter):
    layout, institution = "westpac.deposit.2025", "AU14201"
    columns: ClassVar = {"debit": 390, "credit": 465, "balance": 545}

    def header(self) -> None:
        names = heads(self.columns, debit="DEBIT", credit="CREDIT", balance="BALANCE")
        self.paper.line(left(50, "DATE"), left(105, "TRANSACTION DESCRIPTION"), *names)

    def ending(self) -> None:
        self.paper.line(left(50, "Statement No. 12"), left(480, f"Page {self.paper.page + 1} of {{pages}}"))

    def run(self) -> None:
        ledger, paper = self.ledger, self.paper
        paper.line(left(50, self.dice.choice(("Westpac Choice", "Westpac eSaver")), size=14))
        paper.line(left(330, f"{day(ledger.start, '%-d %B %Y')} - {day(ledger.end, '%-d %B %Y')}"))
        paper.line(
            left(50, ledger.holder), left(330, f"03{ledger.digits[0]}-{ledger.digits[1:4]} {ledger.digits[4:7]} {ledger.digits[7:10]}")
        )
        totals = (("Total Credits", f"+ ${cents(ledger.credits)}"), ("Total Debits", f"- ${cents(ledger.debits)}"))
        for texts in pairs(
            ("Opening Balance", spaced(ledger.opening)), *totals, ("Closing Balance", spaced(ledger.closing)), x=330, edge=545
        ):
            paper.line(*texts)
        paper.line(left(50, "Westpac Banking Corporation ABN 33 007 457 141"), gap=25)
        self.header()
        first = (left(50, day(ledger.start, "%d/%m/%y")), left(105, "STATEMENT OPENING BALANCE"))
        paper.line(*first, self.balance(ledger.opening, signed))
        for index, movement in enumerate(ledger.movements):
            money = (self.amount(index, cents), self.balance(self.after[index], signed))
            lines: list[tuple[Text, ...]] = [(left(105, line),) for line in movement.lines]
            lines[0] = (left(50, day(movement.day, "%d/%m/%y")), *lines[0])
            lines[-1] = (*lines[-1], *money)
            self.row(index, lines)
        self.finish()
        paper.line(left(50, day(ledger.end, "%d/%m/%y")), left(105, "CLOSING BALANCE"), self.balance(ledger.closing, signed))
        paper.line(left(50, "CONVENIENCE AT YOUR FINGERTIPS"))
        paper.line(left(50, "TRANSACTION FEE SUMMARY"), left(400, "$0.00"))
        self.ending()


def deposit(seed: int, size: int = 30) -> Specimen:
    return WestpacPrinter(make_ledger(seed, Shape(days=(31, 92)[seed % 2], movements=size))).print()
