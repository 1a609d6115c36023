"""CAMT.053 and CAMT.052 (ISO 20022) → accounts and transactions. A statement's opening and closing balance must agree with its entries.

Source: the public message definitions of ISO 20022 (camt.052.001, camt.053.001). An XML document that declares a type or an entity is
refused before it is parsed, so nothing in it is expanded or fetched.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import reduce
from itertools import groupby, pairwise
from typing import NamedTuple
from xml.etree import ElementTree

from bowerbird.codes import CSV_INVALID_ROW, CSV_INVALID_VALUE, CSV_MISSING_VALUE, CSV_TOO_MANY_ROWS
from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.money import format_cents, parse_cents
from bowerbird.model.transaction import BankTransaction
from bowerbird.statements.csv.values import CURRENCIES, LONGEST_TEXT, account_number
from bowerbird.statements.refusal import Refused, shown, without_rows
from bowerbird.statements.statement import UNKNOWN_PRODUCT, StatementAccount, missing_statements

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
    _refuse_page_of_message(root)
    parts: dict[tuple[str, str], list[_CamtPart]] = {}
    for statement in _whole_statements(statements):
        account = _statement(statement)
        others = parts.setdefault((account.account.number, account.account.currency), [])
        part = _CamtPart(_text(statement, "Id"), _text(statement, "ElctrncSeqNb").lstrip("0"), account)
        if not any(_is_same(part, other) for other in others):
            others.append(part)
    accounts = [_of_one_account(each) for each in parts.values()]
    if not any(account.transactions for account in accounts):
        raise without_rows("CAMT statement")
    return accounts


class _CamtPart(NamedTuple):
    """One statement of a document, with the id and the number that its bank gives it."""

    ident: str
    number: str
    account: StatementAccount


def _is_same(part: _CamtPart, other: _CamtPart) -> bool:
    """Whether a statement stands in a document twice: its id and number say it, or the bank's references of its entries do. One of another
    id with equal entries is the same where it moves something, since it would begin with its own closing balance otherwise.

    Raises Refused where nothing says it.
    """
    one, another = part.account, other.account
    if one.transactions != another.transactions or one.account.balance != another.account.balance:
        return False
    if (part.ident, part.number) == (other.ident, other.number) or all(row.upstream_id for row in one.transactions):
        return True
    if part.number and other.number and part.number != other.number:
        return False
    if not (one.proved and another.proved):
        reason = "Another statement of another id has the same entries, and no balance says whether they are others; take one out."
        raise Refused(CSV_INVALID_VALUE, row=1, field="Id", value=shown(part.ident), reason=reason)
    return _opening(one) != one.account.balance


def _of_one_account(found: list[_CamtPart]) -> StatementAccount:
    """The account of its statements, in the order of their days. Raises Refused."""
    numbered = [(each, int(each.number) if each.number.isascii() and each.number.isdecimal() else 0) for each in found]
    numbered.sort(key=lambda each: (each[0].account.account.last_updated or _NEVER, each[1]))
    parts, numbers = [each.account for each, _ in numbered], [number for _, number in numbered if number]
    account = reduce(_joined, parts)
    _refuse_gap(parts)
    missing = [missing_statements(one, other) for one, other in pairwise(numbers) if other > one + 1]
    return replace(account, notes=(*account.notes, *missing)) if missing else account


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
    """Whether a statement opens with what another closes with, both proven, and no entry can stand in both: what two that overlap have in
    common would add up to nothing, so equal entries of one direction and without the bank's reference are entries of their own."""
    closing = first.account.balance
    if closing is None or not (first.proved and last.proved) or _opening(last) != closing:
        return False
    common = [row for row in last.transactions if row in first.transactions]
    return len({row.amount > 0 for row in common}) < 2 and not any(row.upstream_id or not row.amount for row in common)


def _refuse_page_of_message(root: ElementTree.Element) -> None:
    """Raises Refused for one of several documents over which a bank's message goes."""
    for paging in root.iterfind(".//GrpHdr/MsgPgntn"):
        number, is_last = _page(paging)
        if number != 1 or not is_last:
            raise _not_whole("MsgPgntn", number, f"page {2 if number == 1 else 1}")


