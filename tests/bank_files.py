"""Made-up histories of one account at one of three banks, and every kind of file that the bank gives of a part of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import NamedTuple

from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.money import format_cents
from bowerbird.model.transaction import BankTransaction
from bowerbird.plugins.registry import discover
from bowerbird.statements.pdf.proof import Certificate
from bowerbird.statements.pdf.proven import ProvenStatement
from bowerbird.statements.reader import read_statement
from bowerbird.statements.statement import StatementAccount

KINDS = ("pdf", "csv", "ofx", "ofx-without-ids", "plain-csv")
SHORT = 17
"""Characters to which some banks cut a text."""
FIRST = date(2025, 3, 1)
_LAYOUTS = discover().csv_layouts
_SHOPS = (
    "WARATAH COFFEE CART SYDNEY NSW",
    "PIGFACE BAKERY MELBOURNE",
    "LYREBIRD GROCER 4021 BENDIGO VIC",
    "MULLA MULLA FUEL",
    "TRANSPORT NSW TAP SYDNEY",
    "BLACKWOOD PHARMACY 112 GEELONG",
    "DIRECT DEBIT QUOLL ENERGY 77120034",
    "TRANSFER TO SAVINGS XX9876",
)


class BankEntry(NamedTuple):
    """One transaction as it was: cents, the balance after it. `made` is the day of the purchase, `day` the day it was posted."""

    made: date
    day: date
    amount: int
    text: str
    balance: int
    fitid: str


def history(random: Random, days: int) -> list[BankEntry]:
    """Purchases, bills, refunds and a salary; some days have none, some the same coffee twice. Never two of a day, amount and balance."""
    posted: list[tuple[date, date, int, str]] = []
    for offset in range(days):
        day = FIRST + timedelta(offset)
        for _ in range(random.choice((0, 1, 1, 2, 3, 5))):
            shop = random.choice(_SHOPS)
            amount = -450 if "COFFEE" in shop else -random.randint(100, 20_000)
            posted.append((day + timedelta(random.choice((0, 0, 1, 2))), day, amount, shop))
            if "COFFEE" in shop and random.random() < 0.3:
                posted.append((*posted[-1],))
            if random.random() < 0.05:
                posted.append((posted[-1][0], day, -amount, f"REFUND {shop}"))
        if offset % 14 == 3:
            posted.append((day, day, 285_000, "SALARY EXAMPLE EMPLOYER PTY LTD REF 88123"))
    posted.sort(key=lambda each: each[0])
    balance, entries, seen = random.randint(50_000, 900_000), list[BankEntry](), set[tuple[date, int, int]]()
    for day, made, amount, text in posted:
        if (day, amount, balance + amount) not in seen:
            balance += amount
            seen.add((day, amount, balance))
            entries.append(BankEntry(made, day, amount, text, balance, f"{day:%Y%m%d}{len(entries):05}A"))
    return entries


@dataclass(frozen=True)
class MadeUpBank:
    """A bank whose CSV, plain CSV and OFX look as its own do. `csv_row` and `plain_row` are one transaction's line."""

    name: str
    institution: str
    bsb: str
    number: str
    csv_head: str
    csv_row: str
    plain_row: str
    newest_first: bool

    def statement(self, kind: str, rows: Sequence[BankEntry], *, longest: int = 200) -> list[StatementAccount]:
        """What a file of this kind with these rows is read to hold."""
        cut = [row._replace(text=row.text[:longest].strip()) for row in rows]
        if kind == "pdf":
            return [self._pdf(cut)]
        return read_statement(self.text_file(kind, cut), self.institution, 10_000, _LAYOUTS, institution_id=self.institution)

    def text_file(self, kind: str, rows: Sequence[BankEntry]) -> bytes:
        """A file of text with these rows."""
        return (self._ofx(rows, ids=kind == "ofx") if kind.startswith("ofx") else self._csv(kind, rows)).encode()

    def account(self, closing: int, day: date) -> BankAccount:
        """The account as a PDF or a feed shows it."""
        number, moment = self.bsb + self.number, datetime(day.year, day.month, day.day, tzinfo=UTC)
        return BankAccount(
            number, "Everyday", None, "AUD", AccountClass.TRANSACTION, "Everyday", closing, None, bsb=self.bsb, last_updated=moment
        )

    def _pdf(self, rows: Sequence[BankEntry]) -> ProvenStatement:
        listing = [BankTransaction(row.amount, row.text, row.day, None, row.balance) for row in rows]
        period, opening, closing = (rows[0].day, rows[-1].day), rows[0].balance - rows[0].amount, rows[-1].balance
        return ProvenStatement(
            self.account(closing, period[1]), listing, len(rows) + 2,
            period=period, opening=opening, closing=closing, certificate=Certificate(()), layout_id=f"{self.name}.made-up",
        )  # fmt: skip

    def _csv(self, kind: str, rows: Sequence[BankEntry]) -> str:
        template, head = (self.csv_row, self.csv_head) if kind == "csv" else (self.plain_row, "")
        lines = [
            template.format(
                day=row.day, amount=format_cents(row.amount), signed=f"{'+' if row.amount >= 0 else ''}{format_cents(row.amount)}",
                text=row.text, balance=format_cents(row.balance), bsb=self.bsb, number=self.number,
            )
            for row in rows
        ]  # fmt: skip
        return "\n".join([*([head] if head else []), *(lines[::-1] if self.newest_first else lines), ""])

    def _ofx(self, rows: Sequence[BankEntry], *, ids: bool) -> str:
        listed = "".join(
            f"<STMTTRN><TRNTYPE>OTHER<DTPOSTED>{row.day:%Y%m%d}<TRNAMT>{format_cents(row.amount)}"
            f"{f'<FITID>{row.fitid}' if ids else ''}<NAME>{row.text}</STMTTRN>\n"
            for row in rows
        )
        account = f"<BANKACCTFROM><BANKID>{self.bsb}<ACCTID>{self.number}<ACCTTYPE>CHECKING</BANKACCTFROM>"
        return f"OFXHEADER:100\n\n<OFX><STMTRS><CURDEF>AUD{account}<BANKTRANLIST>{listed}</BANKTRANLIST></STMTRS></OFX>"


BANKS = (
    MadeUpBank(
        "commbank", "AU04301", "062000", "12345678",
        "bsb_number,account_number,transaction_date,amount,description,balance",
        "{bsb},{number},{day:%d/%m/%Y},{amount},{text},{balance}",
        '{day:%d/%m/%Y},"{signed}","{text}","{balance}"',
        newest_first=True,
    ),
    MadeUpBank(
        "nab", "AU01001", "083000", "987654321",
        "Date,Amount,Account Number,,Transaction Type,Transaction Details,Balance,Category,Merchant Name",
        "{day:%d %b %y},{amount},{number},,,{text},{balance},,",
        "{day:%d-%b-%y},{amount},,,,{text},{balance},",
        newest_first=True,
    ),
    MadeUpBank(
        "bendigo", "AU00101", "633000", "223214818", "",
        '"{bsb} {number}",{day:%d/%m/%Y},DD,{amount},,{text},',
        "{day:%d/%m/%Y},{amount},{text}",
        newest_first=False,
    ),
)  # fmt: skip
