"""The scenarios by name, with what goes wrong in each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from bowerbird.connectors.sandbox.hostile import delivery, listings
from bowerbird.connectors.sandbox.hostile.delivery import Rows
from bowerbird.connectors.sandbox.hostile.dice import Dice
from bowerbird.connectors.sandbox.hostile.listings import Listing
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.connector import ConnectorContext, ConnectorScenario
from bowerbird.sdk.failures import NotUnderstood


@dataclass(frozen=True, slots=True)
class _Wrong:
    """`shows` changes the listing, `delivers` the way it arrives, `at_the_door` what happens before any data is given."""

    what: str
    shows: Callable[[Listing, Dice, date], Listing] | None = None
    delivers: Callable[[Rows, Dice, ConnectorContext], Rows] | None = None
    at_the_door: Callable[[Dice, ConnectorContext], None] | None = None


_WRONGS = {
    "renumbered-ids": _Wrong("Every second time, every transaction has a new id", listings.renumbered_ids),
    "no-ids": _Wrong("Transactions have no ids, and nothing says which pending one has posted", listings.no_ids),
    "posted-then-changed": _Wrong("For some days a posted row has another text, day or amount", listings.posted_then_changed),
    "changed-without-ids": _Wrong("The same, and there are no ids", listings.changed_without_ids),
    "twin-rows": _Wrong("Purchases are pairs of equal rows without ids, the second a day late now and then", listings.twin_rows),
    "shared-ids": _Wrong("Purchases are pairs of rows that share one id", listings.shared_ids),
    "tip-changes-amount": _Wrong("Pending without the tip, posted with it under another id", listings.tip_changes_amount),
    "sign-flip": _Wrong("Pending amounts have the opposite sign, and post under another id", listings.sign_flip),
    "pending-vanishes": _Wrong("Holds are pending for up to three days and never post", listings.pending_vanishes),
    "pending-lingers": _Wrong("A posted purchase stands there as pending too, for two days", listings.pending_lingers),
    "late-rows": _Wrong("Rows come up to five days after their post date", listings.late_rows),
    "reversed-order": _Wrong("The newest row comes first", listings.reversed_order),
    "short-memory": _Wrong("Only the last thirty days are shown", listings.short_memory),
    "duplicate-page": _Wrong("Some pages come twice", delivers=delivery.duplicate_page),
    "overlapping-pages": _Wrong("Each page begins with the end of the one before", delivers=delivery.overlapping_pages),
    "page-repeats": _Wrong("Every third time or so, one page comes for ever", delivers=delivery.page_repeats),
    "truncated-json": _Wrong("Every third time or so, an answer breaks off", delivers=delivery.truncated_json),
    "flapping": _Wrong("Every third time or so, the bank goes away after some accounts", delivers=delivery.flapping),
    "four-calls-a-day": _Wrong("A fifth refresh in 24 hours is turned away", at_the_door=delivery.four_calls_a_day),
    "thirty-second-answers": _Wrong("Every answer takes thirty seconds", at_the_door=delivery.slow),
}

SCENARIOS = {name: wrong.what for name, wrong in _WRONGS.items()}


def _of(scenario: ConnectorScenario, context: ConnectorContext) -> tuple[_Wrong, Dice]:
    if scenario.name not in _WRONGS:
        raise NotUnderstood(f"this bank knows no trouble called {scenario.name}")
    return _WRONGS[scenario.name], Dice(scenario.seed, scenario.name, context.earlier_jobs)


def knock(context: ConnectorContext) -> None:
    """What a bank does before it gives any data."""
    if context.scenario is not None:
        wrong, dice = _of(context.scenario, context)
        if wrong.at_the_door is not None:
            wrong.at_the_door(dice, context)


def shown(truth: list[BankTransaction], context: ConnectorContext, today: date) -> Listing:
    """What the bank shows of the truth, each row with the movement that it is."""
    listing = listings.truthful(truth)
    if context.scenario is None:
        return listing
    wrong, dice = _of(context.scenario, context)
    return wrong.shows(listing, dice, today) if wrong.shows is not None else listing


def distort(truth: list[BankTransaction], context: ConnectorContext, today: date) -> list[BankTransaction]:
    """What arrives of it."""
    if context.scenario is None:
        return truth
    rows = [row for _, row in shown(truth, context, today)]
    wrong, dice = _of(context.scenario, context)
    return wrong.delivers(rows, dice, context) if wrong.delivers is not None else rows
