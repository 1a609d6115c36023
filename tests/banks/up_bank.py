"""Up's API as its OpenAPI document (up-banking/api, v1) describes it, with customers, accounts and a state that moves on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from tests.banks.upstream import Answer, Asked, UpstreamServer

PUBLIC = "https://api.up.com.au/api/v1"
TOKEN = "up:yeah:madeUpForTests0123456789"


@dataclass
class Movement:
    """A purchase or a payment: held from `made` until `settled`, which is None while it is held."""

    id: str
    text: str
    cents: int
    made: datetime
    settled: datetime | None = None


@dataclass
class UpAccount:
    id: str
    name: str = "Spending"
    kind: str = "TRANSACTIONAL"
    available_cents: int = 0
    movements: list[Movement] = field(default_factory=list)


class UpBank(UpstreamServer):
    """`page_size` bounds every page, whatever is asked for. `links` is the host that links lead to."""

    def __init__(self, *accounts: UpAccount, page_size: int = 100) -> None:
        super().__init__()
        self.accounts, self.page_size, self.tokens, self.links = list(accounts), page_size, {TOKEN}, PUBLIC

    def pages_asked(self) -> list[str]:
        return [each.path for each in self.asked if "/transactions" in each.path]

    def answer(self, asked: Asked) -> Answer:
        if asked.authorization.removeprefix("Bearer ") not in self.tokens:
            return Answer.of({"errors": [{"status": "401", "title": "Not Authorized", "detail": "No."}]}, 401)
        url = urlsplit(asked.path)
        path, query = url.path.removeprefix("/api/v1"), {name: values[0] for name, values in parse_qs(url.query).items()}
        if path == "/util/ping":
            return Answer.of({"meta": {"id": "5b0e1f0a-9a0a-4c0c-8d0d-123456789abc", "statusEmoji": "⚡️"}})
        if path == "/accounts":
            return self._page(path, [_account(each) for each in self.accounts], query)
        found = next((each for each in self.accounts if path == f"/accounts/{each.id}/transactions"), None)
        if found is None:
            return Answer.of({"errors": [{"status": "404", "title": "Not Found", "detail": "No."}]}, 404)
        since = datetime.fromisoformat(query["filter[since]"]) if "filter[since]" in query else None
        newest = sorted(found.movements, key=lambda each: (each.made, each.id), reverse=True)
        return self._page(path, [_transaction(each, found) for each in newest if since is None or each.made >= since], query)

    def _page(self, path: str, data: list[dict[str, Any]], query: dict[str, str]) -> Answer:
        first, size = int(query.get("page[after]", 0)), min(self.page_size, int(query.get("page[size]", 30)))
        kept = {name: value for name, value in query.items() if name != "page[after]"}
        text = "&".join(f"{quote(name)}={quote(value)}" for name, value in {**kept, "page[after]": str(first + size)}.items())
        following = f"{self.links}{path}?{text}" if first + size < len(data) else None
        return Answer.of({"data": data[first : first + size], "links": {"prev": None, "next": following}})


def _money(cents: int) -> dict[str, Any]:
    return {"currencyCode": "AUD", "value": f"{cents / 100:.2f}", "valueInBaseUnits": cents}


def _account(account: UpAccount) -> dict[str, Any]:
    fields = {"displayName": account.name, "accountType": account.kind, "ownershipType": "INDIVIDUAL"}
    fields |= {"balance": _money(account.available_cents), "createdAt": "2024-02-01T09:00:00+11:00"}  # type: ignore[dict-item]
    related = {"transactions": {"links": {"related": f"{PUBLIC}/accounts/{account.id}/transactions"}}}
    return {"type": "accounts", "id": account.id, "attributes": fields, "relationships": related}


def _transaction(row: Movement, account: UpAccount) -> dict[str, Any]:
    fields = {
        "status": "SETTLED" if row.settled else "HELD", "rawText": row.text.upper(), "description": row.text, "message": None,
        "isCategorizable": True, "holdInfo": {"amount": _money(row.cents), "foreignAmount": None}, "roundUp": None, "cashback": None,
        "amount": _money(row.cents), "foreignAmount": None, "cardPurchaseMethod": None,
        "settledAt": row.settled.isoformat() if row.settled else None, "createdAt": row.made.isoformat(),
        "transactionType": "Purchase", "note": None, "performingCustomer": None, "deepLinkURL": "up://transaction/made-up",
    }  # fmt: skip
    none = {"data": None}
    related = {"account": {"data": {"type": "accounts", "id": account.id}}, "transferAccount": none, "tags": {"data": []}}
    return {
        "type": "transactions",
        "id": row.id,
        "attributes": fields,
        "relationships": {**related, "category": none, "parentCategory": none, "attachment": none},
    }
