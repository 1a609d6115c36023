"""The filters of the baseline's page: account.id, transaction.postDate, transaction.status and transaction.class."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement

from bench.baseline_models import Transaction

_CONDITION = re.compile(r"([\w.]+)\.(eq|bt)\('([^']*)'(?:,'([^']*)')?\)")
_COLUMNS: dict[str, Any] = {
    "account.id": Transaction.account_id,
    "transaction.postDate": Transaction.post_date,
    "transaction.status": Transaction.status,
    "transaction.class": Transaction.transaction_class,
}


def conditions(text: str) -> list[ColumnElement[bool]]:
    """A filter as the ORM's conditions."""
    return [_condition(*match.groups()) for match in _CONDITION.finditer(text)]


def _condition(name: str, operator: str, first: str, second: str | None) -> ColumnElement[bool]:
    column = _COLUMNS[name]
    days = name == "transaction.postDate"
    values = [date.fromisoformat(each) if days else each for each in (first, second) if each is not None]
    found: ColumnElement[bool] = column.between(*values) if operator == "bt" else column == values[0]
    return found
