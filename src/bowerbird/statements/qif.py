"""A QIF file as rows of a table: one a transaction, with the line it begins in. QIF has no balance, no currency and no account number.

Source: Intuit's description of the format, as importers of bookkeeping programs agree on it.
"""

from __future__ import annotations

import re

from bowerbird.codes import CSV_INVALID_ROW, CSV_TOO_MANY_ROWS
from bowerbird.statements.refusal import Refused, shown, without_rows

_LISTS = re.compile(r"!Type:(Bank|CCard|Cash|Oth A|Oth L)\s*\Z", re.IGNORECASE)
_OPENING = re.compile(r"opening balance\Z", re.IGNORECASE)
HEADER = ["Date", "Amount", "Payee", "Memo"]


def rows_of_qif(text: str, max_rows: int) -> list[tuple[int, list[str]]]:
    """The header and the transactions. A balance that a program puts first is left out. Raises Refused."""
    rows: list[tuple[int, list[str]]] = [(0, HEADER)]
    record: dict[str, str] = {}
    first, is_list = 0, False
    _refuse_several(text)
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        if line.startswith("!"):
            if line.lower().startswith("!type:") and not _LISTS.match(line):
                raise Refused(CSV_INVALID_ROW, row=number, reason=f"QIF of investments or lists ({shown(line)}).")
            is_list, record = bool(_LISTS.match(line)), {}
        elif line == "^":
            if is_list and record and not _OPENING.match(record.get("P", "")):
                rows.append((first, _cells(record, first)))
            record = {}
        elif line:
            first = first if record else number
            _take(record, line, number)
    if is_list and record:
        rows.append((first, _cells(record, first)))
    if len(rows) == 1:
        raise without_rows("QIF file")
    if len(rows) > max_rows + 1:
        raise Refused(CSV_TOO_MANY_ROWS, limit=max_rows)
    return rows


def _take(record: dict[str, str], line: str, number: int) -> None:
    """Raises Refused for a second day or amount: what ends a transaction is missing, and two would be one."""
    if line[0] in "DT" and line[0] in record:
        raise Refused(CSV_INVALID_ROW, row=number, reason=f"a QIF transaction has a second {line[0]}: the line ^ is missing above.")
    record.setdefault(line[0].upper(), line[1:].strip())


def _refuse_several(text: str) -> None:
    """Raises Refused for transactions of several accounts, each behind a record that names it: a row would not say of which it is."""
    blocks = re.split(r"^!Account[ \t]*$", "\n".join(text.splitlines()), flags=re.IGNORECASE | re.MULTILINE)[1:]
    of_transactions = [block for block in blocks if re.search(r"^D\s*\d", block, re.MULTILINE)]
    found = (re.search(r"^N(.+)", block.split("^", 1)[0], re.MULTILINE) for block in of_transactions)
    names = dict.fromkeys(match[1].strip() if match else f"account {place}" for place, match in enumerate(found, 1))
    kinds = dict.fromkeys(match[1].strip().casefold() for line in text.splitlines() if (match := _LISTS.match(line.strip())))
    names = names if len(names) > 1 else kinds
    if len(names) > 1:
        reason = f"QIF with transactions of {len(names)} accounts ({shown(', '.join(names))}); export each account by itself."
        raise Refused(CSV_INVALID_ROW, row=1, reason=reason)


def _cells(record: dict[str, str], number: int) -> list[str]:
    day, amount = record.get("D", ""), record.get("T") or record.get("U", "")
    if not day or not amount:
        raise Refused(CSV_INVALID_ROW, row=number, reason=f"a QIF transaction has no {'D (day)' if not day else 'T (amount)'}.")
    payee, memo = record.get("P", ""), record.get("M", "")
    return [re.sub(r"\s+", "", day).replace("'", "/"), amount, payee or memo, memo if payee else ""]
