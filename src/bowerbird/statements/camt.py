"""CAMT.053 and CAMT.052 (ISO 20022) → accounts and transactions. A statement's opening and closing balance must agree with its entries.

Source: the public message definitions of ISO 20022 (camt.052.001, camt.053.001). An XML document that declares a type or an entity is
refused before it is parsed, so nothing in it is expanded or fetched.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import reduce
from itertools import groupby
from xml.etree import ElementTree

from bowerbird.codes import CSV_INVALID_ROW, CSV_INVALID_VALUE, CSV_MISSING_VALUE, CSV_TOO_MANY_ROWS
from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.money import format_cents, parse_cents
from bowerbird.model.transaction import BankTransaction
from bowerbird.statements.csv.values import CURRENCIES, LONGEST_TEXT, account_number
from bowerbird.statements.refusal import Refused, shown, without_rows
from bowerbird.statements.statement import UNKNOWN_PRODUCT, StatementAccount

_DECLARES = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_NAMESPACE = re.compile(r"\{[^}]*\}")
MAX_STATEMENTS = 400
"""Statements of one document, a year of days and more; each is joined to those before it, so this bounds what a file costs."""
_NEVER = datetime.min.replace(tzinfo=UTC)
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)


def read_camt(text: str, max_rows: int) -> list[StatementAccount]:
    """The accounts of a document in the order in which they appear. Raises Refused; its rows count entries."""
    if declared := _DECLARES.search(text):
        raise Refused(CSV_INVALID_ROW, row=text.count("\n", 0, declared.start()) + 1, reason="a CAMT document declares nothing.")
    try:
        root = ElementTree.fromstring(re.sub(r"\A\s*<\?xml[^>]*\?>", "", text))  # noqa: S314 (no declaration is left to expand)
    except ElementTree.ParseError as error:
        raise Refused(CSV_INVALID_ROW, row=error.position[0], reason="this is no well-formed XML.") from None
    for element in root.iter():
        element.tag = _NAMESPACE.sub("", element.tag)
    statements = [*root.iter("Stmt"), *root.iter("Rpt")]
    if len(statements) > MAX_STATEMENTS:
        raise Refused(CSV_INVALID_ROW, row=1, reason=f"the document has more than {MAX_STATEMENTS} statements.")
    if sum(len(statement.findall("Ntry")) for statement in statements) > max_rows:
        raise Refused(CSV_TOO_MANY_ROWS, limit=max_rows)
    parts: dict[tuple[str, str], list[StatementAccount]] = {}
    for part in map(_statement, statements):
        others = parts.setdefault((part.account.number, part.account.currency), [])
        if not any(part.transactions == other.transactions and part.account.balance == other.account.balance for other in others):
            others.append(part)
    accounts = [_of_one_account(each) for each in parts.values()]
    if not any(account.transactions for account in accounts):
        raise without_rows("CAMT statement")
    return accounts


def _of_one_account(parts: list[StatementAccount]) -> StatementAccount:
    """The account of its statements, in the order of their days. Raises Refused."""
    parts.sort(key=lambda each: each.account.last_updated or _NEVER)
    account = reduce(_joined, parts)
    _refuse_gap(parts)
    return account


def _joined(earlier: StatementAccount, later: StatementAccount) -> StatementAccount:
    """One account of two statements, the one that ends last with its balance.

    Raises Refused where both list a day and their balances do not join: which of their entries are the same is then not known.
    """
    first, last = sorted((earlier, later), key=lambda each: each.account.last_updated or _NEVER)
    ended = max((row.posted for row in first.transactions if row.posted), default=date.min)
    if _goes_on(last, first) and not _goes_on(first, last):
        first, last = last, first
    if any(row.posted and row.posted <= ended for row in last.transactions) and not _goes_on(first, last):
        reason = "The file has this account twice, with days that both statements list."
        raise Refused(CSV_INVALID_VALUE, row=1, field="Acct/Id", value=shown(last.account.number), reason=reason)
    return StatementAccount(
        last.account, [*first.transactions, *last.transactions], first.proved + last.proved, notes=(*first.notes, *last.notes)
    )


def _refuse_gap(parts: Sequence[StatementAccount]) -> None:
    """Raises Refused where statements of an account that follow each other are no chain, in which all but one open with what another closes
    with. Around one that does not say both balances nothing is known."""
    for is_proved, following in groupby(parts, lambda part: part.proved > 0):
        if is_proved:
            _refuse_gap_in(list(following))


def _refuse_gap_in(parts: Sequence[StatementAccount]) -> None:
    unmet = Counter(map(_opening, parts)) - Counter(part.account.balance for part in parts)
    if unmet.total() > 1:
        at = [part for part in parts if _opening(part) in unmet][-1]
        reason = "No other statement of this account in the file closes with this opening balance: one between them is missing."
        raise Refused(CSV_INVALID_VALUE, row=1, field="Bal", value=format_cents(_opening(at) or 0), reason=reason)


def _opening(statement: StatementAccount) -> int | None:
    """The balance before a statement's entries, in cents; None where it says no closing one."""
    closing = statement.account.balance
    return None if closing is None else closing - sum(row.amount for row in statement.transactions if row.posted)


