"""A German bank's FinTS 3.0 server behind the connector protocol. The session text is the login and what the bank knows this server by.

Facts: "FinTS 3.0 Formals", "Messages" and "Security: PIN/TAN" at fints.org. A bank asks for a second factor at the login. From then on it
knows this server by a number that it gave (Kundensystem-ID), for 90 to 180 days: that is kept. Rows of the last 90
days are read without a further TAN. The protocol is spoken by the library python-fints, of the extra `fints`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

import msgspec

from bowerbird.connectors.fints.rows import row_of
from bowerbird.model.account import BankAccount
from bowerbird.model.connection import Login
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.challenges import Challenge, ChallengeMethod, LoggedIn
from bowerbird.sdk.connector import ANY_PUBLIC_HOST, ConnectorContext, Upstream
from bowerbird.sdk.failures import NotUnderstood
from bowerbird.sdk.leaf import LeafTier

if TYPE_CHECKING:
    from bowerbird.connectors.fints.dialog import Dialog

T = TypeVar("T")

DAYS = 90
"""How far back rows are read: what a bank may show without a TAN, by article 10 of Delegated Regulation (EU) 2018/389."""


class _FinTsLogin(msgspec.Struct, frozen=True):
    """`known` is what the bank and this server know of each other, as the library writes it: parameters, accounts, no PIN."""

    user: str
    pin: str
    known: bytes

    def __repr__(self) -> str:
        return "_FinTsLogin(***)"


class _Asked(msgspec.Struct, frozen=True):
    """A login that waits for a TAN: `dialog` and `request` are the library's, `in_app` where the person confirms in the bank's app."""

    session: _FinTsLogin
    dialog: bytes
    request: bytes
    in_app: bool


class FinTs:
    """Reads the bank that the settings name, for an operator who has registered a product at fints.org."""

    institutions = frozenset({"DE90001"})
    tier = LeafTier.DECLARED
    upstream = Upstream("fints", ANY_PUBLIC_HOST, needs=("bank", "url", "product"))

    def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn | Challenge:
        user, pin = login.login_id.strip(), login.password
        dialog = _dialog(_FinTsLogin(user, pin, _known(context.secret)), context)
        asked = dialog.begin()
        session = _FinTsLogin(user, pin, dialog.known())
        if asked is None:
            return _kept(session, context)
        state = _Asked(session, asked.dialog, asked.request, asked.in_app)
        return Challenge(ChallengeMethod.TOKEN, asked.text, (asked.prompt,), msgspec.json.encode(state).decode())

    def answer(self, state: str, answers: Sequence[str], context: ConnectorContext) -> LoggedIn:
        asked = _decoded(state, _Asked)
        dialog = _dialog(asked.session, context)
        dialog.confirm(asked.dialog, asked.request, "" if asked.in_app else answers[0].strip(), in_app=asked.in_app)
        return _kept(_FinTsLogin(asked.session.user, asked.session.pin, dialog.known()), context)

    def accounts(self, session: str, context: ConnectorContext) -> tuple[None, list[BankAccount]]:
        return None, _dialog(_decoded(session, _FinTsLogin), context).accounts(context.now)

    def transactions(self, session: str, account: BankAccount, since: date | None, context: ConnectorContext) -> list[BankTransaction]:
        """Rows as the bank has booked them; those that are only announced change until then, and are left out."""
        first = context.now.date() - timedelta(days=DAYS - 1)
        dialog = _dialog(_decoded(session, _FinTsLogin), context)
        listed = dialog.rows(account.upstream_id or "", max(since or first, first))
        return [row_of(row, account) for row in listed]


def _dialog(session: _FinTsLogin, context: ConnectorContext) -> Dialog:
    """Raises NotUnderstood where the server was installed without the extra `fints`."""
    try:
        from bowerbird.connectors.fints.dialog import Dialog  # noqa: PLC0415  (of an extra, and 17 MB that only this connector needs)
    except ModuleNotFoundError as error:
        raise NotUnderstood("this server was installed without its extra `fints`: install it again with that") from error
    return Dialog(session.user, session.pin, session.known, context)


def _kept(session: _FinTsLogin, context: ConnectorContext) -> LoggedIn:
    context.keep_secret(session.known.hex())
    return LoggedIn(msgspec.json.encode(session).decode())


def _known(secret: str | None) -> bytes:
    try:
        return bytes.fromhex(secret or "")
    except ValueError:
        return b""


def _decoded(text: str, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError as error:
        raise NotUnderstood("a session of another connector") from error
