"""A bank's own CSV export → accounts and transactions, or a refusal that names the row, the field and the value."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain, islice

from bowerbird.codes import CSV_EMPTY
from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.native_layout import NativeColumnKind, NativeCsvLayout
from bowerbird.statements.csv.native_form import SHAPE_ROWS, NativeForm, find_form
from bowerbird.statements.csv.native_proof import directions, has_balances, prove, unproven_order
from bowerbird.statements.csv.native_rows import NativeAccount, NativeReader
from bowerbird.statements.csv.rows import csv_text, rows_of
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import UNKNOWN_PRODUCT, StatementAccount, lines_of

UNKNOWN_NAME = "Account without a number"


def read_native(data: bytes, max_rows: int, layouts: Iterable[NativeCsvLayout], given: str | None = None) -> list[StatementAccount] | None:
    """The accounts of a file in one of these layouts, in the order in which they appear; None for a file in none of them.

    `given` is the number of the account where the file does not say it. Raises Refused.
    """
    known = list(layouts)
    rows = rows_of(csv_text(data))
    first = list(islice(rows, max([SHAPE_ROWS, *(layout.lines_before + 1 for layout in known)])))
    form = find_form(first, known)
    if form is None:
        return None
    reader = NativeReader(form, max_rows, given)
    reader.read(chain(first[form.first_data :], rows))
    if not reader.accounts:
        raise Refused(CSV_EMPTY)
    return _in_order(form, list(reader.accounts.values()), numbered=form.has(NativeColumnKind.NUMBER) or given is not None)


def _in_order(form: NativeForm, accounts: list[NativeAccount], *, numbered: bool) -> list[StatementAccount]:
    known_directions = [directions(account.transactions) for account in accounts]
    newest_first = (-1,) in known_directions and (1,) not in known_directions
    return [_statement(form, account, newest_first, numbered) for account in accounts]


def _statement(form: NativeForm, account: NativeAccount, newest_first: bool, numbered: bool) -> StatementAccount:
    balances = has_balances(account, form)
    ordered = prove(account, form) if balances else unproven_order(account.transactions, newest_first)
    lines = lines_of(account.transactions, account.numbers, ordered)
    if not balances:
        ordered = [_without_balance(transaction) for transaction in ordered]
    last = max(day for transaction in ordered if (day := transaction.posted or transaction.made))
    bank_account = BankAccount(
        number=account.number.number,
        name=account.name or (account.number.number if numbered else UNKNOWN_NAME),
        holder=None,
        currency=form.layout.currency,
        account_class=AccountClass.UNKNOWN,
        product=UNKNOWN_PRODUCT,
        balance=ordered[-1].balance if balances else None,
        available=None,
        bsb=account.number.bsb,
        masked_number=account.number.masked,
        last_updated=datetime(last.year, last.month, last.day, tzinfo=UTC),
    )
    return StatementAccount(bank_account, ordered, len(ordered) - 1 if balances else 0, numbered, lines)


def _without_balance(transaction: BankTransaction) -> BankTransaction:
    """An unproven order keeps no balance: what is left of one is a form's 0.00 for none."""
    if transaction.balance is None:
        return transaction
    return BankTransaction(transaction.amount, transaction.description, transaction.posted, transaction.made)
