"""Enrichment of one text."""

from __future__ import annotations

from urllib.parse import urlencode

from bowerbird.api.http.request import ApiRequest
from bowerbird.api.http.response import ApiResponse, as_json
from bowerbird.api.schemas.enrich import (
    EnrichAnzsic,
    EnrichCategory,
    EnrichCode,
    EnrichData,
    EnrichLinks,
    EnrichLocation,
    EnrichMerchant,
    EnrichView,
)
from bowerbird.domain.insights.enrich import Enriched, EnrichQuery, enrich, enrich_query, record_enrich_request
from bowerbird.insights.leaves import LEAVES
from bowerbird.insights.wording import match_type
from bowerbird.model.ids import id_of_name
from bowerbird.model.transaction import Direction

PARAMETERS = ("q", "institution", "country", "mcc", "accountType", "amount")


async def get_enrichment(request: ApiRequest) -> ApiResponse:
    query = enrich_query(request.services.institutions, {name: request.one(name) for name in PARAMETERS})
    if not request.has_production:
        await request.write(record_enrich_request)
    return as_json(_view(request, query, enrich(query)))


def _view(request: ApiRequest, query: EnrichQuery, enriched: Enriched) -> EnrichView:
    found = enriched.enrichment
    asked = {name: value for name in PARAMETERS if (value := request.one(name)) is not None}
    data = EnrichData(merchant=_merchant(found.merchant), category=_category(enriched), location=_location(enriched), tags=enriched.tags)
    links = EnrichLinks(self_=f"{request.base}/enrich?{urlencode(asked)}", logo_master=None, logo_thumb=None)
    direction = Direction.CREDIT if query.cents is not None and query.cents > 0 else Direction.DEBIT
    return EnrichView(type="enrich", direction=direction, class_=LEAVES[found.leaf].wire, data=data, links=links)


def _merchant(name: str) -> EnrichMerchant:
    """Its id follows from its name: the same merchant, the same id, on every server."""
    return EnrichMerchant(id=id_of_name("merchant", name), business_name=name) if name else EnrichMerchant()


def _category(enriched: Enriched) -> EnrichCategory:
    """Of payments only: a transfer, a fee or a wage buys nothing."""
    branch, kind = enriched.branch, match_type(enriched.enrichment)
    if branch is None or not kind:
        return EnrichCategory()
    division, subdivision, group, class_ = (EnrichCode(code=part.code, title=part.title) for part in branch)
    anzsic = EnrichAnzsic(division=division, subdivision=subdivision, group=group, class_=class_)
    return EnrichCategory(match_type=kind, match_score=f"{enriched.enrichment.score:.2f}", anzsic=anzsic)


def _location(enriched: Enriched) -> EnrichLocation:
    suburb, state = enriched.location
    if not (suburb or state):
        return EnrichLocation()
    return EnrichLocation(suburb=suburb or None, state=state or None, country="Australia")
