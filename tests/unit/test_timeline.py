"""Statements along the days, and lines of files by the numbers that refusals name."""

from __future__ import annotations

from datetime import date

import pytest

from bowerbird.domain.statements.continuity import StatementPeriod, overlaps_of
from bowerbird.model.days import day_number
from bowerbird.model.statement import FileKind
from bowerbird.statements.csv.rows import file_lines
from bowerbird.web.kernel.charts import WIDTH
from bowerbird.web.kernel.timeline import Covered, Timeline


def line(*periods: tuple[int, int]) -> Timeline:
    return Timeline([Covered(StatementPeriod(first, last, None, None), f"job{number}") for number, (first, last) in enumerate(periods)])


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ([(1, 5), (6, 9)], []),
        ([(1, 5), (5, 9)], [(5, 5)]),
        ([(1, 9), (2, 3), (4, 5)], [(2, 3), (4, 5)]),
        ([(1, 5), (1, 5)], [(1, 5)]),
        ([(1, 20), (3, 4), (10, 30)], [(3, 4), (10, 20)]),
    ],
)
def test_days_that_two_statements_tell(periods: list[tuple[int, int]], expected: list[tuple[int, int]]) -> None:
    assert overlaps_of([StatementPeriod(*days, None, None) for days in periods]) == expected


def test_everything_lies_within_the_drawing_and_no_two_bars_touch() -> None:
    drawing = line((20_000, 20_030), (20_010, 20_040), (20_060, 20_060), (20_061, 20_099))
    bars = [span for span in drawing.spans if span.job_id]
    assert len(bars) == 4
    for span in drawing.spans:
        assert span.x >= 0
        assert span.x + span.width <= WIDTH
        assert span.y + span.height <= drawing.height
    for number, one in enumerate(bars):
        for other in bars[number + 1 :]:
            assert one.y != other.y or one.x + one.width < other.x or other.x + other.width < one.x
    assert [span.kind for span in drawing.spans if not span.job_id] == ["gap", "overlap"]


def test_a_statement_of_one_day_is_seen() -> None:
    (bar,) = line((20_000, 20_000)).spans
    assert bar.width > 2


def test_twenty_years_have_no_more_labels_than_fit() -> None:
    assert len(line((10_000, 10_020), (17_300, 17_305)).months) <= 12


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2025, 1, 1), date(2025, 3, 31), ["Jan", "Feb", "Mar"]),
        (date(2025, 1, 2), date(2025, 3, 1), ["Feb", "Mar"]),
        (date(2024, 12, 5), date(2025, 1, 6), ["Jan 2025"]),
        (date(2025, 2, 2), date(2025, 2, 27), []),
    ],
)
def test_months_begin_where_they_begin(first: date, last: date, months: list[str]) -> None:
    assert [tick.text for tick in line((day_number(first), day_number(last))).months] == months


def test_days_of_all_ages_are_drawn_at_once() -> None:
    drawing = line((day_number(date.min), day_number(date(2, 1, 1))), (day_number(date(9998, 1, 1)), day_number(date.max)))
    assert 0 < len(drawing.months) <= 12


def test_rows_of_a_csv_are_numbered_as_a_spreadsheet_does() -> None:
    data = b'a,b\r\n\r\n1,"two\nlines"\r\n3,4\r\n'
    found = [tuple(each) for each in file_lines(FileKind.CSV, data, 1, 9)]
    assert found == [(1, "a,b"), (2, ""), (3, '1,"two\nlines"'), (4, "3,4")]


@pytest.mark.parametrize("data", [b'a,b\n1,"never closed\n3,4\n5,6\n', b'a,b\n1,"x"y\n3,4\n', b"\xff\x00,\n1", b""])
def test_lines_come_from_a_file_of_any_kind(data: bytes) -> None:
    found = file_lines(FileKind.CSV, data, 1, 9)
    assert [each.number for each in found] == list(range(1, len(found) + 1))
    assert all(len(each.text) <= 400 for each in found)


def test_lines_of_ofx_are_lines() -> None:
    assert [tuple(each) for each in file_lines(FileKind.OFX, b"<OFX>\n<A>1\n<B>2", 2, 3)] == [(2, "<A>1"), (3, "<B>2")]
