"""A bank that does what a test says, behind the same protocol and guard as every other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from bowerbird.model.account import AccountClass, BankAccount, Profile
from bowerbird.model.connection import Login
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.challenges import Challenge, LoggedIn
from bowerbird.sdk.connector import ConnectorContext

EVERYDAY = BankAccount("062000111", "Everyday", "A PERSON", "AUD", AccountClass.TRANSACTION, "Everyday", 10_000, 10_000)


def nothing() -> None:
    """Between any two calls a test may put something of its own here."""


@dataclass
class ScriptedBank:
    """Takes the place of a sandbox institution: `serving.world.plugins.connectors["AU00001"] = bank`."""

    listing: list[BankTransaction] = field(default_factory=list)
    account: BankAccount = EVERYDAY
    before_log_in: Callable[[], None] = nothing
    before_accounts: Callable[[], None] = nothing
    before_transactions: Callable[[], None] = nothing
    visits: list[int] = field(default_factory=list)
    institutions: frozenset[str] = frozenset({"AU00001"})

    def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn | Challenge:
        self.visits.append(context.earlier_jobs)
        self.before_log_in()
        return LoggedIn(login.login_id)

    def accounts(self, session: str, context: ConnectorContext) -> tuple[Profile, list[BankAccount]]:
        self.before_accounts()
        return Profile("A Person", "A", "", "Person"), [self.account]

    def transactions(self, session: str, account: BankAccount, since: date | None, context: ConnectorContext) -> Iterable[BankTransaction]:
        self.before_transactions()
        return list(self.listing)


def purchase(cents: int, text: str, day: date | None, **more: object) -> BankTransaction:
    return BankTransaction(-cents, text, day, **more)  # type: ignore[arg-type]


def ids(listed: Sequence[dict[str, object]]) -> dict[str, object]:
    """Description → id."""
    return {str(row["description"]): row["id"] for row in listed}
