"""A native layout that contradicts itself is refused when it is made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bowerbird.sdk.native_layout import DateForm, NativeColumn, NativeColumnKind, NativeCsvLayout

DAY, TEXT, AMOUNT = (
    NativeColumn("Date", NativeColumnKind.POSTED),
    NativeColumn("Text", NativeColumnKind.DESCRIPTION),
    NativeColumn("Amount", NativeColumnKind.AMOUNT),
)
GOOD = NativeCsvLayout("bank.form", ("AU04301",), "a test", (DAY, TEXT, AMOUNT), (DateForm.SLASHED,))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"id": "Bank"}, "family.generation"),
        ({"institutions": ()}, "names no institution"),
        ({"institutions": ("CBA",)}, "not an id such as"),
        ({"source": " "}, "where its facts come from"),
        ({"dates": ()}, "no date form"),
        ({"short_by": -1}, "negative"),
        ({"header": False, "lines_before": 1}, "before a header only"),
        ({"columns": (DAY, TEXT, AMOUNT, NativeColumn("date", NativeColumnKind.IGNORED))}, "'date' appears twice"),
        ({"columns": (DAY, TEXT, AMOUNT, NativeColumn(" x", NativeColumnKind.IGNORED))}, "surrounding space"),
        ({"columns": (DAY, TEXT, NativeColumn("", NativeColumnKind.AMOUNT))}, "empty name"),
        (
            {"header": False, "columns": (NativeColumn("x", NativeColumnKind.IGNORED, optional=True), DAY, TEXT, AMOUNT)},
            "only the last columns",
        ),
        ({"columns": (DAY, NativeColumn("Day", NativeColumnKind.POSTED), TEXT, AMOUNT)}, "posted appears twice"),
        ({"columns": (TEXT, AMOUNT)}, "nothing says posted"),
        ({"columns": (DAY, AMOUNT)}, "nothing says description"),
        ({"columns": (DAY, TEXT)}, "needs an amount"),
        ({"columns": (DAY, TEXT, NativeColumn("Debit", NativeColumnKind.DEBIT))}, "needs an amount"),
        (
            {
                "columns": (
                    DAY,
                    TEXT,
                    AMOUNT,
                    NativeColumn("Debit", NativeColumnKind.DEBIT),
                    NativeColumn("Credit", NativeColumnKind.CREDIT),
                )
            },
            "needs an amount",
        ),
        ({"columns": (DAY, TEXT, AMOUNT, NativeColumn("BSB", NativeColumnKind.BSB))}, "BSB alone"),
    ],
)
def test_a_wrong_layout_is_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        replace(GOOD, **changes)


def test_a_layout_knows_what_it_can_say() -> None:
    assert GOOD.says(NativeColumnKind.AMOUNT)
    assert not GOOD.says(NativeColumnKind.BALANCE)
