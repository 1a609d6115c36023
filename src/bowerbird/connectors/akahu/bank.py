"""Akahu's API behind the connector protocol. Facts: developers.akahu.nz, v1. The session text is both tokens.

Posted and pending rows are two lists. Pending ones have no ids, and their days and texts may change.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from urllib.parse import quote

import msgspec

from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.connection import Login
from bowerbird.model.money import parse_cents
from bowerbird.model.transaction import BankTransaction, TransactionClass
from bowerbird.sdk.challenges import LoggedIn
from bowerbird.sdk.connector import ConnectorContext, Upstream
from bowerbird.sdk.failures import AccountUnavailable, Gone, InvalidCredentials, NotUnderstood
from bowerbird.sdk.http import HttpRequest, fetch_json
from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.pages import TransactionsPage

T = TypeVar("T")

_URL = "https://api.akahu.io/v1"
_CLASSES = {
    "CHECKING": AccountClass.TRANSACTION,
    "WALLET": AccountClass.TRANSACTION,
    "SAVINGS": AccountClass.SAVINGS,
    "CREDITCARD": AccountClass.CREDIT_CARD,
    "LOAN": AccountClass.LOAN,
    "TERMDEPOSIT": AccountClass.TERM_DEPOSIT,
    "KIWISAVER": AccountClass.INVESTMENT,
    "INVESTMENT": AccountClass.INVESTMENT,
    "FOREIGN": AccountClass.FOREIGN,
}
_NO_MONEY = "REWARDS"
_KINDS = {
    "TRANSFER": TransactionClass.TRANSFER,
    "INTEREST": TransactionClass.INTEREST,
    "FEE": TransactionClass.BANK_FEE,
    "DIRECT CREDIT": TransactionClass.DIRECT_CREDIT,
    "LOAN": TransactionClass.LOAN_REPAYMENT,
}
_LONGEST_TEXT = 1000
_MIDDAY = timedelta(hours=13)
"""Days are written as the moment in UTC at which they begin in New Zealand, 12 or 13 hours before."""


class _AkahuBalance(msgspec.Struct, frozen=True):
    currency: str
    current: msgspec.Raw
    available: msgspec.Raw = msgspec.Raw(b"")
    limit: msgspec.Raw = msgspec.Raw(b"")


class _AkahuSource(msgspec.Struct, frozen=True):
    name: str


class _AkahuMeta(msgspec.Struct, frozen=True):
    holder: str | None = None


class _AkahuAccount(msgspec.Struct, frozen=True):
    id: str = msgspec.field(name="_id")
    name: str
    status: str
    type: str
    connection: _AkahuSource
    balance: _AkahuBalance | None = None
    formatted_account: str | None = None
    meta: _AkahuMeta = _AkahuMeta()


class _AkahuRow(msgspec.Struct, frozen=True):
    date: datetime
    description: str
    amount: msgspec.Raw
    type: str = ""
    id: str | None = msgspec.field(name="_id", default=None)
    balance: msgspec.Raw = msgspec.Raw(b"")


class _AkahuCursor(msgspec.Struct, frozen=True):
    next: str | None = None


class _AkahuAccounts(msgspec.Struct, frozen=True):
    items: list[_AkahuAccount]


class _AkahuPending(msgspec.Struct, frozen=True):
    items: list[_AkahuRow]


class _AkahuPosted(msgspec.Struct, frozen=True):
    items: list[_AkahuRow]
    cursor: _AkahuCursor


class Akahu:
    """Reads with the tokens of a personal app, which Akahu gives its customers for their own accounts."""

    institutions = frozenset({"NZ90001"})
    tier = LeafTier.SYNTHETIC
    upstream = Upstream("akahu", frozenset({"api.akahu.io"}), ends_at="in the personal app at Akahu, where the tokens were made")

    def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn:
        app, user = login.login_id.strip(), login.password.strip()
        if not all(token.isascii() and token.isprintable() and token and " " not in token for token in (app, user)):
            raise InvalidCredentials("not a token")
        _get(f"{app} {user}", "/accounts", _AkahuAccounts, context)
        return LoggedIn(f"{app} {user}")

    def accounts(self, session: str, context: ConnectorContext) -> tuple[None, list[BankAccount]]:
        """An account in points, or without a balance, is left out; one that Akahu cannot read any more is unavailable."""
        found = _get(session, "/accounts", _AkahuAccounts, context).items
        return None, [_account(each, each.balance) for each in found if each.balance is not None and each.type != _NO_MONEY]

    def transactions(self, session: str, account: BankAccount, since: date | None, context: ConnectorContext) -> TransactionsPage:
        """A page of what is posted, the newest first; what is pending comes with the first."""
        path = f"/accounts/{quote(account.upstream_id or '', safe='')}/transactions"
        start = "" if since is None else f"start={(since - timedelta(days=1)).isoformat()}T00:00:00.000Z"
        cursor = "" if context.cursor is None else f"cursor={quote(context.cursor, safe='')}"
        query = "&".join(filter(None, (start, cursor)))
        try:
            rows = _get(session, f"{path}/pending", _AkahuPending, context).items if context.cursor is None else []
            page = _get(session, f"{path}?{query}" if query else path, _AkahuPosted, context)
        except Gone as error:
            raise AccountUnavailable("Akahu has no such account any more") from error
        pending = [_transaction(row, account.currency, is_pending=True) for row in rows]
        posted = [_transaction(row, account.currency, is_pending=False) for row in page.items]
        return TransactionsPage(pending + posted, page.cursor.next)


def _get(session: str, path: str, kind: type[T], context: ConnectorContext) -> T:
    app, _, user = session.partition(" ")
    headers = {"Authorization": f"Bearer {user}", "X-Akahu-Id": app, "Accept": "application/json"}
    return fetch_json(context.http, HttpRequest("GET", f"{_URL}{path}", headers), kind, context.now)


def _cents(number: msgspec.Raw) -> int | None:
    """Cents of a JSON number, as it is written; None for null and what is not there."""
    text = bytes(number).decode()
    if text in {"", "null"}:
        return None
    try:
        return parse_cents(text)
    except ValueError as error:
        raise NotUnderstood("an amount that cannot be read") from error


def _account(account: _AkahuAccount, balance: _AkahuBalance) -> BankAccount:
    return BankAccount(
        number=account.formatted_account or account.id,
        name=account.name,
        holder=account.meta.holder,
        currency=balance.currency,
        account_class=_CLASSES.get(account.type, AccountClass.UNKNOWN),
        product=f"{account.connection.name} {account.type.lower()}",
        balance=_cents(balance.current),
        available=_cents(balance.available),
        credit_limit=_cents(balance.limit),
        unavailable=account.status != "ACTIVE",
        upstream_id=account.id,
        institution=account.connection.name or None,
    )


def _transaction(row: _AkahuRow, currency: str, *, is_pending: bool) -> BankTransaction:
    amount = _cents(row.amount)
    if amount is None or (row.id is None and not is_pending):
        raise NotUnderstood("a transaction without its amount or id")
    day = (row.date.astimezone(UTC) + _MIDDAY).date()
    return BankTransaction(
        amount=amount,
        description=row.description[:_LONGEST_TEXT],
        posted=None if is_pending else day,
        made=day,
        balance=None if is_pending else _cents(row.balance),
        upstream_id=None if is_pending else row.id,
        kind=_KINDS.get(row.type),
        currency=currency,
    )
