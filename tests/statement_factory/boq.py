"""myBOQ and ME Go: two days a row, money out negative, nothing where the balance is nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import ClassVar

from tests.statement_factory.ledger import Ledger, Movement, Shape, make_ledger
from tests.statement_factory.pdf_canvas import Specimen, cents, day, left, right
from tests.statement_factory.statement_printer import StatementPrinter, heads


def signed(value: int) -> str:
    return ("-" if value < 0 else "") + cents(value)


class BoqPrinter(StatementPrinter):
    """Sums in a summary, an opening balance of nothing as 0, the closing balance below the rows."""

    columns: ClassVar = {"debit": 390, "credit": 465, "balance": 545}
    layout, institution = "boq.deposit.2024", "AU00701"
    bank, products = "Bank of Queensland Limited ABN 32 009 656 740", ("SaveOne", "SaveU")

    def header(self) -> None:
        names = heads(self.columns, debit="Debits ($)", credit="Credits ($)", balance="Balance ($)")
        self.paper.line(left(40, "Date"), left(90, "Processed"), left(150, "Description"), *names)

    def turned(self) -> None:
        self.paper.line(left(40, "Transactions"))
        self.header()

    def ending(self) -> None:
        self.paper.line(left(40, f"Page {self.paper.page + 1} of {{pages}} | Statement continues over"))

    def made(self, index: int) -> date:
        movement = self.ledger.movements[index]
        return movement.made or movement.day

    def shows_balance(self, index: int) -> bool:
        return self.after[index] != 0

    def run(self) -> None:
        ledger, paper, product = self.ledger, self.paper, self.dice.choice(self.products)
        paper.line(left(330, f"{product} statement.", size=14))
        paper.line(left(330, "Statement period"))
        paper.line(left(330, f"{day(ledger.start, '%d %b %y')} - {day(ledger.end, '%d %b %y')}"))
        paper.line(left(40, ledger.holder))
        paper.line(left(330, "Account summary."))
        opening = signed(ledger.opening) if ledger.opening else "0"
        for name, fact, label, figure in (
            ("Account name", product, "Opening balance", opening),
            ("Account BSB", f"12{ledger.digits[0]}-{ledger.digits[1:4]}", "Total credits", cents(ledger.credits)),
            ("Account number", ledger.digits[4:12], "Total debits", signed(-ledger.debits)),
            ("", "", "Closing balance", signed(ledger.closing)),
        ):
            texts = (left(40, name), left(130, fact)) if name else ()
            paper.line(*texts, left(330, label), right(545, figure, fact=figure != "0"))
        paper.line(left(40, self.bank), gap=25)
        paper.line(left(40, "Transactions"))
        self.header()
        for index, movement in enumerate(ledger.movements):
            money = [self.amount(index, signed)]
            money += [self.balance(self.after[index], signed)] if self.shows_balance(index) else []
            days = left(40, day(self.made(index), "%d-%b")), left(90, day(movement.day, "%d-%b"))
            self.row(index, [(*days, left(150, movement.lines[0]), *money), *((left(150, line),) for line in movement.lines[1:])])
        self.finish()
        paper.line(left(150, "Closing Balance"), self.balance(ledger.closing, signed))
        paper.line(left(40, f"Page {paper.page + 1} of {{pages}}"))
        paper.line(left(40, "Account security tips"))


class MePrinter(BoqPrinter):
    layout, institution = "me.deposit.2024", "AU08901"
    bank, products = "ME Bank - a division of Bank of Queensland Limited ABN 32 009 656 740", ("SpendME", "SaveME")


def _ledger(seed: int, size: int) -> Ledger:
    """An account that is emptied now and then; every third seed begins with nothing."""
    ledger = make_ledger(seed, Shape(days=(31, 92)[seed % 2], movements=size, made_dates=True, width=30, opening=(1_000, 1_500_000)))
    ledger = replace(ledger, opening=0) if seed % 3 == 1 else ledger
    rows, running = [], ledger.opening
    for place, movement in enumerate(ledger.movements):
        is_emptied = place % 7 == 3 and running != 0
        amount = -running if is_emptied else movement.amount
        rows.append(Movement(movement.day, movement.lines, amount, movement.made))
        running += amount
    return replace(ledger, movements=tuple(rows))


def boq(seed: int, size: int = 30) -> Specimen:
    return BoqPrinter(_ledger(seed, size)).print()


def me(seed: int, size: int = 30) -> Specimen:
    return MePrinter(_ledger(seed, size)).print()
