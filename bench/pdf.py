"""PDF statements of every layout, and prints without one, beside pdfium's bare text and two other readers; a statement of 200 pages.

The two other readers are no dependencies. `BENCH_RIVALS` names a folder of installed packages that is searched after our own.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pypdfium2 as pdfium

from bench.measure import Effort, Row, Side, compare, microseconds, own_cpu
from bench.places import folder
from bench.uploads import apart
from bowerbird.plugins.registry import statement_layouts
from bowerbird.settings import Settings
from bowerbird.statements.pdf.statement import read_pdf
from bowerbird.statements.pdf.task import read_examined
from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.refusal import StatementRefused
from bowerbird.statements.search.without_layout import read_without_layout
from bowerbird.wiring.services import open_statement_reader
from tests.statement_factory.around_the_world import world_statement
from tests.statement_factory.catalogue import PRINTERS, specimen
from tests.statement_factory.kinds_of_print import KINDS
from tests.statement_factory.pdf_canvas import Specimen

MAX_TIMES, MAX_TIMES_SEARCHED, MIN_TIMES_FASTER, MAX_ROUNDS = 3, 40, 10, 5
SEEDS, SIZE = range(3), 60
LONG, LONG_PAGES = "cba.deposit.2026", 200
CARD, REFUSED = "cba.card.2017", "nab.deposit.2020"
LAYOUTS = statement_layouts()
CARD_FACTS = r"""{
  "key": "au__cba__credit_card__9", "bank_name": "Commonwealth Bank", "account_type": "Credit Card", "account_examples": ["Mastercard"],
  "account_terms": ["Commonwealth Bank of Australia"], "account_number_terms": ["Account"], "account_number_alignment": "y1",
  "account_number_alignment_tol": 5, "account_number_patterns": ["\\b\\d{4}\\s\\d{4}\\s\\d{4}\\s\\d{4}\\b"],
  "opening_balance_terms": ["Opening balance"], "opening_balance_formats": ["format2"], "opening_balance_alignment": "y1",
  "opening_balance_alignment_tol": 5, "opening_balance_invert": true, "closing_balance_terms": ["Closing balance"],
  "closing_balance_formats": ["format2"], "closing_balance_alignment": "y1", "closing_balance_alignment_tol": 5,
  "closing_balance_invert": true, "start_date_terms": ["Statement Period"], "start_date_formats": ["format2"],
  "start_date_alignment": "y1", "start_date_alignment_tol": 5, "transaction_terms": ["Transactions Date Transaction Details"],
  "transaction_terms_stop": ["Please check your"], "transaction_formats": [["date", "description", "amount"], ["description", "amount"]],
  "transaction_start_date_required": true, "transaction_alignment_tol": 10, "transaction_date_formats": ["format1"],
  "transaction_date_headers": ["Date"], "transaction_date_alignment": "x1", "transaction_amount_formats": ["format1"],
  "transaction_description_headers": ["Transaction Details"], "transaction_description_alignment": "x1",
  "transaction_amount_headers": ["Amount (A$)"], "transaction_amount_alignment": "x2", "transaction_amount_invert": true,
  "transaction_balance_formats": [], "transaction_balance_headers": [], "transaction_balance_alignment": "x2",
  "transaction_balance_invert": false}"""
"""What transtractor is told about our card statements, which lack two words that it knows CommBank's by."""


class Paper:
    """A printed statement: what it says, its bytes, and where they lie."""

    def __init__(self, layout: str, seed: int, place: Path, size: int = SIZE) -> None:
        self.said: Specimen = specimen(layout, seed, size)
        self.data, self.pages, self.layout = self.said.pdf(), self.said.pages, layout
        self.file = place / f"{layout}.{seed}.{size}.pdf"
        self.file.write_bytes(self.data)


Work = Callable[[Paper], object]


