"""Any CSV file: what was written is read, and what was damaged is refused or does no harm to an amount."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from unittest.mock import patch

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bowerbird.layouts.published_2020 import LAYOUT
from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.money import format_cents
from bowerbird.model.statement import FileKind
from bowerbird.model.transaction import BankTransaction
from bowerbird.statements.csv.rows import csv_text
from bowerbird.statements.csv.transactions import TransactionReader, read_csv
from bowerbird.statements.files import kind_of
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import StatementAccount

INSTITUTION = "AU00101"
CENTS = st.integers(-(10**9), 10**9)
TEXT = (
    st.text(st.characters(exclude_categories=["C", "Z"], include_characters=' ,"'), min_size=1, max_size=30)
    .filter(str.strip)
    .map(str.strip)
)
DAYS = st.dates(date(2020, 1, 1), date(2024, 12, 31))
LAST_UPDATED = datetime(2025, 1, 1, tzinfo=UTC)


@st.composite
def transactions(draw: st.DrawFn) -> list[BankTransaction]:
    """Oldest first, a proven chain, on two days at least unless there is only one."""
    amounts = draw(st.lists(CENTS, min_size=1, max_size=8))
    days = sorted(draw(st.lists(DAYS, min_size=len(amounts), max_size=len(amounts))))
    if days[0] == days[-1]:
        days[-1] += timedelta(days=1)
    balances = list(accumulate(amounts, initial=draw(CENTS)))[1:]
    with_id = draw(st.booleans())
    return [
        BankTransaction(amount, draw(TEXT), day, None, balance, draw(st.uuids()).hex if with_id else None)
        for amount, day, balance in zip(amounts, days, balances, strict=True)
    ]


@st.composite
def accounts(draw: st.DrawFn) -> list[StatementAccount]:
    numbers = draw(st.lists(st.from_regex(r"[01]\d{0,8}-?\d{1,9}", fullmatch=True), min_size=1, max_size=3, unique=True))
    return [
        StatementAccount(
            BankAccount(
                number=number,
                name=(product := draw(TEXT)),
                holder=draw(st.none() | TEXT),
                currency=draw(st.sampled_from(["AUD", "NZD", "JPY"])),
                account_class=draw(st.sampled_from(AccountClass)),
                product=product,
                balance=draw(CENTS),
                available=draw(st.none() | CENTS),
                last_updated=LAST_UPDATED,
            ),
            draw(transactions()),
        )
        for number in numbers
    ]


@dataclass(frozen=True)
class Style:
    """How a file is spelt."""

    columns: Sequence[str]
    quoting: int
    line_break: str
    encoding: str
    date_format: str
    unsigned: bool
    newest_first: bool
    shuffle: int


STYLES = st.builds(
    Style,
    columns=st.permutations([column.name for column in LAYOUT.columns]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    line_break=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig"]),
    date_format=st.sampled_from(["%Y/%m/%d", "%Y-%m-%d", "%Y-%m-%dT23:30:00+11:00"]),
    unsigned=st.booleans(),
    newest_first=st.booleans(),
    shuffle=st.integers(2, 5),
)


def cells(account: BankAccount, row: BankTransaction, style: Style) -> dict[str, str]:
    assert row.posted
    assert account.balance is not None
    return {
        "institution_id": INSTITUTION,
        "accountNo": account.number,
        "accountHolder": account.holder or "",
        "accCurrency": account.currency,
        "accBalance": format_cents(account.balance),
        "accAvailableFunds": "" if account.available is None else format_cents(account.available),
        "accLastUpdated": LAST_UPDATED.isoformat(),
        "accType": account.account_class,
        "accProduct": account.product,
        "transactionId": row.upstream_id or "",
        "txnPostDate": f"{row.posted:{style.date_format}}",
        "txnDescription": row.description,
        "txnBalance": format_cents(row.balance or 0),
        "txnAmount": format_cents(abs(row.amount) if style.unsigned else row.amount),
        "txnDirection": row.direction,
    }


def written(statement: list[StatementAccount], style: Style) -> bytes:
    """The statement as a file; the rows of several accounts are interleaved."""
    order = -1 if style.newest_first else 1
    lines = [
        (place if place else -1, cells(found.account, row, style))
        for found in statement
        for place, row in enumerate(found.transactions[::order])
    ]
    lines.sort(key=lambda line: line[0] // style.shuffle)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, style.columns, "", quoting=style.quoting, lineterminator=style.line_break)  # type: ignore[arg-type]
    writer.writeheader()
    writer.writerows(line for _, line in lines)
    return out.getvalue().encode(style.encoding)


def answer(data: bytes) -> list[StatementAccount] | str:
    """The accounts, or the refusal's text. Anything else that is raised fails the test."""
    try:
        return read_csv(csv_text(data), INSTITUTION, 1000, LAYOUT)
    except Refused as refusal:
        return str(refusal)


def carefully(data: bytes) -> list[StatementAccount] | str:
    with patch.multiple(TransactionReader, _quickly=lambda *_: None, _read_alike=lambda *_: False):
        return answer(data)


@st.composite
def damaged(draw: st.DrawFn, data: bytes, most: int = 4) -> bytes:
    """`data` with some bytes replaced, left out or put in."""
    for _ in range(draw(st.integers(1, most))):
        place = draw(st.integers(0, max(len(data) - 1, 0)))
        new = draw(st.sampled_from([b"", b'"', b",", b"\n", b"-", b"0", b"9", b" ", b"\xe9"]) | st.binary(min_size=1, max_size=1))
        data = data[:place] + new + data[place + draw(st.integers(0, 1)) :]
    return data


@given(accounts(), STYLES)
@settings(max_examples=150, deadline=None)
def test_what_was_written_is_read(statement: list[StatementAccount], style: Style) -> None:
    data = written(statement, style)
    assert kind_of(data) == "csv"
    assert answer(data) == carefully(data) == statement


@given(accounts(), STYLES, st.data())
@settings(max_examples=150, deadline=None)
def test_damage_is_refused_or_read_the_same_way_quickly_and_carefully(
    statement: list[StatementAccount], style: Style, draws: st.DataObject
) -> None:
    data = draws.draw(damaged(written(statement, style)))
    assert answer(data) == carefully(data)


@given(transactions().filter(lambda rows: len(rows) > 1), STYLES, st.data())
@settings(max_examples=200, deadline=None)
def test_a_damaged_byte_changes_no_amount_that_balances_prove(rows: list[BankTransaction], style: Style, draws: st.DataObject) -> None:
    """All balances are proved, and all amounts but the oldest one, which no balance precedes."""
    account = BankAccount("062000 1", "P", None, "AUD", AccountClass.SAVINGS, "P", 0, None)
    read = answer(draws.draw(damaged(written([StatementAccount(account, rows)], style), most=1)))
    if isinstance(read, str):
        return
    found = [row for account in read for row in account.transactions]
    assert len(found) == len(rows)
    assert not Counter(row.amount for row in rows[1:]) - Counter(row.amount for row in found)
    if any(row.balance is not None for row in found):
        assert Counter(row.balance for row in found) == Counter(row.balance for row in rows)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@example(b"<html")
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_recognised_and_read_or_refused(data: bytes) -> None:
    assert kind_of(data) in (*FileKind, None)
    assert isinstance(answer(data), str)
