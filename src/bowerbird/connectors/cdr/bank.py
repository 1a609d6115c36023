"""The Consumer Data Right behind the connector protocol. The session text is what is kept of the arrangement.

Facts: the Consumer Data Standards 1.36.0 (security profile, banking APIs) and FAPI 1.0 Advanced. A recipient must be accredited; the
operator's software product is registered with one holder, and its addresses, key and certificate stand in the settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from email.utils import format_datetime
from typing import Generic, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from bowerbird.connectors.cdr import rows
from bowerbird.connectors.cdr.arrangement import Arrangement, Begun, begin, finish, renewed, withdraw
from bowerbird.connectors.cdr.holder import AGAIN, find_holder, read, send
from bowerbird.connectors.cdr.notices import NoticeKeys, is_of, read_notice
from bowerbird.connectors.cdr.registration import register
from bowerbird.model.account import BankAccount
from bowerbird.model.connection import Login
from bowerbird.model.ids import new_id
from bowerbird.sdk.challenges import LoggedIn, PersonBrowser, Redirect
from bowerbird.sdk.connector import ANY_PUBLIC_HOST, ConnectorContext, EndedAccess, EndNotice, Registration, Upstream
from bowerbird.sdk.failures import AuthorizationNeeded, NotUnderstood
from bowerbird.sdk.http import HttpRequest
from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.pages import TransactionsPage

T = TypeVar("T")

_FIRST_DAYS = 7 * 365
"""How far back the first read asks: the standard obliges a holder to seven years."""
_OLD_S = 30
"""A token that has less left is renewed before it is used."""
_PAGE_SIZE, _MAX_PAGES = "1000", 100


class _Answer(msgspec.Struct, Generic[T], frozen=True):
    data: T
    links: rows.Links = rows.Links()


class _Waiting(msgspec.Struct, frozen=True):
    """What waits for the person's return, with the address that they were to come back to."""

    begun: Begun
    return_url: str


class ConsumerDataRight:
    """Reads a person's accounts at one data holder: that of its table of the settings. `at` is the same for another holder."""

    tier = LeafTier.SYNTHETIC

    def __init__(self, institution_id: str = "AU94002", settings: str = "cdr") -> None:
        self.institutions = frozenset({institution_id})
        self.upstream = Upstream(
            settings,
            ANY_PUBLIC_HOST,
            needs=("issuer", "resources", "client_id", "key", "certificate", "certificate_key"),
            settings=("authority", "hosts", "key_id", "days", "brand"),
            ends_at="on the data holder's page of data sharing arrangements",
        )
        self._notice_keys = NoticeKeys()

    def at(self, institution_id: str) -> ConsumerDataRight:
        return ConsumerDataRight(institution_id, f"{self.upstream.name}.{institution_id}")

    def log_in(self, _login: Login, context: ConnectorContext) -> LoggedIn | Redirect:
        kept = _kept(context.secret)
        if context.browser is not None:
            return self._begin(kept, context, context.browser)
        return LoggedIn(_text(renewed(_in_force(kept, context), context)))  # what was taken back is found here

    def _begin(self, kept: Arrangement | None, context: ConnectorContext, browser: PersonBrowser) -> Redirect:
        url, begun = begin(find_holder(context), browser, kept, context)
        return Redirect(url, msgspec.json.encode(_Waiting(begun, browser.return_url)).decode())

    def returned(self, state: str, answer: Mapping[str, str], context: ConnectorContext) -> LoggedIn:
        waiting, kept = msgspec.json.decode(state, type=_Waiting), _kept(context.secret)
        if kept is not None and kept.began_with == waiting.begun.state:
            return LoggedIn(_text(kept))  # the server stopped once this was kept
        given = finish(waiting.begun, answer, waiting.return_url, context)
        context.keep_secret(_text(given))
        return LoggedIn(_text(given))

    def end_access(self, secret: str, context: ConnectorContext) -> None:
        """Withdraw an arrangement at the holder; one that has reached its end needs no call. Raises AuthorizationNeeded, Gone."""
        kept = _kept(secret)
        if kept is None or kept.until <= context.now:
            raise AuthorizationNeeded(AGAIN)
        if kept.issuer != context.settings.get("issuer"):
            raise NotUnderstood("the arrangement was made with another data holder than that of the settings")
        withdraw(kept, find_holder(context), context)

    registers_with = ("issuer", "key", "certificate", "certificate_key")

    def register(self, asked: Registration, context: ConnectorContext) -> dict[str, str]:
        return register(asked, context)

    def read_notice(self, notice: EndNotice, context: ConnectorContext) -> EndedAccess:
        return read_notice(notice, self._notice_keys, context)

    def access_id(self, secret: str) -> str:
        kept = _kept(secret)
        return kept.id if kept else ""

    def has_ended(self, secret: str, ended: EndedAccess) -> bool:
        return is_of(_kept(secret), ended)

    def accounts(self, session: str, context: ConnectorContext) -> tuple[None, list[BankAccount]]:
        """Number and BSB of each account where the person shares its details."""
        kept = _current(_kept(context.secret) or _kept(session), context)
        balances = {
            each.account_id: each
            for page in _pages("/banking/accounts/balances", "2", rows.BalanceList, kept, context)
            for each in page.balances
        }
        listed = [each for page in _pages("/banking/accounts", "3", rows.ListedAccounts, kept, context) for each in page.accounts]
        return None, [
            rows.account_of(each, balances.get(each.account_id), _detail(each.account_id, kept, context), context.now) for each in listed
        ]

    def transactions(self, session: str, account: BankAccount, since: date | None, context: ConnectorContext) -> TransactionsPage:
        """A page by its number: a holder's own address of the next page is never followed."""
        kept = _current(_kept(context.secret) or _kept(session), context)
        first = since or (context.now - timedelta(days=_FIRST_DAYS)).date()
        query = {"oldest-time": f"{first.isoformat()}T00:00:00Z", "page": context.cursor or "1", "page-size": _PAGE_SIZE}
        path = f"/banking/accounts/{quote(account.upstream_id or '', safe='')}/transactions?{urlencode(query)}"
        found = _ask(path, "2", _Answer[rows.TransactionRows], kept, context)
        following = str(int(query["page"]) + 1) if found.links.next else None
        return TransactionsPage([rows.transaction_of(row, account) for row in found.data.transactions], following)


