"""Accounts of a made-up customer that live on from day to day, as a hostile bank shows them, and the APIs of five banks over them.

What is true is one list of rows an account. Each API shows it its own way, with its own ids, pages and refusals.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

from tests.banks.simplefin_server import SharedAccount, SharedRow, SimpleFinServer
from tests.banks.up_bank import TOKEN, Movement, UpAccount, UpBank
from tests.banks.upstream import Answer, Asked, UpstreamServer

USER_ID = "1a2b3c4d-0000-4000-8000-000000000001"
_PAGE = 7
"""Rows of a page: so few that every listing has several."""


@dataclass
class TrueRow:
    """A movement: pending until `posted`; `shown` is its text, which banks rewrite."""

    id: str
    text: str
    cents: int
    made: datetime
    posted: datetime | None = None


@dataclass
class TrueAccount:
    id: str
    name: str
    rows: list[TrueRow] = field(default_factory=list)
    is_removed: bool = False


class Presets(NamedTuple):
    """What a bank does to its rows, each with its chance in a hundred, a row and day; `memory` is how many days it lists, 0 for all.

    `sign`: what is pending has the other sign until it posts.
    """

    tip: int = 15
    vanish: int = 10
    edit: int = 5
    twin: int = 20
    linger: int = 40
    sign: int = 0
    memory: int = 0


class LeafWorld:
    """Two accounts; a day adds purchases and lets what is pending post, grow by a tip or vanish."""

    def __init__(self, seed: int, now: datetime, presets: Presets) -> None:
        self.dice, self.presets, self._count = Random(seed), presets, 0
        self.accounts = [TrueAccount("acc-1", "Everyday"), TrueAccount("acc-2", "Other")]
        for back in range(30, 0, -1):
            self.day(now - timedelta(days=back))

    def _happens(self, chance: int) -> bool:
        return self.dice.randrange(100) < chance

    def listed(self, account: TrueAccount) -> list[TrueRow]:
        """What the bank shows of an account's rows."""
        first = self.now - timedelta(days=self.presets.memory or 10_000)
        return [row for row in account.rows if row.posted is None or row.posted >= first]

    def day(self, now: datetime) -> None:
        self.now = now
        for account in self.accounts:
            if account.is_removed:
                continue
            for row in [each for each in account.rows if each.posted is None]:
                self._pending(account, row, now)
            for row in [each for each in account.rows if each.posted and now - each.posted < timedelta(days=10)]:
                if self._happens(self.presets.edit):
                    row.text = f"{row.text.removesuffix(' AUCKLAND')} AUCKLAND"
            for _ in range(self.dice.randrange(1, 4)):
                cents, text = -self.dice.randrange(100, 9_000), f"SHOP {self.dice.randrange(30)}"
                for _ in range(2 if self._happens(self.presets.twin) else 1):
                    self._count += 1
                    account.rows.append(TrueRow(f"t-{self._count:05d}", text, cents, now - timedelta(hours=2)))

    def _pending(self, account: TrueAccount, row: TrueRow, now: datetime) -> None:
        if self._happens(self.presets.vanish):
            account.rows.remove(row)
        elif not self._happens(self.presets.linger):
            row.posted = now - timedelta(hours=1)
            if self._happens(self.presets.tip):
                row.cents = row.cents * 112 // 100
            if self._happens(self.presets.sign):
                row.cents = -row.cents

    def posted(self) -> dict[str, list[int]]:
        """Account → sums in cents of what is posted, sorted."""
        return {account.name: sorted(row.cents for row in account.rows if row.posted) for account in self.accounts}


Refusal = Callable[[Asked], Answer | None]


def faults_of(seed: int) -> Refusal:
    """Now and then: 429 with Retry-After, 5xx in the middle of a listing, a token that is over, JSON that is cut off."""
    dice = Random(seed)

    def refuse(_asked: Asked) -> Answer | None:
        match dice.randrange(60):
            case 0:
                return Answer(429, b"{}", {"retry-after": "30"})
            case 1:
                return Answer(dice.choice((500, 502, 503)), b"{}")
            case 2:
                return Answer(401, b'{"success": false}', {"content-type": "application/json"})
            case 3:
                return Answer(200, b'{"items": [', {"content-type": "application/json"})
        return None

    return refuse


