"""What the printers of most banks share: a ledger, a paper that begins new pages, and the expected rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import date
from typing import ClassVar

from tests.statement_factory.ledger import Ledger
from tests.statement_factory.pdf_canvas import Expected, Paper, Specimen, Text, left, right


class StatementPrinter:
    """Prints one ledger. A bank's printer fills in `header`, `turned`, `ending` and `run`."""

    layout = ""
    institution = ""
    pitch: float = 12.5
    columns: ClassVar[dict[str, float]] = {}
    balances = "every"

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.dice = random.Random(f"{self.layout} {ledger.seed}")
        self.paper = Paper(self.dice, self.turned, self.ending, self.pitch)
        self.after = ledger.balances

    def turned(self) -> None:
        """Print the head of a further page."""
        self.header()

    def ending(self) -> None:
        """Print the foot of a page that goes on."""

    def header(self) -> None:
        raise NotImplementedError

    def run(self) -> None:
        raise NotImplementedError

    def described(self, index: int) -> str:
        return " ".join(self.ledger.movements[index].lines)

    def made(self, index: int) -> date | None:
        """The day of the customer's act, where the bank prints one."""
        return None

    def finish(self) -> None:
        """What follows the rows stays on their page."""
        self.paper.bottom = 10_000

    def shows_balance(self, index: int) -> bool:
        return self.balances == "every" or (self.balances == "daily" and self.ledger.ends_day(index))

    def amount(self, index: int, write: Callable[[int], str]) -> Text:
        """A row's figure under debit or credit."""
        amount = self.ledger.movements[index].amount
        column = "debit" if amount < 0 else "credit"
        return right(self.columns[column], write(amount), column)

    def balance(self, value: int, write: Callable[[int], str]) -> Text:
        return right(self.columns["balance"], write(value), "balance")

    def row(self, index: int, lines: Iterable[tuple[Text, ...]]) -> None:
        """Print the lines of one transaction."""
        self.paper.row = index
        for texts in lines:
            self.paper.line(*texts)
        self.paper.row = None

    def print(self) -> Specimen:
        self.run()
        ledger = self.ledger
        rows = [
            Expected(
                movement.day,
                movement.amount,
                self.described(index),
                self.after[index] if self.shows_balance(index) else None,
                self.made(index),
            )
            for index, movement in enumerate(ledger.movements)
        ]
        items, period = self.paper.printed, (ledger.start, ledger.end)
        return Specimen(self.layout, self.institution, items, tuple(rows), ledger.opening, ledger.closing, period, self.columns)


def heads(columns: dict[str, float], **names: str) -> list[Text]:
    """Header words over the right edges of money columns."""
    return [right(columns[column], name, fact=False) for column, name in names.items()]


def pairs(*lines: tuple[str, str], x: float = 60, edge: float = 280) -> list[tuple[Text, ...]]:
    """Lines of a label and its figure."""
    return [(left(x, label), right(edge, text)) for label, text in lines]
