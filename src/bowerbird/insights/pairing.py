"""Rows that belong together: both sides of a movement between a person's own accounts, and a credit with what takes it back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from bowerbird.insights.classify import DECLARED, Kind
from bowerbird.insights.leaves import LEAVES, Nature
from bowerbird.insights.movements import Movement

EARLIEST_DAYS, LATEST_DAYS = -1, 3
PAID_OUT_DAYS = 7
"""Interest that an account pays out leaves it so many days after it was credited there, at the latest."""

_OPEN = frozenset({"transfer_in", "transfer_out", "credit_other", "unknown", "own_transfer", "redraw", "loan_drawdown"})


def own_movements(rows: Sequence[Movement]) -> dict[str, str]:
    """Id of the other side by the id of each side. Every row has one other side at most: that of the smallest gap, then the first."""
    earned = _earned(rows)
    debits: dict[int, list[Movement]] = defaultdict(list)
    received: list[Movement] = []
    for row in rows:
        if row.cents < 0 and (_may_be_own(row) or _pays_out(row, earned)):
            debits[-row.cents].append(row)
        elif row.cents > 0 and _may_be_own(row):
            received.append(row)
    options = [
        (abs((credit.day - debit.day).days), number, debit, credit)
        for number, credit in enumerate(received)
        for debit in debits.get(credit.cents, ())
        if debit.account != credit.account and EARLIEST_DAYS <= (credit.day - debit.day).days <= LATEST_DAYS
    ]
    paired: dict[str, str] = {}
    for _, _, debit, credit in sorted(options, key=lambda option: option[:2]):
        if debit.id not in paired and credit.id not in paired and _says_own(debit, credit, earned):
            paired[debit.id], paired[credit.id] = credit.id, debit.id
    return paired


_Earned = dict[tuple[str, int], list[date]]
"""By account and cents, the days on which an account was credited so much interest."""


def _earned(rows: Iterable[Movement]) -> _Earned:
    found: _Earned = defaultdict(list)
    for row in rows:
        if row.cents > 0 and row.enrichment.leaf == "interest":
            found[row.account, row.cents].append(row.day)
    return found


def _pays_out(debit: Movement, earned: _Earned) -> bool:
    """Whether a debit is interest that its account was credited just before and pays on: the account that receives it earns nothing."""
    is_open = debit.enrichment.leaf in _OPEN or debit.enrichment.leaf == "debt_interest"
    days = earned.get((debit.account, -debit.cents), ()) if is_open and debit.enrichment.evidence.kind not in DECLARED else ()
    return any(0 <= (debit.day - day).days <= PAID_OUT_DAYS for day in days)


def _may_be_own(row: Movement) -> bool:
    """Not what words call a purchase, a wage, a benefit or a fee."""
    leaf = row.enrichment.leaf
    if row.enrichment.evidence.kind in DECLARED:
        return leaf == "own_transfer"
    if leaf == "interest":
        return row.account_class != "term-deposit"  # what a term deposit earns may be paid out to another account, as interest again
    return leaf in _OPEN or LEAVES[leaf].nature is Nature.LIABILITY or row.enrichment.evidence.kind is Kind.NOTHING


def may_be_other_side(debit: Movement) -> bool:
    """Whether a debit may belong to a credit: as an own movement, as interest that is paid out, or because it takes the credit back."""
    leaf = debit.enrichment.leaf
    return _may_be_own(debit) or leaf == "debt_interest" or not _TAKES_BACK.isdisjoint(debit.enrichment.words)


def _says_own(debit: Movement, credit: Movement, earned: _Earned) -> bool:
    """Whether either side says so, by its words or as the repayment of an account of the person's, or both share a word ("DRAWINGS")."""
    pays_out = _pays_out(debit, earned)
    if credit.enrichment.leaf == "interest":
        return pays_out or (debit.account_class == "term-deposit" and debit.enrichment.leaf == "own_transfer")
    if pays_out or any(
        row.enrichment.leaf in ("own_transfer", "redraw") or LEAVES[row.enrichment.leaf].nature is Nature.LIABILITY
        for row in (debit, credit)
    ):
        return True
    return debit.enrichment.leaf == "transfer_out" or bool(_telling(debit) & _telling(credit))


def _telling(row: Movement) -> set[str]:
    return {word for word in row.enrichment.words if len(word) >= MIN_TELLING and word.isalpha()}


MIN_TELLING = 7
"""Letters of a word that two texts seldom share by chance."""

REVERSED_DAYS = 14
_TAKES_BACK = frozenset({"reversal", "reversed", "returned", "dishonour", "dishonoured", "dishonor", "recalled", "recall", "rejected"})


def reversals(rows: Iterable[Movement]) -> dict[str, str]:
    """Id of the other side by the id of each side, for credits that a later debit of the same account and sum takes back: no income.

    Of several credits the latest is taken back; a payment that comes back is a refund already and stands for itself.
    """
    credits_by_sum: dict[tuple[str, int], list[Movement]] = defaultdict(list)
    found: dict[str, str] = {}
    for row in rows:
        if row.cents > 0:
            credits_by_sum[row.account, row.cents].append(row)
        elif not _TAKES_BACK.isdisjoint(row.enrichment.words):
            waiting = credits_by_sum[row.account, -row.cents]
            if waiting and (row.day - waiting[-1].day).days <= REVERSED_DAYS:
                other = waiting.pop()
                found[row.id], found[other.id] = other.id, row.id
    return found
