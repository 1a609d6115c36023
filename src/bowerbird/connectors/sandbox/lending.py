"""Accounts that owe money: credit cards, home loans, car loans, personal loans.

Their balances are negative. Only a card may stand a little above nothing, when a refund arrives just after it was paid off.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bowerbird.connectors.sandbox.books import Books
from bowerbird.connectors.sandbox.days import DAY, calendar_month, clamped, last_day
from bowerbird.connectors.sandbox.postings import Posting, both_sides
from bowerbird.model.account import AccountClass
from bowerbird.model.transaction import TransactionClass

TWELFTH_IN_BASIS_POINTS = 120_000
NEVER: frozenset[int] = frozenset()
LATE_BY = 6 * DAY


@dataclass(frozen=True, slots=True)
class Card:
    """A credit card with statements to the month's end, paid from `pay_from` on `due_day` (at most 20) of the next month.

    Of what is owed, `carried` cents are never paid off and bear interest; the rest is paid in full. In the calendar months
    `late` the payment comes six days after it was due: a late fee the day after the due date, and interest on what was due.
    """

    key: str
    name: str
    product: str
    last_digits: str
    limit: int
    rate: int
    pay_from: str
    due_day: int = 14
    carried: int = 0
    late: frozenset[int] = NEVER
    late_fee: int = 20_00
    joint: bool = False
    account_class: AccountClass = AccountClass.CREDIT_CARD
    stage: int = 0

    def known_from(self, month: int) -> int:
        return month

    def opening(self, month: int, books: Books) -> int:
        return -self.carried - self.new_debt(month - 1, books)

    def new_debt(self, month: int, books: Books) -> int:
        """What a month's statement adds, in cents owed: purchases less refunds, fee and interest. It is paid in the next."""
        fee = self.late_fee if calendar_month(month) in self.late else 0
        return -books.raw_total(self.key, month) + fee + self.interest(month, books)

    def interest(self, month: int, books: Books) -> int:
        """A twelfth of the yearly rate on what is carried and, when late, on the purchases of the statement that was due."""
        overdue = -books.raw_total(self.key, month - 1) if calendar_month(month) in self.late else 0
        return (self.carried + max(0, overdue)) * self.rate // TWELFTH_IN_BASIS_POINTS

    def payment_day(self, month: int) -> date:
        return clamped(month, self.due_day) + (LATE_BY if calendar_month(month) in self.late else 0 * DAY)

    def payment_identity(self, month: int) -> str:
        return f"{self.key}/payment/{month}"

    def own_postings(self, month: int, books: Books) -> Iterable[Posting]:
        if calendar_month(month) in self.late:
            day = clamped(month, self.due_day) + DAY
            yield Posting(self.key, f"late/{month}", day, -self.late_fee, "LATE PAYMENT FEE", TransactionClass.BANK_FEE)
        owed = self.new_debt(month - 1, books)
        if owed:
            day = self.payment_day(month)
            text = f"CREDIT CARD PAYMENT XX{self.last_digits}"
            paid = Posting(self.pay_from, self.payment_identity(month), day, -owed, text, TransactionClass.TRANSFER, day)
            yield from both_sides(paid, self.key, "PAYMENT RECEIVED - THANK YOU")
        interest = self.interest(month, books)
        if interest:
            yield Posting(self.key, f"interest/{month}", last_day(month), -interest, "INTEREST CHARGED ON PURCHASES",
                          TransactionClass.LOAN_INTEREST)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan of `principal` cents over `months`, drawn down on `day` of month number `since` and repaid monthly from `pay_from`.

    Interest is a twelfth of the yearly `rate` on what is owed, charged on `day` just before the equal instalment. The last
    instalment clears the loan, and the same day an equal new one is drawn down, so that a loan exists at any date.
    """

    key: str
    name: str
    product: str
    account_class: AccountClass
    principal: int
    rate: int
    months: int
    since: int
    day: int
    pay_from: str
    fixed: bool = False
    purpose: str = "OWNER_OCCUPIED"
    joint: bool = False
    stage: int = 0

    def known_from(self, month: int) -> int:
        return month

    def opening(self, month: int, books: Books) -> int:
        return -owed_after(self.principal, self.rate, self.months, (month - 1 - self.since) % self.months)

    @property
    def instalment(self) -> int:
        return instalment_of(self.principal, self.rate, self.months)

    def drawn(self, month: int) -> date:
        """The draw-down of the loan that is running at the end of a month."""
        return clamped(month - (month - self.since) % self.months, self.day)

    def due(self, month: int) -> date:
        return clamped(month, self.day)

    def own_postings(self, month: int, books: Books) -> Iterable[Posting]:
        day = self.due(month)
        owed = -books.before(self.key)
        interest = owed * self.rate // TWELFTH_IN_BASIS_POINTS
        final = (month - self.since) % self.months == 0
        paid = owed + interest if final else self.instalment
        yield Posting(self.key, f"interest/{month}", day, -interest, "LOAN INTEREST CHARGED", TransactionClass.LOAN_INTEREST)
        text = f"LOAN REPAYMENT {self.name.upper()}"
        repaid = Posting(self.pay_from, f"{self.key}/repayment/{month}", day, -paid, text, TransactionClass.LOAN_REPAYMENT, day)
        yield from both_sides(repaid, self.key, "LOAN REPAYMENT RECEIVED")
        if final:
            yield Posting(self.key, f"advance/{month}", day, -self.principal, "LOAN ADVANCE", TransactionClass.TRANSFER)


@lru_cache(maxsize=256)
def instalment_of(principal: int, rate: int, months: int) -> int:
    """The equal monthly instalment in cents, rounded up, so that the last one is the smallest."""
    scale = 10**18
    growth = scale
    for _ in range(months):
        growth = growth * (TWELFTH_IN_BASIS_POINTS + rate) // TWELFTH_IN_BASIS_POINTS
    return -(-principal * rate * growth // (TWELFTH_IN_BASIS_POINTS * (growth - scale)))


@lru_cache(maxsize=256)
def owed_after(principal: int, rate: int, months: int, repaid: int) -> int:
    """What is owed in cents when `repaid` instalments have been paid."""
    owed = principal
    part = instalment_of(principal, rate, months)
    for _ in range(repaid):
        owed += owed * rate // TWELFTH_IN_BASIS_POINTS - part
    return owed
