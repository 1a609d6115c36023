"""A movement of money as the engine sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bowerbird.insights.classify import Enrichment

DEPOSITS = frozenset({"transaction", "savings", "term-deposit"})
"""Classes of account that bear income: what a loan account receives is a repayment."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One row. `account` names the account, `account_class` is its class on the wire; `cents` is negative for money that leaves it."""

    id: str
    account: str
    account_class: str
    day: date
    cents: int
    text: str
    enrichment: Enrichment
