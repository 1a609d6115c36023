"""Transactions: stored documents joined as bytes."""

from __future__ import annotations

from urllib.parse import quote

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse
from bowerbird.domain.ledger import documents, transactions


async def list_transactions(request: ApiRequest) -> ApiResponse:
    asked = request.one("filter"), request.one("limit"), request.one("next")
    key = (request.path["userId"], request.user_version or 0, *asked)
    page = request.context.pages.get(key)
    if page is None:
        maximum = request.services.limits.page_size
        read = request.read_aside if transactions.is_filtered(request.one("filter"), request.one("next")) else request.read
        found = await read(lambda session: transactions.list_transactions(session, *asked, maximum))
        page = _page(request, found)
        request.context.pages.put(key, page)
    return ApiResponse(200, page)


def _page(request: ApiRequest, page: transactions.TransactionPage) -> bytes:
    url = f"{request.user_url}/transactions"
    following = f',"next":"{url}?next={quote(page.next)}"' if page.next else ""
    head = f'{{"type":"list","count":{len(page.documents)},"size":{page.size},"data":['
    tail = f'],"links":{{"self":"{url}"{following}}}}}'
    return documents.join(
        page.documents, transactions.fronts(page.accounts, request.base, request.path["userId"]), head.encode(), tail.encode()
    )


async def get_transaction(request: ApiRequest) -> ApiResponse:
    document, accounts = await request.read(transactions.get_transaction, request.path["transactionId"])
    return ApiResponse(200, documents.join([document], transactions.fronts(accounts, request.base, request.path["userId"])))
