"""Any export of a bank's own: what was written in its form is read, and what was damaged is refused or does no harm."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from itertools import accumulate
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bowerbird.model.money import format_cents
from bowerbird.model.transaction import BankTransaction
from bowerbird.plugins.registry import discover
from bowerbird.sdk.native_layout import NativeColumnKind, NativeCsvLayout
from bowerbird.statements.reader import read_statement
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import StatementAccount
from tests.property.native_files import Style, write

LAYOUTS = discover().csv_layouts
NATIVE = [layout for layout in LAYOUTS if isinstance(layout, NativeCsvLayout)]
PROVABLE = [layout for layout in NATIVE if layout.says(NativeColumnKind.BALANCE)]
WORDS = st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=9), min_size=1, max_size=6).map(" ".join)
CENTS = st.integers(-(10**8), 10**8)
by_id = pytest.mark.parametrize("layout", NATIVE, ids=lambda layout: layout.id)


def read(data: bytes, layout: NativeCsvLayout) -> list[StatementAccount]:
    return read_statement(data, layout.institutions[0], 1000, LAYOUTS)


@st.composite
def listings(draw: st.DrawFn, layout: NativeCsvLayout) -> list[BankTransaction]:
    """Oldest first, on two days at least unless there is only one row."""
    amounts = draw(st.lists(CENTS, min_size=1, max_size=7))
    days = sorted(draw(st.lists(st.dates(date(2001, 1, 1), date(2098, 1, 1)), min_size=len(amounts), max_size=len(amounts))))
    if days[0] == days[-1]:
        days[-1] += timedelta(days=1)
    balances = list(accumulate(amounts, initial=draw(st.integers(1, 10**8))))[1:]
    says, made = layout.says(NativeColumnKind.BALANCE), layout.says(NativeColumnKind.MADE)
    return [
        BankTransaction(amount, draw(WORDS), day, day if made else None, balance if says else None)
        for amount, day, balance in zip(amounts, days, balances, strict=True)
    ]


def styles(layout: NativeCsvLayout) -> st.SearchStrategy[Style]:
    return st.builds(
        Style,
        date=st.sampled_from(layout.dates),
        newest_first=st.booleans(),
        negative_debits=st.booleans(),
        optional_columns=st.booleans(),
        ragged=st.booleans(),
        plus=st.booleans(),
        line_break=st.sampled_from(["\n", "\r\n", "\r"]),
    )


@by_id
@given(st.data())
@settings(max_examples=40, deadline=None)
def test_what_was_written_is_read(layout: NativeCsvLayout, draws: st.DataObject) -> None:
    numbered = layout.says(NativeColumnKind.NUMBER)
    bsb = draws.draw(st.sampled_from(["", "062-000"])) if not layout.says(NativeColumnKind.BSB) else "302-985"
    numbers = draws.draw(st.lists(st.integers(10**6, 10**8 - 1).map(str), min_size=1, max_size=2 if numbered else 1, unique=True))
    accounts = {number: draws.draw(listings(layout)) for number in numbers}
    if layout.zero_balances and not all(any(row.balance for row in rows) for rows in accounts.values()):
        return
    mixed = sorted(((bsb, number, row) for number, rows in accounts.items() for row in rows), key=lambda line: line[2].posted or date.max)
    found = read(write(layout, mixed, draws.draw(styles(layout))), layout)
    expected = {(bsb.replace("-", "") + number if numbered else "unknown"): rows for number, rows in accounts.items()}
    assert {each.account.number: each.transactions for each in found} == expected
    for each in found:
        assert each.account.balance == expected[each.account.number][-1].balance
        assert each.proved == (len(each.transactions) - 1 if layout.says(NativeColumnKind.BALANCE) else 0)


@by_id
@given(st.data())
@settings(max_examples=40, deadline=None)
def test_any_damage_is_read_or_refused(layout: NativeCsvLayout, draws: st.DataObject) -> None:
    data = write(layout, [("302-985", "1234567", row) for row in draws.draw(listings(layout))], draws.draw(styles(layout)))
    for _ in range(draws.draw(st.integers(1, 4))):
        place = draws.draw(st.integers(0, len(data)))
        new = draws.draw(st.sampled_from([b"", b'"', b",", b"\n", b"-", b"0", b"9", b" ", b"\xe9"]) | st.binary(min_size=1, max_size=1))
        data = data[:place] + new + data[place + draws.draw(st.integers(0, 1)) :]
    with suppress(Refused):
        read(data, layout)


# ── Corruption, seeded: what a running balance does not let pass ─────────────────────────────────────────────────────────────


def seeded(random: Random) -> list[BankTransaction]:
    day, balance, rows = date(2024, 1, 1), random.randrange(100_000, 200_000), []
    for number in range(random.randrange(8, 20)):
        day += timedelta(days=random.choice([0, 0, 1, 3]) if number else 0)
        amount = random.choice([-1, 1]) * random.randrange(101, 90_000)
        balance += amount
        rows.append(BankTransaction(amount, f"SHOP {number} TOWN", day, None, balance))
    return rows


def corrupted(kind: str, rows: list[BankTransaction], random: Random) -> list[BankTransaction]:
    """The rows with one thing wrong; the oldest amount, which no balance precedes, is left alone."""
    place = random.randrange(1, len(rows) - 1)
    row = rows[place]
    amount, balance = row.amount, row.balance or 0
    negated, exchanged = _with(row, -amount, balance), _with(row, balance, amount)
    changed = {
        "digit of an amount": [_with(row, other_digit(amount, random), balance)],
        "digit of a balance": [_with(row, amount, other_digit(balance, random))],
        "sign or column of an amount": [negated],
        "amount and balance exchanged": [exchanged],
        "row removed": [],
        "row doubled": [row, row],
        "rows swapped": [rows[place + 1], row],
    }[kind]
    return [*rows[:place], *changed, *rows[place + (2 if kind == "rows swapped" else 1) :]]


def _with(row: BankTransaction, amount: int, balance: int) -> BankTransaction:
    return BankTransaction(amount, row.description, row.posted, None, balance)


def other_digit(cents: int, random: Random) -> int:
    text = format_cents(cents)
    place = random.choice([index for index, char in enumerate(text) if char.isdigit()])
    digit = random.choice([digit for digit in "0123456789" if digit != text[place]])
    return int((text[:place] + digit + text[place + 1 :]).replace(".", ""))


KINDS = (
    "digit of an amount", "digit of a balance", "sign or column of an amount", "amount and balance exchanged", "row removed",
    "row doubled", "rows swapped",
)  # fmt: skip


@pytest.mark.parametrize("layout", PROVABLE, ids=lambda layout: layout.id)
def test_no_corruption_is_accepted(layout: NativeCsvLayout) -> None:
    """25 of each kind for each layout with a running balance, in both orders: none is accepted, and the untouched file is."""
    random, accepted = Random(layout.id), Counter[str]()
    for kind in KINDS:
        for attempt in range(25):
            style = Style(layout.dates[0], newest_first=attempt % 2 == 0, negative_debits=attempt % 3 == 0)
            rows = seeded(random)
            assert read(write(layout, [("302-985", "1234567", row) for row in rows], style), layout)[0].transactions == rows
            with suppress(Refused):
                read(write(layout, [("302-985", "1234567", row) for row in corrupted(kind, rows, random)], style), layout)
                accepted[kind] += 1
    assert not accepted