def _goes_on(first: StatementAccount, last: StatementAccount) -> bool:
    """Whether a statement opens with what another closes with, both proven, and they have no entry in common."""
    closing = first.account.balance
    if closing is None or not (first.proved and last.proved):
        return False
    return _opening(last) == closing and not any(row in first.transactions for row in last.transactions)


def _statement(statement: ElementTree.Element) -> StatementAccount:
    printed = _text(statement, "Acct/Id/IBAN") or _text(statement, "Acct/Id/Othr/Id")
    try:
        number = account_number("", printed)
    except ValueError:
        raise Refused(CSV_MISSING_VALUE, row=1, field="Acct/Id") from None
    balances = {_text(each, "Tp/CdOrPrtry/Cd"): each for each in statement.findall("Bal")}
    opening, closing = (next((balances[code] for code in codes if code in balances), None) for codes in (_OPENING, _CLOSING))
    currency = _text(statement, "Acct/Ccy") or _currency_of(closing) or _currency_of(statement.find("Ntry"))
    if currency not in CURRENCIES:
        raise Refused(CSV_INVALID_VALUE, row=1, field="Acct/Ccy", value=shown(currency), reason="Expected an ISO 4217 code such as AUD.")
    numbered = [(row, each) for row, each in enumerate(statement.findall("Ntry"), 1)]
    entries = [_entry(row, each, currency) for row, each in numbered if not _is_pending(each)]
    pending = len(numbered) - len(entries)
    proved = _prove(opening, closing, entries)
    ordered = sorted(entries, key=lambda each: (each.posted is None, each.posted or date.max))
    ended = _day(closing, "Dt") or max((each.posted for each in entries if each.posted), default=None)
    account = BankAccount(
        number=number.number, name=number.number, holder=_text(statement, "Acct/Ownr/Nm") or None, currency=currency,
        account_class=AccountClass.UNKNOWN, product=UNKNOWN_PRODUCT, balance=None if closing is None else _signed(1, closing, currency),
        available=None, bsb=number.bsb, masked_number=number.masked,
        last_updated=datetime(ended.year, ended.month, ended.day, tzinfo=UTC) if ended else None,
    )  # fmt: skip
    notes = (f"entries that are not booked yet were not read: {pending}",) if pending else ()
    return StatementAccount(account, ordered, proved, notes=notes)


