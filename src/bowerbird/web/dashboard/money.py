"""Accounts and their transactions: the API's own filters as a form, pages by keyset, and charts with a table beside each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

from bowerbird.domain.feeds.export import FORMS, ExportFormat, copy_export, file_parts, head_of
from bowerbird.domain.ledger import accounts
from bowerbird.domain.ledger.accounts import AccountRow
from bowerbird.domain.ledger.history import History, history_of
from bowerbird.domain.ledger.search import LOOKED_AT, FoundPage, FoundRow, Order, Wanted, find_ids, list_found, search_transactions
from bowerbird.domain.services import Session
from bowerbird.model.clock import from_milliseconds
from bowerbird.model.days import day_of_number
from bowerbird.model.money import parse_cents
from bowerbird.model.problem import Problem
from bowerbird.model.transaction import Direction, Status, TransactionClass
from bowerbird.web.dashboard import applications, users
from bowerbird.web.dashboard.users import Person
from bowerbird.web.kernel.charts import BalanceChart, MonthChart
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import NOT_STORED, PageRefused, PageResponse, not_found
from bowerbird.web.kernel.words import label

_PAGE = 50
_FILTERS = ("account", "status", "direction", "class", "from", "to", "words", "least", "most", "category", "order")
_MAX_WORDS = 20

_ORDERS = [
    (Order.NEWEST, "Newest first"),
    (Order.OLDEST, "Oldest first"),
    (Order.LARGEST, "Largest amount first"),
    (Order.SMALLEST, "Smallest amount first"),
]
_FORMATS = [
    (ExportFormat.CSV, "CSV, for spreadsheets"),
    (ExportFormat.OFX, "OFX, for most money programs"),
    (ExportFormat.QIF, "QIF, for older ones"),
    (ExportFormat.HLEDGER, "hledger journal"),
    (ExportFormat.BEANCOUNT, "beancount ledger"),
]
_OPTIONS: Mapping[str, Sequence[tuple[str, str]]] = {
    name: [("", "All"), *((word.value, label(word.value)) for word in words)]
    for name, words in (("status", Status), ("direction", Direction), ("class", TransactionClass))
} | {"format": _FORMATS, "order": _ORDERS}


class Chosen(NamedTuple):
    """The form's fields, and what they ask for: a filter of the API, and what the API has no filter for.

    `problem` says which amount cannot be read.
    """

    values: dict[str, str]
    text: str
    wanted: Wanted = Wanted()
    problem: str = ""
    order: Order = Order.NEWEST

    @property
    def is_any(self) -> bool:
        """Whether anything is chosen."""
        return bool(self.text) or self.wanted != Wanted() or bool(self.problem)


def chosen_filters(request: PageRequest) -> Chosen:
    values = {name: request.one(name) for name in _FILTERS}
    conditions = []
    for name, property_name in (("account", "account.id"), *((name, f"transaction.{name}") for name in ("status", "direction", "class"))):
        if values[name]:
            conditions.append(f"{property_name}.eq({quoted(values[name])})")
    for name, operator in (("from", "gteq"), ("to", "lteq")):
        if values[name]:
            conditions.append(f"transaction.postDate.{operator}({quoted(values[name])})")
    readable = {name: value for name, value in values.items() if name not in ("from", "to") or _is_day(value)}
    shown, text = {**dict.fromkeys(_FILTERS, ""), **readable}, ",".join(conditions)
    words, category = (tuple(values[name].casefold().split()[:_MAX_WORDS]) for name in ("words", "category"))
    order = Order(values["order"]) if values["order"] in set(Order) else Order.NEWEST
    try:
        return Chosen(shown, text, Wanted(words, _cents(values["least"]), _cents(values["most"]), category), order=order)
    except ValueError:
        return Chosen(shown, text, problem="An amount is digits with at most two decimals, such as 12.50.")


def _cents(text: str) -> int | None:
    """An amount without its sign; None where nothing is typed. Raises ValueError."""
    return abs(parse_cents(text.strip())) if text.strip() else None


def _is_day(text: str) -> bool:
    """Whether a date field can show it."""
    try:
        return bool(date.fromisoformat(text)) and len(text) == 10
    except ValueError:
        return False


def quoted(text: str) -> str:
    """A value as a filter of the API spells it."""
    return "'" + text.replace("'", "''") + "'"


class TransactionsData(NamedTuple):
    """What the page shows of a user; `page` is None where `problem` says why the filter cannot be read.

    `is_all` False: a list for printing has not looked at all rows.
    """

    person: Person
    accounts: Mapping[int, AccountRow]
    page: FoundPage | None
    problem: str
    is_all: bool = True


class ListedRow(NamedTuple):
    """A row of the page. `account` is empty where the person does not share their accounts; `month` opens a month, else empty."""

    found: FoundRow
    account: str
    month: str


def _read_transactions(session: Session, request: PageRequest, chosen: Chosen) -> TransactionsData:
    person = users.find(request, session)
    by_ref = {row.ref: row for row in accounts.list_accounts(session, None)}
    if chosen.problem:
        return TransactionsData(person, by_ref, None, chosen.problem)
    try:
        if request.one("all"):
            listed = list_found(session, chosen.text or None, chosen.wanted, chosen.order)
            return TransactionsData(person, by_ref, FoundPage(listed.found, len(listed.found), None), "", listed.is_all)
        page = _page(session, request, chosen)
    except Problem as problem:
        return TransactionsData(person, by_ref, None, problem.detail)
    return TransactionsData(person, by_ref, page, "")


def _page(session: Session, request: PageRequest, chosen: Chosen) -> FoundPage:
    """A page of what is chosen; in another order than the newest first, of what is found among the newest rows."""
    if chosen.order is Order.NEWEST:
        return search_transactions(session, chosen.text or None, chosen.wanted, request.one("next") or None, _PAGE)
    found, behind = list_found(session, chosen.text or None, chosen.wanted, chosen.order).found, request.one("next")
    start = int(behind) if behind.isascii() and behind.isdigit() and len(behind) < 6 else 0
    return FoundPage(found[start : start + _PAGE], len(found), str(start + _PAGE) if start + _PAGE < len(found) else None)


def _movements(data: TransactionsData, order: Order) -> list[ListedRow]:
    """The page's transactions, where they are in the order of days the first of each month with its name."""
    names = {ref: account.name for ref, account in data.accounts.items()}
    movements, before = [], ""
    for found in data.page.found if data.page else []:
        month = f"{found.transaction.posted:%B %Y}" if found.transaction.posted else "Pending"
        is_first = month != before and order in {Order.NEWEST, Order.OLDEST}
        movements.append(ListedRow(found, names.get(found.account_ref, ""), month if is_first else ""))
        before = month
    return movements


