"""A PDF statement → one account and its transactions, proved, or a refusal that says where the proof breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time

from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.statement import Fact
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.statement_layout import Dated, StatementLayout
from bowerbird.statements.arithmetic.printed_pages import refuse_missing_pages
from bowerbird.statements.pdf.annotations import Annotations
from bowerbird.statements.pdf.engine import LayoutParse, read_by
from bowerbird.statements.pdf.lines import Line, lines_of
from bowerbird.statements.pdf.page_words import PageWords
from bowerbird.statements.pdf.places import boxes_at, boxes_of
from bowerbird.statements.pdf.printed_dates import date_pattern, matched_date
from bowerbird.statements.pdf.proof import RUNNING, Proved
from bowerbird.statements.pdf.proven import ProvenStatement
from bowerbird.statements.pdf.recognition import Candidate, candidates
from bowerbird.statements.pdf.rows import Row
from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.refusal import Broken, StatementRefused

_CURRENCY = "AUD"
_SHORTEST_CARD = 15
"""Digits of a card's number; fewer are printed where the others are masked."""


def read_pdf(data: bytes, institution_origin: str, layouts: Sequence[StatementLayout]) -> ProvenStatement:
    """The statement in a PDF. Raises StatementRefused with one of the four bank-statement entries."""
    return read_pages(read_words(data), institution_origin, layouts)


def read_pages(pages: Sequence[PageWords], institution_origin: str, layouts: Sequence[StatementLayout]) -> ProvenStatement:
    """The statement on pages of words, all of which are there by their numbers. The first layout that proves wins; else the attempt that
    came furthest says what broke."""
    every = [lines_of(page) if page.words else [] for page in pages]
    lines = [page for page in every if page]
    found = candidates(lines, institution_origin, layouts)
    refuse_missing_pages(every)
    refusals: list[StatementRefused] = []
    for candidate in found:
        try:
            return proven_statement(candidate, read_by(lines, candidate.layout), lines)
        except StatementRefused as refusal:
            refusals.append(refusal)
    raise max(refusals, key=lambda refusal: _reach(refusal.broken))


def _reach(broken: Broken | None) -> tuple[int, int]:
    return (broken.page, broken.row) if broken else (0, 0)


def proven_statement(candidate: Candidate, parsed: LayoutParse, lines: Sequence[Sequence[Line]]) -> ProvenStatement:
    """The statement that a reading by a candidate's layout says of a document's lines."""
    layout, proved = candidate.layout, parsed.proved
    return ProvenStatement(
        account=_account(candidate, parsed),
        transactions=_transactions(layout, proved),
        period=parsed.period,
        opening=proved.opening,
        closing=proved.closing,
        certificate=proved.certificate,
        layout_id=layout.id,
        proved=len(proved.certificate.facts),
        marked=Annotations(rows=[boxes_of(row.lines) for row in proved.rows], facts=boxes_at(lines, apart(proved))),
    )


def apart(proved: Proved) -> Iterator[Fact | None]:
    """The facts that stand apart from the rows; None for one that its row shows."""
    return (None if fact.what == RUNNING else fact for fact in proved.certificate.facts)


def _account(candidate: Candidate, parsed: LayoutParse) -> BankAccount:
    is_card = candidate.account_class is AccountClass.CREDIT_CARD
    masked = parsed.number[-4:].rjust(max(len(parsed.number), _SHORTEST_CARD), "x") if is_card else None
    return BankAccount(
        number=masked or (parsed.bsb or "") + parsed.number,
        name=candidate.product,
        holder=parsed.holder,
        currency=_CURRENCY,
        account_class=candidate.account_class,
        product=candidate.product,
        balance=parsed.proved.closing,
        available=None,
        bsb=parsed.bsb,
        masked_number=masked,
        last_updated=datetime.combine(parsed.period[1], time(), UTC),
    )


def _transactions(layout: StatementLayout, proved: Proved) -> list[BankTransaction]:
    made = layout.rows.made
    pattern = _made_pattern(made) if made else None
    return [
        BankTransaction(
            amount=row.amount,
            description=row.text,
            posted=row.day,
            made=_made(row, pattern) if pattern else row.made,
            balance=row.balance,
        )
        for row in proved.rows
    ]


def _made_pattern(made: Dated) -> re.Pattern[str]:
    label = r"\s*".join(map(re.escape, made.label.split()))
    return re.compile(label + r"[\s:]*" + date_pattern(made.format), re.IGNORECASE)


def _made(row: Row, pattern: re.Pattern[str]) -> date | None:
    match = pattern.search(row.text)
    return matched_date(match, None) if match else None
