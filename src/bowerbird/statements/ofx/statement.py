"""An OFX or QFX file → accounts and transactions, or a refusal that names the line, the element and the value.

Bank and credit-card statements are read; what else a file holds (sign-on, investments, messages) is not looked at. Every `Refused`
counts lines of the file as rows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from bowerbird.codes import CSV_EMPTY, CSV_INVALID_VALUE, CSV_MISSING_VALUE, CSV_TOO_MANY_ROWS
from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.transaction import BankTransaction
from bowerbird.statements.csv.values import LONGEST_TEXT, AccountNumber, account_number, as_cents, as_currency, as_text
from bowerbird.statements.ofx.elements import Element, elements_of
from bowerbird.statements.refusal import Refused, shown, without_rows
from bowerbird.statements.statement import MAX_LINES, UNKNOWN_PRODUCT, StatementAccount

T = TypeVar("T")
_CLASSES = {
    "CHECKING": AccountClass.TRANSACTION,
    "SAVINGS": AccountClass.SAVINGS,
    "MONEYMRKT": AccountClass.SAVINGS,
    "CD": AccountClass.TERM_DEPOSIT,
    "CREDITLINE": AccountClass.LOAN,
}
_SIGNS = {"DEBIT": -1, "CREDIT": 1}
_MOMENT = re.compile(
    r"(\d{8})(?:(\d\d)(\d\d)(\d\d)?(?:\.\d{1,6})?)?(?:\[([+-]?\d{1,2})(?:\.(\d{1,2}))?(?::[^\]]{0,12})?\]| ?(?:GMT|UTC|Z))?\Z", re.ASCII
)
_PLACE = re.compile(r"0*\d{1,6}\Z", re.ASCII)
_BSB = re.compile(r"\d{3}[ -]?\d{3}\Z", re.ASCII)
_DECIMAL_COMMA = re.compile(r"([+-]?\d+),(\d{1,2})\Z", re.ASCII)


def read_ofx(text: str, max_rows: int, currency: str | None = None) -> list[StatementAccount]:
    """The accounts of a file in the order in which they appear; their transactions from the oldest day to the newest. Raises Refused.

    `currency` is that of accounts of which the file does not say it; None: such a file is refused.
    """
    document = elements_of(text)
    statements = [*document.all("STMTRS"), *document.all("CCSTMTRS")]
    if sum(1 for statement in statements for _ in statement.all("STMTTRN")) > max_rows:
        raise Refused(CSV_TOO_MANY_ROWS, limit=max_rows)
    accounts: dict[tuple[str, str], StatementAccount] = {}
    for statement in statements:
        account = _statement(statement, currency)
        key = account.account.number, account.account.currency
        accounts[key] = _joined(statement, accounts[key], account) if key in accounts else account
    if not any(account.transactions for account in accounts.values()):
        raise _without_statement(document) if not statements else without_rows("OFX statement")
    return list(accounts.values())


def _without_statement(document: Element) -> Refused:
    """The refusal of a file that holds no statement, with what it holds instead as its reason."""
    failed = next((each for each in document.all("STATUS") if each.values.get("SEVERITY", "").upper() == "ERROR"), None)
    refused = Refused(CSV_EMPTY)
    if failed is not None:
        message = shown(" ".join(filter(None, (failed.values.get("CODE", ""), failed.values.get("MESSAGE", "")))))
        refused.reason = f"this OFX file holds no statement: the bank answered with the error {message}. Download it again."
    elif next(document.all("INVSTMTRS"), None) is not None:
        refused.reason = "this OFX file holds an investment statement; upload one of an account."
    elif next(document.all("ACCTINFO"), None) is not None:
        refused.reason = "this OFX file is a list of accounts and holds no statement."
    else:
        refused.reason = "this OFX file holds no statement."
    return refused


def _joined(statement: Element, earlier: StatementAccount, later: StatementAccount) -> StatementAccount:
    """One account of two statements in a file, as banks write that put a month behind a month.

    A transaction that both have under one id is one. Raises Refused where they share days and ids do not tell their rows apart.
    """
    if _last(later) < _last(earlier):
        earlier, later = later, earlier
    known = {row.upstream_id: row for row in earlier.transactions if row.upstream_id}
    new = [(place, row) for place, row in enumerate(later.transactions) if known.get(row.upstream_id or "") != row]
    first = min((row.posted or date.max for _, row in new), default=date.max)
    if first <= _last(earlier) and not all(row.upstream_id and row.upstream_id not in known for _, row in new):
        raise _invalid(statement, "ACCTID", earlier.account.number, "The file has this account twice, with days that both list.")
    numbered = [*zip(earlier.transactions, _lines(earlier), strict=True)]
    numbered += [(row, _lines(later)[place]) for place, row in new]
    numbered.sort(key=lambda each: each[0].posted or date.max)
    account = max((earlier.account, later.account), key=lambda each: each.last_updated or datetime.min.replace(tzinfo=UTC))
    return StatementAccount(account, [row for row, _ in numbered], lines=[line for _, line in numbered[:MAX_LINES]])


def _last(account: StatementAccount) -> date:
    return max((row.posted or date.max for row in account.transactions), default=date.min)


def _lines(account: StatementAccount) -> list[int]:
    """The lines of all transactions; 0 for those beyond the ones that are recorded."""
    return [*account.lines, *[0] * (len(account.transactions) - len(account.lines))]


def _statement(statement: Element, usual_currency: str | None) -> StatementAccount:
    number, account_class = _account(statement)
    currency = usual_currency if usual_currency and not statement.values.get("CURDEF") else _required(statement, "CURDEF", as_currency)
    ledger, available = statement.first("LEDGERBAL"), statement.first("AVAILBAL")
    numbered = _transactions(statement, currency)
    account = BankAccount(
        number=number.number,
        name=number.number,
        holder=None,
        currency=currency,
        account_class=account_class,
        product=UNKNOWN_PRODUCT,
        balance=_required(ledger, "BALAMT", _as_amount) if ledger else None,
        available=_required(available, "BALAMT", _as_amount) if available else None,
        bsb=number.bsb,
        masked_number=number.masked,
        last_updated=_required(ledger, "DTASOF", _as_moment) if ledger and _has_moment(ledger) else _last_day(numbered),
    )
    return StatementAccount(account, [transaction for _, transaction in numbered], lines=[row for row, _ in numbered[:MAX_LINES]])


def _has_moment(balance: Element) -> bool:
    """Whether a balance says of when it is: some banks write zeros for that."""
    return bool(balance.values.get("DTASOF", "-").strip("0"))


def _last_day(numbered: list[tuple[int, BankTransaction]]) -> datetime | None:
    """What a file without a balance is of: the day of its last transaction, at midnight."""
    last = numbered[-1][1].posted if numbered else None
    return None if last is None else datetime(last.year, last.month, last.day, tzinfo=UTC)


def _account(statement: Element) -> tuple[AccountNumber, AccountClass]:
    card = statement.name == "CCSTMTRS"
    holder = statement.first("CCACCTFROM" if card else "BANKACCTFROM") or statement
    bank = holder.values.get("BANKID", "")
    bsb = "" if card or not _BSB.match(bank) else bank

    def as_number(text: str) -> AccountNumber:
        digits, prefix = re.sub(r"[ -]", "", text), re.sub(r"[ -]", "", bsb)
        return account_number(bsb, digits[6:] if bsb and digits.startswith(prefix) and len(digits) > 10 else text)

    number = _required(holder, "ACCTID", as_number)
    kind = AccountClass.CREDIT_CARD if card else _CLASSES.get(holder.values.get("ACCTTYPE", "").upper(), AccountClass.UNKNOWN)
    return number, kind


def _transactions(statement: Element, currency: str) -> list[tuple[int, BankTransaction]]:
    """With their lines, from the oldest day to the newest.

    OFX promises no order within a day: there the file's own is kept, turned round with it.
    """
    elements = _corrected(list(statement.all("STMTTRN")))
    ids = Counter(element.values.get("FITID", "") for element in elements)
    numbered = [(element.row, _transaction(element, currency, ids)) for element in elements]
    days = [transaction.posted or date.max for _, transaction in numbered]
    if days and days[0] > days[-1]:
        numbered.reverse()
    return sorted(numbered, key=lambda each: each[1].posted or date.max)


def _corrected(elements: list[Element]) -> list[Element]:
    """Without the transactions that a bank takes back or replaces (CORRECTFITID), and without the entries that only take one back.

    Raises Refused where the one that is meant is not in the same statement: it may be stored from an earlier file.
    """
    corrections = [element for element in elements if "CORRECTFITID" in element.values]
    gone: set[int] = set()
    for element in corrections:
        ident, action = element.values["CORRECTFITID"], element.values.get("CORRECTACTION", "").upper()
        meant = [place for place, other in enumerate(elements) if other is not element and other.values.get("FITID") == ident]
        if action not in ("REPLACE", "DELETE"):
            raise _invalid(element, "CORRECTACTION", action, "Expected REPLACE or DELETE.")
        if len(meant) != 1:
            reason = "It corrects a transaction that is not in this statement, or stands in it twice; export a period that has both once."
            raise _invalid(element, "CORRECTFITID", ident, reason)
        gone.update(meant if action == "REPLACE" else (*meant, elements.index(element)))
    return [element for place, element in enumerate(elements) if place not in gone] if gone else elements


def _transaction(element: Element, currency: str, ids: Counter[str]) -> BankTransaction:
    foreign = element.first("CURRENCY")
    symbol = foreign.values.get("CURSYM", "") if foreign else element.values.get("CURRENCY", currency)
    if symbol != currency:
        raise _invalid(element, "CURRENCY", symbol, f"The account is in {currency}.")
    amount = _required(element, "TRNAMT", _as_amount)
    if amount * _SIGNS.get(element.values.get("TRNTYPE", "").upper(), 0) < 0:
        reason = f"The amount {element.values['TRNAMT']} has the other sign, and nothing says which is right."
        raise _invalid(element, "TRNTYPE", element.values["TRNTYPE"], reason)
    payee = element.first("PAYEE")
    parts = [element.values.get("NAME") or (payee.values.get("NAME", "") if payee else ""), element.values.get("MEMO", "")]
    description = as_text(parts[1] if parts[1].startswith(parts[0]) else " ".join(filter(None, parts)))
    if not description:
        raise Refused(CSV_MISSING_VALUE, row=element.row, field="NAME")
    if len(description) > LONGEST_TEXT:
        raise _invalid(element, "MEMO", description, f"Longer than {LONGEST_TEXT} characters.")
    posted = _required(element, "DTPOSTED", _as_day)
    made = _required(element, "DTUSER", _as_day) if "DTUSER" in element.values else None
    return BankTransaction(amount, description, posted, made, None, _stable_id(element.values.get("FITID", ""), ids))


def _stable_id(upstream_id: str, ids: Counter[str]) -> str | None:
    """The bank's id if it can be one: not a place in the file ("1", "2", …), not shared, not absurdly long."""
    if not upstream_id or len(upstream_id) > 255 or ids[upstream_id] > 1 or _PLACE.match(upstream_id):
        return None
    return upstream_id


