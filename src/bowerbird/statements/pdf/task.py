"""Reading a PDF statement as a task of a confined process: signs of alteration first, then words, layout and proof."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec
from msgspec.structs import replace

from bowerbird.model.account import AccountClass
from bowerbird.sdk.statement_layout import StatementLayout
from bowerbird.statements.alteration.examination import SMALLEST, examine, open_document, refuse_altered
from bowerbird.statements.pdf.annotations import NO_NOTES, Annotations, ParseNotes
from bowerbird.statements.pdf.issuers import known_issuers
from bowerbird.statements.pdf.lines import compact, lines_of
from bowerbird.statements.pdf.page_words import PageWords
from bowerbird.statements.pdf.places import box_at, box_of_sign, size_of, sizes_of
from bowerbird.statements.pdf.proven import ExaminedStatement, ProvenStatement
from bowerbird.statements.pdf.recognition import mapped
from bowerbird.statements.pdf.statement import read_pages
from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.refusal import Refused, StatementRefused
from bowerbird.statements.search.draft import draft, read_and_draft

_NONE: Mapping[str, str] = {}


def reader(layouts: list[Any], without_layout: bool) -> Callable[..., ExaminedStatement]:
    """Made once in each confined process, with the layouts it may use; and whether it may search where a bank has none."""
    known = msgspec.convert(layouts, list[StatementLayout])

    def read(data: bytes, institution: str, products: Mapping[str, str] = _NONE) -> ExaminedStatement:
        search = without_layout and not any(layout.institution == institution for layout in known)
        return read_examined(data, institution, None if search else known, products)

    known_issuers()  # with the next line, so that everything is loaded before the process confines itself
    with suppress(Refused):
        read(SMALLEST, "")
    return read


def drafter() -> Callable[[bytes], str]:
    """Made once in a confined process that proposes a layout for a statement."""
    known_issuers()

    def read(data: bytes) -> str:
        return draft(read_words(data))

    with suppress(Refused):
        read(SMALLEST)
    return read


def read_examined(
    data: bytes, institution: str, layouts: Sequence[StatementLayout] | None, products: Mapping[str, str] = _NONE
) -> ExaminedStatement:
    """The statement in a PDF, by search where there are no layouts. Raises Refused: a strong sign of alteration, or what reading raises.

    `products` are an operator's own, name as printed to account class.
    """
    with open_document(data) as document:
        examination = examine(data, document)
        sizes = sizes_of(document)
    signs = [box_of_sign(sign, sizes) for sign in examination.signs]
    strong = [box for box, sign in zip(signs, examination.signs, strict=True) if box and sign.weight == "strong"]
    refuse_altered(examination, ParseNotes(Annotations(sizes, broken=strong)))
    statement, finding = _read(read_words(data), institution, layouts, products)
    sentences = tuple(f"{sign.kind} on page {sign.page}: {sign.what}" for sign in examination.signs)
    marked = replace(statement.marked, pages=sizes, signs=signs)
    return ExaminedStatement(statement, sentences, examination.score, replace(finding, marked=marked))


def _read(
    pages: list[PageWords], institution: str, layouts: Sequence[StatementLayout] | None, products: Mapping[str, str]
) -> tuple[ProvenStatement, ParseNotes]:
    """A statement and what is new about it; a refusal leaves with the place it is about, and with a layout where one can be proposed."""
    try:
        if layouts is not None:
            return read_pages(pages, institution, mapped(layouts, products) if products else layouts), NO_NOTES
        statement, draft = read_and_draft(pages, institution)
    except StatementRefused as refused:
        lines = [lines_of(page) for page in pages if page.words]
        box = box_at(lines, refused.broken) if refused.broken else None
        marked = Annotations([size_of(page) for page in pages], broken=[box] if box else [])
        draft = drafted_anyway(pages) if refused.finding.new == "layout" else ""
        refused.finding = replace(refused.finding, marked=marked, draft=draft)
        raise
    account = statement.account
    own = next((kind for name, kind in products.items() if compact(name) == compact(account.product)), None)
    if own is not None:
        statement = dataclasses.replace(statement, account=dataclasses.replace(account, account_class=AccountClass(own)))
    return statement, ParseNotes(new="layout", product=account.product, draft=draft)


def drafted_anyway(pages: list[PageWords]) -> str:
    """A proposed layout file; empty where nothing is proved."""
    try:
        return draft(pages)
    except StatementRefused:
        return ""
