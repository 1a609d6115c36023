"""PDF files that are refused, each for one reason."""

from __future__ import annotations

import io
from dataclasses import replace

import pikepdf

from bowerbird import codes
from bowerbird.codes import Entry
from tests.statement_factory.catalogue import specimen
from tests.statement_factory.pdf_canvas import Specimen, drawn

CBA, NAB, SUNCORP = "AU04301", "AU01001", "AU01101"
DEPOSIT = "cba.deposit.2017"


def changed(printed: Specimen, old: str, new: str) -> bytes:
    items = tuple(replace(item, text=replace(item.text, text=item.text.text.replace(old, new))) for item in printed.items)
    assert items != printed.items
    return drawn(items)


def locked(content: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.save(out, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    return out.getvalue()


def one_cent_off(printed: Specimen) -> bytes:
    """The first balance of a row, another digit at its end."""
    item = next(item for item in printed.items if item.row is not None and item.text.fact and item.text.column == "balance")
    digits = [place for place, letter in enumerate(item.text.text) if letter.isdigit()]
    last = digits[-1]
    text = item.text.text[:last] + str((int(item.text.text[last]) + 1) % 10) + item.text.text[last + 1 :]
    return drawn(tuple(replace(each, text=replace(each.text, text=text)) if each is item else each for each in printed.items))


def refusals() -> list[tuple[str, bytes, str, Entry]]:
    printed = specimen(DEPOSIT, 5)
    products = ("Smart Access", "Complete Access", "Streamline", "Everyday Offset", "GoalSaver", "NetBank Saver", "Youthsaver")
    product = next(name for name in products if any(name in item.text.text for item in printed.items))
    return [
        ("no document", b"%PDF-1.7\nnothing", CBA, codes.STATEMENT_INVALID),
        ("cut in half", printed.pdf()[:1500], CBA, codes.STATEMENT_INVALID),
        ("a password", locked(printed.pdf()), CBA, codes.STATEMENT_INVALID),
        ("of another bank", printed.pdf(), NAB, codes.STATEMENT_NOT_SUPPORTED),
        ("of a bank without a layout", printed.pdf(), SUNCORP, codes.STATEMENT_NOT_SUPPORTED),
        ("a new product", changed(printed, product, "Moonshot Saver"), CBA, codes.STATEMENT_NEW_PRODUCT),
        ("a figure that contradicts", one_cent_off(printed), CBA, codes.STATEMENT_PARSING_ERROR),
    ]
