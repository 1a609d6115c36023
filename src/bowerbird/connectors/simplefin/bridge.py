"""A SimpleFIN server behind the connector protocol. Facts: the protocol of simplefin.github.com.

A setup token can be claimed once; the access URL that it is claimed for is the kept secret, and the session text.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from datetime import UTC, date, datetime, timedelta
from urllib.parse import unquote, urlsplit

import msgspec

from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.connection import Login
from bowerbird.model.money import parse_cents
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.challenges import LoggedIn
from bowerbird.sdk.connector import ANY_PUBLIC_HOST, ConnectorContext, Quota, Upstream
from bowerbird.sdk.failures import AccountUnavailable, Gone, InvalidCredentials, NotUnderstood, UserActionRequired
from bowerbird.sdk.http import HttpRequest, failure_of
from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.pages import TransactionsPage

_WINDOW = timedelta(days=60)
"""What one request asks for; servers answer no more than 60 or 90 days at once."""
_MAX_WINDOWS = 17
"""Of a first history, 1,020 days: with the claim and the balances 20 requests, so that a person's refresh fits the quota of that day."""
_EMPTY = " empty"
"""At the end of the word for a window: the account had no row in the window before it."""
_LONGEST_TEXT = 1000


class _Organization(msgspec.Struct, frozen=True):
    domain: str = ""
    name: str = ""

    @property
    def key(self) -> str:
        return self.domain or self.name


class _SharedTransaction(msgspec.Struct, frozen=True):
    id: str
    posted: int
    amount: str
    description: str
    transacted_at: int | None = None
    pending: bool = False


class _SharedAccount(msgspec.Struct, frozen=True, rename="kebab"):
    org: _Organization
    id: str
    name: str
    currency: str
    balance: str
    balance_date: int
    available_balance: str | None = None
    transactions: list[_SharedTransaction] = []

    @property
    def upstream_id(self) -> str:
        return f"{self.org.key.replace(' ', '_')} {self.id}"


class _Message(msgspec.Struct, frozen=True):
    msg: str = ""


class _AccountSet(msgspec.Struct, frozen=True):
    """`errlist` is what later servers send in place of `errors`."""

    accounts: list[_SharedAccount]
    errors: list[str] = []
    errlist: list[_Message] = []

    @property
    def messages(self) -> list[str]:
        return [*self.errors, *(each.msg for each in self.errlist)]


class _NoOlderData(Gone):
    """The server has nothing of the days that are asked for, and nothing before them."""


class SimpleFin:
    institutions = frozenset({"US90001"})
    tier = LeafTier.SYNTHETIC
    upstream = Upstream(
        "simplefin",
        ANY_PUBLIC_HOST,
        quota=Quota(requests=24),
        ends_at="on the page of the SimpleFIN server that gave the setup token",
    )

    def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn:
        """Claim the setup token the first time; after that the access URL is known."""
        access = context.secret
        if access is None:
            access = _claim(login.password, context)
            context.keep_secret(access)
        _read(access, "balances-only=1", context)
        return LoggedIn(access)

    def accounts(self, session: str, context: ConnectorContext) -> tuple[None, list[BankAccount]]:
        """What the server says to the person is passed on."""
        found = _read(session, "balances-only=1", context)
        context.show_messages(found.messages)
        if found.messages and not found.accounts:
            raise UserActionRequired("the server lists errors and no account")
        return None, [_account(each) for each in _readable(found)]

    def transactions(self, session: str, account: BankAccount, since: date | None, context: ConnectorContext) -> TransactionsPage:
        """A window of sixty days of all accounts, the newest first; without a day to begin with, until one is empty.

        Windows are the same for all accounts, wherever the rows of each are to begin, so that one request serves them all.
        """
        nth, end, was_empty = _place(context)
        if nth and _is_over(since, end, was_empty):
            return TransactionsPage([], None)
        start = max(end - _WINDOW, context.earliest or date.min)
        query = f"start-date={_moment(start)}&end-date={_moment(end)}"
        try:
            listed = _read(session, f"{query}&pending=1" if nth == 0 else query, context)
        except _NoOlderData:
            return TransactionsPage([], None)
        is_last, pages = start == context.earliest or nth + 1 == _MAX_WINDOWS, dict[str, TransactionsPage]()
        for each in _readable(listed):
            rows = [_transaction(row) for row in each.transactions]
            word = f"{nth + 1} {start.isoformat()}{'' if rows else _EMPTY}"
            pages.setdefault(each.upstream_id, TransactionsPage(rows, None if is_last else word))
        asked = pages.pop(account.upstream_id or "", None)
        if asked is None:
            raise AccountUnavailable("the server does not list the account")
        return asked._replace(beside=pages)


