"""Which layouts a document can have: issuer first, then product, then layout. Every way of failing has its own refusal.

In this order: invalid (no known issuer, the bank's own look-alike), not supported (another bank's, or a bank without a layout), a new
product, and a parsing error where none of the bank's layouts fits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from bowerbird import codes
from bowerbird.model.account import AccountClass
from bowerbird.sdk.statement_layout import Product, StatementLayout
from bowerbird.statements.pdf.annotations import New, ParseNotes
from bowerbird.statements.pdf.issuers import UNKNOWN_INSTITUTION, issuers_of
from bowerbird.statements.pdf.lines import Line, compact
from bowerbird.statements.refusal import StatementRefused, shown
from bowerbird.statements.search.products import printed_product


class Candidate(NamedTuple):
    """A layout that fits, with the product that the document names."""

    layout: StatementLayout
    product: str
    account_class: AccountClass


def candidates(pages: list[list[Line]], institution_origin: str, layouts: Sequence[StatementLayout]) -> list[Candidate]:
    """The layouts to try, newest generation first. Raises StatementRefused where there is none."""
    text = "".join([line.compact for lines in pages for line in lines])
    refuse_other_issuers(text, institution_origin)
    of_institution = [layout for layout in layouts if layout.institution == institution_origin]
    if not of_institution:
        raise _new("layout", StatementRefused(codes.STATEMENT_NOT_SUPPORTED, f"no layout of {_of(institution_origin)} is known"), pages)
    fitting = [layout for layout in of_institution if _fits(layout, text)]
    if not fitting:
        raise _new("layout", StatementRefused(codes.STATEMENT_PARSING_ERROR, "none of the institution's layouts fits"), pages)
    fitting.sort(key=lambda layout: layout.id.rpartition(".")[2], reverse=True)
    named = [(layout, _named_product(pages, layout.product)) for layout in fitting]
    likely = [Candidate(layout, *product) for layout, product in named if product]
    if not likely:
        names = filter(None, (_unknown_product(pages[0], layout.product) for layout in fitting))
        name = next(names, "")
        refused = StatementRefused(codes.STATEMENT_NEW_PRODUCT, f"the product is not mapped: {name or 'its name was not found'}")
        raise _new("product", refused, pages, name)
    return likely


def _of(institution_origin: str) -> str:
    return "its bank" if institution_origin == UNKNOWN_INSTITUTION else institution_origin


def _new(what: New, refused: StatementRefused, pages: list[list[Line]], name: str = "") -> StatementRefused:
    """The refusal of an unknown product, with the product that the first page names."""
    refused.finding = ParseNotes(new=what, product=name or printed_product(pages[0]))
    return refused


def mapped(layouts: Sequence[StatementLayout], products: Mapping[str, str]) -> list[StatementLayout]:
    """The layouts with an operator's own products, name as printed to account class; they win over what a layout says."""
    own = {name: AccountClass(kind) for name, kind in products.items()}
    taken = {compact(name) for name in own}
    return [
        replace(
            layout,
            product=replace(
                layout.product, names=own | {name: kind for name, kind in layout.product.names.items() if compact(name) not in taken}
            ),
        )
        for layout in layouts
    ]


def refuse_other_issuers(text: str, institution_origin: str) -> None:
    """Refuse what no known bank has printed, a look-alike, and another bank's statement. `text` is compact.

    For an unknown institution any bank will do, but no look-alike."""
    issuers = issuers_of(text)
    is_any = institution_origin == UNKNOWN_INSTITUTION
    if not issuers and not is_any:
        raise StatementRefused(codes.STATEMENT_INVALID, "no known bank has printed this")
    for issuer in issuers:
        if issuer.is_look_alike(text):
            raise StatementRefused(codes.STATEMENT_INVALID, f"a document of {issuer.name} that is not a statement")
    if not is_any and institution_origin not in {issuer.origin for issuer in issuers}:
        names = ", ".join(issuer.name for issuer in issuers)
        raise StatementRefused(codes.STATEMENT_NOT_SUPPORTED, f"printed by {names}, uploaded for {institution_origin}")


def _fits(layout: StatementLayout, text: str) -> bool:
    recognise = layout.recognise
    return all(compact(part) in text for part in recognise.all) and not any(compact(part) in text for part in recognise.none)


def _named_product(pages: list[list[Line]], product: Product) -> tuple[str, AccountClass] | None:
    """The mapped product of the first page that names one: a letter may come before the statement."""
    return next((found for lines in pages if (found := product_of(lines, product))), None)


def product_of(lines: list[Line], product: Product) -> tuple[str, AccountClass] | None:
    """The mapped product that a text of the first page begins with; the longest name where several do."""
    names = sorted(((compact(name), name) for name in product.names), key=lambda pair: len(pair[0]), reverse=True)
    for squeezed, name in names:
        if any(squeezed in line.compact and _begins_a_text(line, squeezed) for line in lines):
            return name, product.names[name]
    return None


def _begins_a_text(line: Line, squeezed: str) -> bool:
    return any(compact("".join([word.text for word in words])).startswith(squeezed) for words in line.texts())


def _unknown_product(lines: list[Line], product: Product) -> str | None:
    """The line under the text where the bank prints its product's name, as far as the log may quote it."""
    if product.below is None:
        return None
    label = compact(product.below)
    place = next((index for index, line in enumerate(lines) if label in line.compact), None)
    return shown(lines[place + 1].text) if place is not None and place + 1 < len(lines) else None
