"""Logins at the test bank's own pages, as with open banking: the person gives access there, and takes it back or lets it end.

The pages belong to the server, at PAGE; they send the person back with the login of the customer that was chosen as the `code`. The kept
secret is that login with the moment at which access ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode, urljoin

from bowerbird.connectors.sandbox.personas import PERSONAS, REFUSED
from bowerbird.sdk.challenges import LoggedIn, Redirect
from bowerbird.sdk.connector import ConnectorContext
from bowerbird.sdk.failures import AuthorizationFailed, AuthorizationNeeded, Failure, UserActionRequired

PAGE = "/home/test-bank"
"""The path of the test bank's own page, on the server that sends people there."""
ACCESS_DAYS = 90


def begin(institution: str, context: ConnectorContext) -> LoggedIn | Redirect:
    """Send the person to the bank; without one, use the access that they gave. Raises AuthorizationNeeded."""
    if context.browser is not None:
        query = urlencode({"bank": institution, "state": context.browser.state})
        return Redirect(urljoin(context.browser.return_url, f"{PAGE}?{query}"), institution)
    login, _, until = (context.secret or "").partition(" ")
    if login not in PERSONAS:
        raise AuthorizationNeeded("This server has no access to the accounts. Give it on the bank's own pages.")
    if context.now >= datetime.fromisoformat(until):
        raise AuthorizationNeeded(f"Access has ended: it lasts {ACCESS_DAYS} days. Give it again on the bank's own pages.")
    return LoggedIn(f"{institution}/{login}")


def finish(institution: str, answer: Mapping[str, str], context: ConnectorContext) -> LoggedIn:
    """What the bank's answer gives access to. Raises AuthorizationFailed, AuthorizationNeeded and what the bank lets a customer meet."""
    login = answer.get("code", "")
    if login not in PERSONAS:
        raise _refusal(answer)
    if PERSONAS[login].shut_out_once and context.earlier_jobs == 0:
        raise _terms()
    until = context.now + timedelta(days=ACCESS_DAYS)
    context.keep_secret(f"{login} {until.isoformat()}")
    return LoggedIn(f"{institution}/{login}")


def _refusal(answer: Mapping[str, str]) -> Failure:
    refused = REFUSED.get(answer.get("code", ""))
    if refused is None:
        return AuthorizationFailed(answer.get("error", "invalid_grant"))
    return _terms() if refused.failure is UserActionRequired else refused.failure()


def _terms() -> AuthorizationNeeded:
    return AuthorizationNeeded("The bank has new terms. Accept them on its own pages.")
