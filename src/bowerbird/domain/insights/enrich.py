"""Enrichment of one text that a client sends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from bowerbird import codes
from bowerbird.codes import Entry
from bowerbird.domain.services import Session
from bowerbird.insights.classify import Enrichment, anzsic_of, classify
from bowerbird.insights.location import Location, location_of
from bowerbird.insights.tags import tags_of
from bowerbird.model.account import AccountClass
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.ids import is_institution_id
from bowerbird.model.institution import Catalogue
from bowerbird.model.money import parse_cents
from bowerbird.model.problem import Problem
from bowerbird.plugins.anzsic import Branch, find_branch
from bowerbird.plugins.packs import lexicon
from bowerbird.storage.rows import rate_counters

ACCOUNT_TYPES = tuple(AccountClass(name) for name in ("transaction", "credit-card", "savings", "mortgage", "loan", "foreign"))
SHORTEST, LONGEST = 3, 512
"""Characters of a text. The published clients' documentation asks for three at least; no bank prints more than 512."""


class EnrichQuery(NamedTuple):
    """What a client asks; `cents` is None where no amount is given: the text is then judged as a payment."""

    text: str
    mcc: str
    account: AccountClass
    cents: int | None


def enrich_query(catalogue: Catalogue, given: Mapping[str, str | None]) -> EnrichQuery:
    """The query that parameters make, by their names on the wire. Raises Problem for the first that is missing or not valid."""
    for name in ("q", "institution", "country"):
        if not (given.get(name) or "").strip():
            raise _problem(codes.ENRICH_PARAMETER_MISSING, name)
    text, institution, country = ((given.get(name) or "").strip() for name in ("q", "institution", "country"))
    mcc, account, amount = ((given.get(name) or "").strip() for name in ("mcc", "accountType", "amount"))
    if not SHORTEST <= len(text) <= LONGEST:
        raise _not_valid("q")
    if not is_institution_id(institution) or catalogue.find(institution) is None:
        raise _problem(codes.INSTITUTION_UNKNOWN, "institution")
    if not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise _not_valid("country")
    if mcc and not (len(mcc) == 4 and mcc.isascii() and mcc.isdigit()):
        raise _not_valid("mcc")
    if account and account not in ACCOUNT_TYPES:
        raise _not_valid("accountType")
    try:
        cents = parse_cents(amount) if amount else None
    except ValueError as error:
        raise _not_valid("amount") from error
    return EnrichQuery(text, mcc, AccountClass(account or "transaction"), cents)


def _problem(entry: Entry, name: str) -> Problem:
    return Problem(entry, parameter=name)


def _not_valid(name: str) -> Problem:
    return Problem(codes.FIELD_NOT_VALID, parameter=name, field=name)


class Enriched(NamedTuple):
    """What a text means, the tags and the place it names, and the branch of its class, None for what buys nothing."""

    enrichment: Enrichment
    tags: list[str]
    location: Location
    branch: Branch | None


def enrich(query: EnrichQuery) -> Enriched:
    """What the text means."""
    found = classify(lexicon(), query.text, query.cents, query.account, query.mcc)
    return Enriched(found, tags_of(found), location_of(lexicon(), found), find_branch(anzsic_of(lexicon(), found)))


def record_enrich_request(session: Session) -> None:
    """Count a request of a sandbox application in its month (UTC). Raises Problem once the limit is reached; then nothing is counted."""
    limit, now = session.services.limits.sandbox_enrich_requests_per_month, session.services.clock.now()
    ends = _next_month(now)
    subject = session.services.vault.fingerprint("enrich requests", session.tenant.application_id)
    if rate_counters.increment_counter(session.uow, to_milliseconds(ends), subject) > limit:
        seconds = int((ends - now).total_seconds()) + 1
        raise Problem(codes.TOO_MANY_ENRICH_REQUESTS, retry_after=seconds, limit=limit, seconds=seconds)


def _next_month(now: datetime) -> datetime:
    month = now.year * 12 + now.month
    return now.replace(year=month // 12, month=month % 12 + 1, day=1, hour=0, minute=0, second=0, microsecond=0)
