"""A bank for tests of processes whose refresh token is good once: each login spends it and is given the next."""

from __future__ import annotations

from datetime import date

from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.connection import Login
from bowerbird.model.transaction import BankTransaction
from bowerbird.sdk.challenges import LoggedIn
from bowerbird.sdk.connector import ConnectorContext, Upstream
from bowerbird.sdk.http import HttpRequest, fetch_json

_URL = "https://rotating.example"


class RotatingBank:
    institutions = frozenset({"AU00093"})
    upstream = Upstream("rotating_bank", frozenset({"rotating.example"}))

    def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn:
        token = context.secret or login.password
        answer = fetch_json(context.http, HttpRequest("POST", f"{_URL}/token", {"Authorization": token}), dict[str, str], context.now)
        context.keep_secret(answer["refresh_token"])
        return LoggedIn("a session")

    def accounts(self, session: str, context: ConnectorContext) -> tuple[None, list[BankAccount]]:
        fetch_json(context.http, HttpRequest("GET", f"{_URL}/accounts", {}), dict[str, str], context.now)
        return None, [BankAccount("062000111", "Everyday", None, "AUD", AccountClass.TRANSACTION, "Everyday", 100, 100)]

    def transactions(self, session: str, account: BankAccount, since: date | None, context: ConnectorContext) -> list[BankTransaction]:
        return [BankTransaction(-450, "COFFEE", date(2026, 3, 1), upstream_id="one")]


CONNECTOR = RotatingBank()
