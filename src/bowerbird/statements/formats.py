"""What a text file is where it is no table: by how it begins. Kinds that are read have a FileKind, others a name to refuse them by."""

from __future__ import annotations

import re
from typing import NamedTuple

from bowerbird.codes import CSV_INVALID_ROW
from bowerbird.model.statement import FileKind
from bowerbird.statements.refusal import Refused

_HEAD = 4096
"""Characters that decide."""


class ForeignFormat(NamedTuple):
    """A format that is not read: what it is, and what to upload instead."""

    name: str
    advice: str

    def refused(self) -> Refused:
        return Refused(CSV_INVALID_ROW, row=1, reason=f"this is {self.name}; {self.advice}")


WEB_PAGE = ForeignFormat(
    "a web page (HTML)", "download the statement itself: the bank's session may have ended, and this is its login page."
)
_READ = (
    (
        FileKind.HTML,
        re.compile(r"\s*(?:<[?!][^>]{0,500}>\s*){0,6}<(?:html|head|meta|body|style|table|div|script)\b|\s*<!doctype html", re.IGNORECASE),
    ),
    (FileKind.OFX, re.compile(r"\s*(?:OFXHEADER\s*:|(?:<\?[^>]{0,500}>\s*){0,4}<OFX>|(?:<\?[^>]{0,500}>\s*){0,3}<\?OFX\s)", re.IGNORECASE)),
    (FileKind.QIF, re.compile(r"\s*!(?:Type|Account|Option|Clear)\b", re.IGNORECASE)),
    (
        FileKind.MT940,
        re.compile(
            r"(?:\s*\{1:[^\r\n]{0,200})?\s*(?:[A-Z0-9]{4,20}\s+(?:940\s+)?(?:[A-Z0-9]{4,20}\s+)?)?"
            r"(?::940:\s+|(?:\d{4} \d\d[A-Z0-9]{8,24}\s+){1,2}940 \d\d\s+)?:20:[^\r\n]*\s+:(?:21|25)"
        ),
    ),
    (FileKind.CAMT, re.compile(r"\s*(?:<[?!][^>]{0,500}>\s*){0,4}<(?:\w{1,20}:)?Document\b[^>]{0,1000}camt\.05[23]")),
)
_FOREIGN = (
    (
        re.compile(r"\s*(?:<[?!][^>]{0,500}>\s*){0,4}<(?:\w{1,20}:)?Document\b[^>]{0,1000}camt\.054"),
        ForeignFormat("a CAMT.054 notification, which has no balances", "upload the bank's CAMT.053."),
    ),
    (
        re.compile(r"\s*(?:<[?!][^>]{0,500}>\s*){0,6}<(?:\w{1,20}:)?Workbook\b[^>]{0,1000}schemas-microsoft-com:office:spreadsheet"),
        ForeignFormat("an Excel workbook in XML (2003)", "open it in a spreadsheet and save it as XLSX, or upload the bank's CSV."),
    ),
    (re.compile(r"\s*\{\\rtf"), ForeignFormat("a text document (RTF)", "upload the bank's PDF or CSV.")),
    (
        re.compile(r"\s*<(?:\?xml|!doctype|!entity|[a-z_][\w.:-]*[\s>/])", re.IGNORECASE),
        ForeignFormat("an XML document of no known kind", "upload the bank's PDF, CSV, OFX or CAMT.053."),
    ),
    (re.compile(r"\s*[\[{]\s*[\"\[{\]}]"), ForeignFormat("JSON", "upload the bank's PDF, CSV or OFX.")),
    (re.compile(r"BEGIN:V(?:CALENDAR|CARD)", re.IGNORECASE), ForeignFormat("a calendar or a contact", "upload the bank's PDF or CSV.")),
    (
        re.compile(r"(?:from|received|return-path|mime-version): ", re.IGNORECASE),
        ForeignFormat("an e-mail", "upload the file attached to it."),
    ),
)


def text_kind(text: str) -> FileKind:
    """The kind of a text: a table where nothing else is recognised."""
    head = text[:_HEAD]
    return next((kind for kind, begins in _READ if begins.match(head)), FileKind.CSV)


def foreign_format(text: str) -> ForeignFormat | None:
    """The format of a text that is none of those that are read; None for what may be a table."""
    head = text[:_HEAD]
    return next((found for begins, found in _FOREIGN if begins.match(head)), None)
