"""Plain-text accounting: hledger and beancount journals, with the balance that a bank shows as an assertion the program checks.

Both sides of a transfer between the user's own accounts are posted to one account for transfers, which they leave even. Where the bank's
running balances have a gap, a comment stands instead of an assertion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from bowerbird.domain.feeds.exported import UNKNOWN, ExportedAccount, ExportedTransaction, one_line
from bowerbird.model.account import AccountClass
from bowerbird.model.account_numbers import ending_of
from bowerbird.model.money import format_cents

_OWED: Final = (AccountClass.CREDIT_CARD, AccountClass.MORTGAGE, AccountClass.LOAN)
_NO_NAME: Final = re.compile(r"[^0-9A-Za-z]+")
_NOT_ADDED_UP: Final = "The bank's balances and the transactions do not add up, or the bank shows none: nothing is asserted."


def _named(accounts: Sequence[ExportedAccount]) -> list[tuple[ExportedAccount, str]]:
    """Each account with its name, such as Assets:Hooli:Everyday-6789; a number stands behind a name that another account has."""
    named: dict[str, ExportedAccount] = {}
    for account in accounts:
        top = "Liabilities" if account.account_class in _OWED else "Assets"
        name = f"{top}:{_part(account.institution)}:{_part(f'{account.name} {ending_of(account.number)}')}"
        tried = (name, *(f"{name}-{number}" for number in range(2, len(accounts) + 1)))
        named[next(each for each in tried if each not in named)] = account
    return [(account, name) for name, account in named.items()]


def _part(text: str) -> str:
    """A part of an account's name: it begins with a capital letter or a digit, both programs want it so."""
    name = _NO_NAME.sub("-", text).strip("-")
    return name[:1].upper() + name[1:] if name else "Account"


def _other_side(row: ExportedTransaction) -> str:
    if row.is_transfer:
        return "Equity:Transfers"
    top = "Expenses" if row.cents < 0 else "Income"
    return f"{top}:{_part(row.category or UNKNOWN)}"


def write_hledger(accounts: Sequence[ExportedAccount], _made: date) -> Iterator[str]:
    """The parts of a journal."""
    for account, name in _named(accounts):
        yield f"; {one_line(account.institution)}, {one_line(account.name)}\n\n"
        yield from _hledger_account(account, name)


def _hledger_account(account: ExportedAccount, name: str) -> Iterator[str]:
    unit, rows = account.currency, account.transactions
    if rows.first and (opening := account.opening_cents):
        yield f"{rows.first.day} * opening balance\n    {name}  {format_cents(opening)} {unit}\n    Equity:Opening-Balances\n\n"
    for row in rows:
        amount = f"{format_cents(row.cents)} {unit}"
        yield f"{row.day} * {_description(row.text)}  ; id:{row.id}\n    {name}  {amount}\n    {_other_side(row)}\n\n"
    if rows.last and (proven := account.proven_cents) is not None:
        yield f"{rows.last.day} * balance\n    {name}  0.00 {unit} = {format_cents(proven)} {unit}\n\n"
    elif rows:
        yield f"; {_NOT_ADDED_UP}\n\n"


def _description(text: str) -> str:
    """A text that begins no code and no comment, and of which no part is taken for a payee."""
    text = one_line(text).translate(str.maketrans(";|", ",/"))
    return text.lstrip("*!( ") or "-"


def write_beancount(accounts: Sequence[ExportedAccount], _made: date) -> Iterator[str]:
    """The parts of a ledger: every account opened on the day of the first transaction, then what happened on each."""
    named = _named(accounts)
    yield from _openings(named)
    for account, name in named:
        yield f"; {one_line(account.institution)}, {one_line(account.name)}\n\n"
        yield from _beancount_account(account, name)


def _openings(named: Sequence[tuple[ExportedAccount, str]]) -> Iterator[str]:
    firsts = [account.transactions.first.day for account, _ in named if account.transactions.first]
    if firsts:
        others = {_other_side(row) for account, _ in named for row in account.transactions}
        for name in (*(name for _, name in named), *sorted(others | {"Equity:Opening-Balances"})):
            yield f"{min(firsts)} open {name}\n"
        yield "\n"


def _beancount_account(account: ExportedAccount, name: str) -> Iterator[str]:
    unit, rows = account.currency, account.transactions
    if rows.first and (opening := account.opening_cents):
        yield f'{rows.first.day} * "opening balance"\n  {name}  {format_cents(opening)} {unit}\n  Equity:Opening-Balances\n\n'
    for row in rows:
        amount = f"{format_cents(row.cents)} {unit}"
        yield f'{row.day} * {_quoted(row.text)}\n  id: "{row.id}"\n  {name}  {amount}\n  {_other_side(row)}\n\n'
    if rows.last and (proven := account.proven_cents) is not None:
        yield f"{rows.last.day + timedelta(days=1)} balance {name}  {format_cents(proven)} {unit}\n\n"
    elif rows:
        yield f"; {_NOT_ADDED_UP}\n\n"


def _quoted(text: str) -> str:
    return '"' + one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