def run(effort: Effort) -> list[Row]:
    """Bars: at most 3 times pdfium's text, at least 10 times faster than transtractor."""
    with folder("pdf") as place:
        papers = [Paper(layout, seed, place) for layout in PRINTERS for seed in SEEDS]
        for paper in papers:
            if len(proven(paper).transactions) != len(paper.said.expected):
                raise RuntimeError(f"{paper.file.name} was not read as it is printed")
        rows = [_page("all layouts", papers, proven, effort, bar=True), _page("all layouts, examined too", papers, examined, effort)]
        rows.append(_searched(effort))
        rows += [_page(name, [each for each in papers if each.layout == name], proven, effort) for name in PRINTERS]
        sys.path += [os.environ["BENCH_RIVALS"]] if "BENCH_RIVALS" in os.environ else []
        return [*rows, *_transtractor(papers, place, effort), *_monopoly(papers, effort), *_long(place)]


def proven(paper: Paper) -> Any:
    return read_pdf(paper.data, paper.said.institution, LAYOUTS)


def examined(paper: Paper) -> Any:
    return read_examined(paper.data, paper.said.institution, LAYOUTS)


def bare_text(paper: Paper | Foreign) -> None:
    document = pdfium.PdfDocument(paper.data)
    for index in range(len(document)):
        page = document[index]
        text = page.get_textpage()
        text.get_text_range()
        text.close()
        page.close()
    document.close()


def _side(name: str, work: Work, papers: Sequence[Paper]) -> Side:
    """CPU seconds a page, over all these papers once, whatever count is asked for."""
    pages = sum(paper.pages for paper in papers)
    return Side(name, lambda count: count * own_cpu(lambda: [work(paper) for paper in papers]) / pages)


def _page(name: str, papers: Sequence[Paper], work: Work, effort: Effort, bar: bool = False) -> Row:
    found = compare([_side("text", bare_text, papers), _side("ours", work, papers)], Effort(min(effort.rounds, MAX_ROUNDS), 0))
    ratio, of = found.ratios["ours"], f"{microseconds(found.seconds['text'])} pdfium's text"
    row = Row(f"PDF page, {name}", microseconds(found.seconds["ours"]), of, f"{ratio:.2f} ×")
    return Row(row.what, row.ours, of, row.ratio, f"≤ {MAX_TIMES} ×", ratio <= MAX_TIMES) if bar else row


class Foreign(NamedTuple):
    """A print that no layout knows."""

    data: bytes
    pages: int


def searched(paper: Foreign) -> bool:
    """Whether a print is read without a layout."""
    with suppress(StatementRefused):
        return bool(read_without_layout(read_words(paper.data)).transactions)
    return False


def _searched(effort: Effort) -> Row:
    """Prints of many countries read by their arithmetic alone, beside pdfium's text: at most 40 times. A few are refused, which computes
    as much: their rows leave another sum open."""
    wholes = [world_statement(kind, seed, SIZE) for kind in KINDS for seed in SEEDS]
    papers = [Foreign(whole.pdf(), whole.pages) for whole in wholes]
    refused = sum(not searched(paper) for paper in papers)

    def cpu(work: Callable[[Foreign], object]) -> Callable[[int], float]:
        pages = sum(paper.pages for paper in papers)
        return lambda count: count * own_cpu(lambda: [work(paper) for paper in papers]) / pages

    sides = [Side("text", cpu(bare_text)), Side("ours", cpu(searched))]
    found = compare(sides, Effort(min(effort.rounds, MAX_ROUNDS), 0))
    ratio, of = found.ratios["ours"], f"{microseconds(found.seconds['text'])} pdfium's text"
    met = ratio <= MAX_TIMES_SEARCHED
    what = f"PDF page, without a layout; {refused} of {len(papers)} refused"
    return Row(what, microseconds(found.seconds["ours"]), of, f"{ratio:.1f} ×", f"≤ {MAX_TIMES_SEARCHED} ×", met)


def _beside(what: str, papers: Sequence[Paper], of: str, work: Work, effort: Effort, bar: bool = False) -> Row:
    """Ours, parsed and proven, beside another program's work on the same files."""
    found = compare([_side("ours", proven, papers), _side("other", work, papers)], Effort(min(effort.rounds, MAX_ROUNDS), 0))
    ratio, other = found.ratios["other"], f"{microseconds(found.seconds['other'])} {of}"
    wanted, met = (f"≥ {MIN_TIMES_FASTER} × less", ratio >= MIN_TIMES_FASTER) if bar else ("", None)
    return Row(f"PDF page, {what}", microseconds(found.seconds["ours"]), other, f"{ratio:.1f} × less", wanted, met)


