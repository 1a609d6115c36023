"""CommBank: deposit accounts in two print engines, cards, home loans."""

from __future__ import annotations

import random

from tests.statement_factory.ledger import Ledger, Shape, make_ledger
from tests.statement_factory.pdf_canvas import Expected, Paper, Specimen, Text, cents, day, left, right

ORIGIN = "AU04301"
DEBIT, CREDIT, BALANCE = 388.5, 441.5, 540.5


class DepositPrint:
    """The deposit statement; `glue` takes the spaces out of texts, `point` writes the decimal point."""

    def __init__(self, ledger: Ledger, glued: bool, point: str) -> None:
        self.ledger, self.glued, self.point = ledger, glued, point
        self.dollar = "" if glued else "$"
        dice = random.Random(ledger.seed)
        self.product = dice.choice(("Smart Access", "Complete Access", "Streamline", "GoalSaver", "NetBank Saver", "Youthsaver"))
        self.paper = Paper(dice, self.turned, pitch=14.6)

    def glue(self, text: str) -> str:
        return text.replace(" ", "") if self.glued else text

    def sum(self, value: int) -> str:
        return self.dollar + cents(value).replace(".", self.point)

    def balance(self, value: int) -> str:
        space = "" if self.glued and self.point == "." else " "
        return self.sum(value) + ("" if value == 0 else space + ("CR" if value > 0 else "DR"))

    def header(self) -> None:
        texts = [left(58, "Date"), left(89, "Transaction"), right(389, "Debit", fact=False), right(442, "Credit", fact=False)]
        self.paper.line(*texts, right(540, "Balance", fact=False), gap=16)

    def turned(self) -> None:
        paper = self.paper
        paper.line(left(343, "Statement 9"), right(539, f"(Page {paper.page + 1} of {{pages}})", fact=False))
        paper.line(left(343, self.glue("Account Number")), left(456, self.glue(self.number)))
        paper.y += 40
        self.header()

    @property
    def number(self) -> str:
        return f"06 {self.ledger.digits[:4]} {self.ledger.digits[4:12]}"

    def first_page(self) -> None:
        paper, ledger, glue = self.paper, self.ledger, self.glue
        paper.line(left(362, glue("Your Statement"), size=16))
        paper.line(left(362, glue("Statement 9")), left(491, glue("(Page 1 of {pages})")))
        paper.line(left(362, glue("Account Number")), left(463, glue(self.number)))
        paper.line(left(362, "Statement"), left(57, "0198"))
        period = f"{day(ledger.start, '%-d %b %Y')} - {day(ledger.end, '%-d %b %Y')}"
        paper.line(left(362, "Period"), left(432, glue(period)))
        paper.line(left(57, ledger.holder), left(362, glue("Closing Balance")), right(547, self.balance(ledger.closing)))
        paper.line(left(57, "1 BOWER LANE"), left(362, "Enquiries"), right(547, "13 2221", fact=False))
        paper.y += 30
        paper.line(left(57, self.product if not self.glued else glue(self.product), size=13, font="Helvetica-Bold"), gap=22)
        paper.line(left(57, glue(f"{self.product} helps you with the money of every day.")))
        paper.line(left(57, "Name:"), left(99, glue(ledger.holder)))
        paper.line(left(57, "Note:"), left(99, glue("Questions on fees or the closing balance? Visit commbank.com.au or NetBank.")))
        paper.y += 20
        self.header()

    def row(self, index: int) -> None:
        paper, movement, after = self.paper, self.ledger.movements[index], self.ledger.balances[index]
        lines = list(movement.lines)
        if movement.made:
            lines.append("Value Date: " + day(movement.made, "%d/%m/%Y"))
        amount: tuple[Text, ...]
        if movement.amount < 0:
            amount = (right(DEBIT, self.sum(movement.amount).lstrip("$"), "debit"),)
            amount += (left(396, "$"),) if self.dollar else ()
        else:
            amount = (right(CREDIT, self.sum(movement.amount), "credit"),)
        balance = left(504, self.balance(0), fact=True, column="balance") if after == 0 else right(BALANCE, self.balance(after), "balance")
        paper.row = index
        for place, text in enumerate(lines):
            date_text = day(movement.day, "%d %b")
            first = [left(58, self.glue(f"{date_text} {text}"))] if self.glued else [left(58, date_text), left(89, text)]
            texts = first if place == 0 else [left(89, self.glue(text))]
            if paper.dice.random() < 0.03:
                texts.insert(0, left(20, "*0312"))
            paper.line(*texts, *((*amount, balance) if place == len(lines) - 1 else ()))
        paper.row = None

    def note(self) -> None:
        self.paper.line(left(58, day(self.ledger.end, "%d %b")), left(89, self.glue("CREDIT INTEREST EARNED on this account")))
        self.paper.line(left(89, self.glue("to June 30, 2025 is $2.00 $")))

    def mark(self, when: str, label: str, value: int) -> None:
        texts = (
            [left(58, self.glue(f"{when} {label}"))]
            if self.glued or self.ledger.seed % 2
            else [left(58, when[:6]), left(89, f"{when[7:]} {label}")]
        )
        self.paper.line(*texts, right(BALANCE, self.balance(value), "balance"))

    def print(self, layout: str) -> Specimen:
        paper, ledger, glue = self.paper, self.ledger, self.glue
        self.first_page()
        self.mark(day(ledger.start, "%d %b %Y"), "OPENING BALANCE", ledger.opening)
        for index in range(len(ledger.movements)):
            self.row(index)
        if ledger.seed % 3 == 0 and not self.glued:
            self.note()
        self.mark(day(ledger.end, "%d %b %Y"), "CLOSING BALANCE", ledger.closing)
        paper.bottom = 900
        if paper.y > 700:
            paper.turn()
            paper.bottom = 900
        names = ("Opening balance", "-", "Total debits", "+", "Total credits", "=", "Closing balance")
        paper.line(*(left(x, glue(name)) for x, name in zip((156, 256, 277, 348, 370, 445, 468), names, strict=True)), gap=18)
        figures = (self.balance(ledger.opening), self.sum(ledger.debits), self.sum(ledger.credits), self.balance(ledger.closing))
        paper.line(*(right(x, text) for x, text in zip((235, 331, 428, 542), figures, strict=True)), gap=30)
        paper.line(left(60, glue("Your Credit Interest Rate Summary")))
        paper.line(left(63, "01 Jan"), left(114, glue("Less than $50,000.00")), left(244, "0.40%"))
        paper.line(left(60, glue("Commonwealth Bank of Australia ABN 48 123 123 124 AFSL and Australian credit licence 234945")))
        rows = [
            Expected(m.day, m.amount, self._described(index), balance, m.made)
            for index, (m, balance) in enumerate(zip(ledger.movements, ledger.balances, strict=True))
        ]
        columns = {"debit": DEBIT, "credit": CREDIT, "balance": BALANCE}
        return Specimen(layout, ORIGIN, paper.printed, tuple(rows), ledger.opening, ledger.closing, (ledger.start, ledger.end), columns)

    def _described(self, index: int) -> str:
        movement = self.ledger.movements[index]
        made = ("Value Date: " + day(movement.made, "%d/%m/%Y"),) if movement.made else ()
        return " ".join(self.glue(text) for text in (*movement.lines, *made))


def deposit_2017(seed: int, size: int = 30) -> Specimen:
    """As the real one is printed: spaces, dollar signs, periods of up to six months."""
    shape = Shape(days=(31, 92, 181)[seed % 3], movements=size, made_dates=True, extra=("Value was 12.00",))
    return DepositPrint(make_ledger(seed, shape), glued=False, point=".").print("cba.deposit.2017")


def deposit_2026(seed: int, size: int = 30) -> Specimen:
    """The print of 2026: no spaces, no dollar signs, the decimal point sometimes a space."""
    shape = Shape(days=(31, 92, 181)[seed % 3], movements=size, made_dates=True)
    return DepositPrint(make_ledger(seed, shape), glued=True, point=". "[seed % 2]).print("cba.deposit.2026")