def show_transactions(request: PageRequest) -> PageResponse:
    application, tenant, chosen = applications.find(request), users.tenant_of(request), chosen_filters(request)
    data = request.read(_read_transactions, request, chosen)
    page = data.page
    query = {name: value for name, value in chosen.values.items() if value and (name != "order" or chosen.order is not Order.NEWEST)}
    path = f"{users.address(tenant)}/transactions"
    return request.show(
        "dashboard/printed_transactions.html" if request.one("all") and page else "dashboard/transactions.html",
        400 if data.problem else 200, application=application, is_all=data.is_all, filters=query,
        now=request.context.clock.now(), user_path=users.address(tenant), path=path,
        chosen=chosen, wrong=data.problem, movements=_movements(data, chosen.order), looked_at=LOOKED_AT,
        size=page.size if page else 0, following=f"{path}?{urlencode({**query, 'next': page.next})}" if page and page.next else "",
        order_words=dict(_ORDERS)[chosen.order], continued=bool(request.one("next")), query=urlencode(query), person=data.person,
        options={"account": [("", "All"), *((row.id, row.name) for row in data.accounts.values())], **_OPTIONS},
        api_path=f"/users/{tenant.user_id}/transactions" + (f"?{urlencode({'filter': chosen.text})}" if chosen.text else ""),
    )  # fmt: skip


def export_transactions(request: PageRequest) -> PageResponse:
    """A user's accounts and posted transactions as a file: those that the filter of the page finds."""
    application, tenant, filters = applications.find(request), users.tenant_of(request), chosen_filters(request)
    back = ("Transactions", f"{users.address(tenant)}/transactions")
    try:
        chosen, account_id = ExportFormat(request.one("format")), request.one("account")
    except ValueError:
        raise PageRefused(400, "There is no such format", f"Choose one of {', '.join(ExportFormat)}.", back) from None
    if filters.problem:
        raise PageRefused(400, "This filter cannot be read", filters.problem, back)
    request.read(partial(users.find, request))
    try:
        ids = request.read(find_ids, filters.text or None, filters.wanted) if filters.is_any else None
        copied = request.read(copy_export, {account_id} if account_id else None, ids)
    except Problem as problem:
        raise PageRefused(403, f"{application.name} may not read this person", problem.detail, back) from None
    if account_id and not copied.accounts:
        copied.close()
        raise not_found("account")
    form, made = FORMS[chosen], request.context.clock.now().date()
    headers = (("content-disposition", f'attachment; filename="transactions-{made}.{form.ending}"'), NOT_STORED)
    content, rest = head_of(file_parts(copied, chosen, made))
    return PageResponse(200, content, form.content_type, headers, rest)


def _read_account(session: Session, request: PageRequest) -> tuple[Person, AccountRow, History]:
    row = accounts.get_account(session, request.path["account_id"])
    return users.find(request, session), row, history_of(session, row)


def show_account(request: PageRequest) -> PageResponse:
    application, tenant = applications.find(request), users.tenant_of(request)
    person, account, history = request.read(_read_account, request)
    intervals = [(day_of_number(first), day_of_number(last)) for first, last in account.intervals]
    balances, months = history.balances, history.months
    return request.show(
        "dashboard/account_page.html", application=application, user_path=users.address(tenant), intervals=intervals,
        balances=BalanceChart(balances) if len(balances) > 1 else None, months=MonthChart(months) if months else None,
        updated=from_milliseconds(account.last_updated), person=person, account=account,
        bank=request.services.institutions.name_of(account.institution_id, account.details.institution),
    )  # fmt: skip
