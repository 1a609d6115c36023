"""Where an operator separated a source of a transaction: which stored transactions each of the two is, and which sources show which."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress

from bowerbird.domain.ledger import documents
from bowerbird.domain.ledger.documents import fields_of
from bowerbird.domain.ledger.identity import is_of_file_id
from bowerbird.domain.ledger.listed_days import CoveredDays, listed_before
from bowerbird.domain.ledger.overlap import ContradictionError, plan_file
from bowerbird.domain.ledger.sources import has_first_row, identity_of, shown_by
from bowerbird.domain.services import Session
from bowerbird.domain.statements.lineage import StoredTransaction, first_source_of
from bowerbird.domain.statements.replay import first_shown
from bowerbird.model.days import day_number
from bowerbird.model.transaction import BankTransaction
from bowerbird.storage.rows import transaction_sources as rows
from bowerbird.storage.rows import transactions as transaction_rows

_Shown = tuple[bytes, int | None]
"""An identity, and the balance afterwards in cents."""


def companions(stored: StoredTransaction, place: int) -> list[int]:
    """Sources that came since the decision about the one at a place and show what it shows rather than what the others do.

    Its identity or its balance says so. Nothing is decided about them.
    """
    known, account, sources = stored
    decided_ms, chosen = sources[place].separated_at_ms or 0, _shown_at(stored, place)
    open_ = [
        nth
        for nth, source in enumerate(sources)
        if nth != place and source.how and source.separated_by is None and source.seen_at_ms > decided_ms
    ]
    first = first_shown(account, known, sources)
    others = [(first.identity, fields_of(first.document).balance_cents)]
    others += [_shown_at(stored, nth) for nth in range(len(sources)) if nth != place and nth not in open_]
    return [
        nth for nth in open_ if _likeness(_shown_at(stored, nth), chosen) > max(_likeness(_shown_at(stored, nth), each) for each in others)
    ]


def _shown_at(stored: StoredTransaction, place: int) -> _Shown:
    known, _, sources = stored
    return identity_of(known, sources, place), shown_by(known, sources, place).balance


def _likeness(one: _Shown, other: _Shown) -> int:
    if None not in (one[1], other[1]):
        return 2 if one[1] == other[1] else -1
    return 1 if one[0] == other[0] else 0


def home_of(session: Session, stored: StoredTransaction, moved: Collection[int]) -> StoredTransaction | None:
    """Another stored transaction, which the first of the sources at some places shows if it does not show this one."""
    known, _, sources = stored
    place = next(iter(moved))
    decision, shown = sources[place], shown_by(known, sources, place)
    others = [other for other in _near(session, stored, shown) if not shows(session, other, decision.source_id)]
    same = next((other for other in others if other.known.id == decision.separated_id), None)
    return same or _found(session, identity_of(known, sources, place), shown, others)


def rest_home_of(session: Session, stored: StoredTransaction, moved: Collection[int]) -> StoredTransaction | None:
    """Another stored transaction, which is this one without the sources at some places, because one of those shows it beside this one.

    It came since the decision.
    """
    known, account, sources = stored
    decision = sources[next(iter(moved))]
    first = first_shown(account, known, sources)
    shown, gone = documents.parse(first.document), {sources[nth].source_id for nth in moved}
    rest = {source.source_id for nth, source in enumerate(sources) if nth not in moved}
    if not has_first_row(sources):
        rest.add(first_source_of(session, account, known) or account.connection_id)
    later = [other for other in _near(session, stored, shown) if other.known.id > (decision.separated_id or "")]
    beside = [other for other in later if any(shows(session, other, each) for each in gone)]
    others = [other for other in beside if not any(shows(session, other, each) for each in rest)]
    return _found(session, first.identity, shown, others)


def _near(session: Session, stored: StoredTransaction, shown: BankTransaction) -> Iterator[StoredTransaction]:
    """Other transactions of the same day and amount, of which no decision is."""
    known, account, _ = stored
    if shown.posted is None:
        return
    day = day_number(shown.posted)
    for row in transaction_rows.known_transactions(session.uow, account, day).values():
        if row.id != known.id and (row.post_day, row.amount) == (day, shown.amount):
            sources = rows.sources_of(session.uow, account.user_ref, row.id)
            if not any(source.separated_from for source in sources):
                yield StoredTransaction(row, account, sources)


def _found(session: Session, identity: bytes, shown: BankTransaction, others: Collection[StoredTransaction]) -> StoredTransaction | None:
    """Which of some stored transactions a source shows, by the rules of a file. Other ids are other transactions."""
    if shown.posted is None or not others:
        return None
    day = day_number(shown.posted)
    by_id = is_of_file_id(identity, day)
    near = {
        other.known.identity: other
        for other in others
        if other.known.identity == identity or not (by_id and is_of_file_id(other.known.identity, other.known.post_day))
    }
    account, listed = next(iter(others)).account, CoveredDays(day, day)
    with suppress(ContradictionError):
        plan = plan_file(
            [(identity, shown)], {each: other.known for each, other in near.items()}, listed, listed_before(session, account.id, listed)
        )
        return next((near[each.known.identity] for each in plan.found), None)
    return None


def shows(session: Session, stored: StoredTransaction, source_id: str) -> bool:
    """Whether a file or feed shows a transaction."""
    known, account, sources = stored
    if any(source.source_id == source_id for source in sources):
        return True
    return not has_first_row(sources) and source_id == (first_source_of(session, account, known) or account.connection_id)
