"""Accounts in the shape of the token's version, their transactions as stored documents joined as bytes, and uploaded statements."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext, suppress
from functools import partial
from typing import Any
from urllib.parse import quote

import msgspec

from bowerbird.api.http.representation import coding_of, represented
from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import JSON, ApiResponse, PageKey, as_json
from bowerbird.api.operations.jobs import job_reference
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
from bowerbird.domain.feeds.export import FORMAT_OF, FORMS, copy_filtered_export, file_parts, head_of
from bowerbird.domain.insights.enrichment import enrich_again
from bowerbird.domain.ledger import accounts, documents, transactions
from bowerbird.domain.ledger.accounts import AccountRow, ConnectedAccountRow
from bowerbird.domain.services import Session, StorageUnavailable
from bowerbird.domain.statements import statements
from bowerbird.domain.statements.records import list_breaks
from bowerbird.domain.statements.uploads import keep_upload_aside
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.days import day_of_number
from bowerbird.model.money import format_optional_cents

EXTRAS = "continuity"
"""What a client may ask for in a header `Bowerbird-Extras`."""


def _shared(row: AccountRow) -> dict[str, Any]:
    """What every version and place shows of an account."""
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


def _of_account(request: ApiRequest, row: AccountRow) -> str:
    return f"{request.user_url}/transactions?filter=account.id.eq('{row.id}')"


def connection_account(request: ApiRequest, row: AccountRow) -> ConnectionAccount:
    """An account inside its connection."""
    links = ConnectionAccountLinks(self_=f"{request.user_url}/accounts/{row.id}", transactions=_of_account(request, row))
    return ConnectionAccount(**_shared(row), class_=AccountClassView(type=row.account_class, product=row.product), links=links)


def _account(request: ApiRequest, row: ConnectedAccountRow) -> AccountView | AccountVersion2:
    details = row.details
    connection = f"{request.user_url}/connections/{row.connection_id}" if row.live_connection_id else None
    shared = {
        **_shared(row),
        "account_holder": row.holder,
        "connection": row.connection_id,
        "institution": row.institution_id,
        "transaction_intervals": [
            TransactionInterval(from_=day_of_number(first).isoformat(), to=day_of_number(last).isoformat()) for first, last in row.intervals
        ],
        "links": AccountLinks(
            self_=f"{request.user_url}/accounts/{row.id}",
            transactions=_of_account(request, row),
            institution=f"{request.base}/institutions/{row.institution_id}",
            connection=connection,
        ),
    }
    meta = details.meta or None
    if request.token.version != "3.0":
        return AccountVersion2(**shared, class_=AccountClassView(type=row.account_class, product=row.product, meta=meta))
    return AccountView(
        **shared,
        class_=AccountClassView(type=row.account_class, product=row.product),
        account_ownership=details.ownership,
        bsb=details.bsb,
        creation_date=details.opened,
        credit_limit=format_optional_cents(row.credit_limit),
        is_owned=details.is_owned,
        masked_number=details.masked_number,
        unmasked_acc_num=details.unmasked_number,
        meta=meta,
    )


def find_accounts(request: ApiRequest, session: Session) -> list[ConnectedAccountRow]:
    """The accounts that the filter names. Raises Problem for a filter that cannot be read."""
    return accounts.list_accounts(session, request.one("filter"))


def find_account(request: ApiRequest, session: Session) -> ConnectedAccountRow:
    """The account the path names. Raises Problem when there is no such account."""
    return accounts.get_account(session, request.path["accountId"])


async def list_accounts(request: ApiRequest) -> ApiResponse:
    data: Any = [_account(request, row) for row in request.found]
    return as_json(AccountList(type="list", data=data, links=SelfLink(self_=f"{request.user_url}/accounts")))


async def get_account(request: ApiRequest) -> ApiResponse:
    row: ConnectedAccountRow = request.found
    account = _account(request, row)
    if EXTRAS not in request.headers.get("bowerbird-extras", ""):
        return as_json(account)
    return as_json({**msgspec.to_builtins(account), "bowerbird": {EXTRAS: await request.read(_continuity, row.id)}})


def _continuity(session: Session, account_id: str) -> list[dict[str, str]]:
    """Where the statements of an account do not join: sent only on request, because the wire has no field for it."""
    return [
        {"from": day_of_number(gap.after).isoformat(), "to": day_of_number(gap.before).isoformat(), "what": gap.what}
        for gap in list_breaks(session, account_id)
    ]


def find_page(request: ApiRequest, session: Session) -> ApiResponse | transactions.TransactionPage | None:
    """The page as it was sent before, or its transactions; None where finding them may take long, or where it is no page but a file.

    Raises Problem as the page does.
    """
    if request.media_type != JSON:
        return None
    held = request.context.pages.get(_key(request)) if request.scope.transactions else None
    return held or transactions.list_few_transactions(session, *_asked(request), enriched=request.is_enriched, base_url=request.base)


def _asked(request: ApiRequest) -> tuple[str | None, str | None, str | None, int]:
    return request.one("filter"), request.one("limit"), request.one("next"), request.services.limits.page_size


def _read_page(request: ApiRequest, session: Session) -> transactions.TransactionPage:
    return transactions.list_transactions(session, *_asked(request), enriched=request.is_enriched, base_url=request.base)


def _key(request: ApiRequest) -> PageKey:
    return PageKey(
        user_id=request.path["userId"],
        user_version=request.user_version or 0,
        is_enriched=request.is_enriched,
        consent_id=request.scope.consent_id,
        token_scope=request.token.scope,
        protocol_version=request.token.version,
        coding=coding_of(request.headers.get("accept-encoding", "")),
        filter=request.one("filter"),
        limit=request.one("limit"),
        next=request.one("next"),
    )


async def list_transactions(request: ApiRequest) -> ApiResponse:
    found = request.found
    if isinstance(found, ApiResponse):
        return found
    if request.media_type != JSON:
        return await _file(request)
    key = _key(request)
    read = found or await request.read_aside(partial(_read_page, request))
    page = represented(ApiResponse(200, _page(request, read)), key.coding)
    if not read.is_whole:
        await _enrich_again(request)
    elif request.scope.transactions:
        request.context.pages.put(key, page)
    return page


async def _file(request: ApiRequest) -> ApiResponse:
    """All posted transactions that the filter names, in the format that the client prefers; a long file is written while it is sent."""
    export_format, made = FORMAT_OF[request.media_type], request.services.clock.now().date()
    copied = await request.read_aside(copy_filtered_export, request.one("filter"), request.is_enriched)
    content, rest = await asyncio.to_thread(head_of, file_parts(copied, export_format, made))
    return ApiResponse(200, content, FORMS[export_format].content_type, {"Vary": "Accept"} if rest else {}, parts=rest)


async def _enrich_again(request: ApiRequest) -> None:
    with suppress(StorageUnavailable):  # what is read is answered
        await request.write(enrich_again)


def _page(request: ApiRequest, page: transactions.TransactionPage) -> bytes:
    url = f"{request.user_url}/transactions"
    following = f',"next":"{url}?next={quote(page.next)}"' if page.next else ""
    count = len(page.documents) if page.joined is None else page.joined.rows
    head = f'{{"type":"list","count":{count},"size":{page.size},"data":['
    tail = f'],"links":{{"self":"{url}"{following}}}}}'
    if page.joined is not None:
        return page.joined.between(head.encode(), tail.encode())
    fronts = transactions.fronts(page.accounts, request.base, request.path["userId"])
    return documents.join(page.documents, fronts, page.enrichments, head.encode(), tail.encode())


def find_transaction(request: ApiRequest, session: Session) -> transactions.FoundTransaction:
    """The transaction the path names, the user's accounts and enrichments. Raises Problem when there is no such transaction."""
    return transactions.get_transaction(session, request.path["transactionId"])


async def get_transaction(request: ApiRequest) -> ApiResponse:
    document, facts, enrichments, is_whole = request.found
    if request.is_enriched and not is_whole:
        await _enrich_again(request)
    fronts = transactions.fronts(facts, request.base, request.path["userId"])
    return ApiResponse(200, documents.join([document], fronts, enrichments if request.is_enriched else None))


async def create_statement(request: ApiRequest) -> ApiResponse:
    institution_id, content = request.body
    upload = await keep_upload_aside(request.services, request.tenant, content)
    with upload or nullcontext():
        return await request.create(
            partial(statements.create_statement, institution_id=institution_id, upload=upload, production=request.production),
            lambda job_id: as_json(job_reference(request, job_id), 202),
        )
