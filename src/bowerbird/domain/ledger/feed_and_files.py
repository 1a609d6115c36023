"""A feed's rows that files have brought before, under ids and in words of their own."""

from __future__ import annotations

from collections.abc import Sequence

from bowerbird.domain.ledger.identity import is_of_content, is_of_file_id
from bowerbird.domain.ledger.listed_days import CoveredDays
from bowerbird.domain.ledger.overlap import SAME, find_in_files
from bowerbird.domain.ledger.reconcile import Absorbed, Change, Found, Plan
from bowerbird.storage.rows.transactions import KnownTransaction


def join_files(plan: Plan, known: dict[bytes, KnownTransaction], listed: CoveredDays, stored: Sequence[CoveredDays]) -> None:
    """Complete what a feed's listing means with the rows that files have brought and that the feed does not show by identity.

    A row that is new to the feed is the file's. One that was pending and has posted keeps its own id, and the file's row goes.
    """
    followed = {change.known.id for change in plan.changes}
    of_files = {identity: row for identity, row in known.items() if row.id not in followed and _is_of_file(row)}
    posted = [change for change in plan.changes if change.known.is_pending and change.transaction.posted is not None]
    new = [row for row in plan.new if row[1].posted is not None]
    if not stored or not of_files or not (posted or new):
        return
    listing = [*((change.identity, change.transaction) for change in posted), *new]
    matches = find_in_files(listing, of_files, listed, stored)
    plan.absorbed += [
        Absorbed(match.known, posted[place].known, match.how or SAME) for place, match in matches.items() if place < len(posted)
    ]
    plan.vanished += [absorbed.gone for absorbed in plan.absorbed]
    found = {listing[place][0]: match for place, match in matches.items() if place >= len(posted)}
    for identity, row in new:
        if (match := found.get(identity)) is not None:
            plan.changes.append(Change(match.known, identity, row, match.how))
    plan.new = [row for row in plan.new if row[0] not in found]


def _is_of_file(row: KnownTransaction) -> bool:
    return not row.is_pending and (is_of_content(row.identity, row.post_day) or is_of_file_id(row.identity, row.post_day))


def note_files_rows(plan: Plan, first_shown_by_files: Sequence[tuple[str, str]]) -> None:
    """Note which of a feed's rows files brought, by the ranges of the ids that those have: the feed is a further source of them."""
    for known, identity, transaction, how in plan.changes:
        is_first_look = how is not None or is_of_content(identity, known.post_day)
        if is_first_look and any(first <= known.id <= last for first, last in first_shown_by_files):
            plan.found.append(Found(known, identity, transaction, how or SAME))
