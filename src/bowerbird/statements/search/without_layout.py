"""A statement read without a layout: by one that the search proposes, else by its arithmetic alone."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import NamedTuple

from bowerbird.codes import STATEMENT_PARSING_ERROR as PARSING_ERROR
from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.account_numbers import find_iban_forms
from bowerbird.model.transaction import BankTransaction
from bowerbird.statements.arithmetic.marked_lines import Points
from bowerbird.statements.arithmetic.printed_pages import refuse_missing_pages
from bowerbird.statements.arithmetic.refusals import NO_BEGINNING, NO_END
from bowerbird.statements.arithmetic.room import refuse_missing_before
from bowerbird.statements.arithmetic.surroundings import currencies_around
from bowerbird.statements.arithmetic.verdict import ArithmeticReading
from bowerbird.statements.arithmetic.whole_prints import OF_SEVERAL, is_of_several, read_accounts
from bowerbird.statements.pdf.annotations import Annotations
from bowerbird.statements.pdf.issuers import UNKNOWN_INSTITUTION
from bowerbird.statements.pdf.lines import Line, compact, lines_of
from bowerbird.statements.pdf.page_words import PageWords
from bowerbird.statements.pdf.places import boxes_at, boxes_of
from bowerbird.statements.pdf.proof import Proved
from bowerbird.statements.pdf.proven import ProvenStatement
from bowerbird.statements.pdf.recognition import Candidate, refuse_other_issuers
from bowerbird.statements.pdf.statement import apart, proven_statement
from bowerbird.statements.refusal import StatementRefused, broken
from bowerbird.statements.search.draft import drafted
from bowerbird.statements.search.products import Guess, guessed_product
from bowerbird.statements.search.verdict import AmbiguousReading, search
from bowerbird.statements.statement import UNKNOWN_NUMBER

BY_ARITHMETIC = "searched.arithmetic.2026"
"""What stands for the layout's id where there is none."""
_FIGURE = re.compile(r"\d[\d.,'\u2019]*\d")
_HOME_CURRENCIES = {"AU": "AUD"}
"""What the accounts of a country's institutions are in, where a print says only dollars; an institution's id begins with its country."""


class SearchResult(NamedTuple):
    """A statement read without a layout, and the layout file that would read it; empty where it was read by arithmetic."""

    statement: ProvenStatement
    draft: str


def read_without_layout(pages: Sequence[PageWords], institution_origin: str = UNKNOWN_INSTITUTION) -> ProvenStatement:
    """The statement on pages of words. Raises StatementRefused: of another issuer, or with the reason why nothing is proved.

    Product and account class are guessed from the first page; sums, days and texts are what the proof covers.
    """
    return read_and_draft(pages, institution_origin).statement


def read_and_draft(pages: Sequence[PageWords], institution_origin: str, *, arithmetic: bool = True) -> SearchResult:
    """As `read_without_layout`, with the layout that was found. `arithmetic`: where none is found, what adds up may do."""
    lines = [lines_of(page) for page in pages if page.words]
    height = min((page.height for page in pages if page.words), default=0)
    refuse_other_issuers("".join([line.compact for page in lines for line in page]), institution_origin)
    refuse_missing_pages([lines_of(page) if page.words else [] for page in pages])
    if institution_origin == UNKNOWN_INSTITUTION:
        try:
            return SearchResult(_statements(read_accounts(lines, None, height), lines), "")
        except StatementRefused as by_arithmetic:
            if by_arithmetic.reason.endswith((NO_BEGINNING, NO_END)):  # all else is proved, and no other reading has what is not printed
                raise
            return _by_layouts(lines, institution_origin, by_arithmetic)
    try:
        return _by_layouts(lines, institution_origin, None)
    except AmbiguousReading:
        raise
    except StatementRefused as by_layouts:
        if not arithmetic:
            raise
        return SearchResult(_by_arithmetic(lines, institution_origin, by_layouts, height), "")