def _whole_statements(statements: Sequence[ElementTree.Element]) -> list[ElementTree.Element]:
    """The statements of a document, those that go over several pages joined. Raises Refused where a page is missing by its number."""
    pages: dict[tuple[str, ...], list[ElementTree.Element]] = {}
    for place, statement in enumerate(statements):
        names = ("Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Ccy", "ElctrncSeqNb")
        own = [_text(statement, name) for name in names]
        key = (*own, "" if own[-1] else _text(statement, "Id")) if _paging(statement) is not None else (str(place),)
        pages.setdefault(key, []).append(statement)
    return [_of_pages(each) for each in pages.values()]


def _of_pages(pages: list[ElementTree.Element]) -> ElementTree.Element:
    """One statement of its pages: the first opening balance, the last closing one, all entries. Raises Refused."""
    numbered = sorted([(*_page(paging), place) for place, each in enumerate(pages) if (paging := _paging(each)) is not None])
    for expected, (number, is_last, _) in enumerate(numbered, 1):
        if number != expected:
            raise _not_whole("StmtPgntn", number, f"page {expected}" if number > expected else "one of two pages of this number")
        if is_last is not (expected == len(numbered)):
            raise _not_whole("StmtPgntn", number, f"the page behind page {number}")
    if len(numbered) < 2:
        return pages[0]
    ordered = [pages[place] for _, _, place in numbered]
    whole = ElementTree.Element(ordered[0].tag)
    for page in ordered:
        codes = (_OPENING if page is ordered[0] else ()) + (_CLOSING if page is ordered[-1] else ())
        for each in page:
            is_balance = each.tag == "Bal"
            if each.tag == "Ntry" or (is_balance and _text(each, "Tp/CdOrPrtry/Cd") in codes) or (page is ordered[0] and not is_balance):
                whole.append(each)
    return whole


def _paging(statement: ElementTree.Element) -> ElementTree.Element | None:
    found = statement.find("StmtPgntn")
    return statement.find("RptPgntn") if found is None else found


def _page(paging: ElementTree.Element) -> tuple[int, bool]:
    """The number of a page, 0 where it is none, and whether it is the last."""
    number = _text(paging, "PgNb")
    return int(number) if number.isascii() and number.isdecimal() else 0, _text(paging, "LastPgInd") in ("true", "1")


def _not_whole(field: str, number: int, missing: str) -> Refused:
    reason = f"The bank says that this is one page of several, and {missing} is not in the file; upload the whole statement."
    return Refused(CSV_INVALID_VALUE, row=1, field=field, value=f"page {number}", reason=reason)


def _statement(statement: ElementTree.Element) -> StatementAccount:
    printed = _text(statement, "Acct/Id/IBAN") or _text(statement, "Acct/Id/Othr/Id")
    try:
        number = account_number("", printed)
    except ValueError:
        raise Refused(CSV_MISSING_VALUE, row=1, field="Acct/Id") from None
    balances = {_text(each, "Tp/CdOrPrtry/Cd"): each for each in statement.findall("Bal")}
    opening, closing = (next((balances[code] for code in codes if code in balances), None) for codes in (_OPENING, _CLOSING))
    for balance in (opening, closing):
        if balance is not None and _text(balance, "Tp/SubTp/Cd") == "INTM":
            reason = "This is the balance of a page, and the other pages of the statement are not in the file; upload the whole statement."
            raise Refused(CSV_INVALID_VALUE, row=1, field="Bal", value=_text(balance, "Amt"), reason=reason)
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
    notes = [f"entries that are not booked yet were not read: {pending}"] if pending else []
    if statement.tag == "Stmt" and closing is None and "ITBD" in balances:
        notes.append(
            "its last balance is an interim one (ITBD): what the bank booked afterwards, or says on a further page, is not in the file"
        )
    return StatementAccount(account, ordered, proved, notes=tuple(notes))


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
