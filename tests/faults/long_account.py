"""Statements of one long account, any two of which agree where they overlap."""

from __future__ import annotations

HEADER = "accountNo,accountHolder,accCurrency,accBalance,accType,accProduct,txnPostDate,txnDescription,txnBalance,txnAmount,txnDirection"
ROWS = 1200


def statement(first: int, last: int) -> bytes:
    """The CSV file of rows first…last."""
    rows = []
    for number in range(first, last):
        day = f"2026/{1 + number // 280:02d}/{1 + number % 280 // 10:02d}"
        rows.append(f"5520316,A PERSON,AUD,{ROWS}.00,savings,Saver,{day},ROW {number},{number + 1}.00,1.00,credit")
    return "\n".join([HEADER, *rows]).encode()