class LeafServer(UpstreamServer):
    """What one API shows of a world. `listings` counts them: some give pending rows other ids in each."""

    login, password, institution, folder = "", "", "", ""

    def __init__(self, world: LeafWorld) -> None:
        super().__init__()
        self.world, self.listings = world, 0

    def account_at(self, path: str) -> TrueAccount | None:
        """The account that a path names, None for one that the bank does not show any more."""
        return next((each for each in self.world.accounts if f"/{each.id}" in path and not each.is_removed), None)

    def shown(self) -> list[TrueAccount]:
        return [each for each in self.world.accounts if not each.is_removed]


class UpServer(LeafServer, UpBank):
    """One id from held to settled."""

    login, password, institution, folder = "mine", TOKEN, "AU90001", "up"

    def answer(self, asked: Asked) -> Answer:
        self.page_size, self.accounts = _PAGE, [self._shown(each) for each in self.shown()]
        return super().answer(asked)

    def _shown(self, account: TrueAccount) -> UpAccount:
        listed = self.world.listed(account)
        return UpAccount(
            account.id, account.name, movements=[Movement(row.id, row.text, row.cents, row.made, row.posted) for row in listed]
        )


class SharedServer(LeafServer, SimpleFinServer):
    """Pending rows have other ids in each listing; any number of setup tokens can be claimed."""

    login, institution, folder = "mine", "US90001", "simplefin"

    @property
    def password(self) -> str:  # type: ignore[override]
        return self.setup_token()

    def answer(self, asked: Asked) -> Answer:
        self.unclaimed, self.accounts = {"one"}, [self._shown(each) for each in self.shown()]
        return super().answer(asked)

    def _shown(self, account: TrueAccount) -> SharedAccount:
        listed = self.world.listed(account)
        rows = [SharedRow(row.id, row.text, f"{row.cents / 100:.2f}", row.made, row.posted) for row in listed]
        return SharedAccount(account.id, account.name, rows)


def _newest(rows: list[TrueRow]) -> list[TrueRow]:
    return sorted((row for row in rows if row.posted), key=lambda row: (row.posted, row.id), reverse=True)


class AkahuServer(LeafServer):
    """Pending rows are a list of their own, without ids."""

    login, password, institution, folder = "app_token_madeup", "user_token_madeup", "NZ90001", "akahu"

    def answer(self, asked: Asked) -> Answer:
        url = urlsplit(asked.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path.endswith("/accounts"):
            return Answer.of({"success": True, "items": [_akahu_account(each) for each in self.shown()]})
        if (account := self.account_at(url.path)) is None:
            return Answer.of({"success": False, "message": "Not found"}, 404)
        if url.path.endswith("/pending"):
            return Answer.of({"success": True, "items": [_akahu_row(row) for row in account.rows if row.posted is None]})
        start = datetime.fromisoformat(query["start"]) if "start" in query else None
        rows = [row for row in _newest(self.world.listed(account)) if start is None or (row.posted and row.posted >= start)]
        first = int(query.get("cursor", 0))
        following = str(first + _PAGE) if first + _PAGE < len(rows) else None
        items = [{**_akahu_row(row), "_id": row.id} for row in rows[first : first + _PAGE]]
        return Answer.of({"success": True, "items": items, "cursor": {"next": following}})


def _akahu_account(account: TrueAccount) -> dict[str, Any]:
    source = {"_id": "conn_made_up", "name": "Tui Bank"}
    balance = {"currency": "NZD", "current": 100.5, "available": 100.5}
    more = {"formatted_account": f"99-0000-000000{account.id[-1]}-00", "meta": {}, "connection": source, "balance": balance}
    return {"_id": account.id, "name": account.name, "status": "ACTIVE", "type": "CHECKING", **more}


def _akahu_row(row: TrueRow) -> dict[str, Any]:
    day = (row.posted or row.made).date()
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=12)
    amount = json.loads(f"{row.cents / 100:.2f}")
    return {"date": f"{moment:%Y-%m-%dT%H:%M:%S}.000Z", "description": row.text, "amount": amount, "type": "EFTPOS"}


