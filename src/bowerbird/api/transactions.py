"""Transactions: stored documents joined as bytes."""

from __future__ import annotations

from urllib.parse import quote

from bowerbird.api.call import Call
from bowerbird.api.reply import Reply
from bowerbird.domain import documents, transactions


async def list_transactions(call: Call) -> Reply:
    asked = call.one("filter"), call.one("limit"), call.one("next")
    key = (call.path["userId"], call.user_version or 0, *asked)
    page = call.desk.pages.get(key)
    if page is None:
        maximum = call.world.limits.page_size
        found = await call.read(lambda uow: transactions.list_transactions(uow, call.tenant, *asked, maximum))
        page = _page(call, found)
        call.desk.pages.put(key, page)
    return Reply(200, page)


def _page(call: Call, page: transactions.Page) -> bytes:
    url = f"{call.user_url}/transactions"
    following = f',"next":"{url}?next={quote(page.next)}"' if page.next else ""
    head = f'{{"type":"list","count":{len(page.documents)},"size":{page.size},"data":['
    tail = f'],"links":{{"self":"{url}"{following}}}}}'
    return documents.join(page.documents, transactions.fronts(page.accounts, call.base, call.path["userId"]), head.encode(), tail.encode())


async def get_transaction(call: Call) -> Reply:
    document, accounts = await call.read(lambda uow: transactions.get_transaction(uow, call.tenant, call.path["transactionId"]))
    return Reply(200, documents.join([document], transactions.fronts(accounts, call.base, call.path["userId"])))
