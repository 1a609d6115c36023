"""A SimpleFIN server as its protocol describes it, with a state that moves on: ids of pending rows change when they post."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.banks.upstream import Answer, Asked, UpstreamServer

_KNOWN = {f"Basic {base64.b64encode(words).decode()}" for words in (b"someone:p@ss", b"someone:p%40ss")}
"""The password, and as programs send it that leave the URL's escapes as they are."""


@dataclass
class SharedRow:
    """A row of the server's own list; it has another id while it is pending, which `posted` None says."""

    id: str
    text: str
    amount: str
    made: datetime
    posted: datetime | None = None


@dataclass
class SharedAccount:
    id: str
    name: str
    rows: list[SharedRow] = field(default_factory=list)
    currency: str = "USD"
    organization: str = "Bank of Example"
    domain: str = ""


class SimpleFinServer(UpstreamServer):
    """A setup token can be claimed once. The path of the claim names the token."""

    def __init__(self, *accounts: SharedAccount) -> None:
        super().__init__()
        self.accounts, self.unclaimed, self.revoked = list(accounts), {"one", "two"}, False
        self.listings = 0
        self.errors: list[str] = []
        self.errlist: list[dict[str, str]] = []

    def setup_token(self, name: str = "one") -> str:
        return base64.b64encode(f"{self.url}/simplefin/claim/{name}".encode()).decode()

    def answer(self, asked: Asked) -> Answer:
        url = urlsplit(asked.path)
        if asked.method == "POST":
            name = url.path.rpartition("/")[2]
            if name not in self.unclaimed:
                return Answer(403, b"Forbidden")
            self.unclaimed.remove(name)
            return Answer(200, f"http://someone:p%40ss@{self.host}/simplefin\n".encode())
        if self.revoked or asked.authorization not in _KNOWN:
            return Answer(403, b"Forbidden")
        self.listings += 1
        several = parse_qs(url.query)
        query = {name: values[0] for name, values in several.items()}
        chosen = [each for each in self.accounts if each.id in several.get("account", [each.id])]
        messages = {"errors": self.errors, **({"errlist": self.errlist} if self.errlist else {})}
        return Answer.of({**messages, "accounts": [self._account(each, query) for each in chosen]})

    def _account(self, account: SharedAccount, query: dict[str, str]) -> dict[str, Any]:
        rows = [] if "balances-only" in query else [self._row(row) for row in account.rows if _is_asked(row, query)]
        domain = account.domain or f"{account.organization.lower().replace(' ', '')}.example"
        org = {"domain": domain, "name": account.organization, "sfin-url": self.url}
        money = {"currency": account.currency, "balance": "100.00", "balance-date": 1_773_800_000}
        return {"org": org, "id": account.id, "name": account.name, **money, "transactions": rows}

    def _row(self, row: SharedRow) -> dict[str, Any]:
        moment = {"posted": int(row.posted.timestamp()) if row.posted else 0, "transacted_at": int(row.made.timestamp())}
        id = row.id if row.posted else f"pending-{row.id}-{self.listings}"
        return {
            "id": id,
            "amount": row.amount,
            "description": row.text,
            "payee": row.text,
            "memo": "",
            "pending": row.posted is None,
            **moment,
        }


def _is_asked(row: SharedRow, query: dict[str, str]) -> bool:
    if row.posted is None:
        return query.get("pending") == "1"
    return int(query["start-date"]) <= row.posted.timestamp() < int(query["end-date"])
