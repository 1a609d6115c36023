"""The seeded bank behind the connector protocol. Its session text is the story."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import UTC, date

import msgspec

from bowerbird.model.account import BankAccount, Ownership, Profile
from bowerbird.model.connection import Login
from bowerbird.model.money import parse_cents
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.challenges import LoggedIn
from bowerbird.sdk.connector import ConnectorContext
from bowerbird.sdk.failures import InvalidUsernameOrPassword, NotUnderstood
from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.seed_account import SeedAccount, SeedAccounts

_read = msgspec.json.Decoder(SeedAccounts).decode


class SeededBank:
    institutions = frozenset({"AU00006"})
    tier = LeafTier.SYNTHETIC

    def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn:
        """Only who is in a seed file has a story."""
        if not login.security_code:
            raise InvalidUsernameOrPassword
        if not hmac.compare_digest(_read(login.security_code).password.encode(), login.password.encode("utf-8", "surrogatepass")):
            raise InvalidUsernameOrPassword
        return LoggedIn(login.security_code)

    def accounts(self, session: str, context: ConnectorContext) -> tuple[Profile, list[BankAccount]]:
        seed_accounts = _read(session)
        first, _, last = seed_accounts.holder.partition(" ")
        return Profile(seed_accounts.holder, first, "", last), [
            _account(each, seed_accounts.holder, context) for each in seed_accounts.accounts
        ]

    def transactions(self, session: str, account: BankAccount, since: date | None, context: ConnectorContext) -> Iterable[BankTransaction]:
        for each in _read(session).accounts:
            if each.number == account.number and each.currency == account.currency:
                return _listing(each, context)
        raise NotUnderstood


def _account(account: SeedAccount, holder: str, context: ConnectorContext) -> BankAccount:
    listing = _listing(account, context)
    posted = [each.amount for each in listing if each.posted is not None]
    held = sum(each.amount for each in listing if each.posted is None)
    balance = None if account.opening is None else parse_cents(account.opening) + sum(posted)
    return BankAccount(
        number=account.number, name=account.name, holder=holder, currency=account.currency, account_class=account.account_class,
        product=account.product, balance=balance, available=None if balance is None else balance + held,
        ownership=Ownership.ONE_PARTY, last_updated=context.now,
    )  # fmt: skip


def _listing(account: SeedAccount, context: ConnectorContext) -> list[BankTransaction]:
    """What is posted by today, and after it what is pending on it."""
    today = context.now.astimezone(UTC).date()
    balance = None if account.opening is None else parse_cents(account.opening)
    posted, pending = [], []
    for place, each in enumerate(account.transactions):
        amount = parse_cents(each.amount)
        balance = None if balance is None else balance + amount
        row = BankTransaction(amount, each.description, each.posted, each.made, balance, str(place), kind=each.kind)
        if each.posted <= today:
            posted.append(row)
        elif each.made is not None and each.made <= today:
            pending.append(msgspec.structs.replace(row, posted=None, balance=None))
    return [*posted, *pending]
