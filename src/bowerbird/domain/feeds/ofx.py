"""OFX 2.1.1 (Open Financial Exchange, XML): banks and cards in one file, an id a transaction that never changes.

A program that reads the file again recognises what it has by FITID. Days are written at noon UTC, so that no time zone moves them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from xml.sax.saxutils import escape

from bowerbird.domain.feeds.exported import ExportedAccount, ExportedTransaction, one_line
from bowerbird.model.account import AccountClass
from bowerbird.model.money import format_cents

_HEADER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n<OFX>\n'
)
_OK = "<STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS>"
_NAME, _MEMO, _NUMBER, _BANK = 32, 255, 22, 9
"""The longest values of NAME, MEMO, ACCTID and BANKID."""
_KINDS = {
    "bank-fee": "FEE",
    "cash-withdrawal": "ATM",
    "direct-credit": "DIRECTDEP",
    "interest": "INT",
    "transfer": "XFER",
}
_ACCOUNT_TYPES = {
    AccountClass.SAVINGS: "SAVINGS",
    AccountClass.TERM_DEPOSIT: "CD",
    AccountClass.MORTGAGE: "CREDITLINE",
    AccountClass.LOAN: "CREDITLINE",
}


def write_ofx(accounts: Sequence[ExportedAccount], made: date) -> Iterator[str]:
    """The parts of the file, without accounts of which nothing is known. `made` is the day it is written."""
    yield _HEADER
    yield f"<SIGNONMSGSRSV1><SONRS>{_OK}<DTSERVER>{_noon(made)}</DTSERVER><LANGUAGE>ENG</LANGUAGE></SONRS></SIGNONMSGSRSV1>\n"
    known = [account for account in accounts if account.transactions or account.balance_cents is not None]
    cards = [account for account in known if account.account_class is AccountClass.CREDIT_CARD]
    banks = [account for account in known if account.account_class is not AccountClass.CREDIT_CARD]
    for message_set, prefix, chosen in (("BANKMSGSRSV1", "", banks), ("CREDITCARDMSGSRSV1", "CC", cards)):
        if chosen:
            yield f"<{message_set}>\n"
            for number, account in enumerate(chosen, 1):
                yield from _statement(account, prefix, number)
            yield f"</{message_set}>\n"
    yield "</OFX>\n"


def _statement(account: ExportedAccount, prefix: str, number: int) -> Iterator[str]:
    rows = account.transactions
    first = rows.first.day if rows.first else account.balance_day
    last = max(rows.last.day, account.balance_day) if rows.last else account.balance_day
    currency = escape(account.currency)
    yield f"<{prefix}STMTTRNRS><TRNUID>{number}</TRNUID>{_OK}<{prefix}STMTRS><CURDEF>{currency}</CURDEF>{_named(account, prefix)}\n"
    yield f"<BANKTRANLIST><DTSTART>{_noon(first)}</DTSTART><DTEND>{_noon(last)}</DTEND>\n"
    yield from map(_transaction, rows)
    yield "</BANKTRANLIST>\n"
    balance, day = format_cents(_balance(account)), _noon(account.balance_day)
    yield f"<LEDGERBAL><BALAMT>{balance}</BALAMT><DTASOF>{day}</DTASOF></LEDGERBAL>"
    yield f"</{prefix}STMTRS></{prefix}STMTTRNRS>\n"


def _balance(account: ExportedAccount) -> int:
    """The format demands a balance: where no source shows one, it is the sum of the transactions, in cents."""
    if account.balance_cents is not None:
        return account.balance_cents
    last = account.transactions.last
    return account.transactions.total_cents if last is None or last.balance_cents is None else last.balance_cents


def _named(account: ExportedAccount, prefix: str) -> str:
    """The account: banks are named by their BSB where there is one. A number that is not stored is stood in for by the account's id."""
    bsb = "".join(filter(str.isdigit, account.bsb))
    number = escape(one_line(account.number.removeprefix(bsb))[:_NUMBER]) or account.id.replace("-", "")[:_NUMBER]
    if prefix:
        return f"<CCACCTFROM><ACCTID>{number}</ACCTID></CCACCTFROM>"
    bank = bsb[:_BANK] or escape(account.institution_id[:_BANK])
    kind = _ACCOUNT_TYPES.get(account.account_class, "CHECKING")
    return f"<BANKACCTFROM><BANKID>{bank}</BANKID><ACCTID>{number}</ACCTID><ACCTTYPE>{kind}</ACCTTYPE></BANKACCTFROM>"


def _transaction(row: ExportedTransaction) -> str:
    text = one_line(row.text)
    kind = _KINDS.get(row.kind, "CREDIT" if row.cents > 0 else "DEBIT")
    memo = f"<MEMO>{escape(text[:_MEMO])}</MEMO>" if len(text) > _NAME else ""
    return (
        f"<STMTTRN><TRNTYPE>{kind}</TRNTYPE><DTPOSTED>{_noon(row.day)}</DTPOSTED><TRNAMT>{format_cents(row.cents)}</TRNAMT>"
        f"<FITID>{row.id}</FITID><NAME>{escape(text[:_NAME].rstrip()) or '-'}</NAME>{memo}</STMTTRN>\n"
    )


def _noon(day: date) -> str:
    return f"{day:%Y%m%d}120000[0:GMT]"
