"""What happened on an account: days, texts and sums, made from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

SHOPS = (
    "CORNER GROCER", "TRAM STOP CAFE", "WATTLE PHARMACY", "BOWER BOOKS", "REGENT CINEMA", "MAGPIE HARDWARE", "COPPER KETTLE", "FERN & FIG",
    "HARBOUR FUEL", "ANZ ATM", "NAB ATM", "WESTPAC SHARE REG", "PLUM TREE CHILDCARE", "ORCHARD STRATA", "COCKATOO MOBILE", "ING DIRECT",
)  # fmt: skip
TOWNS = ("RICHMOND VIC", "NEWTOWN NSW", "WEST END QLD", "HOBART TAS", "UNLEY SA", "PERTH WA", "DICKSON ACT", "COOLALINGA NT")
INCOMES = ("Salary", "Direct Credit", "Transfer from", "Refund", "PAYMENT RECEIVED", "Interest")
SPENDINGS = ("Card Purchase", "Direct Debit", "Transfer to", "BPAY", "EFTPOS", "Osko Payment")
TRAPS = (
    "CLOSING BALANCE TRANSFER PTY LTD", "2025 CONFERENCE FEE", "OPENING BALANCE BOOKS", "INV 12 May 2025", "TOTAL TOOLS", "WD 100.00 AUD",
    "MAY GIBBS MUSEUM", "PART 1,234 OF 9", "REF 06 2000 12345678", "12 MARCH PLACE",
)  # fmt: skip


@dataclass(frozen=True)
class Movement:
    """One transaction. `lines` are its description as printed; negative amounts leave the account."""

    day: date
    lines: tuple[str, ...]
    amount: int
    made: date | None = None


@dataclass(frozen=True)
class Ledger:
    """An account over a period. Sums in cents, negative when owed."""

    start: date
    end: date
    opening: int
    movements: tuple[Movement, ...]
    digits: str
    holder: str
    seed: int

    @property
    def closing(self) -> int:
        return self.opening + sum(movement.amount for movement in self.movements)

    @property
    def debits(self) -> int:
        return -sum(movement.amount for movement in self.movements if movement.amount < 0)

    @property
    def credits(self) -> int:
        return sum(movement.amount for movement in self.movements if movement.amount > 0)

    @property
    def balances(self) -> list[int]:
        """The balance after each movement."""
        found, running = [], self.opening
        for movement in self.movements:
            running += movement.amount
            found.append(running)
        return found

    def ends_day(self, index: int) -> bool:
        return index + 1 == len(self.movements) or self.movements[index + 1].day != self.movements[index].day


@dataclass(frozen=True)
class Shape:
    """What kind of account a ledger is of: how long, how busy, how rich."""

    days: int = 31
    movements: int = 24
    opening: tuple[int, int] = (-50_000, 1_500_000)
    longest: int = 4
    owing: bool = False
    made_dates: bool = False
    starts: date | None = None
    width: int = 34
    extra: tuple[str, ...] = field(default=())


def make_ledger(seed: int, shape: Shape) -> Ledger:
    """The ledger of a seed. Some begin before a new year, some hold nothing at all."""
    dice = random.Random(f"ledger {seed}")
    start = shape.starts or date(2024, 1, 1) + timedelta(days=dice.randrange(700))
    if seed % 4 == 1 and not shape.starts:
        start = date(start.year, 12, 31) - timedelta(days=dice.randrange(shape.days))
    count = 0 if seed % 11 == 7 else dice.randint(max(shape.movements // 2, 1), shape.movements)
    end = start + timedelta(days=shape.days - 1)
    days = sorted(start + timedelta(days=dice.randrange(shape.days)) for _ in range(count))
    opening = -dice.randint(1_000, 900_000) if shape.owing else dice.randint(*shape.opening)
    movements = tuple(_movement(dice, day, shape, start) for day in days)
    digits = "".join(dice.choice("0123456789") for _ in range(16))
    holder = dice.choice(("MS ROSALIND QUILL", "MR TEODOR VANE", "DR IMOGEN ASHBY", "THE LYREBIRD TRUST"))
    return Ledger(start, end, opening, movements, digits, holder, seed)


def _movement(dice: random.Random, day: date, shape: Shape, start: date) -> Movement:
    income = dice.random() < 0.25
    size = dice.choice((1_000, 10_000, 10_000, 100_000, 2_500_000))
    amount = dice.randint(5, size)
    words = [dice.choice(INCOMES if income else SPENDINGS), dice.choice(SHOPS), str(dice.randint(1, 99_999)), dice.choice(TOWNS)]
    lines = [" ".join(words)[: shape.width].strip()]
    if dice.random() < 0.08:
        lines = [dice.choice(TRAPS)]
    for _ in range(dice.choice((0, 0, 0, 1, 1, 2, shape.longest - 1))):
        lines.append(dice.choice((f"Card xx{dice.randint(1000, 9999)}", dice.choice(TRAPS), "Ref " + dice.choice(SHOPS), *shape.extra)))
    made = None
    if shape.made_dates and dice.random() < 0.3:
        made = max(day - timedelta(days=dice.randrange(4)), start - timedelta(days=3))
    return Movement(day, tuple(lines), amount if income else -amount, made)
