"""Troubles that change what a bank shows. Each takes the truthful listing and gives the one that is shown.

A row goes with the name of the movement it is in truth, so that a test can say what became of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from msgspec.structs import replace

from bowerbird.connectors.sandbox.days import DAY
from bowerbird.connectors.sandbox.hostile.dice import Dice
from bowerbird.model.transaction import BankTransaction

Listing = list[tuple[str, BankTransaction]]
"""(name of the movement, row), in the order things happened, pending ones last."""

_SETTLES_DAYS = 6
_REMEMBERED = 30 * DAY


def truthful(rows: list[BankTransaction]) -> Listing:
    """A pending row and the posted one it becomes are one movement."""
    return [((row.upstream_id or "")[1:], row) for row in rows]


def renumbered_ids(listing: Listing, dice: Dice, _today: date) -> Listing:
    return [(name, replace(row, upstream_id=f"{dice.turn // 2}/{name}", pending_id=None)) for name, row in listing]


def no_ids(listing: Listing, _dice: Dice, _today: date) -> Listing:
    return [(name, replace(row, upstream_id=None, pending_id=None)) for name, row in listing]


def posted_then_changed(listing: Listing, dice: Dice, today: date) -> Listing:
    """For some days a posted row has another text, another day or another amount than it will have for good."""
    return [(name, _first_version(name, row, dice, today)) for name, row in listing]


def _first_version(name: str, row: BankTransaction, dice: Dice, today: date) -> BankTransaction:
    if row.posted is None or (today - row.posted).days > dice.roll(f"settles {name}", _SETTLES_DAYS) or not dice.chance(name, 50):
        return row
    match dice.roll(f"what {name}", 3):
        case 0:
            return replace(row, description=f"{row.description.split(' ', 1)[0]} CARD PURCHASE")
        case 1:
            return replace(row, posted=min(today, row.posted + DAY))
        case _:
            return replace(row, amount=row.amount + (1_00 if row.amount < -2_00 else 1))


def changed_without_ids(listing: Listing, dice: Dice, today: date) -> Listing:
    return no_ids(posted_then_changed(listing, dice, today), dice, today)


def twin_rows(listing: Listing, dice: Dice, today: date) -> Listing:
    """A purchase is two equal ones of half the amount, alike in every word; the second comes a day late now and then. No ids."""
    return no_ids([each for name, row in listing for each in _twins(name, row, dice, today, late=True)], dice, today)


def shared_ids(listing: Listing, dice: Dice, today: date) -> Listing:
    """The same, and once posted the two have one id."""
    twins = [each for name, row in listing for each in _twins(name, row, dice, today, late=False)]
    return [(name, replace(row, upstream_id=name) if row.posted is None else replace(row, pending_id=None)) for name, row in twins]


def _twins(name: str, row: BankTransaction, dice: Dice, today: date, *, late: bool) -> Iterator[tuple[str, BankTransaction]]:
    if row.amount % 2 or not dice.chance(name, 40):
        yield name, row
        return
    half = row.amount // 2
    yield f"{name}/1", replace(row, amount=half, balance=None if row.balance is None else row.balance - half)
    if not (late and row.posted == today and dice.chance(f"late {name}", 50)):
        yield f"{name}/2", replace(row, amount=half)


def tip_changes_amount(listing: Listing, dice: Dice, _today: date) -> Listing:
    """Pending without the tip, posted with it under another id that names no other."""
    return [
        (
            name,
            replace(row, amount=row.amount * 100 // (101 + dice.roll(name, 25))) if row.posted is None else replace(row, pending_id=None),
        )
        for name, row in listing
    ]


def sign_flip(listing: Listing, _dice: Dice, _today: date) -> Listing:
    """Pending amounts without their sign, posted ones with it under another id that names no other."""
    return [(name, replace(row, amount=-row.amount) if row.posted is None else replace(row, pending_id=None)) for name, row in listing]


def pending_vanishes(listing: Listing, dice: Dice, today: date) -> Listing:
    """Holds of hotels and petrol stations: pending for up to three days, and then never heard of again."""
    holds = []
    for age in (2, 1, 0):
        made = today - age * DAY
        if dice.roll(f"hold {made}", 4) > age:
            hold = BankTransaction(-100_00 - dice.roll(f"cents {made}", 100_00), "HOTEL HOLD", None, made, upstream_id=f"H{made}")
            holds.append((f"hold {made}", hold))
    return [*listing, *holds]


def pending_lingers(listing: Listing, _dice: Dice, today: date) -> Listing:
    """For two days after posting the pending row stands beside the posted one."""
    fresh = [(name, row) for name, row in listing if row.posted is not None and row.pending_id and (today - row.posted).days < 2]
    return [*listing, *((name, pending_form(row)) for name, row in fresh)]


def pending_form(row: BankTransaction) -> BankTransaction:
    return replace(row, posted=None, balance=None, upstream_id=row.pending_id, pending_id=None)


def late_rows(listing: Listing, dice: Dice, today: date) -> Listing:
    """Rows come up to five days after their post date; card purchases stay pending until then."""
    shown: Listing = []
    waiting: Listing = []
    for name, row in listing:
        if row.posted is None or not dice.chance(name, 30) or (today - row.posted).days > dice.roll(f"late {name}", 5):
            shown.append((name, row))
        elif row.pending_id:
            waiting.append((name, pending_form(row)))
    return [*shown, *waiting]


def reversed_order(listing: Listing, _dice: Dice, _today: date) -> Listing:
    return listing[::-1]


def short_memory(listing: Listing, _dice: Dice, today: date) -> Listing:
    """The last thirty days, with none of what is older."""
    return [(name, row) for name, row in listing if row.posted is None or row.posted > today - _REMEMBERED]
