"""Every statement that can be printed: one printer for each shipped layout."""

from __future__ import annotations

from collections.abc import Callable

from tests.statement_factory import anz, boq, cards, commbank, commbank_loans, nab, others, westpac
from tests.statement_factory.pdf_canvas import Specimen

PRINTERS: dict[str, Callable[[int, int], Specimen]] = {
    "cba.deposit.2017": commbank.deposit_2017,
    "cba.deposit.2026": commbank.deposit_2026,
    "cba.card.2017": commbank_loans.card,
    "cba.home-loan.2025": commbank_loans.home_loan,
    "westpac.deposit.2025": westpac.deposit,
    "nab.deposit.2020": nab.deposit,
    "anz.deposit.2025": anz.deposit,
    "anz.plus.2024": anz.plus,
    "ing.deposit.2021": others.ing,
    "macquarie.cma.2023": others.macquarie,
    "bendigo.deposit.2025": others.bendigo,
    "bankwest.deposit.2022": others.bankwest,
    "boq.deposit.2024": boq.boq,
    "me.deposit.2024": boq.me,
    "anz.card.2025": cards.anz,
    "macquarie.card.2026": cards.macquarie,
}


def specimen(layout: str, seed: int, size: int = 30) -> Specimen:
    """The statement of a seed with at most `size` transactions, or a few more."""
    return PRINTERS[layout](seed, size)
