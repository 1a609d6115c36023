"""ING, Macquarie, Bendigo and Bankwest."""

from __future__ import annotations

from typing import ClassVar

from tests.statement_factory.ledger import Shape, make_ledger
from tests.statement_factory.pdf_canvas import Specimen, Text, cents, day, left, right
from tests.statement_factory.statement_printer import StatementPrinter, heads, pairs


def signed(value: int) -> str:
    return ("-" if value < 0 else "") + cents(value)


class IngPrinter(StatementPrinter):
    """ING: sums under a line of headings, money out printed negative, descriptions that go on below the figures."""

    layout, institution = "ing.deposit.2021", "AU00201"
    columns: ClassVar = {"debit": 390, "credit": 465, "balance": 545}

    def header(self) -> None:
        names = heads(self.columns, debit="Money out $", credit="Money in $", balance="Balance $")
        self.paper.line(left(50, "Date"), left(115, "Details"), *names)

    def run(self) -> None:
        ledger, paper = self.ledger, self.paper
        product = self.dice.choice(("Orange Everyday", "Everyday Family", "Savings Maximiser", "Orange One", "Mortgage Simplifier"))
        paper.line(left(50, f"{product} statement", size=14), left(350, ledger.holder))
        paper.line(left(50, f"BSB number: 923 {ledger.digits[:3]}"))
        paper.line(left(50, f"{product} number: {ledger.digits[4:12]}"))
        paper.line(left(50, f"Statement from: {day(ledger.start, '%d/%m/%Y')} to {day(ledger.end, '%d/%m/%Y')}"))
        edges = (130, 250, 370, 490)
        names = ("Opening balance", "Total money in", "Total money out", "Closing balance")
        paper.line(*(right(x, name, fact=False) for x, name in zip(edges, names, strict=True)))
        sums = ("$" + signed(ledger.opening), "$" + cents(ledger.credits), "$" + signed(-ledger.debits), "$" + signed(ledger.closing))
        paper.line(*(right(x, text) for x, text in zip(edges, sums, strict=True)))
        paper.line(left(50, "ING is a business name of ING Bank (Australia) Limited ABN 24 000 893 292"), gap=30)
        self.header()
        for index, movement in enumerate(ledger.movements):
            money = (self.amount(index, signed), self.balance(self.after[index], signed))
            first = (left(50, day(movement.day, "%d/%m/%Y")), left(115, movement.lines[0]), *money)
            self.row(index, [first, *((left(115, line),) for line in movement.lines[1:])])


def ing(seed: int, size: int = 30) -> Specimen:
    return IngPrinter(make_ledger(seed, Shape(days=(31, 92)[seed % 2], movements=size))).print()


class MacquariePrinter(StatementPrinter):
    """Macquarie: dates with dots, and one last line with both totals and the balance."""

    layout, institution = "macquarie.cma.2023", "AU00301"
    columns: ClassVar = {"debit": 400, "credit": 475, "balance": 550}

    def header(self) -> None:
        names = heads(self.columns, debit="debits", credit="credits", balance="balance")
        self.paper.line(left(40, "date"), left(95, "transaction"), left(165, "description"), *names)

    def ending(self) -> None:
        self.paper.line(left(470, "continued on next"))

    def run(self) -> None:
        ledger, paper = self.ledger, self.paper
        paper.line(left(40, "Macquarie " + self.dice.choice(("Cash Management Account", "Transaction Account")), size=14))
        paper.line(left(330, f"from {day(ledger.start, '%-d %b %y')} to {day(ledger.end, '%-d %b %y')}"))
        paper.line(left(330, "account name"), left(420, ledger.holder))
        paper.line(left(330, "BSB 182 512"))
        paper.line(left(330, f"account no. {ledger.digits[:9]}"))
        paper.line(left(40, "Macquarie Bank Limited ABN 46 008 583 542"), gap=30)
        self.header()
        paper.line(left(40, day(ledger.start, "%d.%m.%y")), left(165, "OPENING BALANCE"), self.balance(ledger.opening, signed))
        for index, movement in enumerate(ledger.movements):
            kind, _, rest = movement.lines[0].partition(" ")
            money = (self.amount(index, cents), self.balance(self.after[index], signed))
            first = (left(40, day(movement.day, "%d.%m.%y")), left(95, kind), left(165, rest), *money)
            self.row(index, [first, *((left(165, line),) for line in movement.lines[1:])])
        end = f"CLOSING BALANCE AS AT {day(ledger.end, '%-d %b %y')}".upper()
        totals = (right(400, cents(ledger.debits), "debit"), right(475, cents(ledger.credits), "credit"))
        paper.line(left(165, end), *totals, self.balance(ledger.closing, signed))


def macquarie(seed: int, size: int = 30) -> Specimen:
    return MacquariePrinter(make_ledger(seed, Shape(days=(31, 45)[seed % 2], movements=size, width=28))).print()


