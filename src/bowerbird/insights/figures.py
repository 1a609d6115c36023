"""Figures of a report: numbers that open down to their rows. Every row is in one group; sections and metrics are sums over groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from bowerbird.insights.groups import GROUPS, OWN, RECEIVED, group_of

OWN_SIDES = frozenset({"own_transfer", "redraw", "mortgage_repayment", "loan_repayment", "card_repayment"})
"""Leaves that a side of a movement between own accounts can have."""

MONTH_DAYS = 30
"""An average month of the published formula: a total ÷ the days covered × 30."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A row of a report: `leaf` is what it is, `merchant` whom it names, `pair` the id of its other side, `why` a sentence; "" for none.

    `document` is the transaction as it was stored, `balance` what it says of the account after it (as on the wire); `words` are those of
    the text that decided what it is.
    `enrichment` is what its text means, in the two parts of the wire. `score` is the share of answers of its kind that are right, in
    hundredths.
    """

    id: str
    account: str
    day: date
    cents: int
    leaf: str
    merchant: str = ""
    text: str = ""
    balance: str = ""
    pair: str = ""
    why: str = ""
    score: int = 0
    document: bytes = b""
    enrichment: tuple[bytes, bytes] = (b"", b"")
    words: str = ""

    @property
    def group(self) -> str:
        """A transfer to an account that was not shared is an expense, as it has no other side, unless the application says it is own."""
        if self.leaf == "own_transfer" and self.cents < 0 and not self.pair:
            return "EXP-013"
        return group_of(self.leaf, self.cents)

    @property
    def is_own(self) -> bool:
        """Whether it moves between the person's own accounts: a repayment that both sides are known of is one too."""
        return (self.group == OWN and self.leaf != "loan_interest") or (bool(self.pair) and self.leaf in OWN_SIDES)

    @property
    def is_received(self) -> bool:
        """Whether it is a repayment in the loan or card that it arrives at."""
        return self.cents > 0 and self.group in RECEIVED

    @property
    def counted_cents(self) -> int:
        """What it adds to its group: a repayment counts where it arrives, as the money that went there."""
        return -self.cents if self.is_received else self.cents


@dataclass(frozen=True, slots=True)
class ReportFigure:
    """A number in cents with the rows it is the sum of, and the rows left out, each with its reason."""

    id: str
    cents: int
    rows: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...] = ()


class Partition:
    """The rows of a report by group. Raises ValueError for a row in no group, or twice in the report."""

    def __init__(self, rows: Sequence[FigureRow]) -> None:
        by_group: dict[str, list[FigureRow]] = defaultdict(list)
        for row in rows:
            if row.group not in GROUPS and row.group != OWN:
                raise ValueError(f"row {row.id} of leaf {row.leaf} is in no group")
            by_group[row.group].append(row)
        if len({row.id for row in rows}) != len(rows):
            raise ValueError("a row stands twice in the report")
        self.rows = tuple(rows)
        self.by_group: Mapping[str, tuple[FigureRow, ...]] = {group: tuple(found) for group, found in by_group.items()}

    def of(self, groups: Iterable[str]) -> tuple[FigureRow, ...]:
        return tuple(row for group in sorted(set(groups)) for row in self.by_group.get(group, ()))

    def total(self, id: str, groups: Iterable[str]) -> ReportFigure:
        """The sum of groups."""
        found = self.of(groups)
        return ReportFigure(id, sum(row.counted_cents for row in found), tuple(row.id for row in found))


def per_month(cents: int, days: int) -> int:
    """Cents in an average month of a total over some days, rounded to a cent, half to even; 0 for no days."""
    return round(Fraction(cents * MONTH_DAYS, days)) if days > 0 else 0


def percent(part: int, whole: int) -> int:
    """A share in whole percent, rounded half to even; 0 of nothing."""
    return round(Fraction(100 * abs(part), abs(whole))) if whole else 0


def median_of(cents: Iterable[int]) -> Fraction:
    """The median of some sums, exactly: the mean of the two in the middle where they are even in number."""
    found = sorted(cents)
    half, odd = divmod(len(found), 2)
    return Fraction(found[half]) if odd else Fraction(found[half - 1] + found[half], 2)


def month_sums(rows: Iterable[FigureRow], first: date, last: date) -> list[int]:
    """The sum of every calendar month from the first day to the last, months without a row too."""
    sums = dict.fromkeys(range(first.year * 12 + first.month, last.year * 12 + last.month + 1), 0)
    for row in rows:
        if first <= row.day <= last:
            sums[row.day.year * 12 + row.day.month] += row.counted_cents
    return list(sums.values())


def median_month(rows: Iterable[FigureRow], first: date, last: date) -> int:
    """The median of the months' sums, in cents, half to even."""
    sums = month_sums(rows, first, last)
    return round(median_of(sums)) if sums else 0


class Proof(StrEnum):
    """Whether an account's rows explain the change of its balance."""

    PROVEN = "proven"
    OFF = "off"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class AccountProof:
    """`off_cents` is what the rows do not explain, None where a balance is not known: then nothing is proven."""

    account: str
    proof: Proof
    off_cents: int | None


@dataclass(frozen=True, slots=True)
class AccountingIdentity:
    """In + out + own movements = the change of all balances: shown on the report, with every account it cannot be shown for."""

    in_cents: int
    out_cents: int
    own_cents: int
    accounts: tuple[AccountProof, ...]

    @property
    def holds(self) -> bool:
        return all(account.proof is Proof.PROVEN for account in self.accounts)

    @property
    def unproven(self) -> tuple[str, ...]:
        return tuple(account.account for account in self.accounts if account.proof is not Proof.PROVEN)


def accounting_identity(partition: Partition, balances: Mapping[str, tuple[int | None, int | None]]) -> AccountingIdentity:
    """`balances`: the balance of every account before the first row and after the last, None where it is not known.

    Raises ValueError for a row of an account without an entry: a report accounts for every row.
    """
    moved: dict[str, int] = dict.fromkeys(balances, 0)
    for row in partition.rows:
        if row.account not in moved:
            raise ValueError(f"row {row.id} is of account {row.account}, which the report does not have")
        moved[row.account] += row.cents
    income = sum(row.cents for row in partition.rows if row.group.startswith("INC-"))
    own = sum(row.cents for row in partition.rows if row.is_own)
    everything = sum(row.cents for row in partition.rows)
    proofs = tuple(_proof(account, cents, *balances[account]) for account, cents in sorted(moved.items()))
    return AccountingIdentity(income, everything - income - own, own, proofs)


def _proof(account: str, moved: int, opening: int | None, closing: int | None) -> AccountProof:
    if opening is None or closing is None:
        return AccountProof(account, Proof.UNKNOWN, None)
    off = closing - opening - moved
    return AccountProof(account, Proof.OFF if off else Proof.PROVEN, off)
