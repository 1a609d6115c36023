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

from bowerbird.connectors.fints.rows import Asked, FinTsRow, TanOrder, row_of
from bowerbird.model.account import BankAccount
from bowerbird.model.connection import Login
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.challenges import AwaitApproval, Challenge, ChallengeMethod, LoggedIn
from bowerbird.sdk.connector import ANY_PUBLIC_HOST, ConnectorContext, Upstream
from bowerbird.sdk.failures import ChallengeRaised, NotUnderstood, WrongAnswer
from bowerbird.sdk.leaf import LeafTier

if TYPE_CHECKING:
    from bowerbird.connectors.fints.dialog import Dialog

T = TypeVar("T")

DAYS = 90
"""How far back rows are read: what a bank may show without a TAN, by article 10 of Delegated Regulation (EU) 2018/389."""

_MAX_SECONDS = 300
"""For an approval in the app, where the bank allows so many questions."""
_INTERRUPTED = "The server stopped while it passed your answer on, and your bank asks once more. "


class _FinTsLogin(msgspec.Struct, frozen=True):
    """`known` is what the bank and this server know of each other, as the library writes it: parameters, accounts, no PIN.

    `read` are rows, by IBAN, of accounts that the bank shows only with a TAN, which the person gave.
    """

    user: str
    pin: str
    known: bytes
    read: dict[str, list[FinTsRow]] = {}

    def __repr__(self) -> str:
        return "_FinTsLogin(***)"


class _AwaitedTan(msgspec.Struct, frozen=True):
    """What waits for a TAN: the login, or with `iban` the rows of an account from the day `first` on."""

    session: _FinTsLogin
    order: TanOrder
    iban: str = ""
    first: date = date.min

    def question(self, asked: Asked, before: str = "") -> Challenge | AwaitApproval:
        text, state = f"{before}{asked.text}", msgspec.json.encode(self).decode()
        if asked.poll_s:
            seconds = min(asked.poll_s * asked.polls, _MAX_SECONDS)
            return AwaitApproval(f"{text.rstrip(' .')}. Approve it in your bank's app.", state, asked.poll_s, seconds, asked.picture)
        return Challenge(ChallengeMethod.TOKEN, text, (asked.prompt,), state, asked.picture, asked.bars)


class FinTs:
    """Reads the bank of its table of the settings, for an operator who has registered a product at fints.org. `at` is another bank."""

    tier = LeafTier.DECLARED

    def __init__(self, institution_id: str = "DE90001", settings: str = "fints") -> None:
        self.institutions = frozenset({institution_id})
        self.upstream = Upstream(settings, ANY_PUBLIC_HOST, needs=("bank", "url", "product"))

    def at(self, institution_id: str) -> FinTs:
        return FinTs(institution_id, f"{self.upstream.name}.{institution_id}")

    def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn | Challenge | AwaitApproval:
        user, pin = login.login_id.strip(), login.password
        dialog = _dialog(_FinTsLogin(user, pin, _known(context.secret)), context)
        asked = dialog.begin()
        session = _FinTsLogin(user, pin, dialog.known())
        return _kept(session, context) if asked is None else _AwaitedTan(session, asked.order).question(asked)

    def answer(self, state: str, answers: Sequence[str], context: ConnectorContext) -> LoggedIn:
        outcome = _confirm(_decoded(state, _AwaitedTan), answers[0].strip(), context)
        if isinstance(outcome, LoggedIn):
            return outcome
        raise ChallengeRaised(outcome)

    def approved(self, state: str, context: ConnectorContext) -> LoggedIn | AwaitApproval:
        outcome = _confirm(_decoded(state, _AwaitedTan), "", context)
        if isinstance(outcome, Challenge):
            raise ChallengeRaised(outcome)
        return outcome

    def accounts(self, session: str, context: ConnectorContext) -> tuple[None, list[BankAccount]]:
        return None, _dialog(_decoded(session, _FinTsLogin), context).accounts(context.now)

    def transactions(self, session: str, account: BankAccount, since: date | None, context: ConnectorContext) -> list[BankTransaction]:
        """Rows as the bank has booked them; those that are only announced change until then, and are left out.

        Raises ChallengeRaised where the bank asks a TAN for them.
        """
        earliest, iban, login = context.now.date() - timedelta(days=DAYS - 1), account.upstream_id or "", _decoded(session, _FinTsLogin)
        first, listed = max(since or earliest, earliest), login.read.get(iban)
        if listed is None:
            found = _dialog(login, context).rows(iban, first)
            if isinstance(found, Asked):
                raise ChallengeRaised(_AwaitedTan(login, found.order, iban, first).question(found))
            listed = found
        return [row_of(row, account) for row in listed]


def _confirm(waiting: _AwaitedTan, tan: str, context: ConnectorContext) -> LoggedIn | Challenge | AwaitApproval:
    """Go on with what waits for a TAN or an approval.

    Where a process may have died with this answer, the bank may have taken it: it is asked what it wants now.
    """
    session, dialog, before = waiting.session, _dialog(waiting.session, context), ""
    try:
        found = dialog.confirm(waiting.order, tan)
    except (WrongAnswer, NotUnderstood):
        if not context.is_again:
            raise
        dialog, before = _dialog(session, context), _INTERRUPTED
        found = dialog.rows(waiting.iban, waiting.first) if waiting.iban else dialog.begin() or []
    if isinstance(found, Asked):
        return msgspec.structs.replace(waiting, order=found.order).question(found, before)
    read = {**session.read, waiting.iban: found} if waiting.iban else session.read
    return _kept(_FinTsLogin(session.user, session.pin, dialog.known(), read), context)


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
