"""Which pages of a print are in the file, by the numbers that are printed on them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from bowerbird import codes
from bowerbird.statements.arithmetic.vocabulary import with_blanks
from bowerbird.statements.pdf.lines import Line
from bowerbird.statements.refusal import StatementRefused

_OF = r"(?:of|/|von|aus|de|di|sur|su|van|af|av|z)"
_PAGE = r"(?<![a-z])(?:page|seite|blatt|pagina|pag|side|sida|sivu|strona|str|hoja|folha|feuille|feuillet|sheet|folio)"
_COUNTED = re.compile(
    rf"{_PAGE}\.?"
    rf"(?: ?(?:no|nr|n°)\.?)?[ :]*(\d{{1,3}}) ?{_OF} ?(\d{{1,3}})(?![\d.,/])"
    r"|(?:ページ|ヘーシ|頁)[ ]?(\d{1,3}) ?/ ?(\d{1,3})|(?<![\d/])(\d{1,3}) ?/ ?(\d{1,3})[ ]?(?:ページ|ヘーシ|頁)"
)
_SPACED = re.compile(rf".*{_PAGE}\.?:?(\d{{1,3}}){_OF}(\d{{1,3}})\W*")
"""What ends a cell whose letters stand apart."""
_OF_UNSURE = re.compile(rf"(?<![a-z])p\. ?(\d{{1,3}}) ?{_OF} ?\d{{1,3}}(?![\d.,/])")
"""The number of a page behind a letter. What follows is not taken for how many there are: letters stand before other numbers too."""
_MAY_COUNT = re.compile(r"[pf](?:a|á|á|olh|olio|eui)|p\.|s(?:eite|ide|ida|ivu|tr|heet)|blatt|hoja|[ペヘﾍ頁]")
"""What a line has in which a page's number may be named; most have nothing of it, and are not looked at closer."""
_ALONE = re.compile(r"(?:page|seite|pagina|pag|side|sida|sivu|strona)\.?(?: ?(?:no|nr|n°)\.?)?[ :]*(\d{1,3})")
"""A cell that holds no more than a page's number. Sheets are counted on from statement to statement, so theirs say nothing."""
_BARE = re.compile(r"[-–—( ]*([1-9]\d?) ?(?:of|von|sur|/) ?([1-9]\d?)[-–—) ]*")
_EDGE_LINES = 5
"""Lines at the top and the bottom of a page that may be two numbers and no more; of the very first and last, their last cell may."""


class PageNumber(NamedTuple):
    """The number that a page has, and how many there are, 0 where that is not printed. `place` is the page's in the file, from 0."""

    place: int
    number: int
    many: int


def refuse_missing_pages(pages: Sequence[Sequence[Line]]) -> None:
    """Raises StatementRefused (bank-statement-parsing-error) where a page is missing by the printed numbers. `pages` are all of the file,
    those without words too."""
    if missing := missing_page(pages):
        raise StatementRefused(codes.STATEMENT_PARSING_ERROR, f"{missing} is not in this file")


def missing_page(pages: Sequence[Sequence[Line]]) -> str:
    """The first page that is not in the file though its number must be, such as `page 2 of 3`; empty where none is."""
    runs: list[list[PageNumber]] = []
    for place, lines in enumerate(pages):
        if number := page_number(lines, place):
            if not runs or number.number == 1 or number.number < runs[-1][-1].number:
                runs.append([])
            runs[-1].append(number)
    ends = [*(run[0].place for run in runs[1:]), len(pages)]
    return next((found for run, end in zip(runs, ends, strict=False) for found in _missing(run, runs, end)), "")


def _missing(run: Sequence[PageNumber], runs: Sequence[Sequence[PageNumber]], end: int) -> Iterator[str]:
    """What is missing of pages that are counted from one on, up to the place `end`. A page without a number may be any of them."""
    begin = max((other[-1].place + 1 for other in runs if other[-1].place < run[0].place), default=0)
    manies = {number.many for number in run} - {0}
    many = manies.pop() if len(manies) == 1 else 0
    of = f" of {many}" if many else ""
    if run[0].number - 1 > run[0].place - begin:
        yield f"page 1{of}"
    for one, other in pairwise(run):
        if other.number - one.number > other.place - one.place:
            yield f"page {one.number + 1}{of}"
    if many - run[-1].number > end - run[-1].place - 1:
        yield f"page {run[-1].number + 1}{of}"


def page_number(lines: Sequence[Line], place: int = 0) -> PageNumber | None:
    """The one number that a page's lines say it has; None where they say none, or several."""
    named = [line for line in lines if _MAY_COUNT.search(line.compact)]
    texts = [with_blanks(line.text) for line in named]
    found = {_pair(match) for text in texts for match in _COUNTED.finditer(text)}
    if not found:
        glued = ["".join([word.text for word in words]).casefold() for line in named for words in line.texts()]
        found = {_pair(match) for cell in glued if (match := _SPACED.fullmatch(cell))}
    if not found:
        cells = (with_blanks(" ".join([word.text for word in words])) for line in named for words in line.texts())
        alone = {(int(match[1]), 0) for cell in cells if (match := _ALONE.fullmatch(cell))}
        bare = _bare(lines)
        found = alone if alone and {number for number, _ in alone} != {number for number, _ in bare} else bare
    if not found:
        found = {(int(match[1]), 0) for text in texts for match in _OF_UNSURE.finditer(text)}
    found = {(number, many) for number, many in found if number and (number <= many or not many)}
    return PageNumber(place, *found.pop()) if len(found) == 1 else None


def _bare(lines: Sequence[Line]) -> set[tuple[int, int]]:
    """The two numbers on a line of their own near an edge of a page, else in the last cell of its first or last line. One of one counts
    copies as well, and stands on every page then."""
    edges = {with_blanks(line.text) for line in (*lines[:_EDGE_LINES], *lines[-_EDGE_LINES:])}
    lasts = {with_blanks(" ".join([word.text for word in line.texts()[-1]])) for line in (*lines[:1], *lines[-1:])}
    found = ({_pair(match) for text in texts if (match := _BARE.fullmatch(text))} - {(1, 1)} for texts in (edges, lasts))
    return next(filter(None, found), set())


def _pair(match: re.Match[str]) -> tuple[int, int]:
    number, many = [int(part) for part in match.groups() if part]
    return number, many