def _readable(listed: _AccountSet) -> list[_SharedAccount]:
    """Without accounts in points or miles, whose currency is an address."""
    return [each for each in listed.accounts if len(each.currency) == 3]


def _claim(token: str, context: ConnectorContext) -> str:
    """The access URL that a setup token is claimed for, by the one request that is ever answered. Raises InvalidCredentials."""
    try:
        url = b64decode(token.strip(), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise InvalidCredentials("not a setup token") from None
    try:
        response = context.http.send(HttpRequest("POST", url, {"Content-Length": "0"}))
    except NotUnderstood:
        raise InvalidCredentials("a setup token that leads nowhere") from None
    if response.status in {403, 404}:
        raise InvalidCredentials("a setup token that was claimed before")
    if (failure := failure_of(response, context.now)) is not None:
        raise failure
    try:
        access = response.body.decode("ascii").strip()
        _authorized(access)
    except (UnicodeDecodeError, ValueError):
        raise NotUnderstood("an access URL that cannot be read") from None
    return access


def _authorized(access: str) -> tuple[str, str]:
    """An access URL without its user and password, and the header that says them. Raises ValueError."""
    parts = urlsplit(access)
    if not parts.hostname or not parts.username or parts.password is None or parts.scheme not in {"https", "http"}:
        raise ValueError("not an access URL")
    words = f"{unquote(parts.username)}:{unquote(parts.password)}".encode()
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}", f"Basic {b64encode(words).decode()}"


def _read(access: str, query: str, context: ConnectorContext) -> _AccountSet:
    try:
        root, authorization = _authorized(access)
    except ValueError as error:
        raise NotUnderstood("an access URL that cannot be read") from error
    request = HttpRequest("GET", f"{root}/accounts?{query}", {"Authorization": authorization, "Accept": "application/json"})
    response = context.http.send(request)
    if response.status == 403:
        raise InvalidCredentials("the server does not accept the access URL any more")
    if response.status == 410:
        raise _NoOlderData("status 410")
    if (failure := failure_of(response, context.now)) is not None:
        raise failure
    return response.read(_AccountSet)


def _place(context: ConnectorContext) -> tuple[int, date, bool]:
    """The number of a window, the day before which it ends, and whether the account had no row in the one before.

    The first one ends tomorrow, so that all of today is in it.
    """
    if context.cursor is None:
        return 0, context.now.astimezone(UTC).date() + timedelta(days=1), False
    nth, _, end = context.cursor.removesuffix(_EMPTY).partition(" ")
    return int(nth), date.fromisoformat(end), context.cursor.endswith(_EMPTY)


def _is_over(since: date | None, end: date, was_empty: bool) -> bool:
    """Whether a listing needs no window that ends before a day."""
    return was_empty if since is None else end <= since


def _moment(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _cents(text: str) -> int:
    try:
        return parse_cents(text)
    except ValueError as error:
        raise NotUnderstood("an amount that cannot be read") from error


def _day(seconds: int) -> date:
    try:
        return datetime.fromtimestamp(seconds, UTC).date()
    except (OverflowError, ValueError, OSError) as error:
        raise NotUnderstood("a moment that cannot be read") from error


def _account(account: _SharedAccount) -> BankAccount:
    balance = _cents(account.balance)
    return BankAccount(
        number=account.id,
        name=account.name,
        holder=None,
        currency=account.currency,
        account_class=AccountClass.UNKNOWN,
        product=account.org.name or account.org.domain,
        balance=balance,
        available=balance if account.available_balance is None else _cents(account.available_balance),
        last_updated=datetime.combine(_day(account.balance_date), datetime.min.time(), UTC),
        upstream_id=account.upstream_id,
        institution=account.org.name or account.org.domain or None,
    )


def _transaction(row: _SharedTransaction) -> BankTransaction:
    """Ids of pending rows are not those that they post under, so that only a posted one has an id."""
    is_pending = row.pending or row.posted == 0
    return BankTransaction(
        amount=_cents(row.amount),
        description=row.description[:_LONGEST_TEXT],
        posted=None if is_pending else _day(row.posted),
        made=_day(row.transacted_at or row.posted) if row.transacted_at or row.posted else None,
        upstream_id=None if is_pending else row.id,
    )
