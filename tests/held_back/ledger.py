"""Synthetic accounts: rows with a day, an amount, words and the balance after them, the same for the same seed."""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

WORDS = {
    "en": (
        "CORNER GROCER {n}",
        "SALARY NORTHWIND PTY",
        "BLUE KITE CAFE",
        "DIRECT DEBIT WATER {n}",
        "TRANSFER TO SAVINGS",
        "RENT OAK STREET",
        "CARD PURCHASE BOOKSHOP {n}",
        "INTEREST CREDIT",
        "FUEL STOP {n}",
        "REFUND SHOE SHOP",
    ),
    "de": (
        "Lastschrift Stadtwerke {n}",
        "Gehalt Nordwind GmbH",
        "Bäckerei Müller",
        "Miete Eichenweg",
        "Überweisung Sparen",
        "Kartenzahlung Markt {n}",
        "Zinsen",
    ),
    "fr": (
        "VIR SALAIRE NORDVENT",
        "CARTE BOULANGERIE {n}",
        "PRLV ÉLECTRICITÉ {n}",
        "LOYER CHÊNE",
        "CHEQUE {n}",
        "RETRAIT DAB {n}",
    ),
    "ja": ("給与 北風商事", "コンビニ {n}", "電気料金", "家賃", "普通預金利息", "振込 カゼ"),
    "xx": ("Nordvind lön", "Apotek {n}", "Elräkning {n}", "Hyra", "Överföring {n}", "Ränta"),
}


@dataclass(frozen=True)
class Row:
    """One transaction: its day, signed amount in cents, words, and the balance in cents after it."""

    day: date
    cents: int
    words: str
    balance_cents: int


@dataclass(frozen=True)
class Ledger:
    """Rows of one account in the order they happened, and the balance in cents before the first."""

    number: str
    opening_cents: int
    rows: tuple[Row, ...]

    @property
    def closing_cents(self) -> int:
        """The balance in cents after the last row."""
        return self.rows[-1].balance_cents if self.rows else self.opening_cents

    @property
    def paid_in_cents(self) -> int:
        """Sum of what came in, in cents."""
        return sum(row.cents for row in self.rows if row.cents > 0)

    @property
    def paid_out_cents(self) -> int:
        """Sum of what went out, in cents, as a positive number."""
        return -sum(row.cents for row in self.rows if row.cents < 0)


def cents_between(rng: random.Random, low: int, high: int, step: int) -> int:
    """A number of cents from `low` to `high` that is a multiple of `step`."""
    return rng.randrange(low, high) // step * step


def account(
    seed: str,
    size: int = 10,
    language: str = "en",
    first: date = date(2025, 3, 3),
    step: int = 1,
    large: bool = True,
    days_to_12: bool = False,
    opening_cents: int = 250_000,
    per_day: float = 0.3,
    number: str = "12345678",
) -> Ledger:
    """Rows of a made-up account.

    `step` 100 gives whole units; `large` puts amounts of 1,000 and more among them; `days_to_12` keeps every day
    below the 13th of one month, so that day and month cannot be known apart; `per_day` is how often a row shares a day.
    """
    rng = random.Random(seed)
    day, balance = first, opening_cents
    rows: list[Row] = []
    for index in range(size):
        if index and rng.random() > per_day:
            day += timedelta(days=rng.randrange(1, 5 if size < 40 else 2))
        if days_to_12 and day.day > 12:
            day = day.replace(day=12)
        high = rng.random() < 0.25 and large
        cents = cents_between(rng, 100_000, 480_000, step) if high else cents_between(rng, 500, 42_000, step)
        if not high or rng.random() < 0.3:
            cents = -cents
        if index == 1:
            cents = abs(cents)
        if index == size - 1 and not days_to_12 and day.day <= 12 and not any(row.day.day > 12 for row in rows):
            day = day.replace(day=13 + rng.randrange(10))
        balance += cents
        words = rng.choice(WORDS[language]).format(n=rng.randrange(100, 999))
        rows.append(Row(day, cents, words, balance))
    return Ledger(number, opening_cents, tuple(rows))


def with_words(ledger: Ledger, words: tuple[str, ...]) -> Ledger:
    """The same rows with these words, one after the other."""
    rows = (replace(row, words=words[at % len(words)]) for at, row in enumerate(ledger.rows))
    return replace(ledger, rows=tuple(rows))
