"""A file that is not accepted is explained truly: by the reason that the reader noted, never by another one that shares its code."""

from __future__ import annotations

import ast
import html
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from bowerbird import codes
from bowerbird.model.statement import FileKind
from bowerbird.statements.files import kind_in_words
from bowerbird.web.consent import refused_files
from bowerbird.web.consent.refused_files import REASONS, UNEXPLAINED, words_of
from tests.api.pdf_files import CBA, NAB, locked, one_cent_off
from tests.statement_factory.catalogue import specimen
from tests.web.consent_session import Person

OURS = specimen("cba.deposit.2017", 5)
READERS = Path(refused_files.__file__).parents[2] / "statements"
FOR_OURSELVES = {"there is no page 7", "page 7 cannot be drawn: 7", "a page without a size"}
"""Reasons of pictures of pages, which operators see."""


def letter() -> bytes:
    packed = io.BytesIO()
    canvas = Canvas(packed, invariant=True)
    canvas.drawString(72, 700, "Dear Sir, thank you for your letter about the garden.")
    canvas.save()
    return packed.getvalue()


def scan() -> bytes:
    packed = io.BytesIO()
    canvas = Canvas(packed, invariant=True)
    canvas.rect(72, 72, 300, 300, fill=1)
    canvas.save()
    return packed.getvalue()


JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(200)
XLSB = b"PK\x03\x04\x14\x00\x06\x00" + bytes(20) + b"xl/workbook.bin" + bytes(50)
FILES: dict[str, tuple[bytes, str, str]] = {
    "locked": (locked(OURS.pdf()), CBA, "This PDF is protected by a password"),
    "damaged": (OURS.pdf()[:400], CBA, "This PDF is damaged"),
    "scan": (scan(), CBA, "This PDF holds pictures and no text"),
    "letter": (letter(), CBA, "We found no bank's name in this PDF"),
    "another bank's": (OURS.pdf(), NAB, "This statement is from Commonwealth Bank of Australia"),
    "does not add up": (one_cent_off(OURS), CBA, "We could not verify the figures on this statement"),
}
"""By what is wrong: the file, the bank that it is uploaded for, and how the page names what is wrong."""


@pytest.fixture
def agreed(gavin: Person) -> Person:
    gavin.land()
    gavin.agree()
    return gavin


@pytest.mark.parametrize("name", FILES)
def test_a_refused_pdf_is_explained_by_what_it_is(agreed: Person, name: str) -> None:
    content, bank, title = FILES[name]
    page = html.unescape(agreed.settled(str(agreed.upload(content, bank, "statement.pdf").headers["location"])))
    heading = re.search(r"<h1>(.*?)</h1>", page)
    assert heading
    assert heading[1] == title
    assert "Choose another file" in page
    assert "{" not in re.sub(r"<[^>]+>", "", page)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (JPEG, "This file is a photo (JPEG). We looked for a statement as PDF"),
        (XLSB, "This file is a binary Excel file (XLSB)."),
        (b"\x00\x00\x00\x18ftypheic" + bytes(50), "This file is a photo (HEIC)."),
        (b"\x00\x01\x02 no statement", "This file is neither a PDF nor text."),
    ],
    ids=["jpeg", "xlsx", "heic", "unknown"],
)
def test_what_is_no_statement_is_called_what_it_is(agreed: Person, content: bytes, words: str) -> None:
    answer = agreed.upload(content, CBA, "statement.pdf")
    assert answer.status_code == 400
    assert words in html.unescape(answer.text)


def test_a_kind_that_is_not_read_of_this_bank_is_named() -> None:
    assert refused_files.wrong_kind(FileKind.PDF, "CSV", "ING") == (
        "This file is a PDF. Of ING we can read CSV. Please download that from ING and choose it."
    )
    assert kind_in_words(b"PK\x03\x04word/document.xml") == "a Word file (DOCX)"


def _texts(node: ast.expr) -> Iterator[str]:
    """The texts that an expression can be, with 7 for what stands in them."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))


def _entry(node: ast.expr) -> str:
    """The key of a catalogue's entry that an expression names; empty for any other expression."""
    entry = getattr(codes, node.attr, None) if isinstance(node, ast.Attribute) else None
    return entry.key if isinstance(entry, codes.Entry) else ""


def reasons() -> set[tuple[str, str]]:
    """(key, reason) of every refusal that the readers' source raises with a reason."""
    found = set()
    for file in READERS.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in ("StatementRefused", "RefusedInside") and len(node.args) > 1 and _entry(node.args[0]):
                key = _entry(node.args[0])
                found |= {(key, text) for text in _texts(node.args[1])}
            elif node.func.id == "_invalid" or node.func.id in ("ReaderTimeout", "TooMuchMemory"):
                found |= {(codes.STATEMENT_INVALID.key, text) for text in _texts(node.args[0])}
    return found


def test_every_reason_of_the_readers_has_words_of_its_own() -> None:
    """A new reason fails here: add it to `refused_files.REASONS`, in the words of the customer who uploaded the file."""
    known = {(key, reason) for key, reason in reasons() if reason not in FOR_OURSELVES}
    assert len(known) > 12
    assert not {
        (key, reason) for key, reason in known if (words := words_of(key, reason, "X")) is None or words[:1] == UNEXPLAINED[key][:1]
    }


def test_reasons_keep_what_a_file_says_apart_from_the_words() -> None:
    words = words_of(codes.STATEMENT_NEW_PRODUCT.key, "the product is not mapped: {bank} Saver", "ING")
    assert words is not None
    assert "“{bank} Saver”" in words.text
    assert len({because.title for because in REASONS}) == len(REASONS)


def test_a_file_in_another_banks_form_names_that_bank(agreed: Person) -> None:
    text = b"Bank Account,Date,Narrative,Debit Amount,Credit Amount,Balance,Categories,Serial\n1,01/02/2024,a,x,,3.00,,\n"
    page = html.unescape(agreed.settled(str(agreed.upload(text, CBA, "statement.csv").headers["location"])))
    assert "It has the form of an export of Westpac Banking Corporation" in page


def test_a_letter_is_not_called_a_table_that_lacks_a_column(agreed: Person) -> None:
    page = html.unescape(agreed.settled(str(agreed.upload(b"Dear customer,\nthank you.\n", CBA, "statement.csv").headers["location"])))
    assert "<h1>This is no list of transactions</h1>" in page
    assert "what each column means" not in page