class BendigoPrinter(StatementPrinter):
    """Bendigo: opening and closing with their days, totals below the rows."""

    layout, institution = "bendigo.deposit.2025", "AU00101"
    columns: ClassVar = {"debit": 400, "credit": 475, "balance": 550}

    def header(self) -> None:
        names = heads(self.columns, debit="Withdrawals", credit="Deposits", balance="Balance")
        self.paper.line(left(40, "Date"), left(95, "Transaction"), *names)

    def run(self) -> None:
        ledger, paper = self.ledger, self.paper
        paper.line(left(40, "Bendigo Everyday Account", size=14), left(330, ledger.holder))
        paper.line(left(330, "Account number"), left(430, ledger.digits[:9]))
        paper.line(left(330, "BSB number"), left(430, "633-000"))
        paper.line(left(330, "Statement period"), left(430, f"{day(ledger.start, '%-d %b %Y')} - {day(ledger.end, '%-d %b %Y')}"))
        first, last = (day(when, "%-d %b %Y") for when in (ledger.start, ledger.end))
        sums = ((f"Opening balance on {first}", "$" + signed(ledger.opening)), (f"Closing Balance on {last}", "$" + signed(ledger.closing)))
        for texts in pairs(*sums, x=330, edge=550):
            paper.line(*texts)
        paper.line(left(40, "Bendigo and Adelaide Bank Limited ABN 11 068 049 178"), gap=30)
        self.header()
        for index, movement in enumerate(ledger.movements):
            money = (self.amount(index, cents), self.balance(self.after[index], signed))
            texts = (left(40, day(movement.day, "%-d %b %y")), left(95, movement.lines[0]), *money)
            self.row(index, [texts, *((left(95, line),) for line in movement.lines[1:])])
        totals = (right(400, "$" + cents(ledger.debits), "debit"), right(475, "$" + cents(ledger.credits), "credit"))
        paper.line(left(95, "Transaction totals"), *totals)


def bendigo(seed: int, size: int = 30) -> Specimen:
    return BendigoPrinter(make_ledger(seed, Shape(days=31, movements=size))).print()


class BankwestPrinter(StatementPrinter):
    """Bankwest: dollars, balances at the turn of each page, the balance of a row of two lines on the second."""

    layout, institution = "bankwest.deposit.2022", "AU00401"
    columns: ClassVar = {"debit": 400, "credit": 475, "balance": 550}

    def header(self) -> None:
        names = heads(self.columns, debit="Debit", credit="Credit", balance="Balance")
        self.paper.line(left(40, "TRANSACTION DETAILS", size=10))
        self.paper.line(left(40, "Date"), left(95, "Particulars"), *names)

    def held(self, value: int) -> str:
        return ("-" if value < 0 else "") + "$" + cents(value)

    @property
    def so_far(self) -> int:
        printed = {item.row for item in self.paper.items if item.row is not None and item.text.column in {"debit", "credit"}}
        return self.after[max(printed)] if printed else self.ledger.opening

    def turned(self) -> None:
        self.header()
        self.paper.line(left(95, "BROUGHT FORWARD"), self.balance(self.so_far, self.held))

    def ending(self) -> None:
        self.paper.line(left(95, "CARRIED FORWARD"), self.balance(self.so_far, self.held))

    def run(self) -> None:
        ledger, paper = self.ledger, self.paper
        paper.line(left(40, "Bankwest " + self.dice.choice(("Easy Transaction Account", "Hero Saver")), size=14))
        paper.line(left(40, "BSB Number"), left(130, f"30{ledger.digits[0]}-{ledger.digits[1:4]}"))
        paper.line(left(40, "Account Number"), left(130, ledger.digits[4:11]), left(330, ledger.holder))
        paper.line(left(40, "Period"), left(130, f"{day(ledger.start, '%-d %b %y')} - {day(ledger.end, '%-d %b %y')}"))
        paper.line(left(40, "Bankwest, a division of Commonwealth Bank of Australia ABN 48 123 123 124"), gap=30)
        self.header()
        paper.line(left(40, day(ledger.start, "%d %b %y")), left(95, "OPENING BALANCE"), self.balance(ledger.opening, self.held))
        for index, movement in enumerate(ledger.movements):
            lines: list[tuple[Text, ...]] = [(left(95, line),) for line in movement.lines]
            lines[0] = (left(40, day(movement.day, "%d %b %y")), *lines[0], self.amount(index, lambda amount: "$" + cents(amount)))
            place = min(1, len(lines) - 1)
            lines[place] = (*lines[place], self.balance(self.after[index], self.held))
            self.row(index, lines)
        totals = (right(400, "$" + cents(ledger.debits), "debit"), right(475, "$" + cents(ledger.credits), "credit"))
        paper.line(left(95, "TOTAL"), *totals)
        paper.line(left(40, day(ledger.end, "%d %b %y")), left(95, "CLOSING BALANCE"), self.balance(ledger.closing, self.held))


def bankwest(seed: int, size: int = 30) -> Specimen:
    return BankwestPrinter(make_ledger(seed, Shape(days=31, movements=size))).print()
