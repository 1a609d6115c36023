"""Where card numbers are masked on their way in: what banks and statements contain is cut here before anything of it is stored.

A card account is recognised again by its crossed-out number at its institution, which is all that most statements print anyway.
Account numbers that a person does not share are masked in `domain/consents/restrict.py`.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import msgspec

from bowerbird.model.account import BankAccount
from bowerbird.model.card_numbers import mask_card_numbers, masked_card, may_hold_card
from bowerbird.model.transaction import BankTransaction

_OWN_RULE = ("number", "bsb", "unmasked_number", "currency")
_TEXTS = tuple(field.name for field in fields(BankAccount) if field.name not in _OWN_RULE)


def mask_account(account: BankAccount) -> BankAccount:
    """The account without a whole card number anywhere. A number behind its BSB is an account's, also where it looks like a card's."""
    masked = None if account.bsb and account.number.startswith(account.bsb) else masked_card(account.number)
    changes: dict[str, Any] = {name: cut for name in _TEXTS if (cut := _cut(value := getattr(account, name))) is not value and cut != value}
    if masked is not None:
        changes |= {"number": masked, "masked_number": changes.get("masked_number", account.masked_number) or masked}
    if account.unmasked_number and not account.bsb and masked_card(account.unmasked_number):
        changes["unmasked_number"] = None
    return replace(account, **changes) if changes else account


def mask_transactions(listing: list[BankTransaction]) -> list[BankTransaction]:
    """A listing without a whole card number. All its texts are searched at once: nearly no listing has one."""
    texts = [row.description for row in listing]
    texts += [row.reference for row in listing if row.reference]
    texts += [text for row in listing if row.bpay for text in row.bpay]
    texts += [text for row in listing if row.subclass for text in row.subclass]
    return [mask_transaction(row) for row in listing] if may_hold_card("\n".join(texts)) else listing


def mask_transaction(transaction: BankTransaction) -> BankTransaction:
    """The transaction without a whole card number. Its ids stay: they are kept as hashes, and cutting could make two of them one."""
    description = mask_card_numbers(transaction.description)
    if description is transaction.description and not (transaction.reference or transaction.bpay or transaction.subclass):
        return transaction
    return msgspec.structs.replace(
        transaction,
        description=description,
        reference=mask_card_numbers(transaction.reference),
        bpay=_cut(transaction.bpay),
        subclass=_cut(transaction.subclass),
    )


def _cut(value: Any) -> Any:
    """A value with every text in it cut."""
    if type(value) is str:
        return mask_card_numbers(value)
    if isinstance(value, dict):
        return {_cut(key): _cut(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_cut(item) for item in value)
    return value
