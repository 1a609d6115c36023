"""CSV (RFC 4180), a line a transaction and all accounts in one table; and QIF, for programs that read nothing better.

A spreadsheet that opens the CSV runs nothing that stands in it. QIF has neither ids nor currencies, and its days are d/m/yyyy.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from bowerbird.domain.feeds.exported import ExportedAccount, one_line
from bowerbird.model.account import AccountClass
from bowerbird.model.account_numbers import ending_of
from bowerbird.model.money import format_cents

COLUMNS = ("date", "description", "amount", "currency", "balance", "category", "reference", "account", "number", "institution", "id")
_QIF_TYPES = {AccountClass.CREDIT_CARD: "CCard", AccountClass.MORTGAGE: "Oth L", AccountClass.LOAN: "Oth L"}
_FORMULA: Final = re.compile('(?:^|(?<=[;\t|\r\n]))(?=[ "]*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20])')


def harmless_cell(text: str) -> str:
    """A text that a spreadsheet does not take for a formula: a quote stands before what would begin one.

    That is so at its beginning, on each line, and behind what parts cells in countries where the comma is for decimals.
    """
    return _FORMULA.sub("'", text)


def write_csv(accounts: Sequence[ExportedAccount], _made: date) -> Iterator[str]:
    """The parts of the file, its heading first."""
    yield _line(COLUMNS)
    for account in accounts:
        named = tuple(harmless_cell(one_line(text)) for text in (account.name, account.number, account.institution))
        for row in account.transactions:
            yield _line((
                row.day.isoformat(), harmless_cell(one_line(row.text)), format_cents(row.cents), account.currency,
                "" if row.balance_cents is None else format_cents(row.balance_cents), row.category, harmless_cell(one_line(row.reference)),
                *named, row.id,
            ))  # fmt: skip


def _line(values: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(values)
    return text.getvalue()


def write_qif(accounts: Sequence[ExportedAccount], _made: date) -> Iterator[str]:
    """The parts of the file: an account, then its transactions."""
    for account in accounts:
        kind = _QIF_TYPES.get(account.account_class, "Bank")
        name = one_line(f"{account.institution} {account.name} {ending_of(account.number)} {account.currency}")
        yield f"!Account\nN{name}\nT{kind}\n^\n!Type:{kind}\n"
        for row in account.transactions:
            category = "" if row.is_transfer else f"L{row.category}\n"
            yield f"D{row.day:%d/%m/%Y}\nT{format_cents(row.cents)}\nCR\nP{one_line(row.text)}\n{category}^\n"
