"""A layout that is wrong is refused when it is made."""

from __future__ import annotations

import pytest

from bowerbird.layouts.published_2020 import LAYOUT
from bowerbird.sdk.layout import ColumnMeaning, CsvColumn, CsvLayout, FieldNeed, ValueKind


def changed(*columns: CsvColumn, without: str = "") -> tuple[CsvColumn, ...]:
    return (*(column for column in LAYOUT.columns if column.name != without), *columns)


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        (changed(without="accBalance"), "nothing means balance"),
        (changed(CsvColumn("ACCTYPE", ColumnMeaning.IGNORED)), "name acctype appears twice"),
        (changed(CsvColumn("again", ColumnMeaning.HOLDER)), "meaning holder appears twice"),
        (changed(CsvColumn(" x", ColumnMeaning.IGNORED)), "surrounding space"),
        (changed(CsvColumn("", ColumnMeaning.IGNORED)), "name is empty"),
        (changed(CsvColumn("x", ColumnMeaning.IGNORED, longest=0)), "longest"),
        (changed(CsvColumn("x", ColumnMeaning.IGNORED, need=FieldNeed.REQUIRED)), "ignored column cannot be required"),
        (changed(CsvColumn("x", ColumnMeaning.IGNORED, need=FieldNeed.UNLESS_SIGNED)), "unless signed"),
        (
            changed(CsvColumn("accBalance", ColumnMeaning.BALANCE, ValueKind.TEXT, FieldNeed.REQUIRED), without="accBalance"),
            "cannot be written as text",
        ),
        (changed(CsvColumn("accBalance", ColumnMeaning.BALANCE, ValueKind.MONEY), without="accBalance"), "balance must be required"),
    ],
)
def test_a_wrong_layout_is_refused(columns: tuple[CsvColumn, ...], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        CsvLayout("test", columns)


def test_a_layout_needs_an_id() -> None:
    with pytest.raises(ValueError, match="id"):
        CsvLayout("", LAYOUT.columns)


def test_the_published_layout_has_twenty_columns() -> None:
    assert len(LAYOUT.columns) == 20
    assert [column.name for column in LAYOUT.columns if column.required] == [
        "accountNo", "accCurrency", "accBalance", "accType", "accProduct", "txnPostDate", "txnDescription", "txnAmount",
    ]  # fmt: skip
