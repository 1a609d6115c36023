"""What is known of a file beside its figures: where on the pages they stand, and what is new about its print.

Places are whole tenths of a point from the page's left and top edge, as they are stored and sent between processes.
"""

from __future__ import annotations

from typing import Literal

import msgspec

TENTHS = 10

New = Literal["", "product", "layout", "columns"]
"""What of a bank's file was not known: a product's name, how the whole statement is printed, or what the columns of a table mean."""


class Box(msgspec.Struct, frozen=True, array_like=True):
    """A rectangle on a page, 1 the first."""

    page: int
    left: int
    top: int
    right: int
    bottom: int


class Size(msgspec.Struct, frozen=True, array_like=True):
    """A page's width and height."""

    width: int
    height: int


class Annotations(msgspec.Struct, frozen=True):
    """Places of one reading. `rows`, `facts` and `signs` go with the statement's transactions, facts and signs, in their order.

    A row has a box for each page it stands on; a fact beside its row and what is printed nowhere have none. `broken` is what refused
    the file.
    """

    pages: list[Size] = []
    rows: list[list[Box]] = []
    facts: list[Box | None] = []
    signs: list[Box | None] = []
    broken: list[Box] = []


class ParseNotes(msgspec.Struct, frozen=True):
    """What a file taught. `product` as printed, `draft` a proposed layout file: both may hold words of the statement."""

    marked: Annotations = Annotations()
    new: New = ""
    product: str = ""
    draft: str = ""


NO_NOTES = ParseNotes()
