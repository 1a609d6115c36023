"""NAB Classic Banking: spaced letters in headings, rows of dots, one date a day, one balance at its end, per-page balances."""

from __future__ import annotations

from typing import ClassVar

from reportlab.pdfbase.pdfmetrics import stringWidth

from tests.statement_factory.ledger import Shape, make_ledger
from tests.statement_factory.pdf_canvas import Specimen, Text, cents, day, left, right
from tests.statement_factory.statement_printer import StatementPrinter, heads, pairs


def held(value: int) -> str:
    return cents(value) + (" Cr" if value >= 0 else " Dr")


class NabPrinter(StatementPrinter):
    layout, institution = "nab.deposit.2020", "AU01001"
    columns: ClassVar = {"debit": 395, "credit": 468, "balance": 545}
    balances = "daily"

    def header(self) -> None:
        names = heads(self.columns, debit="De b its", credit="Cr e dits", balance="Ba la nce")
        self.paper.line(left(50, "D a te"), left(105, "Pa rticula rs"), *names)

    @property
    def so_far(self) -> int:
        """The balance after the row that is being printed, as far as its figure stands on this page."""
        printed = {item.row for item in self.paper.items if item.row is not None and item.text.column in {"debit", "credit"}}
        return self.after[max(printed)] if printed else self.ledger.opening

    def turned(self) -> None:
        self.paper.line(left(50, "NAB Classic Banking"), left(400, f"Statement number 21 Page {self.paper.page + 1} of {{pages}}"))
        self.paper.line(left(50, "T rans a ctio n Deta i l s", size=12))
        self.header()
        self.paper.line(left(105, "Bro u gh t f o rwa rd"), self.balance(self.so_far, held))

    def ending(self) -> None:
        self.paper.line(left(105, "Ca rr ie d f o rwa rd"), self.balance(self.so_far, held))

    def run(self) -> None:
        ledger, paper = self.ledger, self.paper
        paper.line(left(50, "NAB Classic Banking", size=14), left(400, "Statement number 21 Page 1 of {pages}"))
        sums = (("Opening balance", "$" + held(ledger.opening)), ("Total credits", f"${cents(ledger.credits)}"))
        more = (("Total debits", f"${cents(ledger.debits)}"), ("Closing balance", "$" + held(ledger.closing)))
        for texts in pairs(*sums, *more):
            paper.line(*texts)
        paper.line(left(60, "Statement starts"), left(160, day(ledger.start, "%-d %B %Y")), left(330, ledger.holder))
        paper.line(left(60, "Statement ends"), left(160, day(ledger.end, "%-d %B %Y")))
        digits = ledger.digits
        paper.line(left(60, "BSB number"), left(160, f"08{digits[0]}-{digits[1:4]}"))
        paper.line(left(60, "Account number"), left(160, f"{digits[4:6]}-{digits[6:9]}-{digits[9:13]}"))
        paper.line(left(50, "T rans a ctio n Deta i l s", size=12))
        self.header()
        start = left(50, day(ledger.start, "%-d %b %Y"))
        paper.line(start, left(105, "Bro u gh t f o rwa rd"), self.balance(ledger.opening, held))
        for index in range(len(ledger.movements)):
            self.movement(index)
        self.finish()
        paper.line(left(50, "Summary of Government Charges", size=10), gap=18)
        paper.line(left(60, "Withholding tax"), right(280, "$0.00", fact=False))
        paper.line(left(50, "National Australia Bank Limited ABN 12 004 044 937 AFSL and Australian Credit Licence 230686"))

    def movement(self, index: int) -> None:
        movement = self.ledger.movements[index]
        new_day = index == 0 or self.ledger.ends_day(index - 1)
        *above, last = movement.lines
        after_text = 110 + stringWidth(last + ".....", "Helvetica", 8)
        dots: tuple[Text, ...] = (left(max(after_text, 255 + 2 * (index % 8)), "." * 25),)
        first = (left(50, day(movement.day, "%-d %b %Y")),) if new_day else ()
        money: tuple[Text, ...] = (self.amount(index, cents),)
        if self.shows_balance(index):
            money += (self.balance(self.after[index], held),)
        text = last + ("....." if index % 3 == 0 else "")
        if above:
            self.row(index, [(*first, left(105, above[0])), *((left(112, line),) for line in above[1:]), (left(112, text), *dots, *money)])
        else:
            self.row(index, [(*first, left(105, text), *dots, *money)])


def deposit(seed: int, size: int = 30) -> Specimen:
    return NabPrinter(make_ledger(seed, Shape(days=31, movements=size, width=28, opening=(0, 900_000)))).print()
