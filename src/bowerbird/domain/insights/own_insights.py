"""What was worked out of a person's transactions and is stored, for the person: what each text means, summaries and reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from bowerbird.domain.insights.snapshots import SnapshotContent, content_of, heading_of
from bowerbird.domain.ledger import documents
from bowerbird.domain.services import Session
from bowerbird.model.clock import from_milliseconds, wire_time
from bowerbird.model.json_value import JsonObject, JsonValue
from bowerbird.storage.rows.accounts import AccountRow
from bowerbird.storage.rows.insights import enrichments
from bowerbird.storage.rows.insights import snapshots as rows
from bowerbird.storage.rows.insights.snapshots import InsightSnapshotRow

_AT_ONCE: Final = 500
"""References that one statement asks for."""


def list_meanings(session: Session, accounts: Sequence[AccountRow]) -> list[JsonObject]:
    """What the text of each transaction means, as the wire shows it to the application."""
    found = enrichments.enriched_rows_of(session.uow, accounts[0].user_ref) if accounts else []
    shared: dict[int | None, bytes] = {}
    refs = sorted({row.enrichment_ref for row in found})
    for first in range(0, len(refs), _AT_ONCE):
        shared |= enrichments.enrichment_documents(session.uow, refs[first : first + _AT_ONCE])
    openings = {ref: documents.opening_of(part) for ref, part in shared.items()}
    known = (row for row in found if row.enrichment_ref in openings)
    return [{"transaction": row.id, **_meaning(openings[row.enrichment_ref] + row.clean)} for row in known]


def _meaning(document: bytes) -> JsonObject:
    """An enrichment in plain names; empty where nothing is known."""
    read: dict[str, JsonObject | None] = msgspec.json.decode(document)
    category, merchant = read["category"] or {}, read["merchant"] or {}
    return {
        "clean_text": read["cleanDescription"], "merchant": merchant.get("businessName"), "category": category.get("anzsic"),
        "score": category.get("matchScore"), "place": read["location"], "tags": read["tags"],
    }  # fmt: skip


def list_summaries(session: Session) -> list[JsonObject]:
    """Summaries and reports, newest first.

    One that is about several people shows of the figures none, and of the rows the person's own: the rest is the others'.
    """
    return [_snapshot(session, row) for row in rows.snapshots_about(session.uow, *session.tenant)]


def _snapshot(session: Session, row: InsightSnapshotRow) -> JsonObject:
    user_ids = rows.users_of_snapshot(session.uow, session.application_id, row.id)
    heading, content = heading_of(session, row, user_ids), content_of(session, row, user_ids)
    is_alone = len(user_ids) == 1
    described: JsonObject = {
        "summary": row.id, "kind": row.kind, "about_people": len(user_ids), "made": wire_time(from_milliseconds(row.created_at_ms)),
        "kept_until": wire_time(from_milliseconds(row.expires_at_ms)) if row.expires_at_ms is not None else None,
        "from": heading.first.isoformat(), "to": heading.last.isoformat(), "report_type": heading.report_type or None,
        "title": heading.title if is_alone and heading.title else None,
    }  # fmt: skip
    return {**described, **_contents(content, session.user_id, is_alone=is_alone)}


def _contents(content: SnapshotContent | None, user_id: str, *, is_alone: bool) -> JsonObject:
    """Of a report that is not made yet, nothing."""
    own = {account.id for account in content.accounts if account.user_id == user_id} if content else set()
    figures: dict[str, JsonValue] = {}
    if content is not None and is_alone:
        figures = {name: msgspec.json.decode(text) for name, text in content.figures.items()}
    return {
        "accounts": sorted(own), "transactions": [row.id for row in content.rows if row.account in own] if content else [],
        "figures": figures or None,
    }  # fmt: skip
