"""What is read, numbered and looked through by the hundred thousand is the same as one at a time."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.model.card_numbers import may_hold_card
from bowerbird.model.ids import is_id, moment_of_id, ordered_ids
from bowerbird.statements.csv.rows import rows_of
from bowerbird.statements.csv.values import as_cents, plain_cents


@given(st.from_regex(r"[-+]?[0-9_٣ ]{0,14}[.,]?[0-9.]{0,4}", fullmatch=True))
def test_an_amount_that_is_read_quickly_is_the_one_that_is_read_carefully(text: str) -> None:
    if (cents := plain_cents(text)) is not None:
        assert cents == as_cents(text)


@pytest.mark.parametrize("text", ["1.2.45", ".45", "-.45", "-", "", "1_0.00", "٣.00", "12345678901234.00", "--1.00", "1e3.00"])
def test_what_is_no_plain_amount_is_left_to_the_careful_reader(text: str) -> None:
    assert plain_cents(text) is None


def test_rows_are_the_same_wherever_a_long_text_is_parted() -> None:
    rows = [[f"{number}", 'a "quoted"\r\nline' if number % 7 == 0 else "é" * (number % 50), "", "x"] for number in range(9_000)]
    for ending in ("\n", "\r\n", "\r"):
        out = io.StringIO(newline="")
        csv.writer(out, lineterminator=ending).writerows(rows)
        assert [cells for _, cells in rows_of(out.getvalue())] == rows


def test_ids_of_one_moment_sort_as_they_were_made_also_beyond_those_that_share_it() -> None:
    ids = ordered_ids(1_700_000_000_000, 9_000)
    assert ids == sorted(ids)
    assert len(set(ids)) == 9_000
    assert all(map(is_id, ids))
    assert [moment_of_id(ids[place]) for place in (0, 4_095, 4_096, 8_192)] == [1_700_000_000_000 + late for late in (0, 0, 1, 2)]


@given(st.text(st.sampled_from("0149 -\u00a0x\nÂ"), max_size=60))
def test_a_look_at_the_bytes_overlooks_no_row_of_digits(text: str) -> None:
    assert may_hold_card(text) == (re.search(r"\d(?:[ \u00a0-]?\d){12,}", text, re.ASCII) is not None)
