"""Accounts and their transactions: the API's own filters as a form, pages by keyset, and charts that a table says again."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec

from bowerbird.domain.ledger import accounts, history, transactions
from bowerbird.domain.services import Session
from bowerbird.model.clock import from_milliseconds
from bowerbird.model.days import day_of_number
from bowerbird.model.money import parse_cents
from bowerbird.model.problem import Problem
from bowerbird.model.transaction import Direction, Status, TransactionClass
from bowerbird.web.dashboard import applications, users
from bowerbird.web.kernel.charts import BalanceChart, MonthChart
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse
from bowerbird.web.kernel.words import label

_PAGE = 50
_FILTERS = ("account", "status", "direction", "class", "from", "to")

_OPTIONS = {
    name: [("", "All"), *((word.value, label(word.value)) for word in words)]
    for name, words in (("status", Status), ("direction", Direction), ("class", TransactionClass))
}


class Movement(msgspec.Struct, rename="camel"):
    """What the page shows of a transaction's document. `amount` is the wire's text."""

    id: str
    account: str
    status: str
    description: str
    amount: str
    currency: str
    direction: str
    post_date: str | None
    class_: str = msgspec.field(name="class")
    balance: str | None = None

    @property
    def day(self) -> date | None:
        return None if self.post_date is None else date.fromisoformat(self.post_date[:10])

    @property
    def cents(self) -> int:
        return parse_cents(self.amount)

    @property
    def balance_cents(self) -> int | None:
        return None if self.balance is None else parse_cents(self.balance)


class Chosen(NamedTuple):
    """The form's filters, and the same in the language of the API."""

    values: dict[str, str]
    text: str


_decode = msgspec.json.Decoder(Movement).decode


def movement_of(document: bytes) -> Movement:
    """A stored document starts with its id as the end of a link: the object begins behind it."""
    return _decode(b'{"' + document[40:])


def chosen_filters(request: PageRequest) -> Chosen:
    values = {name: request.one(name) for name in _FILTERS}
    conditions = []
    for name, property_name in (("account", "account.id"), *((name, f"transaction.{name}") for name in ("status", "direction", "class"))):
        if values[name]:
            conditions.append(f"{property_name}.eq({quoted(values[name])})")
    for name, operator in (("from", "gteq"), ("to", "lteq")):
        if values[name]:
            conditions.append(f"transaction.postDate.{operator}({quoted(values[name])})")
    shown = {name: value for name, value in values.items() if name not in ("from", "to") or _is_day(value)}
    return Chosen({**dict.fromkeys(_FILTERS, ""), **shown}, ",".join(conditions))


def _is_day(text: str) -> bool:
    """Whether a date field can show it."""
    try:
        return bool(date.fromisoformat(text)) and len(text) == 10
    except ValueError:
        return False


def quoted(text: str) -> str:
    """A value as a filter of the API spells it."""
    return "'" + text.replace("'", "''") + "'"


def show_transactions(request: PageRequest) -> PageResponse:
    application, tenant, chosen = applications.find(request), users.tenant_of(request), chosen_filters(request)
    wrong = ""

    def read(session: Session) -> dict[str, Any]:
        nonlocal wrong
        found = {
            "person": users.find(request, session),
            "accounts": {row.id: row for row in accounts.list_accounts(session.of(tenant), None)},
        }
        try:
            page = transactions.list_transactions(session.of(tenant), chosen.text or None, str(_PAGE), request.one("next") or None, _PAGE)
        except Problem as problem:
            wrong = problem.detail
            return {**found, "page": None}
        return {**found, "page": page}

    found = request.read(read, tenant=tenant.application_id)
    page = found.pop("page")
    query = {name: value for name, value in chosen.values.items() if value}
    path = f"{users.address(tenant)}/transactions"
    return request.show(
        "dashboard/transactions.html", 400 if wrong else 200, application=application, user_path=users.address(tenant), path=path,
        chosen=chosen, wrong=wrong, movements=[movement_of(each) for each in page.documents] if page else [], size=page.size if page else 0,
        following=f"{path}?{urlencode({**query, 'next': page.next})}" if page and page.next else "", continued=bool(request.one("next")),
        options={"account": [("", "All"), *((row.id, row.name) for row in found["accounts"].values())], **_OPTIONS}, query=urlencode(query),
        api_path=f"/users/{tenant.user_id}/transactions" + (f"?{urlencode({'filter': chosen.text})}" if chosen.text else ""), **found,
    )  # fmt: skip


def show_account(request: PageRequest) -> PageResponse:
    application, tenant = applications.find(request), users.tenant_of(request)

    def read(session: Session) -> dict[str, Any]:
        row = accounts.get_account(session.of(tenant), request.path["account_id"])
        return {"person": users.find(request, session), "account": row, "history": history.history_of(session, row)}

    found = request.read(read, tenant=tenant.application_id)
    account, went = found["account"], found.pop("history")
    intervals = [(day_of_number(first), day_of_number(last)) for first, last in json.loads(account.intervals)]
    return request.show(
        "dashboard/account_page.html", application=application, user_path=users.address(tenant), intervals=intervals,
        balances=BalanceChart(went.balances) if len(went.balances) > 1 else None, months=MonthChart(went.months) if went.months else None,
        updated=from_milliseconds(account.last_updated), institution=request.services.institutions.find(account.institution_id), **found,
    )  # fmt: skip
