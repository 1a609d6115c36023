"""Enable Banking's API behind the connector protocol. The session text is what is kept of the access that the person gave.

Facts: the reference at enablebanking.com/docs/api/reference, and public clients of it. Each request carries a JWT signed with the
operator's key (RS256, at most a day). Access lasts 90 days, or up to 180 where the bank allows it; a bank may allow four reads a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TypeVar
from urllib.parse import quote, urlencode

import msgspec

from bowerbird.connectors.enablebanking import rows
from bowerbird.connectors.enablebanking.signing import signed
from bowerbird.model.account import BankAccount
from bowerbird.model.connection import Login
from bowerbird.sdk.challenges import LoggedIn, PersonBrowser, Redirect
from bowerbird.sdk.connector import ConnectorContext, Upstream
from bowerbird.sdk.failures import (
    AccountUnavailable,
    AuthorizationFailed,
    AuthorizationNeeded,
    Failure,
    Gone,
    NotUnderstood,
    RateLimited,
    UserActionRequired,
)
from bowerbird.sdk.http import HttpRequest, HttpResponse, failure_of, retry_after_s
from bowerbird.sdk.leaf import LeafTier
from bowerbird.sdk.pages import TransactionsPage

T = TypeVar("T")

_URL = "https://api.enablebanking.com"
USUAL_DAYS, MAX_DAYS = 90, 180
_WAIT_S = 6 * 3600
"""After a refusal for too many reads that does not say for how long: a bank that allows four a day allows one in six hours."""
_ENDED = {"EXPIRED_SESSION", "CLOSED_SESSION", "REVOKED_SESSION", "SESSION_DOES_NOT_EXIST"}
_AGAIN = "Access to the bank has ended or was taken back. Give it again on the bank's own pages."


class _Access(msgspec.Struct, frozen=True):
    valid_until: datetime


class _Authorization(msgspec.Struct, frozen=True):
    url: str


class _Bank(msgspec.Struct, frozen=True):
    name: str | None = None


class _Session(msgspec.Struct, frozen=True):
    session_id: str
    accounts: list[rows.SharedAccount]
    access: _Access
    aspsp: _Bank = _Bank()


class _SessionStatus(msgspec.Struct, frozen=True):
    status: str


class _Error(msgspec.Struct, frozen=True):
    error: str = ""


class KeptAccess(msgspec.Struct, frozen=True):
    """What is kept between jobs. `began_with` is the word of the login that it came from: a login that runs again finds its own.

    `before` is the session that this one took the place of, which is to end; empty where none was kept. `bank` is the name of the bank.
    """

    session_id: str
    until: datetime
    began_with: str
    accounts: list[rows.SharedAccount]
    before: str = ""
    bank: str | None = None

    @property
    def entered(self) -> LoggedIn:
        """The login that this access is the outcome of."""
        return LoggedIn(_encoded(self), _encoded(KeptAccess(self.before, self.until, "", [])) if self.before else None)


class EnableBanking:
    """Reads the bank of its table of the settings, which the operator's application is linked to. `at` is the same for another bank."""

    tier = LeafTier.SYNTHETIC

    def __init__(self, institution_id: str = "FI90001", settings: str = "enablebanking") -> None:
        self.institutions = frozenset({institution_id})
        self.upstream = Upstream(
            settings,
            frozenset({"api.enablebanking.com"}),
            needs=("application", "key", "bank", "country"),
            settings=("customer", "days"),
            ends_at="on the page of the bank that lists who has access to the accounts",
        )

    def at(self, institution_id: str) -> EnableBanking:
        return EnableBanking(institution_id, f"{self.upstream.name}.{institution_id}")

    def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn | Redirect:
        if context.browser is not None:
            return self._begin(context, context.browser)
        kept = _kept(context.secret)
        if kept is None or kept.until <= context.now:
            raise AuthorizationNeeded(_AGAIN)
        found = _read(_request("GET", _session_path(kept), context), _SessionStatus, context)
        if found.status != "AUTHORIZED":
            raise AuthorizationNeeded(_AGAIN)
        return LoggedIn(context.secret or "")

    def _begin(self, context: ConnectorContext, browser: PersonBrowser) -> Redirect:
        days, settings = min(MAX_DAYS, int(context.settings.get("days", USUAL_DAYS))), context.settings
        wanted = {
            "access": {"valid_until": (context.now + timedelta(days=days)).isoformat()},
            "aspsp": {"name": settings.get("bank", ""), "country": settings.get("country", "")},
            "psu_type": settings.get("customer", "personal"),
            "redirect_url": browser.return_url,
            "state": browser.state,
        }
        found = _read(_request("POST", "/auth", context, wanted), _Authorization, context)
        return Redirect(found.url, browser.state)

    def returned(self, state: str, answer: Mapping[str, str], context: ConnectorContext) -> LoggedIn:
        kept = _kept(context.secret)
        if kept is not None and kept.began_with == state:
            return kept.entered  # the server stopped once this was kept
        code = answer.get("code", "")
        if not code:
            raise AuthorizationFailed(answer.get("error", "invalid_response"))
        response = context.http.send(_request("POST", "/sessions", context, {"code": code}))
        if response.status in {400, 403, 404, 409, 422}:
            raise AuthorizationFailed("invalid_grant")
        session = _checked(response, _Session, context)
        before = kept.session_id if kept is not None else ""
        access = KeptAccess(session.session_id, session.access.valid_until, state, session.accounts, before, session.aspsp.name)
        context.keep_secret(_encoded(access))
        return access.entered

    def end_access(self, secret: str, context: ConnectorContext) -> None:
        response = context.http.send(_request("DELETE", _session_path(_kept_or_fail(secret)), context))
        if not 200 <= response.status < 300:
            raise _failure(response, context.now)

    def accounts(self, session: str, context: ConnectorContext) -> tuple[None, list[BankAccount]]:
        found = []
        kept = _kept_or_fail(session)
        for account in kept.accounts:
            balances = _read(_request("GET", f"/accounts/{quote(account.uid, safe='')}/balances", context), rows.Balances, context)
            found.append(rows.account_of(account, balances, kept.bank, context.now))
        return None, found

    def transactions(self, session: str, account: BankAccount, since: date | None, context: ConnectorContext) -> TransactionsPage:
        """The page behind the continuation key; whole history where no day is known."""
        uid = next((each.uid for each in _kept_or_fail(session).accounts if each.key == account.upstream_id), "")
        query = {"strategy": "longest"} if since is None else {"date_from": since.isoformat()}
        if context.cursor is not None:
            query["continuation_key"] = context.cursor
        request = _request("GET", f"/accounts/{quote(uid, safe='')}/transactions?{urlencode(query)}", context)
        try:
            page = _read(request, rows.Transactions, context)
        except Gone as error:
            raise AccountUnavailable("the bank has no such account any more") from error
        listed = [rows.transaction_of(row, account) for row in page.transactions if row.status in rows.LISTED]
        return TransactionsPage(listed, page.continuation_key or None)


