"""What is kept of an uploaded statement: the kind of its file, the facts that were proven, and what was new about its print."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class FileKind(StrEnum):
    """What an uploaded file is by its content."""

    PDF = "pdf"
    CSV = "csv"
    OFX = "ofx"
    QIF = "qif"
    MT940 = "mt940"
    CAMT = "camt"
    XLSX = "xlsx"
    XLS = "xls"
    HTML = "html"


WORKBOOKS = frozenset({FileKind.XLSX, FileKind.XLS, FileKind.HTML})
"""Kinds whose rows are cells of a spreadsheet or of a page, and no lines of text."""


class Fact(NamedTuple):
    """A printed sum that agrees with what the other printed sums give. In cents, balances negative when owed."""

    what: str
    page: int
    row: int
    cents: int


class UnknownKind(StrEnum):
    """What of a bank's file no layout describes: a product's name, how a statement is printed, or what the columns of a table mean."""

    PRODUCT = "product"
    LAYOUT = "layout"
    COLUMNS = "columns"


class LayoutDecision(StrEnum):
    """What an operator decided about an unknown product or layout."""

    OPEN = "open"
    MAPPED = "mapped"
    DISMISSED = "dismissed"
