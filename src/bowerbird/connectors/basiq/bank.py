"""Basiq's API 3.0 behind the connector protocol: what Basiq holds of one of its users, whose banks it refreshes itself.

The login is the user's id at Basiq, the password the application's API key. The session text is an access token, which lasts an hour, and
the user's id. Pending rows get new ids with each refresh there, so that only a posted one has an id here.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TypeVar
from urllib.parse import quote

import msgspec

from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.connection import Login
from bowerbird.model.money import parse_cents
from bowerbird.model.transaction import BankTransaction, TransactionClass
from bowerbird.sdk.challenges import LoggedIn
from bowerbird.sdk.connector import ConnectorContext, Upstream
from bowerbird.sdk.failures import Gone, InvalidCredentials, NotUnderstood, Unavailable, UserActionRequired
from bowerbird.sdk.http import HttpRequest, fetch_json
from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.pages import TransactionsPage

T = TypeVar("T")

_URL = "https://au-api.basiq.io"
_USER_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_CLASSES = {each.value: each for each in AccountClass}
_KINDS = {each.value: each for each in TransactionClass}
_LONGEST_TEXT = 1000


class _BasiqToken(msgspec.Struct, frozen=True):
    access_token: str


class _BasiqClass(msgspec.Struct, frozen=True):
    type: str
    product: str = ""


class _BasiqAccount(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    account_no: str
    name: str
    currency: str
    class_: _BasiqClass = msgspec.field(name="class")
    account_holder: str | None = None
    balance: str | None = None
    available_funds: str | None = None
    last_updated: datetime | None = None
    status: str = "available"
    institution: str | None = None


class _BasiqLinks(msgspec.Struct, frozen=True):
    next: str | None = None


class _BasiqAccounts(msgspec.Struct, frozen=True):
    data: list[_BasiqAccount]


class _BasiqTransaction(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    status: str
    amount: str
    description: str
    post_date: str | None = None
    transaction_date: str | None = None
    balance: str | None = None
    class_: str = msgspec.field(name="class", default="")


class _BasiqTransactions(msgspec.Struct, frozen=True):
    data: list[_BasiqTransaction]
    links: _BasiqLinks


class Basiq:
    """Reads what Basiq holds; nothing is refreshed there, and no data is changed."""

    institutions = frozenset({"AU94001"})
    tier = LeafTier.SYNTHETIC
    upstream = Upstream(
        "basiq", frozenset({"au-api.basiq.io"}), ends_at="at the service that connected the bank to Basiq and holds the API key"
    )

    def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn:
        """Exchange the API key for an access token, and see that the user is there."""
        user_id, key = login.login_id.strip().lower(), login.password.strip()
        if not _USER_ID.match(user_id) or not key.isascii() or not key.isprintable() or " " in key:
            raise InvalidCredentials("not a user's id, or not an API key")
        headers = {"Authorization": f"Basic {key}", "basiq-version": "3.0", "Content-Type": "application/x-www-form-urlencoded"}
        request = HttpRequest("POST", f"{_URL}/token", headers, b"scope=SERVER_ACCESS")
        token = fetch_json(context.http, request, _BasiqToken, context.now).access_token
        try:
            _get(f"{token} {user_id}", f"{_URL}/users/{user_id}/accounts", _BasiqAccounts, context)
        except Gone as error:
            raise InvalidCredentials("Basiq has no such user") from error
        return LoggedIn(f"{token} {user_id}")

    def accounts(self, session: str, context: ConnectorContext) -> tuple[None, list[BankAccount]]:
        user_id = session.rpartition(" ")[2]
        return None, [_account(each) for each in _get(session, f"{_URL}/users/{user_id}/accounts", _BasiqAccounts, context).data]

    def transactions(self, session: str, account: BankAccount, since: date | None, context: ConnectorContext) -> TransactionsPage:
        """The page that Basiq's own link leads to; the first holds the newest."""
        user_id = session.rpartition(" ")[2]
        wanted = f"account.id.eq('{account.upstream_id}')"
        if since is not None:
            wanted += f",transaction.postDate.gteq('{since.isoformat()}')"
        first = f"{_URL}/users/{user_id}/transactions?limit=500&filter={quote(wanted, safe='')}"
        page = _get(session, context.cursor or first, _BasiqTransactions, context)
        return TransactionsPage([_transaction(each, account.currency) for each in page.data], page.links.next)


def _get(session: str, url: str, kind: type[T], context: ConnectorContext) -> T:
    """Raises Unavailable where the access token is over: the next refresh gets another."""
    headers = {"Authorization": f"Bearer {session.partition(' ')[0]}", "Accept": "application/json"}
    try:
        return fetch_json(context.http, HttpRequest("GET", url, headers), kind, context.now)
    except (InvalidCredentials, UserActionRequired) as error:
        raise Unavailable("the access token is over, or may not read the user") from error


def _cents(text: str | None) -> int | None:
    try:
        return parse_cents(text) if text else None
    except ValueError as error:
        raise NotUnderstood("an amount that cannot be read") from error


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError as error:
        raise NotUnderstood("a day that cannot be read") from error


def _account(account: _BasiqAccount) -> BankAccount:
    return BankAccount(
        number=account.account_no or account.id,
        name=account.name,
        holder=account.account_holder,
        currency=account.currency,
        account_class=_CLASSES.get(account.class_.type, AccountClass.UNKNOWN),
        product=account.class_.product or account.class_.type,
        balance=_cents(account.balance),
        available=_cents(account.available_funds),
        unavailable=account.status == "unavailable",
        last_updated=account.last_updated.astimezone(UTC) if account.last_updated else None,
        upstream_id=account.id,
        institution=account.institution,
    )


def _transaction(row: _BasiqTransaction, currency: str) -> BankTransaction:
    amount, posted = _cents(row.amount), _day(row.post_date)
    is_pending = row.status == "pending"
    if amount is None or row.status not in {"pending", "posted"} or (posted is None and not is_pending):
        raise NotUnderstood("a transaction without its amount, day or status")
    return BankTransaction(
        amount=amount,
        description=row.description[:_LONGEST_TEXT],
        posted=None if is_pending else posted,
        made=_day(row.transaction_date),
        balance=None if is_pending else _cents(row.balance),
        upstream_id=None if is_pending else row.id,
        kind=_KINDS.get(row.class_),
        currency=currency,
    )
