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


def reader(layouts: list[Any]) -> Callable[..., ExaminedStatement]:
    """Made once in each confined process, with the layouts it may use."""
    known = msgspec.convert(layouts, list[StatementLayout])

    def read(data: bytes, institution: str) -> ExaminedStatement:
        return read_examined(data, institution, known)

    known_issuers()  # with the next line, so that everything is loaded before the doors are shut
    with suppress(Refused):
        read(SMALLEST, "")
    return read


def read_examined(data: bytes, institution: str, layouts: Sequence[StatementLayout]) -> ExaminedStatement:
    """The statement in a PDF. Raises Refused: a strong sign of alteration, or whatever reading it raises."""
    document = open_document(data)
    try:
        examination = examine(data, document)
    finally:
        document.close()
    refuse_altered(examination)
    statement = read_pdf(data, institution, layouts)
    signs = tuple(f"{sign.kind} on page {sign.page}: {sign.what}" for sign in examination.signs)
    return ExaminedStatement(statement, signs, examination.score)
