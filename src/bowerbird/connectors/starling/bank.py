"""Starling's API behind the connector protocol. Facts: published clients of its API, v2. The session text is the token.

A feed item keeps its id from pending to settled. Amounts are in minor units without a sign; the direction says which way money goes.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from urllib.parse import quote

import msgspec

from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.connection import Login
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.challenges import LoggedIn
from bowerbird.sdk.connector import ConnectorContext, Upstream
from bowerbird.sdk.failures import AccountUnavailable, Gone, InvalidCredentials, NotUnderstood
from bowerbird.sdk.http import HttpRequest, fetch_json
from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.pages import TransactionsPage

T = TypeVar("T")

_URL = "https://api.starlingbank.com/api/v2"
_WINDOW = timedelta(days=180)
"""What one request asks for."""
_CLASSES = {"PRIMARY": AccountClass.TRANSACTION, "ADDITIONAL": AccountClass.TRANSACTION, "FIXED_TERM_DEPOSIT": AccountClass.TERM_DEPOSIT}
_SIGNS = {"IN": 1, "OUT": -1}
_POSTED, _PENDING = {"SETTLED", "REFUNDED"}, "PENDING"
_MOVES_NOTHING = {"UPCOMING", "REVERSED", "DECLINED", "RETRYING", "ACCOUNT_CHECK", "UPCOMING_CANCELLED"}
_LONGEST_TEXT = 1000


class _StarlingMoney(msgspec.Struct, frozen=True, rename="camel"):
    currency: str
    minor_units: int


class _StarlingAccount(msgspec.Struct, frozen=True, rename="camel"):
    account_uid: str
    account_type: str
    default_category: str
    currency: str
    created_at: datetime
    name: str = ""


class _StarlingAccounts(msgspec.Struct, frozen=True):
    accounts: list[_StarlingAccount]


class _StarlingBalance(msgspec.Struct, frozen=True, rename="camel"):
    cleared_balance: _StarlingMoney
    effective_balance: _StarlingMoney


class _StarlingIdentifiers(msgspec.Struct, frozen=True, rename="camel"):
    account_identifier: str
    bank_identifier: str


class _StarlingFeedItem(msgspec.Struct, frozen=True, rename="camel"):
    feed_item_uid: str
    amount: _StarlingMoney
    direction: str
    status: str
    transaction_time: datetime
    settlement_time: datetime | None = None
    counter_party_name: str = ""
    reference: str = ""


class _StarlingFeed(msgspec.Struct, frozen=True, rename="camel"):
    feed_items: list[_StarlingFeedItem]


class Starling:
    """Reads with a token that the person makes in their developer account and can revoke there."""

    institutions = frozenset({"GB90001"})
    tier = LeafTier.SYNTHETIC
    upstream = Upstream(
        "starling", frozenset({"api.starlingbank.com"}), ends_at="in the developer account at Starling, where the token was made"
    )

    def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn:
        token = login.password.strip()
        if not token.isascii() or not token.isprintable() or " " in token:
            raise InvalidCredentials("not a token")
        _get(token, "/accounts", _StarlingAccounts, context)
        return LoggedIn(token)

    def accounts(self, session: str, context: ConnectorContext) -> tuple[None, list[BankAccount]]:
        found = _get(session, "/accounts", _StarlingAccounts, context).accounts
        return None, [_read_account(session, each, context) for each in found]

    def transactions(self, session: str, account: BankAccount, since: date | None, context: ConnectorContext) -> TransactionsPage:
        """The items of half a year, the newest first, back to the day that is asked for or on which the account was opened."""
        account_uid, _, category = (account.upstream_id or "").partition("/")
        end = date.fromisoformat(context.cursor) if context.cursor else context.now.astimezone(UTC).date() + timedelta(days=1)
        first = since or date.fromisoformat(account.opened or "2014-01-01")
        start = max(first, end - _WINDOW)
        path = f"/feed/account/{quote(account_uid, safe='')}/category/{quote(category, safe='')}/transactions-between"
        query = f"minTransactionTimestamp={start}T00:00:00.000Z&maxTransactionTimestamp={end}T00:00:00.000Z"
        try:
            items = _get(session, f"{path}?{query}", _StarlingFeed, context).feed_items
        except Gone as error:
            raise AccountUnavailable("Starling has no such account any more") from error
        rows = [_transaction(each, account) for each in items if each.status not in _MOVES_NOTHING]
        return TransactionsPage(rows, start.isoformat() if start > first else None)


def _get(token: str, path: str, kind: type[T], context: ConnectorContext) -> T:
    request = HttpRequest("GET", f"{_URL}{path}", {"Authorization": f"Bearer {token}", "Accept": "application/json"})
    return fetch_json(context.http, request, kind, context.now)


def _read_account(token: str, account: _StarlingAccount, context: ConnectorContext) -> BankAccount:
    path = f"/accounts/{quote(account.account_uid, safe='')}"
    balance = _get(token, f"{path}/balance", _StarlingBalance, context)
    numbers = _get(token, f"{path}/identifiers", _StarlingIdentifiers, context)
    return BankAccount(
        number=f"{numbers.bank_identifier}{numbers.account_identifier}",
        name=account.name or "Starling account",
        holder=None,
        currency=account.currency,
        account_class=_CLASSES.get(account.account_type, AccountClass.UNKNOWN),
        product=f"Starling {account.account_type.replace('_', ' ').lower()}",
        balance=balance.cleared_balance.minor_units,
        available=balance.effective_balance.minor_units,
        opened=account.created_at.date().isoformat(),
        last_updated=context.now,
        upstream_id=f"{account.account_uid}/{account.default_category}",
    )


def _transaction(item: _StarlingFeedItem, account: BankAccount) -> BankTransaction:
    sign = _SIGNS.get(item.direction)
    if sign is None or item.amount.currency != account.currency or item.amount.minor_units < 0:
        raise NotUnderstood("a feed item of another currency, direction or sign")
    if item.status != _PENDING and item.status not in _POSTED:
        raise NotUnderstood("a feed item of an unknown status")
    posted = None if item.status == _PENDING else (item.settlement_time or item.transaction_time).date()
    texts = (item.counter_party_name, item.reference if item.reference != item.counter_party_name else "")
    return BankTransaction(
        amount=sign * item.amount.minor_units,
        description=" ".join(filter(None, texts))[:_LONGEST_TEXT] or "Starling",
        posted=posted,
        made=item.transaction_time.date(),
        upstream_id=item.feed_item_uid,
        currency=item.amount.currency,
    )
