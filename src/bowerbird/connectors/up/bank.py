"""Up's API behind the connector protocol. The session text is the token. Facts: the OpenAPI document of up-banking/api, v1."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeVar
from urllib.parse import quote

import msgspec

from bowerbird.model.account import AccountClass, BankAccount, Ownership
from bowerbird.model.connection import Login
from bowerbird.model.transaction import BankTransaction, TransactionClass
from bowerbird.sdk.challenges import LoggedIn
from bowerbird.sdk.connector import ConnectorContext, Upstream
from bowerbird.sdk.failures import AccountUnavailable, Gone, InvalidCredentials, NotUnderstood
from bowerbird.sdk.http import HttpRequest, fetch_json
from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.pages import TransactionsPage

T = TypeVar("T")

_URL = "https://api.up.com.au/api/v1"
_CLASSES = {"TRANSACTIONAL": AccountClass.TRANSACTION, "SAVER": AccountClass.SAVINGS, "HOME_LOAN": AccountClass.MORTGAGE}
_OWNERS = {"INDIVIDUAL": Ownership.ONE_PARTY, "JOINT": Ownership.TWO_PARTY}
_KINDS: Mapping[str | None, TransactionClass] = {
    "Transfer": TransactionClass.TRANSFER,
    "Interest": TransactionClass.INTEREST,
    "Refund": TransactionClass.REFUND,
}
_LONGEST_TEXT = 1000


class _Money(msgspec.Struct, frozen=True, rename="camel"):
    currency_code: str
    value_in_base_units: int


class _AccountFields(msgspec.Struct, frozen=True, rename="camel"):
    display_name: str
    account_type: str
    ownership_type: str
    balance: _Money
    created_at: datetime


class _Account(msgspec.Struct, frozen=True):
    id: str
    attributes: _AccountFields


class _TransactionFields(msgspec.Struct, frozen=True, rename="camel"):
    status: str
    description: str
    amount: _Money
    created_at: datetime
    settled_at: datetime | None = None
    message: str | None = None
    transaction_type: str | None = None


class _Transaction(msgspec.Struct, frozen=True):
    id: str
    attributes: _TransactionFields


class _Links(msgspec.Struct, frozen=True):
    next: str | None = None


class _Accounts(msgspec.Struct, frozen=True):
    data: list[_Account]
    links: _Links


class _Transactions(msgspec.Struct, frozen=True):
    data: list[_Transaction]
    links: _Links


class Up:
    """Reads with a token that the person makes in the app of their bank and can revoke there."""

    institutions = frozenset({"AU90001"})
    tier = LeafTier.SYNTHETIC
    upstream = Upstream("up", frozenset({"api.up.com.au"}), ends_at="in the Up app, where the token was made")

    def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn:
        token = login.password.strip()
        if not token.isascii() or not token.isprintable() or " " in token:
            raise InvalidCredentials("not a token")
        _get(token, f"{_URL}/util/ping", dict[str, object], context)
        return LoggedIn(token)

    def accounts(self, session: str, context: ConnectorContext) -> tuple[None, list[BankAccount]]:
        """Up says nothing of the customer, and of a balance only what is available."""
        found: list[_Account] = []
        url: str | None = f"{_URL}/accounts?page%5Bsize%5D=100"
        while url is not None:
            page = _get(session, url, _Accounts, context)
            found += page.data
            url = page.links.next
        return None, [_account(each, context.now) for each in found]

    def transactions(self, session: str, account: BankAccount, since: date | None, context: ConnectorContext) -> TransactionsPage:
        """The page that Up's own link leads to; the first holds the newest."""
        first = f"{_URL}/accounts/{quote(account.upstream_id or '', safe='')}/transactions?page%5Bsize%5D=100"
        if since is not None:
            first += f"&filter%5Bsince%5D={since.isoformat()}T00:00:00Z"
        try:
            page = _get(session, context.cursor or first, _Transactions, context)
        except Gone as error:
            raise AccountUnavailable("Up has no such account any more") from error
        return TransactionsPage([_transaction(each, account) for each in page.data], page.links.next)


def _get(token: str, url: str, kind: type[T], context: ConnectorContext) -> T:
    request = HttpRequest("GET", url, {"Authorization": f"Bearer {token}", "Accept": "application/json"})
    return fetch_json(context.http, request, kind, context.now)


def _account(account: _Account, now: datetime) -> BankAccount:
    fields = account.attributes
    return BankAccount(
        number=account.id,
        name=fields.display_name,
        holder=None,
        currency=fields.balance.currency_code,
        account_class=_CLASSES.get(fields.account_type, AccountClass.UNKNOWN),
        product=f"Up {fields.account_type.replace('_', ' ').lower()}",
        balance=None,
        available=fields.balance.value_in_base_units,
        ownership=_OWNERS.get(fields.ownership_type, Ownership.UNKNOWN),
        opened=fields.created_at.date().isoformat(),
        last_updated=now,
        upstream_id=account.id,
    )


def _transaction(row: _Transaction, account: BankAccount) -> BankTransaction:
    """Held until Up settles it, under one id; days are those of the moments as Up writes them, in the bank's own time zone."""
    fields = row.attributes
    if fields.amount.currency_code != account.currency or fields.status not in {"HELD", "SETTLED"}:
        raise NotUnderstood("a transaction of another currency or status")
    if fields.status == "SETTLED" and fields.settled_at is None:
        raise NotUnderstood("a settled transaction without its day")
    return BankTransaction(
        amount=fields.amount.value_in_base_units,
        description=" ".join(filter(None, (fields.description, fields.message)))[:_LONGEST_TEXT],
        posted=fields.settled_at.date() if fields.status == "SETTLED" and fields.settled_at else None,
        made=fields.created_at.date(),
        upstream_id=row.id,
        kind=_KINDS.get(fields.transaction_type),
        currency=fields.amount.currency_code,
    )
