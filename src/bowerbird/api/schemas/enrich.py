"""Enrichment of one text (OpenAPI `enrich.yml`)."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from bowerbird.api.schemas.wire import Id, Url, Wire, words
from bowerbird.insights.wording import MATCH_TYPES
from bowerbird.model.transaction import Direction, TransactionClass


class EnrichMerchant(Wire, kw_only=True):
    """Empty where the text names none that is known."""

    id: Id | None = None
    business_name: str | None = None


class EnrichCode(Wire, kw_only=True):
    code: str
    title: str


class EnrichAnzsic(Wire, kw_only=True):
    """The branch of the classification, from the division to the class."""

    division: EnrichCode
    subdivision: EnrichCode
    group: EnrichCode
    class_: EnrichCode = msgspec.field(name="class")


class EnrichCategory(Wire, kw_only=True):
    """Empty where nothing says what was paid for. `matchScore` is the share of answers of this kind that are right."""

    match_type: Annotated[str, words(sorted(set(MATCH_TYPES.values())))] | None = None
    match_score: str | None = None
    anzsic: EnrichAnzsic | None = None


class EnrichLocation(Wire, kw_only=True):
    """What the text itself names of the place."""

    suburb: str | None = None
    state: str | None = None
    country: str | None = None


class EnrichData(Wire, kw_only=True, omit_defaults=False):
    merchant: EnrichMerchant
    category: EnrichCategory
    location: EnrichLocation
    tags: list[str]


class EnrichLinks(Wire, kw_only=True, omit_defaults=False):
    """No logo is shipped: both links are null."""

    self_: Url = msgspec.field(name="self")
    logo_master: Url | None = msgspec.field(name="logo-master")
    logo_thumb: Url | None = msgspec.field(name="logo-thumb")


class EnrichView(Wire, kw_only=True):
    """What a text means."""

    type: Literal["enrich"]
    direction: Annotated[str, words(Direction)]
    class_: Annotated[str, words(TransactionClass)] = msgspec.field(name="class")
    data: EnrichData
    links: EnrichLinks
