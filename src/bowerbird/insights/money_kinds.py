"""The kinds of a person's money: sums over the groups of reports, and credits of unknown purpose apart from income."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum

from bowerbird.insights import groups
from bowerbird.insights.figures import FigureRow
from bowerbird.insights.groups import GROUPS


class MoneyKind(StrEnum):
    """What a movement is to a household. Every row is of one kind."""

    INCOME = "income"
    OTHER_IN = "other-in"
    ESSENTIAL = "essential"
    CHOICE = "choice"
    DEBTS = "debts"
    OTHER_OUT = "other-out"
    OWN = "own"


TITLES = {
    MoneyKind.INCOME: "Income",
    MoneyKind.OTHER_IN: "Other money in",
    MoneyKind.ESSENTIAL: "Essentials",
    MoneyKind.CHOICE: "Other spending",
    MoneyKind.DEBTS: "Loans and other debts",
    MoneyKind.OTHER_OUT: "Cash, interest and transfers",
    MoneyKind.OWN: "Between own accounts",
}
MONEY_IN = (MoneyKind.INCOME, MoneyKind.OTHER_IN)
MONEY_OUT = (MoneyKind.ESSENTIAL, MoneyKind.CHOICE, MoneyKind.DEBTS, MoneyKind.OTHER_OUT)
_SUMS = {"in": MONEY_IN, "out": MONEY_OUT, "left": MONEY_IN + MONEY_OUT}
_SUM_TITLES = {"in": "Money in", "out": "Money out", "left": "Money in less money out"}
_CARDS_PAID = "What was paid to shared cards is left out: what was bought with them is counted."
_OF_SECTION = {
    groups.NON_DISCRETIONARY: MoneyKind.ESSENTIAL,
    groups.DISCRETIONARY: MoneyKind.CHOICE,
    groups.LIABILITIES: MoneyKind.DEBTS,
    groups.OTHER: MoneyKind.OTHER_OUT,
}
UNPROVEN = frozenset({"transfer_in", "credit_other", "loan_drawdown", "gambling_win"})
_REASONS = {
    "transfer_in": "A transfer in. Its text does not say what it is for.",
    "credit_other": "A credit. Its text does not say what it is for, and it does not come regularly.",
    "loan_drawdown": "Money that was lent.",
    "gambling_win": "Paid out by a betting company.",
}


def kind_of(row: FigureRow, streams: Collection[str] = (), cards: Collection[str] = ()) -> MoneyKind:
    """The kind of a row; `streams` are the ids of rows of recurring income, `cards` those of shared cards.

    What a shared card receives moves between own accounts: money went out when something was bought with the card.
    """
    group = GROUPS.get(row.group)
    if group is None or (row.group == groups.CARD_REPAYMENTS and (row.cents > 0 or row.account in cards)):
        return MoneyKind.OWN
    if groups.INCOME in group.sections:
        return MoneyKind.OTHER_IN if row.leaf in UNPROVEN and row.id not in streams else MoneyKind.INCOME
    return _OF_SECTION[group.sections[0]]


def counted_cents(row: FigureRow, kind: MoneyKind) -> int:
    """What a row adds to its kind, in cents: between own accounts what it adds to its account, so that two sides add up to nothing."""
    return row.cents if kind is MoneyKind.OWN else row.counted_cents


def chosen_kinds(name: str) -> Sequence[MoneyKind]:
    """The kinds of a name: a kind's own, or `in`, `out` and `left`; none for another name."""
    if name in _SUMS:
        return _SUMS[name]
    return (MoneyKind(name),) if name in set(MoneyKind) else ()


def title_of(name: str) -> str:
    return _SUM_TITLES.get(name) or TITLES[MoneyKind(name)]


def reason_left_out(row: FigureRow, kind: MoneyKind, name: str) -> str:
    """Why a row that goes the same way as a figure is not in it; "" for one that goes the other way or is in a figure beside it."""
    is_in = name in ("in", *MONEY_IN)
    if kind is MoneyKind.OWN:
        goes_this_way = name == "left" or (row.cents > 0) == is_in
        return _own_reason(row) if goes_this_way else ""
    if row.cents < 0 or not is_in:
        return ""
    if kind is MoneyKind.OTHER_IN and name == MoneyKind.INCOME:
        return _REASONS[row.leaf]
    if kind is MoneyKind.DEBTS:
        return "It arrives at a loan: it counts as a repayment."
    return "A refund: it is taken off spending." if kind in MONEY_OUT else ""


def _own_reason(row: FigureRow) -> str:
    """Why a row is neither money in nor money out."""
    if row.group == groups.CARD_REPAYMENTS:
        return "It pays a shared card: what was bought with the card is counted."
    if row.leaf == "unshared_own_account":
        return "It moves to or from an own account that is not shared."
    return "It moves between own accounts."


def formula_of(name: str) -> str:
    """What a figure of a kind or sum counts, in words."""
    if name == "left":
        return f"Everything that came in, less everything that went out. Movements between own accounts are neither. {_CARDS_PAID}"
    if name in _SUMS:
        return "The sum of " + ", ".join(TITLES[kind].lower() for kind in _SUMS[name]) + "."
    match name:
        case MoneyKind.INCOME:
            return "Credits that their text or their regularity shows to be income, such as wages, payments of agencies, interest and rent."
        case MoneyKind.OTHER_IN:
            return "Credits whose text does not say that they are income, and money that was lent or won."
        case MoneyKind.OWN:
            return (
                "Movements between own accounts: both sides of one add up to nothing. A payment to a shared loan is counted where it "
                "arrives, as a repayment; here is the side that left."
            )
        case _:
            found = [group.title for group in GROUPS.values() if _OF_SECTION.get(group.sections[0]) == name]
            text = f"Rows of the groups {', '.join(sorted(found))}."
            return f"{text} {_CARDS_PAID}" if name == MoneyKind.DEBTS else text
