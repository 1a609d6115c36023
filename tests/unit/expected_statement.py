"""A statement as readable JSON, the form in which samples keep what they must be read as."""

from __future__ import annotations

from typing import Any

from bowerbird.model.money import format_cents, format_optional_cents
from bowerbird.model.transaction import BankTransaction
from bowerbird.statements.statement import StatementAccount


def readable(statement: list[StatementAccount]) -> list[dict[str, Any]]:
    return [_account(found) for found in statement]


def _account(found: StatementAccount) -> dict[str, Any]:
    account = found.account
    values = {
        "number": account.number,
        "numbered": found.numbered,
        "name": account.name,
        "bsb": account.bsb,
        "currency": account.currency,
        "class": account.account_class.value,
        "balance": format_optional_cents(account.balance),
        "available": format_optional_cents(account.available),
        "lastUpdated": account.last_updated.isoformat() if account.last_updated else None,
        "balancesProved": found.proved,
        "transactions": [_transaction(transaction) for transaction in found.transactions],
    }
    return {name: value for name, value in values.items() if value is not None}


def _transaction(transaction: BankTransaction) -> dict[str, Any]:
    values = {
        "posted": transaction.posted.isoformat() if transaction.posted else None,
        "made": transaction.made.isoformat() if transaction.made else None,
        "amount": format_cents(transaction.amount),
        "description": transaction.description,
        "balance": format_optional_cents(transaction.balance),
        "id": transaction.upstream_id,
    }
    return {name: value for name, value in values.items() if value is not None}
