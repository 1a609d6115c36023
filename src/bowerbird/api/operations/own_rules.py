"""What an application says of its rows itself: rules, tried before they count, and the category of one transaction."""

from __future__ import annotations

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse, as_json
from bowerbird.api.schemas.own_rules import CategoryLinks, CategoryView, ChangedTransaction, OwnRulesChange, OwnRulesView
from bowerbird.api.schemas.wire import SelfLink
from bowerbird.domain.insights import own_rules
from bowerbird.domain.insights.enrichment import set_category
from bowerbird.model.clock import from_milliseconds, wire_time


def _link(request: ApiRequest) -> SelfLink:
    return SelfLink(self_=f"{request.base}/extras/rules")


async def get_own_rules(request: ApiRequest) -> ApiResponse:
    rules, created_at_ms = await request.read(own_rules.get_own_rules)
    created = wire_time(from_milliseconds(created_at_ms)) if rules.version else None
    view = OwnRulesView(type="own-rules", version=rules.version, created_date=created, data=list(rules.rules), links=_link(request))
    return as_json(view)


async def update_own_rules(request: ApiRequest) -> ApiResponse:
    """Try the rules on the rows that are there, and let them count unless it is a dry run."""
    body = request.body
    trial = await request.read_aside(own_rules.try_own_rules, body.rules, body.next)
    if body.dry_run:
        version = (await request.read(own_rules.get_own_rules)).rules.version
    else:
        version = await request.write(own_rules.update_own_rules, body.rules)
    request.read_of = {row.user_id for row in trial.shown}
    changed = [
        ChangedTransaction(user=row.user_id, transaction=row.transaction_id, before=row.before, after=row.after) for row in trial.shown
    ]
    view = OwnRulesChange(
        type="own-rules-change",
        version=version,
        applied=not body.dry_run,
        rows=trial.counts.rows,
        users=trial.counts.users,
        incomes=trial.counts.incomes,
        users_looked_at=trial.counts.people,
        rows_looked_at=trial.counts.looked_at,
        next=trial.next or None,
        data=changed,
        links=_link(request),
    )
    return as_json(view)


async def update_category(request: ApiRequest) -> ApiResponse:
    transaction_id, category = request.path["transactionId"], request.body.category or None
    await request.write(set_category, transaction_id, category or "")
    links = CategoryLinks(transaction=f"{request.user_url}/transactions/{transaction_id}")
    return as_json(CategoryView(type="category", transaction=transaction_id, category=category, links=links))
