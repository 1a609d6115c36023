"""Accounts, in the shape of the token's version."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse, as_json
from bowerbird.api.schemas import (
    AccountClassView,
    AccountLinks,
    AccountList,
    AccountVersion2,
    AccountView,
    ConnectionAccount,
    ConnectionAccountLinks,
    SelfLink,
    TransactionInterval,
)
from bowerbird.domain.ledger import accounts
from bowerbird.domain.services import Session
from bowerbird.domain.statements.records import continuity_of
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.days import day_of_number
from bowerbird.model.money import format_optional_cents
from bowerbird.storage.rows import connections as connection_rows

EXTRAS = "continuity"
"""What a client may ask for in a header `Bowerbird-Extras`."""


def _shared(row: Any) -> dict[str, Any]:
    """What every version and place says of an account."""
    return {
        "type": "account",
        "id": row.id,
        "name": row.name,
        "currency": row.currency,
        "account_no": row.number,
        "available_funds": format_optional_cents(row.available),
        "balance": format_optional_cents(row.balance),
        "last_updated": wire_time(from_milliseconds(row.last_updated)),
        "status": "unavailable" if row.unavailable else "available",
    }


def _of_account(request: ApiRequest, row: Any) -> str:
    return f"{request.user_url}/transactions?filter=account.id.eq('{row.id}')"


def connection_account(request: ApiRequest, row: Any) -> ConnectionAccount:
    """An account inside its connection."""
    links = ConnectionAccountLinks(self_=f"{request.user_url}/accounts/{row.id}", transactions=_of_account(request, row))
    return ConnectionAccount(**_shared(row), class_=AccountClassView(type=row.account_class, product=row.product), links=links)


def _account(request: ApiRequest, row: Any, living: set[str]) -> AccountView | AccountVersion2:
    details: dict[str, Any] = json.loads(row.details)
    connection = f"{request.user_url}/connections/{row.connection_id}" if row.connection_id in living else None
    shared = {
        **_shared(row),
        "account_holder": row.holder,
        "connection": row.connection_id,
        "institution": row.institution_id,
        "transaction_intervals": [
            TransactionInterval(from_=day_of_number(first).isoformat(), to=day_of_number(last).isoformat())
            for first, last in json.loads(row.intervals)
        ],
        "links": AccountLinks(
            self_=f"{request.user_url}/accounts/{row.id}",
            transactions=_of_account(request, row),
            institution=f"{request.base}/institutions/{row.institution_id}",
            connection=connection,
        ),
    }
    meta = details["meta"] or None
    if request.token.version != "3.0":
        return AccountVersion2(**shared, class_=AccountClassView(type=row.account_class, product=row.product, meta=meta))
    return AccountView(
        **shared,
        class_=AccountClassView(type=row.account_class, product=row.product),
        account_ownership=details["ownership"],
        bsb=details["bsb"],
        creation_date=details["opened"],
        credit_limit=format_optional_cents(row.credit_limit),
        is_owned=details["is_owned"],
        masked_number=details["masked_number"],
        unmasked_acc_num=details["unmasked_number"],
        meta=meta,
    )


def _living(request: ApiRequest, session: Session) -> set[str]:
    return {row.id for row in connection_rows.connections_of_user(session.uow, *request.tenant)}


async def list_accounts(request: ApiRequest) -> ApiResponse:
    def look(session: Session) -> tuple[list[Any], set[str]]:
        return accounts.list_accounts(session, request.one("filter")), _living(request, session)

    found, living = await request.read(look)
    data: Any = [_account(request, row, living) for row in found]
    return as_json(AccountList(type="list", data=data, links=SelfLink(self_=f"{request.user_url}/accounts")))


async def get_account(request: ApiRequest) -> ApiResponse:
    def look(session: Session) -> tuple[Any, set[str]]:
        return accounts.get_account(session, request.path["accountId"]), _living(request, session)

    row, living = await request.read(look)
    account = _account(request, row, living)
    if EXTRAS not in request.headers.get("bowerbird-extras", ""):
        return as_json(account)
    return as_json({**msgspec.to_builtins(account), "bowerbird": {EXTRAS: await request.read(_continuity, request, row.id)}})


def _continuity(session: Session, request: ApiRequest, account_id: str) -> list[dict[str, str]]:
    """Where the statements of an account do not join: told to who asks for it, since the wire has no place for it."""
    return [
        {"from": day_of_number(each.after).isoformat(), "to": day_of_number(each.before).isoformat(), "what": each.what}
        for each in continuity_of(session, account_id)
    ]