def _required(element: Element, name: str, parse: Callable[[str], T]) -> T:
    text = element.values.get(name)
    if text is None:
        raise Refused(CSV_MISSING_VALUE, row=element.row, field=name)
    try:
        return parse(text)
    except ValueError as error:
        raise _invalid(element, name, text, str(error)) from None


def _invalid(element: Element, name: str, value: str, reason: str) -> Refused:
    return Refused(CSV_INVALID_VALUE, row=element.row, field=name, value=shown(value), reason=reason)


def _as_amount(text: str) -> int:
    """OFX allows a comma for the decimal point, and more decimals than money has, which must be zero."""
    if match := _DECIMAL_COMMA.match(text):
        return as_cents(f"{match[1]}.{match[2]}")
    if "," in text and "." not in text:
        raise ValueError("Expected an amount such as -1234.56.")
    whole, point, part = text.partition(".")
    return as_cents(f"{whole}.{part[:2]}" if point and part.isdigit() and not part[2:].strip("0") else text)


def _as_day(text: str) -> date:
    """The day a text prints, at any offset."""
    return _printed(text)[0].date()


def _as_moment(text: str) -> datetime:
    """The moment in UTC; without an offset, OFX means UTC."""
    printed, offset = _printed(text)
    return printed - offset


def _printed(text: str) -> tuple[datetime, timedelta]:
    match = _MOMENT.match(text)
    try:
        if match is None:
            raise ValueError
        moment = datetime.strptime(match[1] + "".join(part or "00" for part in match.group(2, 3, 4)), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        hours = int(match[5] or 0)
        # not money: minutes as hundredths of an hour
        minutes = int((match[6] or "0").ljust(2, "0")) * 60 // 100 * (-1 if (match[5] or "").startswith("-") else 1)
        if moment.year < 1900 or abs(hours) > 14:
            raise ValueError
    except ValueError:
        raise ValueError("Expected a moment such as 20240131 or 20240131120000[+11:AEDT].") from None
    return moment, timedelta(hours=hours, minutes=minutes)
