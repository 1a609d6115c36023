"""Accounts that hold money: everyday and business accounts, savings, term deposits, and those a customer did not share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from bowerbird.connectors.sandbox.books import Books
from bowerbird.connectors.sandbox.days import calendar_month, clamped, last_day
from bowerbird.connectors.sandbox.postings import Posting, both_sides
from bowerbird.model.account import AccountClass
from bowerbird.model.transaction import TransactionClass

YEAR_IN_BASIS_POINTS = 10_000 * 365


@dataclass(frozen=True, slots=True)
class Everyday:
    """A transaction account. On the last day of a month all beyond `float_cents` goes to `sweep_to`, or what is missing comes.

    `sweep_to` is the key of the persona's savings, or "" for an account at another bank. `monthly_fee` in cents.
    """

    key: str
    name: str
    product: str
    float_cents: int
    sweep_to: str = ""
    monthly_fee: int = 0
    joint: bool = False
    account_class: AccountClass = AccountClass.TRANSACTION
    stage: int = 1

    def known_from(self, month: int) -> int:
        return month

    def opening(self, month: int, books: Books) -> int:
        return self.float_cents

    def own_postings(self, month: int, books: Books) -> Iterable[Posting]:
        day = last_day(month)
        if self.monthly_fee:
            yield Posting(self.key, f"fee/{month}", day, -self.monthly_fee, "MONTHLY ACCOUNT FEE", TransactionClass.BANK_FEE)
        surplus = books.closing(self.key) - self.float_cents
        if surplus == 0:
            return
        there, back = ("TO", "FROM") if surplus > 0 else ("FROM", "TO")
        other = "SAVINGS" if self.sweep_to else "OTHER BANK"
        sweep = Posting(self.key, f"sweep/{month}", day, -surplus, f"AUTOMATIC TRANSFER {there} {other}", TransactionClass.TRANSFER, day)
        yield from both_sides(sweep, self.sweep_to, f"AUTOMATIC TRANSFER {back} EVERYDAY") if self.sweep_to else (sweep,)


@dataclass(frozen=True, slots=True)
class Savings:
    """Interest on each day's balance, paid on the last of the month. On 30 June and 31 December all beyond `base` is invested.

    `rate` in basis points a year, `base` in cents.
    """

    key: str
    name: str
    product: str
    base: int
    rate: int
    joint: bool = False
    account_class: AccountClass = AccountClass.SAVINGS
    stage: int = 2

    def known_from(self, month: int) -> int:
        return month - month % 6

    def opening(self, month: int, books: Books) -> int:
        return self.base

    def own_postings(self, month: int, books: Books) -> Iterable[Posting]:
        day = last_day(month)
        cent_days = _cent_days(books.before(self.key), books.so_far(self.key), day)
        interest = max(0, cent_days) * self.rate // YEAR_IN_BASIS_POINTS
        yield Posting(self.key, f"interest/{month}", day, interest, "CREDIT INTEREST", TransactionClass.INTEREST)
        surplus = books.closing(self.key) - self.base
        if calendar_month(month) in (6, 12) and surplus:
            text = "TRANSFER TO MANAGED INVESTMENT" if surplus > 0 else "TRANSFER FROM MANAGED INVESTMENT"
            yield Posting(self.key, f"investment/{month}", day, -surplus, text, TransactionClass.TRANSFER, day)


def _cent_days(opening: int, postings: Sequence[Posting], last: date) -> int:
    """The sum of a month's closing balances of each day, in cents."""
    return opening * last.day + sum(posting.amount * (last.day - posting.posted.day + 1) for posting in postings)


@dataclass(frozen=True, slots=True)
class TermDeposit:
    """A deposit for `months`, rolled over for ever. At each maturity its interest is paid out to `pay_to`."""

    key: str
    name: str
    product: str
    principal: int
    rate: int
    months: int
    day: int
    pay_to: str
    joint: bool = False
    account_class: AccountClass = AccountClass.TERM_DEPOSIT
    stage: int = 0

    def known_from(self, month: int) -> int:
        return month

    def opening(self, month: int, books: Books) -> int:
        return self.principal

    @property
    def interest(self) -> int:
        """Cents for a whole term, in twelfths of a year."""
        return self.principal * self.rate * self.months // 120_000

    def maturity(self, month: int) -> date:
        """The first maturity in or after a month."""
        return clamped(month + -month % self.months, self.day)

    def own_postings(self, month: int, books: Books) -> Iterable[Posting]:
        if month % self.months:
            return
        day = self.maturity(month)
        yield Posting(self.key, f"interest/{month}", day, self.interest, "TERM DEPOSIT INTEREST", TransactionClass.INTEREST)
        paid = Posting(self.key, f"payout/{month}", day, -self.interest, "INTEREST PAID OUT", TransactionClass.TRANSFER, day)
        yield from both_sides(paid, self.pay_to, "TERM DEPOSIT INTEREST PAID", TransactionClass.INTEREST)


@dataclass(frozen=True, slots=True)
class Unshared:
    """An account the bank lists but the customer did not share: no balance, no transactions. Cards have `last_digits`."""

    key: str
    name: str
    product: str
    account_class: AccountClass
    last_digits: str = ""
    joint: bool = False
    stage: int = 0

    def known_from(self, month: int) -> int:
        return month

    def opening(self, month: int, books: Books) -> int:
        return 0

    def own_postings(self, month: int, books: Books) -> Iterable[Posting]:
        return ()