def _kept(secret: str | None) -> Arrangement | None:
    try:
        return None if secret is None else msgspec.json.decode(secret, type=Arrangement)
    except msgspec.DecodeError:
        return None


def _text(kept: Arrangement) -> str:
    return msgspec.json.encode(kept).decode()


def _current(kept: Arrangement | None, context: ConnectorContext) -> Arrangement:
    """The arrangement with a token that is good for some time. Raises AuthorizationNeeded."""
    found = _in_force(kept, context)
    return found if context.now + timedelta(seconds=_OLD_S) < found.access_until else renewed(found, context)


def _in_force(kept: Arrangement | None, context: ConnectorContext) -> Arrangement:
    """Raises AuthorizationNeeded once the arrangement has ended, or where it was made with another holder."""
    if kept is None or kept.until <= context.now or kept.issuer != context.settings.get("issuer"):
        raise AuthorizationNeeded(AGAIN)
    return kept


def _pages(path: str, version: str, kind: type[T], kept: Arrangement, context: ConnectorContext) -> list[T]:
    """All pages of a short list."""
    found = []
    for number in range(1, _MAX_PAGES + 1):
        page = _ask(f"{path}?page={number}&page-size={_PAGE_SIZE}", version, _Answer[kind], kept, context)  # type: ignore[valid-type]
        found.append(page.data)
        if not page.links.next:
            return found
    raise NotUnderstood("the pages come to no end")


def _detail(account_id: str, kept: Arrangement, context: ConnectorContext) -> rows.AccountDetail | None:
    if "bank:accounts.detail:read" not in kept.scope.split():
        return None
    return _ask(f"/banking/accounts/{quote(account_id, safe='')}", "5", _Answer[rows.AccountDetail], kept, context).data


def _ask(path: str, version: str, kind: type[T], kept: Arrangement, context: ConnectorContext) -> T:
    headers = {
        "Authorization": f"Bearer {kept.access_token}",
        "Accept": "application/json",
        "x-v": version,
        "x-min-v": "1",
        "x-fapi-interaction-id": new_id(),
        "x-fapi-auth-date": format_datetime(kept.given, usegmt=True),
    }
    request = HttpRequest("GET", f"{context.settings.get('resources', '').rstrip('/')}{path}", headers)
    return read(send(request, context), kind, context.now)
