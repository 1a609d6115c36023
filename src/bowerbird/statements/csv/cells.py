"""The cells of one row by what they say, for every form of CSV file; and the refusal that one of them may deserve."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from bowerbird.codes import CSV_ACCOUNT_DIFFERS, CSV_INVALID_VALUE, CSV_MISSING_VALUE
from bowerbird.statements.refusal import Refused, shown

K = TypeVar("K")
K_contra = TypeVar("K_contra", contravariant=True)
T = TypeVar("T")


class Form(Protocol[K_contra]):
    """How a file is written: where a row says something, what its column is called, and how many characters it may have."""

    def text(self, cells: list[str], says: K_contra) -> str: ...
    def name(self, says: K_contra) -> str: ...
    def longest(self, says: K_contra) -> int: ...


@dataclass(slots=True)
class FormCells(Generic[K]):
    """The cells of row `number`, as many as its form has columns."""

    form: Form[K]
    number: int
    cells: list[str]

    def text(self, says: K) -> str:
        """Without surrounding space; empty where the file has no such column."""
        return self.form.text(self.cells, says)

    def read(self, says: K, parse: Callable[[str], T]) -> T | None:
        """The cell's value, None when it is empty. Raises Refused (invalid-field-value)."""
        text = self.form.text(self.cells, says)
        if not text:
            return None
        longest = self.form.longest(says)
        if len(text) > longest:
            raise self.invalid(says, f"Longer than {longest} characters.")
        try:
            return parse(text)
        except ValueError as error:
            raise self.invalid(says, str(error)) from None

    def require(self, says: K, parse: Callable[[str], T]) -> T:
        """The value of a cell that may not be empty. Raises Refused: missing-required-field-value, invalid-field-value."""
        value = self.read(says, parse)
        if value is None:
            raise self.missing(says)
        return value

    def missing(self, says: K) -> Refused:
        return Refused(CSV_MISSING_VALUE, row=self.number, field=self.form.name(says))

    def invalid(self, says: K, reason: str) -> Refused:
        return Refused(CSV_INVALID_VALUE, row=self.number, field=self.form.name(says), value=shown(self.text(says)), reason=reason)

    def differs(self, first: FormCells[K], says: K) -> Refused:
        """The refusal of a row that says of its account what an earlier one contradicts."""
        values = {"value": shown(self.text(says)), "first_value": shown(first.text(says))}
        return Refused(CSV_ACCOUNT_DIFFERS, row=self.number, field=self.form.name(says), first_row=first.number, **values)
