"""CommBank credit cards and home loans."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from tests.statement_factory.commbank import ORIGIN
from tests.statement_factory.ledger import Movement, Shape, make_ledger
from tests.statement_factory.pdf_canvas import Specimen, cents, day, left, right
from tests.statement_factory.statement_printer import StatementPrinter, heads


class CardPrinter(StatementPrinter):
    """Low Rate, Low Fee, Ultimate Awards: one amount column, a minus behind what is paid."""

    layout, institution, pitch = "cba.card.2017", ORIGIN, 17.5
    columns: ClassVar = {"amount": 563}
    balances = "none"

    @property
    def number(self) -> str:
        digits = self.ledger.digits
        return " ".join(digits[start : start + 4] for start in range(0, 16, 4))

    @property
    def period(self) -> str:
        return f"{day(self.ledger.start, '%-d %b %Y')} - {day(self.ledger.end, '%-d %b %Y')}"

    def header(self) -> None:
        self.paper.line(left(52, "Date"), left(122, "Transaction Details"), *heads(self.columns, amount="Amount (A$)"))

    def turned(self) -> None:
        self.paper.line(right(566, "Transactions", fact=False))
        self.paper.line(right(565, f"Account {self.number}", fact=False))
        self.paper.line(right(566, self.period, fact=False))
        self.paper.line(left(52, "Transactions", size=12))
        self.header()

    def ending(self) -> None:
        self.paper.y += 40
        self.paper.line(left(42, "How to pay"), left(428, "We're here to help"))
        self.paper.line(left(85, "NetBank"), left(452, "commbank.com.au/paymycard"))

    def summary(self) -> None:
        paper, ledger = self.paper, self.ledger
        paper.line(left(378, "Your Statement", size=16))
        paper.line(left(338, self.dice.choice(("Low Rate Mastercard", "Low Fee Mastercard", "Ultimate Awards")) + " Credit Card"))
        paper.line(right(559, self.number, fact=False))
        paper.line(left(354, "Statement Period"), left(451, self.period))
        paper.line(left(57, ledger.holder), left(354, "Credit limit"), right(567, "$12,000.00", fact=False))
        opening, closing = (("-$" if value > 0 else "$") + cents(value) for value in (ledger.opening, ledger.closing))
        paper.line(left(57, f"Opening balance at {day(ledger.start, '%-d %b')}"), right(284, opening), right(563, "$99.50", fact=False))
        paper.line(left(57, "New transactions and charges"), right(284, f"${cents(ledger.debits)}"))
        paper.line(left(57, "Payments/refunds"), right(284, f"-${cents(ledger.credits)}"), left(357, "Minimum payment"))
        paper.line(left(57, f"Closing balance at {day(ledger.end, '%-d %b')}"), right(284, closing), left(357, "Payment due by"))
        paper.line(left(57, "Next statement period"), left(166, "25 Jul 2031 - 23 Aug 2031"))
        paper.line(left(57, "Minimum Repayment Warning:"), left(200, "You will pay off the Closing Balance in about 2 years"))
        paper.line(left(57, "Commonwealth Bank of Australia ABN 48 123 123 124"))

    def run(self) -> None:
        self.summary()
        self.paper.turn()
        for index, movement in enumerate(self.ledger.movements):
            text = cents(movement.amount) + ("-" if movement.amount > 0 else "")
            undated = movement.lines[0].startswith("Interest charged on")
            first = [] if undated else [left(52, day(movement.day, "%d %b"))]
            lines = [(*first, left(122, movement.lines[0]), right(563, text, "amount"))]
            self.row(index, lines + [(left(122, line[:6]), left(187, line[7:])) for line in movement.lines[1:]])
        self.finish()
        self.paper.line(left(48, "Please check your transactions listed on this statement and report any discrepancy of $1.00"))


def card(seed: int, size: int = 30) -> Specimen:
    """A month of a card; foreign purchases have a currency line, interest at the end carries no date."""
    ledger = make_ledger(seed, Shape(days=30, movements=size, owing=True, longest=1))
    foreign = [
        replace(movement, lines=(movement.lines[0], "##0000 16.50 EURO") if index % 5 == 2 else movement.lines[:1])
        for index, movement in enumerate(ledger.movements)
    ]
    if foreign and seed % 2:
        last = foreign[-1].day
        foreign += [Movement(last, (f"Interest charged on {what}",), -seed - 12) for what in ("purchases", "cash advances")]
    return CardPrinter(replace(ledger, movements=tuple(foreign))).print()


def minus(value: int) -> str:
    return ("-" if value < 0 else "") + cents(value)


class HomeLoanPrinter(StatementPrinter):
    """Complete Home Loan: debits with a minus, balances DR, an opening balance of Nil for a new loan."""

    layout, institution = "cba.home-loan.2025", ORIGIN
    columns: ClassVar = {"debit": 380, "credit": 450, "balance": 540}

    def header(self) -> None:
        names = heads(self.columns, debit="Debits", credit="Credits", balance="Balance")
        self.paper.line(left(58, "Date"), left(110, "Transaction description"), *names)

    def held(self, value: int) -> str:
        return "$" + cents(value) + ("" if value == 0 else " DR" if value < 0 else " CR")

    def run(self) -> None:
        ledger, paper = self.ledger, self.paper
        paper.line(left(360, "Your Statement", size=14))
        paper.line(left(57, "Complete Home Loan"))
        paper.line(left(57, "Statement period"), left(160, f"{day(ledger.start, '%-d %b %Y')} - {day(ledger.end, '%-d %b %Y')}"))
        number = f"BSB 06{ledger.digits[:4]} - Account {ledger.digits[4:13]}"
        paper.line(left(57, f"Complete Home Loan Transactions - {number}"))
        self.header()
        opening = "Nil" if ledger.opening == 0 else self.held(ledger.opening)
        paper.line(left(58, day(ledger.start, "%-d %b")), left(110, "Opening balance"), right(540, opening, "balance", ledger.opening != 0))
        for index, movement in enumerate(ledger.movements):
            money = (self.amount(index, minus), self.balance(self.after[index], self.held))
            first = (left(58, day(movement.day, "%-d %b")), left(110, movement.lines[0]), *money)
            self.row(index, [first, *((left(110, line),) for line in movement.lines[1:])])
            if index % 9 == 4:
                paper.line(left(110, f"Interest rate as of {day(movement.day, '%-d %b %Y')} is 6.15%"))
        paper.line(left(58, day(ledger.end, "%-d %b")), left(110, "Closing balance"), self.balance(ledger.closing, self.held))
        paper.line(left(58, "Commonwealth Bank of Australia ABN 48 123 123 124"), gap=20)


def home_loan(seed: int, size: int = 24) -> Specimen:
    ledger = make_ledger(seed, Shape(days=(9, 31, 181)[seed % 3], movements=size, owing=True))
    return HomeLoanPrinter(replace(ledger, opening=0) if seed % 5 == 3 else ledger).print()
