"""A persona: someone who lives at the sandbox bank, with accounts and a story made of flows."""

from __future__ import annotations

from dataclasses import dataclass

from bowerbird.connectors.sandbox.deposits import Everyday, Savings, TermDeposit, Unshared
from bowerbird.connectors.sandbox.flows import Flow, Regular
from bowerbird.connectors.sandbox.lending import Card, Loan
from bowerbird.connectors.sandbox.schedules import ALL_YEAR
from bowerbird.connectors.sandbox.second_factor import ONE_TIME_PASSWORD, SecondFactor
from bowerbird.model.account import PostalAddress, Profile
from bowerbird.sdk.failures import Failure, UserActionRequired

Account = Everyday | Savings | TermDeposit | Unshared | Card | Loan


@dataclass(frozen=True, slots=True)
class IncomeTruth:
    """Income that a persona has: `text` on the statement, what kind it is, and how often it comes, in the calendar `months`."""

    account: str
    text: str
    kind: str
    period: str
    months: frozenset[int]


@dataclass(frozen=True, slots=True)
class Persona:
    """`holder` is the name on the accounts, `joint_holder` the one on joint accounts.

    `shut_out_once` personas must act at the bank before their second try; `no_transactions` is raised instead of transactions.
    """

    login: str
    password: str
    profile: Profile
    accounts: tuple[Account, ...]
    flows: tuple[Flow, ...]
    joint_holder: str = ""
    second_factor: SecondFactor = ONE_TIME_PASSWORD
    shut_out_once: bool = False
    no_transactions: type[Failure] | None = None

    def __post_init__(self) -> None:
        keys = [account.key for account in self.accounts]
        labels = [flow.label for flow in self.flows]
        if len(set(keys)) < len(keys) or len(set(labels)) < len(labels):
            raise ValueError(f"{self.login}: two accounts or two flows have one name")

    @property
    def holder(self) -> str:
        return self.profile.full_name.upper()

    @property
    def truth(self) -> tuple[IncomeTruth, ...]:
        """All recurring income, as the flows and the deposits make it."""
        earned = [flow for flow in self.flows if isinstance(flow, Regular) and flow.earns]
        found = [IncomeTruth(flow.account, flow.text, flow.earns, flow.due.period, flow.months) for flow in earned]
        for account in self.accounts:
            if isinstance(account, Savings):
                found.append(IncomeTruth(account.key, "CREDIT INTEREST", "interest", "P1M", ALL_YEAR))
            if isinstance(account, TermDeposit):
                found.append(IncomeTruth(account.key, "TERM DEPOSIT INTEREST", "interest", f"P{account.months}M", ALL_YEAR))
        return tuple(found)

    @property
    def shows(self) -> str:
        """What a login leads to, in a few words."""
        if self.no_transactions is not None:
            return f"accounts, then {self.no_transactions.entry.title}"
        accounts = ", ".join(account.name for account in self.accounts)
        return f"{UserActionRequired.entry.title} first, then {accounts}" if self.shut_out_once else accounts


@dataclass(frozen=True, slots=True)
class RefusedLogin:
    """Someone whose right password still fails, always in the same way."""

    login: str
    password: str
    failure: type[Failure]


def person(first: str, last: str, email: str, phone: str, address: PostalAddress) -> Profile:
    return Profile(f"{first} {last}", first, "", last, (email,), (phone,), (address,))


def address(line: str, city: str, state: str, postcode: str) -> PostalAddress:
    """An Australian address."""
    return PostalAddress(line, city, state, postcode, "AU", f"{line}, {city} {state} {postcode}, Australia", country="Australia")
