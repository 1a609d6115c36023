"""One layout from several statements of a bank: what each of them proves, joined, and held against all of them.

Headings that every statement has recognise the print; lines that are no rows, and products, are those of all. A label that only one of them
has in full is cut to what it shares with another's. The joined layout must read each statement to the rows that the search has proved.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

import msgspec

from bowerbird.sdk.statement_layout import StatementLayout
from bowerbird.statements.pdf.engine import LayoutParse, read_by
from bowerbird.statements.pdf.lines import Line, lines_of
from bowerbird.statements.pdf.page_words import PageWords
from bowerbird.statements.refusal import StatementRefused
from bowerbird.statements.search.draft import completed_layout, issuer_of, search_issuer, with_head
from bowerbird.statements.search.trial import Trial
from bowerbird.statements.search.verdict import refused

_SHORTEST = 6
"""Characters that two labels must share to be cut to them: less would match other lines."""


def draft_of_several(documents: Sequence[Sequence[PageWords]]) -> str:
    """A layout file that reads every one of these statements. Raises StatementRefused, which names the first by its place, 1 the first."""
    pages = [[lines_of(page) for page in document if page.words] for document in documents]
    trials = [_searched(lines, place) for place, lines in enumerate(pages, 1)]
    layouts = [completed_layout(lines, trial) for lines, trial in zip(pages, trials, strict=True)]
    if len({layout.institution for layout in layouts}) > 1:
        raise refused("the statements are of several banks")
    problems = list[StatementRefused]()
    for layout in layouts:
        joined = _joined(layout, layouts)
        try:
            for place, (lines, trial) in enumerate(zip(pages, trials, strict=True), 1):
                _check(joined, lines, trial, place)
        except StatementRefused as problem:
            problems.append(problem)
        else:
            facts = sum(len(trial.reading.proved.certificate.facts) for trial in trials)
            return with_head(joined, f"{len(layouts)} statements that it proves", f"{facts} facts", issuer_of(pages[0]))
    raise problems[0]


def _searched(lines: list[list[Line]], place: int) -> Trial:
    try:
        return search_issuer(lines)
    except StatementRefused as problem:
        raise refused(f"statement {place}: {problem.reason}") from None


def _check(layout: StatementLayout, lines: list[list[Line]], trial: Trial, place: int) -> None:
    """Raises StatementRefused where a layout does not read a statement to the rows that are proved."""
    try:
        reading = read_by(lines, layout)
    except StatementRefused as problem:
        raise refused(f"no layout reads all of them: statement {place}: {problem.reason}") from None
    if _rows(reading) != _rows(trial.reading):
        raise refused(f"no layout reads all of them: statement {place} has other rows by it")


def _rows(reading: LayoutParse) -> list[tuple[object, int, str]]:
    return [(row.day, row.amount, row.text) for row in reading.proved.rows]


def _joined(layout: StatementLayout, layouts: Sequence[StatementLayout]) -> StatementLayout:
    """A layout with what the others add."""
    first = layouts[0].recognise.all
    common = tuple(text for text in first if all(text in each.recognise.all for each in layouts))
    names = {name: kind for each in layouts for name, kind in each.product.names.items()}
    tables = [each.table for each in layouts]
    table = msgspec.structs.replace(
        layout.table,
        ends=_labels([each.ends for each in tables]),
        skip=_union([each.skip for each in tables]),
        notes=_labels([each.notes for each in tables]),
        undated=_labels([each.undated for each in tables]),
    )
    return msgspec.structs.replace(
        layout,
        recognise=msgspec.structs.replace(layout.recognise, all=common or layout.recognise.all),
        product=msgspec.structs.replace(layout.product, names=names),
        table=table,
    )


def _union(several: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for texts in several for text in texts))


def _labels(several: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """All beginnings of lines, each cut to what it shares with one of another statement."""
    found = list[str]()
    for place, texts in enumerate(several):
        others = [text for other, texts in enumerate(several) if other != place for text in texts]
        for text in texts:
            shared = max((_shared(text, other) for other in others), key=len, default="")
            found.append(shared if len(shared) >= _SHORTEST else text)
    return tuple(dict.fromkeys(found))


def _shared(one: str, other: str) -> str:
    """The words with which two texts begin."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one.split(), other.split(), strict=False))
    return " ".join(word for word, _ in pairs)
