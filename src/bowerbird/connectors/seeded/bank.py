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
from bowerbird.sdk.connector import Visit
from bowerbird.sdk.failures import InvalidUsernameOrPassword, NotUnderstood
from bowerbird.sdk.story import Story, StoryAccount

_read = msgspec.json.Decoder(Story).decode


class SeededBank:
    institutions = frozenset({"AU00006"})

    def log_in(self, login: Login, visit: Visit) -> LoggedIn:
        """Only who is in a seed file has a story."""
        if not login.security_code:
            raise InvalidUsernameOrPassword
        if not hmac.compare_digest(_read(login.security_code).password.encode(), login.password.encode("utf-8", "surrogatepass")):
            raise InvalidUsernameOrPassword
        return LoggedIn(login.security_code)

    def accounts(self, session: str, visit: Visit) -> tuple[Profile, list[BankAccount]]:
        story = _read(session)
        first, _, last = story.holder.partition(" ")
        return Profile(story.holder, first, "", last), [_account(each, story.holder, visit) for each in story.accounts]

    def transactions(self, session: str, account: BankAccount, since: date | None, visit: Visit) -> Iterable[BankTransaction]:
        for each in _read(session).accounts:
            if each.number == account.number and each.currency == account.currency:
                return _told(each, visit)
        raise NotUnderstood


def _account(account: StoryAccount, holder: str, visit: Visit) -> BankAccount:
    told = _told(account, visit)
    posted = [each.amount for each in told if each.posted is not None]
    held = sum(each.amount for each in told if each.posted is None)
    balance = None if account.opening is None else parse_cents(account.opening) + sum(posted)
    return BankAccount(
        number=account.number, name=account.name, holder=holder, currency=account.currency, account_class=account.account_class,
        product=account.product, balance=balance, available=None if balance is None else balance + held,
        ownership=Ownership.ONE_PARTY, last_updated=visit.now,
    )  # fmt: skip


def _told(account: StoryAccount, visit: Visit) -> list[BankTransaction]:
    """What is posted by today, and after it what is pending on it."""
    today = visit.now.astimezone(UTC).date()
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
