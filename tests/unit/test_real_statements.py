"""Two real statements, scrambled by their publisher, read by the shipped layouts.

Scrambling changed sums without adding them up again, so each statement contradicts itself in a few places. The tests name every one:
unmended, the statement is refused for it; with all of them mended, it is read to the rows its publisher expects.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bowerbird.model.account import AccountClass
from bowerbird.plugins.registry import statement_layouts
from bowerbird.statements.pdf.page_words import PageWords, Word
from bowerbird.statements.pdf.proven import ProvenStatement
from bowerbird.statements.pdf.statement import read_pages
from bowerbird.statements.refusal import StatementRefused

SAMPLES = Path(__file__).parent.parent / "samples" / "statements"
COMMBANK = "AU04301"


@dataclass(frozen=True)
class Contradiction:
    """A text that contradicts the rest, on these pages (and at this baseline), what it must be, and the refusal it leads to."""

    printed: str
    mended: str
    refusal: str
    pages: tuple[int, ...]
    baseline: int | None = None


DEPOSIT = "cba__debit__1__goalsaver__1.json"
DEPOSIT_CONTRADICTIONS = (
    Contradiction(
        "01 2345 67890123", "06 2345 67890123", "page 1, row 3: a BSB of Australia and New Zealand Banking Group", pages=(1, 2, 3)
    ),
    Contradiction("$19,692.45", "$32,036.89", "page 2, row 13: total debits, printed 19692.45, computed 32036.89", pages=(2,)),
)
CARD = "cba__credit_card__1__low_rate_mastercard__1.json"
CARD_CONTRADICTIONS = (
    Contradiction(
        "Account 1234 5678 9123 4568", "Account 1234 5678 9123 4567", "page 3, row 2: another account number than before", pages=(3,)
    ),
    Contradiction("$1,234.56", "$2,623.27", "page 1, row 16: total debits, printed 1234.56, computed 2623.27", (1,), baseline=273),
    Contradiction("-$1,234.56", "-$2,121.21", "page 1, row 18: total credits, printed 1234.56, computed 2121.21", (1,)),
)
CASES = [(DEPOSIT, contradiction) for contradiction in DEPOSIT_CONTRADICTIONS] + [
    (CARD, contradiction) for contradiction in CARD_CONTRADICTIONS
]


def words_from_runs(name: str, mend: tuple[Contradiction, ...]) -> list[PageWords]:
    """The sample's words. A run's width is shared out among its letters evenly."""
    pages: dict[int, list[Word]] = {}
    for run in json.loads((SAMPLES / name).read_text("utf-8"))["text_items"]:
        text = run["text"]
        for contradiction in mend:
            if stands_at(run, contradiction):
                text = contradiction.mended
        step = (run["x2"] - run["x1"]) / len(text)
        for match in re.finditer(r"\S+", text):
            left, right = run["x1"] + step * match.start(), run["x1"] + step * match.end()
            pages.setdefault(run["page"] + 1, []).append(Word(match[0], left, right, run["y1_bin"], run["y1"] - run["y2"]))
    return [PageWords(number, 595, 842, words) for number, words in pages.items()]


def stands_at(run: dict[str, Any], contradiction: Contradiction) -> bool:
    here = run["text"] == contradiction.printed and run["page"] + 1 in contradiction.pages
    if contradiction.printed == "$19,692.45":  # both totals are printed alike; the debits are the left one
        here = here and run["x1"] < 300
    return here and contradiction.baseline in {None, run["y1_bin"]}


def read(name: str, mend: tuple[Contradiction, ...]) -> ProvenStatement:
    return read_pages(words_from_runs(name, mend), COMMBANK, statement_layouts())


def expected(name: str) -> list[tuple[str, int]]:
    rows = json.loads((SAMPLES / name).read_text("utf-8"))["statement_data"]["proto_transactions"]
    return [(datetime.fromtimestamp(row["date"] / 1000, UTC).date().isoformat(), round(row["amount"] * 100)) for row in rows]


@pytest.mark.parametrize(("name", "contradiction"), CASES, ids=lambda value: value if isinstance(value, str) else value.refusal)
def test_each_contradiction_is_found(name: str, contradiction: Contradiction) -> None:
    """With all others mended, so that this one is the first."""
    everything = DEPOSIT_CONTRADICTIONS if name == DEPOSIT else CARD_CONTRADICTIONS
    with pytest.raises(StatementRefused) as refused:
        read(name, tuple(other for other in everything if other is not contradiction))
    assert refused.value.reason == contradiction.refusal


def test_the_deposit_statement_is_read_to_its_rows() -> None:
    statement = read(DEPOSIT, DEPOSIT_CONTRADICTIONS)
    rows = json.loads((SAMPLES / DEPOSIT).read_text("utf-8"))["statement_data"]["proto_transactions"]
    assert [(str(row.posted), row.amount) for row in statement.transactions] == expected(DEPOSIT)
    assert [row.description for row in statement.transactions] == [row["description"] for row in rows]
    assert [row.balance for row in statement.transactions] == [round(row["balance"] * 100) for row in rows]
    assert (statement.layout_id, statement.opening, statement.closing) == ("cba.deposit.2017", 12_345_67, 1_23)
    assert str(statement.certificate) == "36 facts proved"
    account = statement.account
    assert (account.number, account.bsb, account.product) == ("06234567890123", "062345", "GoalSaver")
    assert (account.account_class, account.holder, account.balance) == (AccountClass.SAVINGS, "JOHN J A NE DOE", 1_23)


def test_the_card_statement_is_read_to_its_rows() -> None:
    """The currency of a foreign purchase is part of our description and not of the publisher's; all else agrees."""
    statement = read(CARD, CARD_CONTRADICTIONS)
    rows = json.loads((SAMPLES / CARD).read_text("utf-8"))["statement_data"]["proto_transactions"]
    assert [(str(row.posted), row.amount) for row in statement.transactions] == expected(CARD)
    descriptions = [row.description.removesuffix(" ##0000 12.34 DOLLARS") for row in statement.transactions]
    assert descriptions == [row["description"] for row in rows]
    assert (statement.layout_id, statement.opening, statement.closing) == ("cba.card.2017", -1_234_56, -1_736_62)
    account = statement.account
    assert (account.number, account.masked_number) == ("xxxxxxxxxxxx4567", "xxxxxxxxxxxx4567")
    assert (account.account_class, account.product) == (AccountClass.CREDIT_CARD, "Low Rate")
