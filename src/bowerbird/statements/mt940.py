"""SWIFT MT940 → accounts and transactions. Each statement says its opening and closing balance, and they must agree with its rows.

Source: the public field descriptions of MT940 (tags 20, 25, 28C, 60a, 61, 86, 62a) and of the German banks' structured field 86.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import NamedTuple

from bowerbird.codes import CSV_INVALID_ROW, CSV_INVALID_VALUE, CSV_TOO_MANY_ROWS
from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.money import format_cents
from bowerbird.model.transaction import BankTransaction
from bowerbird.statements.csv.values import LONGEST_TEXT, account_number
from bowerbird.statements.refusal import Refused, shown, without_rows
from bowerbird.statements.statement import MAX_LINES, UNKNOWN_PRODUCT, StatementAccount, missing_statements
from bowerbird.statements.sums import NumberSystem, sum_of

_TAG = re.compile(r":(\d{2}[A-Z]?):")
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})([\d,]+)(?![.'\d])")
_ENTRY = re.compile(r"(\d{6})(\d{4}| {4})?(R?[CD])([A-Z])?([\d,]+)(?![.'\d])([A-Z][A-Z0-9]{3})?(.*)", re.DOTALL)
_PAGE = re.compile(r"(\d+)/(\d+)")
_NUMBER = re.compile(r"(\d{1,5})(?:/\d{1,5})?")
_SUBFIELD = re.compile(r"\?(\d\d)")


class SwiftField(NamedTuple):
    """One tag with its lines joined; `row` is the line it begins in."""

    row: int
    tag: str
    text: str


@dataclass(slots=True)
class Statement:
    """One statement while its fields are read; sums in cents. `opened_by` and `closed_by` are the tags of its balances: 60M and 62M are
    those of a page that others come before and behind. `ends` are the lines of both."""

    account: str = ""
    number: str = ""
    currency: str = ""
    opening: int | None = None
    closing: int | None = None
    closed_on: date = date.min
    opened_by: str = ""
    closed_by: str = ""
    ends: tuple[int, int] = (1, 1)
    rows: list[tuple[int, BankTransaction]] = field(default_factory=list)


def read_mt940(text: str, max_rows: int) -> list[StatementAccount]:
    """The accounts of a file, the statements of each one after the other. Raises Refused."""
    if re.search(r"^:34F:", text, re.MULTILINE) and not re.search(r"^:60[FM]:", text, re.MULTILINE):
        raise Refused(CSV_INVALID_ROW, row=1, reason="this is an interim report (MT942), which has no balances; upload the MT940.")
    accounts: dict[tuple[str, str], list[Statement]] = {}
    for statement in _statements(text):
        _append(accounts.setdefault((statement.account, statement.currency), []), statement)
    count = sum(len(statement.rows) for statements in accounts.values() for statement in statements)
    if count > max_rows:
        raise Refused(CSV_TOO_MANY_ROWS, limit=max_rows)
    if not count:
        raise without_rows("MT940 statement")
    for statements in accounts.values():
        _refuse_open_ends(statements[0], statements[-1])
    return [_account(statements) for statements in accounts.values()]


def _append(earlier: list[Statement], statement: Statement) -> None:
    """A statement behind those of its account; one that stands twice is taken once, but not two of other numbers that move nothing in all.

    Raises Refused where it does not go on from the last, or a page between them is missing.
    """
    last = earlier[-1] if earlier else None
    if last and _is_same(last, statement):
        return
    if last:
        _refuse_open_page(last, statement)
    if last and (missing := _page_between(last, statement)):
        row = statement.rows[0][0] if statement.rows else 1
        raise Refused(CSV_INVALID_VALUE, row=row, field="28C", value=shown(statement.number), reason=f"Page {missing} is not in the file.")
    if last and last.closing != statement.opening:
        row = statement.rows[0][0] if statement.rows else 1
        reason = f"Expected {format_cents(last.closing or 0)}: the closing balance of the statement before."
        raise Refused(CSV_INVALID_VALUE, row=row, field="60F", value=format_cents(statement.opening or 0), reason=reason)
    earlier.append(statement)


def _is_same(last: Statement, statement: Statement) -> bool:
    rows = [[entry for _, entry in each.rows] for each in (last, statement)]
    moves_nothing = statement.opening == statement.closing
    return last.closing == statement.closing and rows[0] == rows[1] and (last.number == statement.number or not moves_nothing)


def _refuse_open_page(last: Statement, statement: Statement) -> None:
    """Raises Refused where one of two statements is a page of several and the other does not go on with it."""
    if (last.closed_by == "62M") is not (statement.opened_by == "60M"):
        _refuse_open_ends(statement, last)


def _refuse_open_ends(first: Statement, last: Statement) -> None:
    """Raises Refused where the pages before a statement or behind another are not in the file: what they move may be nothing in all."""
    for statement, tag, end, missing in ((first, first.opened_by, 0, "before"), (last, last.closed_by, 1, "behind")):
        if tag in ("60M", "62M"):
            number = f" {statement.number}" if statement.number else ""
            reason = f"This is the balance of a page, and the page {missing} it is not in the file; upload all pages of the statement."
            raise Refused(CSV_INVALID_VALUE, row=statement.ends[end], field=tag, value=shown(f"statement{number}"), reason=reason)


def _missing_numbers(statements: list[Statement]) -> tuple[str, ...]:
    """A note of each statement that the numbers say is missing: the balances beside it meet, so that what it moves adds up to nothing."""
    numbers = [int(match[1]) if (match := _NUMBER.fullmatch(each.number)) else 0 for each in statements]
    return tuple(missing_statements(one, other) for one, other in pairwise(numbers) if one and other > one + 1)


def _page_between(last: Statement, statement: Statement) -> int:
    """The page of one statement that is missing between two others of it, by their numbers such as 17/1 and 17/3; 0 where none is. Only
    balances that say they are a page's own, 62M and 60M, make the second number a page's."""
    if last.closed_by != "62M" or statement.opened_by != "60M":
        return 0
    one, other = (_PAGE.fullmatch(each.number) for each in (last, statement))
    if one is None or other is None or int(one[1]) != int(other[1]) or int(other[2]) <= int(one[2]) + 1:
        return 0
    return int(one[2]) + 1


def _fields(text: str) -> Iterator[SwiftField]:
    found: SwiftField | None = None
    for row, line in enumerate(text.splitlines(), 1):
        if match := _TAG.match(line):
            if found:
                yield found
            found = SwiftField(row, match[1], line[match.end() :])
        elif found and line.strip() not in ("", "-", "-}") and not line.startswith(("{", "}")):
            found = SwiftField(found.row, found.tag, f"{found.text}\n{line}")
    if found:
        yield found


def _statements(text: str) -> Iterator[Statement]:
    """Raises Refused for a statement whose balances and rows disagree, or that lacks one of them."""
    statement: Statement | None = None
    for each in _fields(text):
        if each.tag == "20":
            _refuse_open(statement)
            statement = Statement()
        elif statement is None:
            raise Refused(CSV_INVALID_ROW, row=each.row, reason=f"MT940 field {each.tag} stands before field 20.")
        elif each.tag in ("25", "28C"):
            _name(statement, each)
        elif each.tag in ("60F", "60M"):
            statement.opening, _, statement.currency = _balance(each)
            statement.opened_by, statement.ends = each.tag, (each.row, each.row)
        elif each.tag == "61":
            statement.rows.append((each.row, _entry(each)))
        elif each.tag == "86" and statement.rows and statement.closing is None:
            row, entry = statement.rows[-1]
            statement.rows[-1] = row, _described(entry, each.text)
        elif each.tag in ("62F", "62M"):
            statement.closing, statement.closed_on, currency = _balance(each)
            statement.closed_by, statement.ends = each.tag, (statement.ends[0], each.row)
            if currency != (statement.currency or currency):
                raise _invalid(each, f"The opening balance is in {statement.currency}.")
            _prove(statement, each)
            yield statement
    _refuse_open(statement)


def _name(statement: Statement, each: SwiftField) -> None:
    """Note the account that a statement is of, or its own number."""
    if each.tag == "25":
        statement.account = each.text.strip()
    else:
        statement.number = each.text.strip()


def _refuse_open(statement: Statement | None) -> None:
    """Raises Refused for a statement with rows whose closing balance is missing: without it, rows may be missing too."""
    if statement is not None and statement.closing is None and statement.rows:
        raise Refused(CSV_INVALID_ROW, row=statement.rows[-1][0], reason="MT940 field 62F is missing below: the statement has no end.")


def _prove(statement: Statement, closing: SwiftField) -> None:
    if statement.opening is None or not statement.account:
        raise Refused(CSV_INVALID_ROW, row=closing.row, reason=f"MT940 field {'60F' if statement.account else '25'} is missing above.")
    expected = statement.opening + sum(entry.amount for _, entry in statement.rows)
    if expected != statement.closing:
        reason = f"Expected {format_cents(expected)}: the opening balance {format_cents(statement.opening)} and the rows above."
        raise Refused(CSV_INVALID_VALUE, row=closing.row, field=closing.tag, value=shown(closing.text), reason=reason)


def _balance(each: SwiftField) -> tuple[int, date, str]:
    match = _BALANCE.match(each.text)
    if match is None:
        raise _invalid(each, "Expected a balance such as C240131AUD1234,56.")
    return _cents(each, match[4]) * (1 if match[1] == "C" else -1), _day(each, match[2]), match[3]


def _entry(each: SwiftField) -> BankTransaction:
    match = _ENTRY.match(each.text)
    if match is None:
        raise _invalid(each, "Expected an entry such as 2401310131C109,65NTRFNONREF.")
    value_day, mark = _day(each, match[1]), match[3]
    posted = _entry_day(each, value_day, match[2]) if (match[2] or "").strip() else value_day
    sign = (1 if mark[-1] == "C" else -1) * (-1 if mark[0] == "R" else 1)
    lines = match[7].strip().split("\n")
    reference = re.sub(r"//.*", "", lines[0]).strip()
    supplement = " ".join(line.strip() for line in lines[1:])
    text = " ".join(filter(None, (supplement, "" if reference in ("NONREF", "NOREF") else reference))) or (match[6] or "MT940")
    return BankTransaction(sign * _cents(each, match[5]), text[:LONGEST_TEXT], posted, None, None)


def _described(entry: BankTransaction, text: str) -> BankTransaction:
    """With what field 86 says: all of it, or of a structured one the purpose and the other party."""
    joined = text.replace("\n", "")
    parts = _SUBFIELD.split(joined)
    if len(parts) > 2:
        values = dict(zip(parts[1::2], parts[2::2], strict=True))
        wanted = [values.get(f"{code:02d}", "") for code in (32, 33, *range(20, 30), *range(60, 64))]
        description = " ".join(filter(None, map(str.strip, wanted)))
    else:
        description = " ".join(text.split())
    return BankTransaction(entry.amount, (description or entry.description)[:LONGEST_TEXT], entry.posted, None, None)


def _day(each: SwiftField, text: str) -> date:
    try:
        return datetime.strptime(text, "%y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise _invalid(each, "Its day does not exist.") from None


def _entry_day(each: SwiftField, value_day: date, month_and_day: str) -> date:
    """The day of booking, which has no year: the one nearest to the value day."""
    try:
        days = [date(value_day.year + shift, int(month_and_day[:2]), int(month_and_day[2:])) for shift in (-1, 0, 1)]
    except ValueError:
        raise _invalid(each, "Its day of booking does not exist.") from None
    return min(days, key=lambda day: abs(day - value_day))


def _cents(each: SwiftField, text: str) -> int:
    try:
        return sum_of(text.removesuffix(","), NumberSystem.COMMA)
    except ValueError:
        raise _invalid(each, "Expected a sum such as 1234,56.") from None


def _invalid(each: SwiftField, reason: str) -> Refused:
    return Refused(CSV_INVALID_VALUE, row=each.row, field=each.tag, value=shown(each.text), reason=reason)


def _account(statements: list[Statement]) -> StatementAccount:
    numbered = sorted((row for statement in statements for row in statement.rows), key=lambda each: each[1].posted or date.max)
    last = max(statements, key=lambda statement: statement.closed_on)
    try:
        number = account_number("", last.account.rpartition("/")[2] or last.account)
    except ValueError as error:
        raise Refused(CSV_INVALID_VALUE, row=1, field="25", value=shown(last.account), reason=str(error)) from None
    account = BankAccount(
        number=number.number, name=number.number, holder=None, currency=last.currency, account_class=AccountClass.UNKNOWN,
        product=UNKNOWN_PRODUCT, balance=last.closing, available=None, bsb=number.bsb, masked_number=number.masked,
        last_updated=datetime(last.closed_on.year, last.closed_on.month, last.closed_on.day, tzinfo=UTC),
    )  # fmt: skip
    lines = [line for line, _ in numbered[:MAX_LINES]]
    return StatementAccount(account, [row for _, row in numbered], len(statements), lines=lines, notes=_missing_numbers(statements))
