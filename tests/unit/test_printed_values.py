"""Sums, dates and labels as banks print them."""

from __future__ import annotations

import re
from datetime import date

import pytest

from bowerbird.statements.pdf.figures import Figure, figure, figure_after
from bowerbird.statements.pdf.labels import behind, label_pattern
from bowerbird.statements.pdf.lines import Line, compact, lines_of, with_points
from bowerbird.statements.pdf.page_words import PageWords, Word
from bowerbird.statements.pdf.printed_dates import date_pattern, matched_date


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12.34", Figure(1234, False, "")),
        ("$1,234.56", Figure(123456, False, "")),
        ("$1,234.56CR", Figure(123456, False, "CR")),
        ("1,234.56Dr", Figure(123456, False, "DR")),
        ("$-6,050.74", Figure(605074, True, "")),
        ("-$6,050.74", Figure(605074, True, "")),
        ("+0.05", Figure(5, False, "")),
        ("500.00-", Figure(50000, True, "")),
        ("....12.34", Figure(1234, False, "")),
        ("-12.34-", None),
        ("12.3", None),
        ("12.345", None),
        ("1,23.45", None),
        ("12.34%", None),
        ("1234", None),
        ("99999999999999.00", None),
    ],
)
def test_a_sum(text: str, found: Figure | None) -> None:
    assert figure(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$1.23 CR and more", Figure(123, False, "CR")),
        (": + $154,961.72", Figure(15496172, False, "")),
        ("- $5.00", Figure(500, True, "")),
        ("1.23 CREDIT", Figure(123, False, "")),
        ("on your card $1.23", None),
        ("1.23.45", None),
    ],
)
def test_a_sum_behind_a_label(text: str, found: Figure | None) -> None:
    assert figure_after(text) == found


@pytest.mark.parametrize(
    ("minus", "suffix", "held", "owed"), [(False, "", 1, -1), (True, "", -1, 1), (True, "CR", 1, 1), (False, "DR", -1, -1)]
)
def test_what_a_balance_means(minus: bool, suffix: str, held: int, owed: int) -> None:
    assert (Figure(1, minus, suffix).held(False), Figure(1, minus, suffix).held(True)) == (held, owed)


YEAR_END = (date(2024, 11, 15), date(2025, 2, 14))


@pytest.mark.parametrize(
    ("form", "text", "period", "found"),
    [
        ("d MMM", "31 Dec", YEAR_END, date(2024, 12, 31)),
        ("d MMM", "01Jan", YEAR_END, date(2025, 1, 1)),
        ("d MMM", "1 Jun", YEAR_END, date(2025, 6, 1)),  # outside, in the year that is nearest
        ("d MMM", "30 Feb", YEAR_END, None),
        ("d MMM", "20 Nov", (date(2023, 11, 1), date(2024, 11, 30)), None),  # twice in the period
        ("d MMM", "31 Dec", None, None),
        ("d/M/yy", "30/06/25", None, date(2025, 6, 30)),
        ("d.M.yy", "15.11.23", None, date(2023, 11, 15)),
        ("d MMMM yyyy", "03 JULY 2025", None, date(2025, 7, 3)),
        ("d MMMM yyyy", "3 Sept 2025", None, date(2025, 9, 3)),
        ("d/M/yyyy", "31/04/2025", None, None),
    ],
)
def test_a_date(form: str, text: str, period: tuple[date, date] | None, found: date | None) -> None:
    match = re.match(date_pattern(form), text, re.IGNORECASE)
    assert match is not None
    assert matched_date(match, period) == found


def line(*words: tuple[str, float]) -> Line:
    return Line(1, 1, [Word(text, x, x + 4 * len(text), 100, 9) for text, x in words])


def test_a_label_begins_a_text_that_stands_apart() -> None:
    found = line(("Next", 10), ("Opening", 28), ("balance", 58), ("$1.00", 90), ("Opening", 200), ("balance", 230), ("$2.00", 262))
    assert list(behind(found, "Opening balance")) == ["$2.00"]
    assert list(behind(line(("Opening", 10), ("balance$3.00", 40)), "Opening balance")) == ["$3.00"]


@pytest.mark.parametrize(
    ("label", "text", "fits"),
    [
        ("Opening balance at {date}", "Opening balance at 24 Jun", True),
        ("CLOSING BALANCE AS AT {date}", "CLOSING BALANCE AS AT 29 DEC 23", True),
        ("{year}", "2025", True),
        ("{year}", "2025 x", False),
        ("a.c{*}z", "A. C anything z", True),
        ("a.c", "abc", False),
    ],
)
def test_placeholders_of_a_label(label: str, text: str, fits: bool) -> None:
    assert (label_pattern(label).fullmatch(compact(text)) is not None) is fits


def test_words_of_nearly_one_baseline_share_a_line() -> None:
    page = PageWords(3, 595, 842, [Word("b", 50, 54, 101, 9), Word("c", 10, 14, 120, 9), Word("a", 10, 14, 100, 9)])
    assert [(found.page, found.row, found.text) for found in lines_of(page)] == [(3, 1, "a b"), (3, 2, "c")]


def test_a_space_can_be_a_decimal_point() -> None:
    words = line(("1,402", 10), ("00", 33), ("CR", 44), ("27", 100), ("82", 140)).words
    assert [word.text for word in with_points(words)] == ["1,402.00", "CR", "27", "82"]