def _encoded(access: KeptAccess) -> str:
    return msgspec.json.encode(access).decode()


def _session_path(access: KeptAccess) -> str:
    return f"/sessions/{quote(access.session_id, safe='')}"


def _kept(secret: str | None) -> KeptAccess | None:
    try:
        return None if secret is None else msgspec.json.decode(secret, type=KeptAccess)
    except msgspec.DecodeError:
        return None


def _kept_or_fail(session: str) -> KeptAccess:
    kept = _kept(session)
    if kept is None:
        raise NotUnderstood("a session of another connector")
    return kept


def _request(method: str, path: str, context: ConnectorContext, body: object = None) -> HttpRequest:
    """A request with a signature of its own. Raises NotUnderstood for a key that cannot be used."""
    headers = {"Authorization": f"Bearer {signed(context.settings, context.now)}", "Accept": "application/json"}
    if body is None:
        return HttpRequest(method, f"{_URL}{path}", headers)
    return HttpRequest(method, f"{_URL}{path}", {**headers, "Content-Type": "application/json"}, msgspec.json.encode(body))


def _read(request: HttpRequest, kind: type[T], context: ConnectorContext) -> T:
    return _checked(context.http.send(request), kind, context)


def _checked(response: HttpResponse, kind: type[T], context: ConnectorContext) -> T:
    """The answer, or its failure by Enable Banking's own word where it gives one. Raises NotUnderstood."""
    if 200 <= response.status < 300:
        return response.read(kind)
    raise _failure(response, context.now)


def _failure(response: HttpResponse, now: datetime) -> Failure:
    try:
        word = msgspec.json.decode(response.body, type=_Error).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        word = ""
    if word in _ENDED:
        return AuthorizationNeeded(_AGAIN)
    if word == "ASPSP_PSU_ACTION_REQUIRED":
        return UserActionRequired(word)
    if word == "ASPSP_RATE_LIMIT_EXCEEDED" or response.status == 429:
        wait_s = retry_after_s(response, now)
        return RateLimited(_WAIT_S if wait_s is None else wait_s)
    if response.status in {401, 403}:
        return NotUnderstood("the operator's application or key is not accepted")
    return failure_of(response, now) or NotUnderstood(f"status {response.status}")
