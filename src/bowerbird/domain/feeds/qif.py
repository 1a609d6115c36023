"""QIF (Quicken Interchange Format): for programs that read nothing better. It has neither ids nor currencies, and days are d/m/yyyy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from bowerbird.domain.feeds.exported import ExportedAccount, one_line
from bowerbird.model.account import AccountClass
from bowerbird.model.money import format_cents

_TYPES = {AccountClass.CREDIT_CARD: "CCard", AccountClass.MORTGAGE: "Oth L", AccountClass.LOAN: "Oth L"}


def write_qif(accounts: Sequence[ExportedAccount], _made: date) -> Iterator[str]:
    """The parts of the file: an account, then its transactions."""
    for account in accounts:
        kind = _TYPES.get(account.account_class, "Bank")
        name = one_line(f"{account.institution} {account.name} {account.number[-4:]} {account.currency}")
        yield f"!Account\nN{name}\nT{kind}\n^\n!Type:{kind}\n"
        for row in account.transactions:
            category = "" if row.is_transfer else f"L{row.category}\n"
            yield f"D{row.day:%d/%m/%Y}\nT{format_cents(row.cents)}\nCR\nP{one_line(row.text)}\n{category}^\n"
