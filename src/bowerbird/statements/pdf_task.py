"""Reading a PDF statement as a task of a confined process: signs of alteration first, then words, layout and proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from bowerbird.sdk.statement_layout import StatementLayout
from bowerbird.statements.alteration.examination import SMALLEST, examine, open_document, refuse_altered
from bowerbird.statements.issuers import known_issuers
from bowerbird.statements.pdf_statement import read_pdf
from bowerbird.statements.proven import ExaminedStatement
from bowerbird.statements.refusal import Refused
from bowerbird.statements.search.draft import draft
from bowerbird.statements.search.reading import read_without_layout
from bowerbird.statements.words import read_words


def reader(layouts: list[Any], without_layout: bool) -> Callable[..., ExaminedStatement]:
    """Made once in each confined process, with the layouts it may use; and whether it may search where a bank has none."""
    known = msgspec.convert(layouts, list[StatementLayout])

    def read(data: bytes, institution: str) -> ExaminedStatement:
        search = without_layout and not any(layout.institution == institution for layout in known)
        return read_examined(data, institution, None if search else known)

    known_issuers()  # with the next line, so that everything is loaded before the doors are shut
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


def read_examined(data: bytes, institution: str, layouts: Sequence[StatementLayout] | None) -> ExaminedStatement:
    """The statement in a PDF, by search where there are no layouts. Raises Refused: a strong sign of alteration, or what reading raises."""
    document = open_document(data)
    try:
        examination = examine(data, document)
    finally:
        document.close()
    refuse_altered(examination)
    statement = read_pdf(data, institution, layouts) if layouts is not None else read_without_layout(read_words(data), institution)
    signs = tuple(f"{sign.kind} on page {sign.page}: {sign.what}" for sign in examination.signs)
    return ExaminedStatement(statement, signs, examination.score)
