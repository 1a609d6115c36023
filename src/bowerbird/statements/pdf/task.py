"""Reading a PDF statement as a task of a confined process: signs of alteration first, then words, layout and proof."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec
from msgspec.structs import replace

from bowerbird import codes
from bowerbird.model.account import AccountClass
from bowerbird.model.account_numbers import has_wrong_check_digits
from bowerbird.sdk.statement_layout import StatementLayout
from bowerbird.statements.alteration.examination import SMALLEST, examine, open_document, refuse_altered
from bowerbird.statements.arithmetic.refusals import NO_END
from bowerbird.statements.arithmetic.room import COUNTED, ROOM_BELOW
from bowerbird.statements.pdf.annotations import NO_NOTES, Annotations, ParseNotes
from bowerbird.statements.pdf.issuers import ANOTHER_BANK, UNKNOWN_INSTITUTION, institution_of, known_issuers
from bowerbird.statements.pdf.lines import compact, lines_of
from bowerbird.statements.pdf.page_words import PageWords
from bowerbird.statements.pdf.places import box_at, box_of_sign, size_of, sizes_of
from bowerbird.statements.pdf.proven import ExaminedStatement, ProvenStatement
from bowerbird.statements.pdf.recognition import mapped
from bowerbird.statements.pdf.statement import read_pages
from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.refusal import Refused, StatementRefused
from bowerbird.statements.search.draft import draft
from bowerbird.statements.search.several import draft_of_several
from bowerbird.statements.search.without_layout import SearchResult, read_and_draft
from bowerbird.statements.statement import WITHOUT_CLOSING, WRONG_CHECK_DIGITS

_NONE: Mapping[str, str] = {}
_SEARCHED = (codes.STATEMENT_NOT_SUPPORTED, codes.STATEMENT_PARSING_ERROR)
"""Refusals of layouts after which a statement may still be read without one."""


def reader(layouts: list[Any], without_layout: bool) -> Callable[..., ExaminedStatement]:
    """Made once in each confined process, with the layouts it may use; and whether it may search where a bank has none."""
    known = msgspec.convert(layouts, list[StatementLayout])

    def read(data: bytes, institution: str, products: Mapping[str, str] = _NONE) -> ExaminedStatement:
        return read_examined(data, institution, known, products, searches=without_layout)

    known_issuers()  # with the next line, so that everything is loaded before the process confines itself
    with suppress(Refused):
        read(SMALLEST, "")
    return read


def drafter() -> Callable[..., str]:
    """Made once in a confined process that proposes a layout for a statement, or for it and `others` of the same print."""
    known_issuers()

    def read(data: bytes, others: Sequence[bytes] = ()) -> str:
        if others:
            return draft_of_several([read_words(each) for each in (data, *others)])
        return draft(read_words(data))

    with suppress(Refused):
        read(SMALLEST)
    return read


def read_examined(
    data: bytes, institution: str, layouts: Sequence[StatementLayout], products: Mapping[str, str] = _NONE, *, searches: bool = False
) -> ExaminedStatement:
    """The statement in a PDF. Raises Refused: a strong sign of alteration, or what reading raises.

    `products` are an operator's own, name as printed to account class. `searches`: what the institution's layouts do not read is read
    without one, where its sums prove one reading.
    """
    with open_document(data) as document:
        examination = examine(data, document)
        sizes = sizes_of(document)
    signs = [box_of_sign(sign, sizes) for sign in examination.signs]
    strong = [box for box, sign in zip(signs, examination.signs, strict=True) if box and sign.weight == "strong"]
    refuse_altered(examination, ParseNotes(Annotations(sizes, broken=strong)))
    statement, finding = read_or_search(read_words(data), institution, layouts, products, searches=searches)
    sentences = tuple(f"{sign.kind} on page {sign.page}: {sign.what}" for sign in examination.signs)
    sentences += (WRONG_CHECK_DIGITS,) if any(has_wrong_check_digits(each.account.number) for each in statement.accounts) else ()
    ends = {fact.what for each in statement.accounts for fact in each.certificate.facts}
    sentences += () if ends.isdisjoint({COUNTED, ROOM_BELOW}) else (WITHOUT_CLOSING,)
    marked = replace(statement.marked, pages=sizes, signs=signs)
    return ExaminedStatement(statement, sentences, examination.score, replace(finding, marked=marked))


def read_or_search(
    pages: list[PageWords], institution: str, layouts: Sequence[StatementLayout], products: Mapping[str, str], *, searches: bool
) -> tuple[ProvenStatement, ParseNotes]:
    """A statement and what is new about it; a refusal leaves with the place it is about, and with a layout where one can be proposed."""
    is_guessed = institution in (UNKNOWN_INSTITUTION, ANOTHER_BANK)
    if is_guessed:
        institution = institution_of("".join([line.compact for page in pages for line in lines_of(page)]))
    try:
        try:
            return read_pages(pages, institution, mapped(layouts, products) if products else layouts), NO_NOTES
        except StatementRefused as refused:
            if not searches or not _may_search(refused, is_guessed=is_guessed):
                raise
            statement, draft = _found(pages, institution, refused, is_guessed=is_guessed)
    except StatementRefused as refused:
        lines = [lines_of(page) for page in pages if page.words]
        box = box_at(lines, refused.broken) if refused.broken else None
        marked = Annotations([size_of(page) for page in pages], broken=[box] if box else [])
        is_unended = NO_END in refused.reason
        draft = drafted_anyway(pages) if refused.finding.new == "layout" and not is_unended else ""
        refused.finding = replace(refused.finding, marked=marked, draft=draft)
        raise
    others = tuple(_of_own_class(other, products) for other in statement.others)
    statement = dataclasses.replace(_of_own_class(statement, products), others=others)
    return statement, ParseNotes(new="layout", product=statement.account.product, draft=draft)


def _of_own_class(statement: ProvenStatement, products: Mapping[str, str]) -> ProvenStatement:
    """The statement with the class that the operator gives its product."""
    account = statement.account
    own = next((kind for name, kind in products.items() if compact(name) == compact(account.product)), None)
    if own is None:
        return statement
    return dataclasses.replace(statement, account=dataclasses.replace(account, account_class=AccountClass(own)))


def _may_search(refused: StatementRefused, *, is_guessed: bool) -> bool:
    """Whether a print that layouts refuse may be read without one. Where the bank is guessed, so is that the print is of its layouts: then
    only a sum that is wrong ends the reading."""
    if is_guessed and refused.entry in (codes.STATEMENT_NEW_PRODUCT, codes.STATEMENT_PARSING_ERROR):
        return refused.broken is None or refused.broken.computed is None
    return refused.entry in _SEARCHED and not _is_about_sums(refused)


def _is_about_sums(refused: StatementRefused) -> bool:
    """Whether a layout read the rows and a sum is wrong or missing: then another reading could only hide that."""
    return refused.broken is not None and (refused.broken.computed is not None or refused.broken.row == 0)


def _found(pages: list[PageWords], institution: str, by_layouts: StatementRefused, *, is_guessed: bool) -> SearchResult:
    """What the search reads where layouts do not; by arithmetic alone only a print that none of them fits, or whose bank is guessed.

    Raises the layouts' refusal, with what the search lacks where there is no layout.
    """
    try:
        return read_and_draft(pages, institution, arithmetic=is_guessed or by_layouts.finding.new == "layout")
    except StatementRefused as refused:
        if by_layouts.entry is codes.STATEMENT_NOT_SUPPORTED and refused.entry is codes.STATEMENT_PARSING_ERROR:
            found = StatementRefused(by_layouts.entry, f"{by_layouts.reason}; {refused.reason}", refused.broken)
            found.finding = by_layouts.finding
            raise found from None
        if is_guessed and by_layouts.entry is codes.STATEMENT_PARSING_ERROR and by_layouts.broken is None:
            refused.finding = by_layouts.finding
            raise refused from None
        raise by_layouts from None


def drafted_anyway(pages: list[PageWords]) -> str:
    """A proposed layout file; empty where nothing is proved."""
    try:
        return draft(pages)
    except StatementRefused:
        return ""
