"""The one reading that is proved, or why there is none.

How much is enough. A wrong reading can agree with a printed sum by chance. Sums of a statement have three digits and more, so one
independent fact agrees by chance in fewer than one of a thousand wrong readings. At most MAX_READS (about a hundred) readings are
tried, so MIN_FACTS = 3 facts leave a chance of 100 · (1/1000)³ = 10⁻⁷ for a document of which no reading is right. Counted are facts
that can fail by themselves: a running balance on each row that moves money, the closing balance, the sum of debits, the sum of credits,
each once however often it is printed. The first printed opening balance is no fact: the reading begins with it. A statement without
movements has nothing to be proved by, so there every other figure and date inside the table must be explained too.

What chance does not cover are rows that cancel each other. So a line outside the tables that looks like a transaction refuses the
reading, and so do two proven readings that differ in anything but the words of a description.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bowerbird import codes
from bowerbird.statements.pdf.cells import CellReader
from bowerbird.statements.pdf.issuers import UNKNOWN_INSTITUTION
from bowerbird.statements.pdf.labels import any_label
from bowerbird.statements.pdf.lines import Line, compact
from bowerbird.statements.pdf.table import Columns, divide
from bowerbird.statements.refusal import StatementRefused
from bowerbird.statements.search.borders import mark_in, outside_texts
from bowerbird.statements.search.evidence import LineEvidence, evidence_of
from bowerbird.statements.search.hypotheses import hypotheses_of
from bowerbird.statements.search.skeleton import NoTable, frames_of
from bowerbird.statements.search.trial import Trial, Trials

MIN_FACTS = 3


class AmbiguousReading(StatementRefused):
    """Two readings are proved; the reason says where they differ."""

    def __init__(self, difference: str) -> None:
        super().__init__(codes.STATEMENT_PARSING_ERROR, f"read without a layout: ambiguous: {difference}")


def search(pages: list[list[Line]], institution: str = UNKNOWN_INSTITUTION) -> Trial:
    """The unique proven reading of a document. Raises StatementRefused (bank-statement-parsing-error) that says why there is none."""
    try:
        frames = frames_of(pages, institution)
    except NoTable as missing:
        raise refused(str(missing)) from None
    trials = Trials(pages)
    for frame in frames:
        trials.run(hypotheses_of(pages, frame))
    if not trials.proved:
        raise _best_refusal(trials)
    trial = trials.proved[0]
    for other in trials.proved[1:]:
        if _says(other) != _says(trial):
            raise AmbiguousReading(_difference(trial, other))
    facts = independent_facts(trial)
    if facts < MIN_FACTS:
        raise refused(f"not enough facts: {facts} of at least {MIN_FACTS} that a reading is proved by")
    _refuse_rows_outside(pages, trial)
    _refuse_text_outside(pages, trial)
    _refuse_text_above(pages, trial)
    return trial


def refused(reason: str) -> StatementRefused:
    """A refusal of the search as a whole, which no single line of the document can be blamed for."""
    return StatementRefused(codes.STATEMENT_PARSING_ERROR, f"read without a layout: {reason}")


def independent_facts(trial: Trial) -> int:
    """Facts that could have failed by themselves."""
    proved = trial.reading.proved
    kinds = {fact.what for fact in proved.certificate.facts}
    closing = bool(kinds & {"closing", "closing balance"})
    totals = len(kinds & {"total debits", "total credits"})
    return sum(row.balance is not None and row.amount != 0 for row in proved.rows) + closing + totals


def _says(trial: Trial) -> tuple[tuple[date, date], int, int, tuple[tuple[date, int], ...]]:
    """All that must be the same in every proven reading."""
    parsed = trial.reading
    rows = tuple((row.day, row.amount) for row in parsed.proved.rows)
    return parsed.period, parsed.proved.opening, parsed.proved.closing, rows


def _difference(one: Trial, other: Trial) -> str:
    rows, others = one.reading.proved.rows, other.reading.proved.rows
    if len(rows) != len(others):
        return f"readings with {len(rows)} and with {len(others)} rows are both proved"
    for row, another in zip(rows, others, strict=True):
        if (row.day, row.amount) != (another.day, another.amount):
            return f"page {row.page}, row {row.row} has two proven readings"
    return "two proven readings differ in the period, or in whether balances are held or owed"


def _best_refusal(trials: Trials) -> StatementRefused:
    """What broke the best hypothesis: one whose rows could be read and whose sums failed, then the one that came furthest."""
    if not trials.refusals:
        return refused("no consistent columns: no line below the header begins with a date")
    best = max(trials.refusals, key=_reach)
    return StatementRefused(best.entry, f"read without a layout: {best.reason}", best.broken)


def _reach(refusal: StatementRefused) -> tuple[bool, int, int]:
    broken = refusal.broken
    return (broken.computed is not None, broken.page, broken.row) if broken else (False, 0, 0)


def _refuse_rows_outside(pages: list[list[Line]], trial: Trial) -> None:
    """No line outside the tables has a date and a figure where rows have theirs."""
    tables, others = divide(pages, trial.layout)
    reader = CellReader(trial.layout, trial.reading.period)
    columns_by_page: dict[int, Columns] = {lines[0].page: columns for columns, lines in tables if lines}
    last = next(iter(columns_by_page.values()), None)
    for line in others:
        last = columns_by_page.get(line.page, last)
        if last and _looks_like_a_row(reader, line, last):
            raise refused(f"page {line.page}, row {line.row} looks like a transaction outside the table")


def _looks_like_a_row(reader: CellReader, line: Line, columns: Columns) -> bool:
    try:
        cells = reader.read(line, columns)
    except StatementRefused:
        return False
    near = [word for word in line.words if columns.left <= word.x0 < columns.text]
    return bool(near and cells.day and cells.figures and mark_in(cells.text) is None)


def _refuse_text_outside(pages: list[list[Line]], trial: Trial) -> None:
    """No undated text in the tables begins left of the descriptions: it would be read into one."""
    skip, undated = any_label(trial.layout.table.skip), any_label((*trial.layout.table.undated, *trial.layout.table.notes))
    for table in evidence_of(pages, trial.layout):
        for seen in table:
            text = compact(seen.cells.text)
            if not outside_texts(seen) or skip.fullmatch(text) or undated.match(text) or mark_in(seen.cells.text):
                continue
            raise refused(f"page {seen.line.page}, row {seen.line.row} stands inside the table and under no column")


def _refuse_text_above(pages: list[list[Line]], trial: Trial) -> None:
    """Texts alone on their lines belong to the date above them: the first table does not begin with one, and they stand no nearer to
    the line below. Otherwise each row would get its neighbour's text. Where figures end a row and the day stands once, it is the other
    way round."""
    table = trial.layout.table
    known = any_label((*table.skip, *table.undated, *table.notes))
    nearer = 0
    begun = False
    for seen, above, below in _neighbours(evidence_of(pages, trial.layout)):
        text = compact(seen.cells.text)
        if seen.cells.day or seen.cells.figures or not text or known.match(text):
            begun = begun or (not mark_in(text) and bool(seen.cells.day or seen.cells.figures))
            continue
        if not begun:
            raise refused(f"page {seen.line.page}, row {seen.line.row} is a text above the first date")
        lower, upper = below.line.y - seen.line.y, seen.line.y - above.line.y
        nearer += lower > 0 and upper > 0 and (upper > lower + 1) - (upper + 1 < lower)
    if (trial.layout.rows.figures, trial.layout.rows.date) == ("last", "once-a-day"):
        nearer = -nearer
    if nearer > 0:
        raise refused("texts stand nearer to the date below them than to the one above")


def _neighbours(tables: list[list[LineEvidence]]) -> Iterator[tuple[LineEvidence, LineEvidence, LineEvidence]]:
    """Every line of the tables with those above and below it; itself at the ends."""
    for table in tables:
        for place, seen in enumerate(table):
            yield seen, table[max(place - 1, 0)], table[min(place + 1, len(table) - 1)]
