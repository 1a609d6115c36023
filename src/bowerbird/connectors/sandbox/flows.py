"""What makes money move in a persona's life. Each flow writes a month's postings from nothing but the month and its own dice.

A flow may post a little outside its month: a purchase of the 31st reaches the statement in the next one, a salary due on Sunday
the 1st is paid in the one before, the last of four instalments falls due `REACH` months on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Protocol

from bowerbird.connectors.sandbox.days import DAY, calendar_month, clamped, first_day, length, month_number, month_of, paid_by, posting_day
from bowerbird.connectors.sandbox.merchants import BNPL, Merchant
from bowerbird.connectors.sandbox.postings import Anzsic, Posting, both_sides
from bowerbird.connectors.sandbox.schedules import ALL_YEAR, Schedule
from bowerbird.model.transaction import TransactionClass

REACH = 2
"""Months a flow may post beyond its own."""


class Flow(Protocol):
    """`label` names a flow within its persona. A `shared` flow throws the same dice for every persona of the institution."""

    @property
    def label(self) -> str: ...
    @property
    def shared(self) -> bool: ...
    def postings(self, month: int, dice: Random) -> Iterable[Posting]: ...


@dataclass(frozen=True, slots=True)
class Between:
    """Cents anywhere from `lowest` to `highest`, in steps."""

    lowest: int
    highest: int
    step: int = 1

    def on(self, day: date, dice: Random) -> int:
        return dice.randrange(self.lowest, self.highest + 1, self.step)


@dataclass(frozen=True, slots=True)
class Rising:
    """Cents that grow by `raise_` every `every` months since January 2020 and never fall, so every year shows a rise."""

    start: int
    raise_: int
    every: int

    def on(self, day: date, dice: Random) -> int:
        return self.start + self.raise_ * max(0, (month_of(day) - month_number(2020, 1)) // self.every)


@dataclass(frozen=True, slots=True)
class Exactly:
    cents: int

    def on(self, day: date, dice: Random) -> int:
        return self.cents


Amount = Between | Rising | Exactly


@dataclass(frozen=True, slots=True)
class Regular:
    """Something that recurs: a salary, a rent, a bill. `sign` +1 comes in, -1 goes out. `to` is the persona's other account.

    `earns` is what kind of income it is, "" for none: what an engine that reads the statement ought to find."""

    account: str
    text: str
    sign: int
    amount: Amount
    due: Schedule
    kind: TransactionClass
    subclass: Anzsic | None = None
    bpay: tuple[str, str, str] | None = None
    reference: str = ""
    months: frozenset[int] = ALL_YEAR
    before_weekend: bool = False
    to: str = ""
    to_text: str = ""
    shared_label: str = ""
    earns: str = ""

    @property
    def label(self) -> str:
        return self.shared_label or f"{self.account}/{self.text}"

    @property
    def shared(self) -> bool:
        return bool(self.shared_label)

    def postings(self, month: int, dice: Random) -> Iterable[Posting]:
        if calendar_month(month) not in self.months:
            return
        for nth, due in enumerate(self.due.days(month)):
            day = paid_by(due) if self.before_weekend else due
            amount = self.sign * self.amount.on(due, dice)
            made = day if self.sign < 0 else None
            posting = Posting(self.account, f"{self.label}/{month}/{nth}", day, amount, self.text, self.kind, made, self.subclass,
                              self.bpay, self.reference)  # fmt: skip
            yield from both_sides(posting, self.to, self.to_text) if self.to else (posting,)


@dataclass(frozen=True, slots=True)
class Spending:
    """Purchases with a card: `fewest` to `most` visits a month to the merchants, or one on every day that is `due`.

    With `refunds`, one in forty is given back in full.
    """

    account: str
    name: str
    merchants: tuple[Merchant, ...]
    fewest: int
    most: int
    refunds: bool = True
    due: Schedule | None = None
    months: frozenset[int] = ALL_YEAR
    shared: bool = False

    @property
    def label(self) -> str:
        return f"{self.account}/{self.name}"

    def postings(self, month: int, dice: Random) -> Iterable[Posting]:
        if calendar_month(month) not in self.months:
            return
        for nth, made in enumerate(self._visits(month, dice)):
            merchant = dice.choice(self.merchants)
            amount = dice.randrange(merchant.cheapest, merchant.dearest + 1, merchant.step)
            purchase = _purchase(self.account, f"{self.label}/{month}/{nth}", made, amount, merchant, slow=dice.randrange(3) == 0)
            yield purchase
            if self.refunds and dice.randrange(40) == 0:
                yield Posting(self.account, purchase.identity + "/back", purchase.posted + 5 * DAY, amount,
                              f"REFUND {merchant.text}", TransactionClass.REFUND, made + 4 * DAY)  # fmt: skip

    def _visits(self, month: int, dice: Random) -> list[date]:
        if self.due is not None:
            return self.due.days(month)
        start, days = first_day(month), length(month)
        count = dice.randrange(self.fewest, self.most + 1)
        return [start + day * DAY for day in sorted(dice.randrange(days) for _ in range(count))]


@dataclass(frozen=True, slots=True)
class Coffees:
    """Coffees on `days` days of a month. On some of them two alike: same shop, same price, same day, two transactions."""

    account: str
    merchant: Merchant
    days: int
    shared: bool = False

    @property
    def label(self) -> str:
        return f"{self.account}/{self.merchant.text}"

    def postings(self, month: int, dice: Random) -> Iterable[Posting]:
        for nth, day in enumerate(sorted(dice.sample(range(1, length(month) + 1), self.days))):
            price = dice.randrange(self.merchant.cheapest, self.merchant.dearest + 1, self.merchant.step)
            for cup in range(2 if dice.randrange(6) == 0 or nth == 0 else 1):
                identity = f"{self.label}/{month}/{nth}/{cup}"
                yield _purchase(self.account, identity, clamped(month, day), price, self.merchant, slow=False)


@dataclass(frozen=True, slots=True)
class Instalments:
    """Buy now, pay later: each purchase is four equal fortnightly debits. `purchases` counts them for January to December."""

    account: str
    lender: str
    purchases: tuple[int, ...]
    instalment: Between
    shared: bool = False

    @property
    def label(self) -> str:
        return f"{self.account}/{self.lender}"

    def postings(self, month: int, dice: Random) -> Iterable[Posting]:
        for nth in range(self.purchases[month % 12]):
            bought = clamped(month, dice.randrange(1, 17))
            part = self.instalment.on(bought, dice)
            for turn in range(4):
                day = bought + 14 * turn * DAY
                yield Posting(self.account, f"{self.label}/{month}/{nth}/{turn}", day, -part, f"{self.lender} INSTALMENT {turn + 1} OF 4",
                              TransactionClass.PAYMENT, day, BNPL, reference=f"BN{month % 1200:04d}{nth}")  # fmt: skip


def _purchase(account: str, identity: str, made: date, amount: int, merchant: Merchant, *, slow: bool) -> Posting:
    return Posting(account, identity, posting_day(made, slow=slow), -amount, merchant.text, TransactionClass.PAYMENT, made,
                   merchant.subclass, held=True)  # fmt: skip
