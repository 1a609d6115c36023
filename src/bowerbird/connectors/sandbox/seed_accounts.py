"""The words of a persona's story: what comes in, what goes out, what moves between a person's own accounts.

Money is in cents, written 1_850_40 for $1,850.40. An amount is exact, a range (lowest, highest), or `Rising`.
"""

from __future__ import annotations

from bowerbird.connectors.sandbox.flows import Amount, Between, Exactly, Regular, Rising, Spending
from bowerbird.connectors.sandbox.merchants import EXCHANGES, GAMBLING, Merchant
from bowerbird.connectors.sandbox.postings import Anzsic
from bowerbird.connectors.sandbox.schedules import ALL_YEAR, Monthly, Schedule, Weekly
from bowerbird.model.transaction import TransactionClass

Money = int | tuple[int, int] | Rising

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)


def amount(money: Money) -> Amount:
    if isinstance(money, Rising):
        return money
    return Exactly(money) if isinstance(money, int) else Between(*money)


def monthly(day: int) -> Monthly:
    return Monthly(day)


def quarterly(day: int, first: int = 1) -> Monthly:
    """A day of every third month, the first being calendar month `first` (1 to 3)."""
    return Monthly(day, 3, first - 1)


def weekly(weekday: int) -> Weekly:
    return Weekly(weekday)


def fortnightly(weekday: int, phase: int = 0) -> Weekly:
    """Every second week; two flows of different `phase` (0 or 1) alternate."""
    return Weekly(weekday, 2, phase)


def salary(account: str, text: str, pay: Money, due: Schedule, months: frozenset[int] = ALL_YEAR) -> Regular:
    """Wages, paid on the Friday before when due on a weekend."""
    return Regular(account, text, 1, amount(pay), due, TransactionClass.DIRECT_CREDIT, months=months, before_weekend=True,
                   earns="salary")  # fmt: skip


def income(account: str, text: str, pay: Money, due: Schedule, months: frozenset[int] = ALL_YEAR, earns: str = "gig") -> Regular:
    """Money from others that is no wage: a benefit, a rent, a fare, a customer's payment. `earns` is what it is, "" for no income."""
    return Regular(account, text, 1, amount(pay), due, TransactionClass.DIRECT_CREDIT, months=months, earns=earns)


def payment(account: str, text: str, sum_: Money, due: Schedule, subclass: Anzsic, reference: str = "") -> Regular:
    """A direct debit or a standing order to someone who sells something."""
    return Regular(account, text, -1, amount(sum_), due, TransactionClass.PAYMENT, subclass, reference=reference)


def bpay(account: str, biller: tuple[str, str], crn: str, sum_: Money, due: Schedule, subclass: Anzsic) -> Regular:
    """A bill paid through BPAY; `biller` is the biller's code and name, `crn` the customer reference number."""
    code, name = biller
    text = f"BPAY {name} {code} CRN {crn}"
    return Regular(account, text, -1, amount(sum_), due, TransactionClass.PAYMENT, subclass, bpay=(code, name, crn), reference=crn)


def transfer(account: str, to: str, text: str, to_text: str, sum_: Money, due: Schedule) -> Regular:
    """A standing transfer between two accounts of the same person."""
    return Regular(account, text, -1, amount(sum_), due, TransactionClass.TRANSFER, to=to, to_text=to_text)


def sent(account: str, text: str, sum_: Money, due: Schedule, agreed: str = "") -> Regular:
    """A transfer to someone else. Two personas who agreed on a word see the same amount on the same days."""
    return Regular(account, text, -1, amount(sum_), due, TransactionClass.TRANSFER, shared_label=agreed)


def received(account: str, text: str, sum_: Money, due: Schedule, agreed: str = "") -> Regular:
    """A transfer from someone else; see `sent`."""
    return Regular(account, text, 1, amount(sum_), due, TransactionClass.TRANSFER, shared_label=agreed)


def lender(account: str, text: str, instalment: int, due: Schedule) -> Regular:
    """The repayment of a loan whose own account is not shown, or is with another bank."""
    return Regular(account, text, -1, Exactly(instalment), due, TransactionClass.LOAN_REPAYMENT)


def cash(account: str, text: str, sum_: tuple[int, int], due: Schedule) -> Regular:
    """Notes from a machine, in twenties."""
    return Regular(account, text, -1, Between(*sum_, 20_00), due, TransactionClass.CASH_WITHDRAWAL)


def fee(account: str, text: str, cents: int, due: Schedule) -> Regular:
    return Regular(account, text, -1, Exactly(cents), due, TransactionClass.BANK_FEE)


def spending(account: str, name: str, merchants: tuple[Merchant, ...], fewest: int, most: int) -> Spending:
    """`fewest` to `most` purchases a month. One in forty is refunded, but no bet and no crypto."""
    final = merchants[0].subclass in (GAMBLING, EXCHANGES)
    return Spending(account, name, merchants, fewest, most, refunds=not final)


def habit(account: str, name: str, merchant: Merchant, due: Schedule) -> Spending:
    """The same purchase at the same shop on every day of a schedule."""
    return Spending(account, name, (merchant,), 1, 1, due=due)
