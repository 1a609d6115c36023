"""Reading the samples of layouts as the server reads them, and what was read as readable JSON, the form of their expectations."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from bowerbird.model.json_value import JsonObject, JsonValue
from bowerbird.model.money import format_cents, format_optional_cents
from bowerbird.model.statement import FileKind
from bowerbird.model.transaction import BankTransaction
from bowerbird.plugins.registry import Layout, discover
from bowerbird.sdk.layout import CsvLayout
from bowerbird.sdk.native_layout import NativeCsvLayout
from bowerbird.sdk.statement_layout import StatementLayout
from bowerbird.statements.files import kind_of
from bowerbird.statements.pdf.page_words import PageWords, Word
from bowerbird.statements.pdf.proven import ProvenStatement
from bowerbird.statements.pdf.statement import read_pages, read_pdf
from bowerbird.statements.reader import read_statement
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import StatementAccount

_MAX_ROWS = 1000
_A4_WIDTH, _A4_HEIGHT = 595, 842


class Samples:
    """The `read_sample` of the conformance kit."""

    def __init__(self) -> None:
        found = discover()
        self._layouts: dict[str, Layout] = {layout.id: layout for layout in (*found.csv_layouts, *found.statement_layouts)}

    def __call__(self, data: bytes, institution: str, layout: Layout, mended: Sequence[JsonObject] = ()) -> JsonValue:
        layouts = {**self._layouts, layout.id: layout}.values()
        csv = [each for each in layouts if isinstance(each, CsvLayout | NativeCsvLayout)]
        pdf = [each for each in layouts if isinstance(each, StatementLayout)]
        try:
            if data.startswith(b"{"):
                return readable([read_pages(words_from_runs(data, mended), institution, pdf)])
            if kind_of(data) is FileKind.PDF:
                return readable([read_pdf(data, institution, pdf)])
            return readable(read_statement(data, institution, _MAX_ROWS, csv))
        except Refused as refused:
            answer = {"code": refused.entry.code, "title": refused.title, "detail": refused.detail}
            return {"refused": {**answer, "reason": str(getattr(refused, "reason", ""))}}


class TextRun(msgspec.Struct, frozen=True):
    """A text with its box, as the sample's publisher writes it: `page` from 0, points, `y1_bin` the baseline of the whole line."""

    text: str
    page: int
    x1: float  # not money: points
    x2: float  # not money: points
    y1: float  # not money: points
    y2: float  # not money: points
    y1_bin: float  # not money: points


class TextRuns(msgspec.Struct, frozen=True):
    text_items: list[TextRun]


class Contradiction(msgspec.Struct, frozen=True):
    """A text that contradicts the rest of a scrambled statement, where it stands, and what it must be."""

    printed: str
    mended: str
    pages: tuple[int, ...]
    baseline: int | None = None
    left_of: int | None = None

    def stands_at(self, run: TextRun) -> bool:
        return (
            (run.text, run.page + 1 in self.pages) == (self.printed, True)
            and (self.left_of is None or run.x1 < self.left_of)
            and (self.baseline is None or run.y1_bin == self.baseline)
        )


def words_from_runs(data: bytes, mended: Sequence[JsonObject] = ()) -> list[PageWords]:
    """The words of text runs with their boxes. A run's width is shared out among its letters evenly."""
    pages: dict[int, list[Word]] = {}
    contradictions = msgspec.convert(mended, list[Contradiction])
    for run in msgspec.json.decode(data, type=TextRuns).text_items:
        text = next((each.mended for each in contradictions if each.stands_at(run)), run.text)
        step = (run.x2 - run.x1) / len(text)
        for match in re.finditer(r"\S+", text):
            left, right = run.x1 + step * match.start(), run.x1 + step * match.end()
            pages.setdefault(run.page + 1, []).append(Word(match[0], left, right, run.y1_bin, run.y1 - run.y2))
    return [PageWords(number, _A4_WIDTH, _A4_HEIGHT, words) for number, words in pages.items()]


def readable(statement: Sequence[StatementAccount]) -> list[JsonValue]:
    """The accounts of a statement as plain values without what is unknown; money as text with two decimals."""
    return [_account(found) for found in statement]


def _account(found: StatementAccount) -> JsonObject:
    account = found.account
    values: dict[str, JsonValue] = {
        "number": account.number,
        "numbered": found.numbered,
        "name": account.name,
        "bsb": account.bsb,
        "currency": account.currency,
        "class": account.account_class.value,
        "balance": format_optional_cents(account.balance),
        "available": format_optional_cents(account.available),
        "lastUpdated": account.last_updated.isoformat() if account.last_updated else None,
        "balancesProved": found.proved,
        **(_of_pdf(found) if isinstance(found, ProvenStatement) else {}),
        "transactions": [_transaction(transaction) for transaction in found.transactions],
    }
    return {name: value for name, value in values.items() if value is not None}


def _of_pdf(found: ProvenStatement) -> dict[str, JsonValue]:
    return {
        "layout": found.layout_id,
        "product": found.account.product,
        "holder": found.account.holder,
        "period": [day.isoformat() for day in found.period],
        "opening": format_cents(found.opening),
        "closing": format_cents(found.closing),
    }


def _transaction(transaction: BankTransaction) -> JsonValue:
    values = {
        "posted": transaction.posted.isoformat() if transaction.posted else None,
        "made": transaction.made.isoformat() if transaction.made else None,
        "amount": format_cents(transaction.amount),
        "description": transaction.description,
        "balance": format_optional_cents(transaction.balance),
        "id": transaction.upstream_id,
    }
    return {name: value for name, value in values.items() if value is not None}