class StarlingServer(LeafServer):
    """One id from pending to settled; the whole span at once."""

    login, password, institution, folder = "mine", "made-up-token", "GB90001", "starling"

    def answer(self, asked: Asked) -> Answer:
        url = urlsplit(asked.path)
        if url.path.endswith("/accounts"):
            return Answer.of({"accounts": [_starling_account(each) for each in self.shown()]})
        if (account := self.account_at(url.path)) is None:
            return Answer.of({"error": "not found"}, 404)
        if url.path.endswith("/balance"):
            return Answer.of({"clearedBalance": _minor(100), "effectiveBalance": _minor(100)})
        if url.path.endswith("/identifiers"):
            return Answer.of({"accountIdentifier": f"0000000{account.id[-1]}", "bankIdentifier": "000000"})
        query = {name: datetime.fromisoformat(values[0]) for name, values in parse_qs(url.query).items()}
        first, last = query["minTransactionTimestamp"], query["maxTransactionTimestamp"]
        return Answer.of({"feedItems": [_starling_row(row) for row in self.world.listed(account) if first <= row.made < last]})


def _minor(units: int) -> dict[str, Any]:
    return {"currency": "GBP", "minorUnits": units}


def _starling_account(account: TrueAccount) -> dict[str, Any]:
    fields = {"accountUid": account.id, "accountType": "PRIMARY", "defaultCategory": "main", "currency": "GBP"}
    return {**fields, "createdAt": "2026-01-01T00:00:00.000Z", "name": account.name}


def _starling_row(row: TrueRow) -> dict[str, Any]:
    fields = {"feedItemUid": row.id, "amount": _minor(abs(row.cents)), "direction": "OUT" if row.cents < 0 else "IN"}
    moments = {"transactionTime": row.made.isoformat(), **({"settlementTime": row.posted.isoformat()} if row.posted else {})}
    return {**fields, **moments, "status": "SETTLED" if row.posted else "PENDING", "counterPartyName": row.text, "reference": ""}


class BasiqServer(LeafServer):
    """Pending rows have other ids in each listing; an access token lasts as long as the world says."""

    login, password, institution, folder = USER_ID, "bWFkZS11cDpzYW1wbGU=", "AU94001", "basiq"

    def answer(self, asked: Asked) -> Answer:
        url = urlsplit(asked.path)
        if url.path == "/token":
            return Answer.of({"access_token": "made-up-access-token", "token_type": "Bearer", "expires_in": 3600})
        if url.path.endswith("/accounts"):
            return Answer.of({"type": "list", "data": [_basiq_account(each) for each in self.shown()], "links": {}})
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        wanted = query["filter"]
        account = next((each for each in self.shown() if f"'{each.id}'" in wanted), None)
        first, rows = int(query.get("next", 0)), [] if account is None else self._rows(account, wanted)
        self.listings += first == 0
        links = {"next": self._link(query, first + _PAGE)} if first + _PAGE < len(rows) else {}
        data = [_basiq_row(row, self.listings) for row in rows[first : first + _PAGE]]
        return Answer.of({"type": "list", "count": len(data), "size": len(rows), "data": data, "links": links})

    def _rows(self, account: TrueAccount, wanted: str) -> list[TrueRow]:
        _, is_since, rest = wanted.partition("postDate.gteq('")
        since = date.fromisoformat(rest[:10]) if is_since else None
        posted = [row for row in _newest(self.world.listed(account)) if since is None or (row.posted and row.posted.date() >= since)]
        return [row for row in account.rows if row.posted is None] + posted

    def _link(self, query: dict[str, str], following: int) -> str:
        kept = {**query, "next": str(following)}
        text = "&".join(f"{name}={quote(value, safe='')}" for name, value in kept.items())
        return f"https://au-api.basiq.io/users/{USER_ID}/transactions?{text}"


def _basiq_account(account: TrueAccount) -> dict[str, Any]:
    fields = {"id": account.id, "accountNo": f"000000-0000000{account.id[-1]}", "name": account.name, "currency": "AUD"}
    money = {"balance": "100.00", "availableFunds": "100.00", "status": "available", "accountHolder": "ADA EXAMPLE"}
    return {**fields, **money, "class": {"type": "transaction", "product": "Everyday"}, "lastUpdated": "2026-03-01T20:00:00Z"}


def _basiq_row(row: TrueRow, listing: int) -> dict[str, Any]:
    fields = {"id": row.id if row.posted else f"p-{listing}-{row.id}", "status": "posted" if row.posted else "pending"}
    days = {"postDate": f"{row.posted:%Y-%m-%d}T00:00:00Z" if row.posted else None, "transactionDate": f"{row.made:%Y-%m-%d}T00:00:00Z"}
    return {**fields, **days, "amount": f"{row.cents / 100:.2f}", "description": row.text, "balance": "", "class": "payment"}