def _by_layouts(lines: list[list[Line]], institution_origin: str, by_arithmetic: StatementRefused | None) -> SearchResult:
    """What a proposed layout reads, unless arithmetic alone reads other sums or days. Raises StatementRefused, of both where both fail."""
    home = _home(institution_origin)
    try:
        layout, parsed = trial = search(lines, institution_origin)
    except StatementRefused as refused:
        if by_arithmetic is None:
            raise
        raise _of_both(by_arithmetic, refused) from None
    _refuse_lost_balance(parsed.proved)
    every = [line for page in lines for line in page]
    if is_of_several(every, parsed.proved.rows):
        raise StatementRefused(PARSING_ERROR, OF_SEVERAL)
    refuse_missing_before(every, parsed.proved.rows, parsed.period)
    currencies = currencies_around(lines, parsed.proved.rows, home)
    if len(currencies) != 1:
        raise StatementRefused(PARSING_ERROR, f"ambiguous: the currency is {' or '.join(sorted(currencies)) or 'not printed'}")
    product = guessed_product(lines[0], parsed.number, frozenset({compact("".join(layout.table.header.values()))}))
    statement = proven_statement(Candidate(layout, product.name, product.account_class), parsed, lines)
    account = dataclasses.replace(statement.account, currency=currencies.pop())
    return SearchResult(dataclasses.replace(statement, account=account), drafted(lines, trial))


def _refuse_lost_balance(proved: Proved) -> None:
    """Raises StatementRefused where a row without a balance has it among its words: in a print of balances it stands in a wrong place."""
    if all(row.balance is None for row in proved.rows):
        return
    running = proved.opening
    for row in proved.rows:
        running += row.amount
        figures = [int(re.sub(r"\D", "", figure)) for figure in _FIGURE.findall(row.text)] if row.balance is None else []
        if running and any(abs(running) in {figure, 100 * figure} for figure in figures):
            raise broken(row, "the balance of a row stands among its words")


def _home(institution_origin: str) -> str | None:
    return None if institution_origin == UNKNOWN_INSTITUTION else _HOME_CURRENCIES.get(institution_origin[:2])


def _of_both(by_arithmetic: StatementRefused, by_layouts: StatementRefused) -> StatementRefused:
    """What arithmetic lacks, and the sum that a proposed layout reads and that is wrong. What else no layout can be proposed for is about
    the forms that layouts have, and nothing that a print lacks."""
    if by_layouts.broken is None or by_layouts.broken.computed is None:
        return by_arithmetic
    return StatementRefused(by_arithmetic.entry, f"{by_arithmetic.reason}; {by_layouts.reason}", by_arithmetic.broken or by_layouts.broken)


def _by_arithmetic(lines: list[list[Line]], institution_origin: str, by_layouts: StatementRefused, height: Points) -> ProvenStatement:
    """What arithmetic alone proves. Raises the search's refusal where both fail, with what the second lacks."""
    try:
        readings = read_accounts(lines, _home(institution_origin), height)
    except StatementRefused as refused:
        raise _of_both(refused, by_layouts) from None
    return _statements(readings, lines)


def _statements(readings: Sequence[ArithmeticReading], lines: list[list[Line]]) -> ProvenStatement:
    """The first account's statement with those of the others."""
    first, *others = (_statement(reading, lines) for reading in readings)
    return dataclasses.replace(first, others=tuple(others))


def _statement(reading: ArithmeticReading, lines: list[list[Line]]) -> ProvenStatement:
    proved = reading.proved
    _refuse_lost_balance(proved)
    product = guessed_product(list(reading.heading) or lines[0], reading.number or "", frozenset())
    return ProvenStatement(
        account=_account(reading, product),
        transactions=[
            BankTransaction(amount=row.amount, description=row.text, posted=row.day, made=None, balance=row.balance) for row in proved.rows
        ],
        period=reading.period,
        opening=proved.opening,
        closing=proved.closing,
        certificate=proved.certificate,
        layout_id=BY_ARITHMETIC,
        proved=len(proved.certificate.facts),
        numbered=reading.number is not None,
        marked=Annotations(rows=[boxes_of(row.lines) for row in proved.rows], facts=boxes_at(lines, apart(proved))),
    )


def _account(reading: ArithmeticReading, product: Guess) -> BankAccount:
    number = reading.number or UNKNOWN_NUMBER
    is_iban = next(find_iban_forms(number), None) is not None
    is_card = reading.number is not None and (product.account_class is AccountClass.CREDIT_CARD or "X" in number) and not is_iban
    masked = "x" * (len(number) - 4) + number[-4:] if is_card else None
    return BankAccount(
        number=masked or number,
        name=product.name,
        holder=None,
        currency=reading.currency,
        account_class=product.account_class,
        product=product.name,
        balance=reading.proved.closing,
        available=None,
        bsb=None,
        masked_number=masked,
        last_updated=datetime.combine(reading.period[1], time(), UTC),
    )