def _prove(opening: ElementTree.Element | None, closing: ElementTree.Element | None, entries: list[BankTransaction]) -> int:
    """1 where the balances agree with the booked entries, 0 where one of them is missing. Raises Refused where they disagree."""
    if opening is None or closing is None:
        return 0
    currency = _currency_of(closing)
    expected = _signed(1, opening, currency) + sum(each.amount for each in entries)
    printed = _signed(1, closing, currency)
    if expected != printed:
        reason = f"Expected {format_cents(expected)}: the opening balance and the booked entries."
        raise Refused(CSV_INVALID_VALUE, row=len(entries), field="Bal", value=format_cents(printed), reason=reason)
    return 1


def _entry(row: int, entry: ElementTree.Element, currency: str) -> BankTransaction:
    """One booked entry."""
    amount = _signed(row, entry, currency)
    day = _day(entry, "BookgDt") or _day(entry, "ValDt")
    if day is None:
        raise Refused(CSV_MISSING_VALUE, row=row, field="BookgDt")
    return BankTransaction(amount, _description(entry), day, None, None, _text(entry, "AcctSvcrRef") or None)


def _is_pending(entry: ElementTree.Element) -> bool:
    """Whether an entry is announced (PDNG, INFO, FUTR): no balance has it, and the booked one that follows may differ."""
    return (_text(entry, "Sts/Cd") or _text(entry, "Sts") or "BOOK") != "BOOK"


def _description(entry: ElementTree.Element) -> str:
    """What the bank and the other party say, each once."""
    is_credit = _text(entry, "CdtDbtInd") == "CRDT"
    parties = ("NtryDtls/TxDtls/RltdPties/Dbtr", "NtryDtls/TxDtls/RltdPties/UltmtDbtr") if is_credit else (
        "NtryDtls/TxDtls/RltdPties/Cdtr", "NtryDtls/TxDtls/RltdPties/UltmtCdtr")  # fmt: skip
    texts = [_text(entry, "AddtlNtryInf"), *(_text(entry, f"{party}/{name}") for party in parties for name in ("Nm", "Pty/Nm"))]
    texts += [found.text or "" for found in entry.iterfind("NtryDtls/TxDtls/RmtInf/Ustrd")]
    texts = [" ".join(text.split()) for text in texts]
    return (" ".join(dict.fromkeys(filter(None, texts))) or _text(entry, "BkTxCd/Prtry/Cd") or "Entry")[:LONGEST_TEXT]


def _signed(row: int, element: ElementTree.Element, currency: str) -> int:
    """Cents of an element's amount, negative where it is a debit."""
    printed, mark, own = _text(element, "Amt"), _text(element, "CdtDbtInd"), _currency_of(element)
    if own != currency or mark not in ("CRDT", "DBIT"):
        reason = f"The account is in {currency}." if own != currency else "Neither debit nor credit."
        raise Refused(CSV_INVALID_VALUE, row=row, field="Amt", value=shown(f"{printed} {own}"), reason=reason)
    whole, point, decimals = printed.partition(".")
    try:
        cents = parse_cents(f"{whole}.{decimals[:2]}" if point and not decimals[2:].strip("0") else printed)
    except ValueError:
        raise Refused(CSV_INVALID_VALUE, row=row, field="Amt", value=shown(printed), reason="Expected a sum such as 1234.56.") from None
    if cents < 0:
        raise Refused(CSV_INVALID_VALUE, row=row, field="Amt", value=shown(printed), reason="It has a sign beside CdtDbtInd.")
    return cents if mark == "CRDT" else -cents


def _currency_of(element: ElementTree.Element | None) -> str:
    amount = None if element is None else element.find("Amt")
    return "" if amount is None else amount.get("Ccy", "")


def _text(element: ElementTree.Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _day(element: ElementTree.Element | None, path: str) -> date | None:
    """The day below a path, which may be given with a time; None where it is missing or is none."""
    if element is None:
        return None
    printed = _text(element, f"{path}/Dt") or _text(element, f"{path}/DtTm") or _text(element, path)
    try:
        return date.fromisoformat(printed[:10])
    except ValueError:
        return None
