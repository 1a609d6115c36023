"""What a connector may say of itself, and what its accounts and rows may hold: the server refuses others, and its checks say so before.

Each sentence names a field, never what it holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime

from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.money import MAX_CENTS
from bowerbird.model.transaction import BankTransaction, TransactionClass
from bowerbird.sdk.connector import ANY_PUBLIC_HOST, Connector, HasUpstream, Upstream
from bowerbird.sdk.leaf import HasTier, LeafTier

MAX_TEXT = 1_000
MAX_NUMBER = 64
_CURRENCY_LETTERS = 3


def declaration_problem(connector: Connector) -> str | None:
    """What is wrong with what a connector says of itself; None where nothing is. A sentence about the connector, which is not named."""
    try:
        return _declaration_problem(connector)
    except Exception as error:  # noqa: BLE001  (an attribute may be a property of a connector of others, which may raise anything)
        return f"raises {type(error).__name__} when it is asked what it is: {error}"


def _declaration_problem(connector: Connector) -> str | None:
    if not _are_texts(getattr(connector, "institutions", ()), frozenset) or not connector.institutions:
        return "has no frozenset `institutions`: name the institution ids it serves"
    missing = [method for method in ("log_in", "accounts", "transactions") if not callable(getattr(connector, method, None))]
    if missing:
        return f"has no {', '.join(missing)}: write what bowerbird.sdk.connector asks for"
    if isinstance(connector, HasTier) and not issubclass(type(connector.tier), LeafTier):
        return "has a `tier` that is no bowerbird.sdk.leaf.LeafTier"
    return _upstream_problem(connector.upstream) if isinstance(connector, HasUpstream) else None


def _upstream_problem(upstream: Upstream) -> str | None:
    if not issubclass(type(upstream), Upstream):
        return "has an `upstream` that is no bowerbird.sdk.connector.Upstream: give one, or none"
    hosts = upstream.hosts
    if not _are_texts((upstream.name,), tuple):
        return "has no text as `upstream.name`: give the name of its folder"
    if hosts is not ANY_PUBLIC_HOST and not (_are_texts(hosts, frozenset) and all(map(_is_host, hosts))):
        return "holds something else in `upstream.hosts` than the names of hosts, such as api.bank.example"
    if not _are_texts(upstream.needs, tuple) or not _are_texts(upstream.settings, tuple):
        return "names `upstream.needs` or `upstream.settings` otherwise than in a tuple of texts"
    if type(upstream.threads) is not int or upstream.threads < 1:
        return "has less than one of `upstream.threads`"
    return None


def _is_host(name: str) -> bool:
    return name == name.lower() and "/" not in name


def _are_texts(found: Collection[str], kind: type) -> bool:
    return issubclass(type(found), kind) and all(issubclass(type(each), str) and each for each in found)


def account_problem(account: BankAccount) -> str | None:
    """What is wrong with an account; None where nothing is."""
    if not issubclass(type(account), BankAccount):
        return f"an account is {_kind(account)}: give a BankAccount"
    if not issubclass(type(account.number), str) or not 0 < len(account.number) <= MAX_NUMBER:
        return f"`number` of an account must be a text of 1 to {MAX_NUMBER} characters"
    if not issubclass(type(account.currency), str) or len(account.currency) != _CURRENCY_LETTERS:
        return "`currency` of an account must be a code of three letters, such as AUD"
    if not issubclass(type(account.account_class), AccountClass):
        return "`account_class` of an account must be a member of AccountClass"
    if account.last_updated is not None and not issubclass(type(account.last_updated), datetime):
        return "`last_updated` of an account must be a datetime"
    texts = (
        ("name", account.name), ("holder", account.holder), ("product", account.product), ("upstream_id", account.upstream_id),
        ("bsb", account.bsb), ("opened", account.opened), ("unmasked_number", account.unmasked_number),
        ("masked_number", account.masked_number), ("institution", account.institution),
    )  # fmt: skip
    sums = (("balance", account.balance), ("available", account.available), ("credit_limit", account.credit_limit))
    wrong = _text_problem(texts) or _cents_problem(sums)
    return wrong and f"{wrong} (of an account)"


def row_problem(row: BankTransaction) -> str | None:
    """The same of a transaction."""
    if not issubclass(type(row), BankTransaction):
        return f"a transaction is {_kind(row)}: give a BankTransaction"
    if row.kind is not None and not issubclass(type(row.kind), TransactionClass):
        return "`kind` of a transaction must be a member of TransactionClass, or None"
    texts = (
        ("description", row.description), ("upstream_id", row.upstream_id), ("pending_id", row.pending_id), ("reference", row.reference),
        ("currency", row.currency), *(("subclass", text) for text in row.subclass or ()), *(("bpay", text) for text in row.bpay or ()),
    )  # fmt: skip
    days, sums = (("posted", row.posted), ("made", row.made)), (("amount", row.amount), ("balance", row.balance))
    wrong = (
        _missing((("amount", row.amount), ("description", row.description)))
        or _text_problem(texts)
        or _cents_problem(sums)
        or _day_problem(days)
    )
    return wrong and f"{wrong} (of a transaction)"


def _missing(fields: Iterable[tuple[str, str | int | None]]) -> str | None:
    return next((f"`{name}` is missing" for name, value in fields if value is None), None)


def _text_problem(fields: Iterable[tuple[str, str | None]]) -> str | None:
    for name, text in fields:
        if text is not None and not issubclass(type(text), str):
            return f"`{name}` is {_kind(text)}: give a text"
        if text is not None and len(text) > MAX_TEXT:
            return f"`{name}` is longer than {MAX_TEXT} characters"
    return None


def _cents_problem(fields: Iterable[tuple[str, int | None]]) -> str | None:
    for name, cents in fields:
        if cents is not None and type(cents) is not int:
            return f"`{name}` is {_kind(cents)}: give cents as int, which parse_cents reads from a text such as -4.50"
        if cents is not None and abs(cents) > MAX_CENTS:
            return f"`{name}` is larger than {MAX_CENTS} cents"
    return None


def _day_problem(fields: Iterable[tuple[str, date | None]]) -> str | None:
    for name, day in fields:
        if day is not None and (not issubclass(type(day), date) or issubclass(type(day), datetime)):
            return f"`{name}` is {_kind(day)}: give a date, the day at the bank"
    return None


def _kind(value: BankAccount | BankTransaction | str | int | date | None) -> str:
    return f"a value of the type {type(value).__name__}"
