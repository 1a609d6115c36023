"""What a source shows, without what the person did not agree to: taken away before anything is stored."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

import msgspec

from bowerbird.domain.consents.read_scope import ReadScope
from bowerbird.model.account import AccountClass, BankAccount, Ownership
from bowerbird.model.transaction import BankTransaction

BLANK: Final[Mapping[str, Mapping[str, object]]] = {
    "accounts": {
        "name": "", "account_class": AccountClass.UNKNOWN, "product": "", "balance": None, "available": None, "unavailable": False,
        "institution": None,
    },
    "account_details": {
        "credit_limit": None, "bsb": None, "unmasked_number": None, "masked_number": None, "ownership": Ownership.UNKNOWN,
        "is_owned": True, "opened": None, "meta": {},
    },
    "identity": {"holder": None},
}  # fmt: skip
"""What stands in a field of an account, by the attribute of ReadScope that the field needs. `number` has a rule of its own."""

_LEFT = 4
_SHORTEST = 6
"""Digits of a number that is looked for in texts: a shorter one is found in amounts and dates too."""
_DIGIT = re.compile(r"\d", re.ASCII)
_NOT_DIGITS = re.compile(r"\D+", re.ASCII)
_NOT_WRITTEN = re.compile(r"[^0-9A-Za-z]+")


def mask_account_number(number: str) -> str:
    """A number but for its last four digits. What has no more than four beside crosses is masked already."""
    digits = _NOT_DIGITS.sub("", number)
    if not digits or (len(digits) <= _LEFT and len(digits) < len(number)):
        return number
    return "xxxx" + (digits[-_LEFT:] if len(digits) > _LEFT else "")


def restrict_account(scope: ReadScope, account: BankAccount) -> BankAccount:
    """The account as it may be stored."""
    if scope.is_whole:
        return account
    changes: dict[str, object] = {}
    if not scope.account_details:
        hide = hider_of(account.number, account.bsb)
        changes |= {"name": hide(account.name), "product": hide(account.product), "number": mask_account_number(account.number)}
        changes["institution"] = account.institution and hide(account.institution)
    for needed, blanks in BLANK.items():
        if not getattr(scope, needed):
            changes |= blanks
    if not scope.accounts:
        changes["number"] = without_digits(account.number)
    return replace(account, **changes)  # type: ignore[arg-type]


def without_digits(number: str) -> str:
    """Empty for any number; the word that stands for a missing one stays."""
    return "" if _DIGIT.search(number) else number


def hider_of(number: str, bsb: str | None) -> Callable[[str], str]:
    """A function that masks a number in a text, also without its BSB, with blanks and hyphens, and with the letters of an IBAN."""
    digits = _NOT_DIGITS.sub("", number)
    branch = _NOT_DIGITS.sub("", bsb or "")
    own = digits.removeprefix(branch)
    whole = _NOT_WRITTEN.sub("", number)
    wanted = [part for part in dict.fromkeys((digits if digits in whole else whole, digits, own)) if len(part) >= _SHORTEST]
    if not wanted:
        return _unchanged
    pattern = re.compile("|".join("[ -]?".join(part) for part in wanted))
    return lambda text: pattern.sub(lambda match: mask_account_number(match[0]), text)


def _unchanged(text: str) -> str:
    return text


def keep_days(scope: ReadScope, listing: Iterable[BankTransaction]) -> list[BankTransaction]:
    """The transactions of a listing whose day was agreed to. One without a day is pending: it is of today."""
    if not scope.consent_id:
        return list(listing)
    return [row for row in listing if scope.has_day(row.posted or row.made)]


def restrict_transactions(scope: ReadScope, account: BankAccount, listing: list[BankTransaction]) -> list[BankTransaction]:
    """The same transactions as they may be stored. `account` is as its source shows it."""
    if scope.accounts and scope.account_details:
        return listing
    hide = _unchanged if scope.account_details else hider_of(account.number, account.bsb)
    return [restrict_transaction(scope, hide, row) for row in listing]


def restrict_transaction(scope: ReadScope, hide: Callable[[str], str], row: BankTransaction) -> BankTransaction:
    """A transaction without the account's number and, without `accounts`, without the balance after it."""
    return msgspec.structs.replace(
        row,
        description=hide(row.description),
        reference=row.reference and hide(row.reference),
        balance=row.balance if scope.accounts else None,
        bpay=row.bpay and (hide(row.bpay[0]), hide(row.bpay[1]), hide(row.bpay[2])),
    )