def _transtractor(papers: Sequence[Paper], place: Path, effort: Effort) -> list[Row]:
    try:
        library = importlib.import_module("transtractor")
    except ImportError:
        return [Row("PDF page beside transtractor", "", "not installed", "")]
    (place / "card.json").write_text(CARD_FACTS)
    told, untold, text = library.Parser(), library.Parser(), str(place / "text")
    told.load(str(place / "card.json"))
    cards = [paper for paper in papers if paper.layout == CARD and _agrees(told, paper)]
    refused = [paper for paper in papers if paper.layout == REFUSED]

    def refuse(paper: Paper) -> None:
        with suppress(library.ParseError):
            untold.parse(str(paper.file))

    rows = [_beside("all layouts", papers, "transtractor, text alone", lambda each: untold.layout(str(each.file), text), effort)]
    if cards:
        what = f"{len(cards)} card statements"
        rows.append(_beside(what, cards, "transtractor, rows and balances", lambda each: told.parse(str(each.file)), effort, bar=True))
    return [*rows, _beside("NAB statements", refused, "transtractor, rows, then refused", refuse, effort)]


def _agrees(parser: Any, paper: Paper) -> bool:
    try:
        found = parser.parse(str(paper.file)).transactions
    except Exception:  # noqa: BLE001 another program's refusal, of whatever kind
        return False
    return sorted(round(row.amount * 100) for row in found) == sorted(row.amount for row in paper.said.expected)


def _monopoly(papers: Sequence[Paper], effort: Effort) -> list[Row]:
    """It knows none of these banks: measured are its text, and its generic reading without the check of totals."""
    try:
        pdf, generic, pipeline = (importlib.import_module(f"monopoly.{name}") for name in ("pdf", "generic", "pipeline"))
    except ImportError:
        return [Row("PDF page beside monopoly-core", "", "not installed", "")]
    logging.getLogger("monopoly").setLevel(logging.ERROR)

    def parser(paper: Paper) -> Any:
        return pdf.PdfParser(generic.GenericBank, pdf.PdfDocument(file_path=paper.file))

    def whole(paper: Paper) -> int:
        with suppress(Exception):
            return len(pipeline.Pipeline(parser(paper)).extract(safety_check=False).transactions)
        return -1

    right = sum(whole(paper) == len(paper.said.expected) for paper in papers)
    text = _beside("all layouts", papers, "monopoly-core, text alone", lambda each: parser(each).pages, effort)
    return [text, _beside("all layouts", papers, f"monopoly-core, generic; {right} of {len(papers)} with every row", whole, effort)]


def _long(place: Path) -> list[Row]:
    """A long statement in a process of its own, and the way it goes in a server: through the confined process."""
    sizes = (Paper(LONG, 1, place, size) for size in range(3_180, 3_400, 10))
    paper = next(each for each in sizes if each.pages >= LONG_PAGES)
    (rows, spent), before, after = apart(read_long, paper.file, paper.said.institution)
    context = open_statement_reader(Settings())
    context.read(Paper(LONG, 2, place).data, paper.said.institution)
    started = time.perf_counter()
    read = context.read(paper.data, paper.said.institution)
    passed = time.perf_counter() - started
    context.close()
    if read.refusal or rows != len(paper.said.expected):
        raise RuntimeError(f"the long statement was not read: {read.refusal}")
    speed, what = f"{paper.pages / spent:.0f} pages/s", f"{paper.pages} pages, {rows:,} rows"
    memory, more = f"{before:.0f} MB before it", f"+ {after - before:.0f} MB"
    return [
        Row(f"PDF, {what}", f"{spent:.2f} s CPU", "", speed),
        Row(f"PDF, {paper.pages} pages, peak memory of the process", f"{after:.0f} MB", memory, more),
        Row(f"PDF, {paper.pages} pages, confined process, wall", f"{passed:.2f} s", "", f"{paper.pages / passed:.0f} pages/s"),
    ]


def read_long(file: Path, institution: str) -> tuple[int, float]:
    """(transactions, CPU seconds)"""
    data, started = file.read_bytes(), time.process_time()
    found = read_examined(data, institution, LAYOUTS)
    return len(found.statement.transactions), time.process_time() - started
