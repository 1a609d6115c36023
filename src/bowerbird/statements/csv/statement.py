"""A CSV statement → accounts and transactions, or a refusal that names the row, the field and the value.

What is judged first is reported first: an empty file, a header that lacks a field, too many rows; then row by row how it splits,
values that are missing, values that are not valid, a transaction after the last update, account cells that differ from an earlier
row; last, over all rows, whether debit and credit can be told apart and whether the running balances add up.
"""

from __future__ import annotations

from bowerbird.codes import CSV_EMPTY
from bowerbird.sdk.layout import ColumnMeaning, CsvLayout
from bowerbird.statements.csv.header import match_header
from bowerbird.statements.csv.order import put_in_order
from bowerbird.statements.csv.rows import csv_text, refuse_too_many, rows_of
from bowerbird.statements.csv.transactions import TransactionReader
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import StatementAccount, lines_of


def read_csv(data: bytes, institution_id: str, max_rows: int, layout: CsvLayout) -> list[StatementAccount]:
    """The accounts of a CSV file in the order in which they appear, their transactions in the order in which they happened.

    `institution_id` is the one the file was uploaded for; `max_rows` bounds the rows after the header. Raises Refused.
    """
    text = csv_text(data)
    rows = rows_of(text)
    first = next(rows, None)
    if first is None:
        raise Refused(CSV_EMPTY)
    header = match_header(*first, layout)
    refuse_too_many(text, max_rows)
    reader = TransactionReader(header, institution_id)
    reader.read(rows)
    accounts = list(reader.accounts.by_key.values())
    if not accounts:
        raise Refused(CSV_EMPTY)
    balance = header.columns.get(ColumnMeaning.BALANCE_AFTER)
    ordered = put_in_order(accounts, balance.name if balance else "")
    return [
        StatementAccount(found.account, transactions, lines=lines_of(found.transactions, found.numbers, transactions))
        for found, transactions in zip(accounts, ordered, strict=True)
    ]
