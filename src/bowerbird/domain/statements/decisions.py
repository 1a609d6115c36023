"""What operators decided about sources outlives rows: every import goes by the sources alone, and the decisions are carried out behind it.

Before an import the decisions are taken back, so that it finds what it would find if none had been made; nothing that is stored on a wrong
decision answers for what really happened. Behind it each decision is carried out on what is stored then. What the source shows becomes a
transaction of its own, under the id that it had, or goes to the other transaction that a file or feed has shown since. Where a proven
statement has no room for it, the statement wins: the decision stays on record, with the reason, until it is joined.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from bowerbird.domain.ledger import documents
from bowerbird.domain.ledger.identity import free_identity
from bowerbird.domain.ledger.ingest import let_enrich, transaction_values
from bowerbird.domain.ledger.listed_days import CoveredDays, listed_before
from bowerbird.domain.ledger.overlap import SAME, ContradictionError
from bowerbird.domain.ledger.sources import has_first_row, identity_of, shown_by
from bowerbird.domain.ledger.undivided import as_before
from bowerbird.domain.services import Session
from bowerbird.domain.statements.interval_sums import check_sums
from bowerbird.domain.statements.lineage import SEPARATED, StoredTransaction, stored_transaction
from bowerbird.domain.statements.replay import explicit_sources, replayed, with_first_row
from bowerbird.domain.statements.sides import companions, home_of, rest_home_of, shows
from bowerbird.domain.users.users import hold_user
from bowerbird.logs import log
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.days import day_number, day_of_number
from bowerbird.model.ids import ordered_ids
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows import transaction_sources as rows
from bowerbird.storage.rows import transactions as transaction_rows
from bowerbird.storage.rows.accounts import AccountRow
from bowerbird.storage.rows.insights import enrichments
from bowerbird.storage.rows.insights.corrections import CorrectionRow, list_corrections, put_correction
from bowerbird.storage.rows.transaction_sources import TransactionSourceRow
from bowerbird.storage.rows.transactions import KnownTransaction

_RENAMED_DAYS = 10
"""Days around a transaction within which its identity must differ from others'."""


@dataclass
class Divided:
    """What decisions changed of what is stored: the contents of the transactions that they are about, by id, before and afterwards."""

    before: dict[str, bytes] = field(default_factory=dict)
    after: dict[str, bytes] = field(default_factory=dict)

    @property
    def changed(self) -> int:
        return sum(self.before.get(each) != self.after.get(each) for each in self.before.keys() | self.after.keys())


@contextmanager
def undivided(session: Session, about: str | None = None) -> Iterator[Divided]:
    """Within, the ledger is as if no operator had separated anything; behind it every decision of the user is carried out again.

    `about` is a transaction that the operator decides about now: what becomes of it counts too. Raises Problem where the user is gone.
    """
    divided = Divided()
    if about is None and not rows.separated_sources(session.uow, *session.tenant):
        yield divided
        return
    hold_user(session)
    decided = rows.separated_sources(session.uow, *session.tenant)
    overrides, spoken = dict(enrichments.overrides_of(session.uow, _owner_ref(session))), list_corrections(session.uow, *session.tenant)
    divided.before = _contents(session, decided, about)
    take_back(session, decided)
    yield divided
    _carry_out_all(session)
    divided.after = _contents(session, rows.separated_sources(session.uow, *session.tenant), about)
    _keep_categories(session, decided, overrides)
    _keep_corrections(session, spoken)


def carry_out(session: Session, stored: StoredTransaction, place: int) -> str:
    """Make what the source at a place shows another transaction; its id.

    Sources of the same identity that came since the decision go with it. Raises ContradictionError where a proven statement has no room
    for it; where it no longer sums, that is after the change is written.
    """
    known, account, sources = stored
    decision, shown = sources[place], shown_by(known, sources, place)
    moved = [place, *companions(stored, place)]
    home, rest_home = home_of(session, stored, moved), rest_home_of(session, stored, moved)
    is_further = home is None and rest_home is None
    if is_further:
        _refuse_further(session, stored, place)
    if home is not None:
        moved = [nth for nth in moved if not shows(session, home, sources[nth].source_id)]
    stays, taken = replayed(session, stored, moved), _taken(session, account, known)
    _write(session, account, known, stays._replace(identity=free_identity(stays.identity, taken)))
    separated_id = _id_of(session, decision, home)
    if home is None:
        own = free_identity(identity_of(known, sources, place), taken | {stays.identity})
        values = transaction_values(account, separated_id, own, shown, SEPARATED)
        transaction_rows.insert_transactions(session.uow, account, [values])
    else:
        _settle(session, home, separated_id)
    rows.replace_sources(session.uow, account, known.id, explicit_sources(stored, moved))
    rows.insert_sources(session.uow, account, _moved_sources(stored, moved, place, separated_id))
    if home is None and rest_home is not None:
        _take_in(session, known.id, rest_home, decision)
    _recount(session, account, min(stays.post_day, known.post_day))
    if is_further and shown.posted is not None and shown.amount:
        day = day_number(shown.posted)
        _refuse_sums(session, account, CoveredDays(day, day))
    return separated_id


def _take_in(session: Session, kept_id: str, home: StoredTransaction, decision: TransactionSourceRow) -> None:
    """Make another stored transaction part of what a source was separated from: it is that one, as what was separated is not.

    Its first source keeps it as it is, for when the decision is taken back.
    """
    stored, gone = stored_transaction(session, kept_id), home.known
    if stored is None:
        return
    rows.replace_sources(session.uow, stored.account, kept_id, with_first_row(session, stored, kept_id))
    taken_in = [
        msgspec.structs.replace(
            row,
            how=row.how or SAME,
            document_before=None if row.how else gone.document,
            identity_before=None if row.how else gone.identity,
            separated_from=gone.id,
            separated_at_ms=decision.separated_at_ms,
            separated_id=kept_id,
        )
        for row in with_first_row(session, home, kept_id)
    ]
    transaction_rows.delete_transaction(session.uow, stored.account, gone)
    rows.insert_sources(session.uow, stored.account, taken_in)


def _id_of(session: Session, decision: TransactionSourceRow, home: StoredTransaction | None) -> str:
    """The older one of the ids that what is separated may have."""
    chosen = decision.separated_id or new_separated_id(session)
    if home is not None:
        return min(home.known.id, chosen)
    return chosen if stored_transaction(session, chosen) is None else new_separated_id(session)


def new_separated_id(session: Session) -> str:
    (separated_id,) = ordered_ids(to_milliseconds(session.services.clock.now()), 1)
    return separated_id


def _moved_sources(stored: StoredTransaction, moved: Sequence[int], place: int, separated_id: str) -> Iterator[TransactionSourceRow]:
    """The sources that go, at the transaction that they go to. The decision's has the other one as it was with them."""
    known, _, sources = stored
    whole, decision = {row.source_id: row for row in explicit_sources(stored)}, sources[place]
    for each in moved:
        is_decision = each == place
        yield msgspec.structs.replace(
            whole[sources[each].source_id],
            transaction_id=separated_id,
            document_before=known.document if is_decision else None,
            identity_before=known.identity if is_decision else None,
            separated_from=known.id,
            separated_at_ms=decision.separated_at_ms,
            separated_id=separated_id,
            overruled_by=None,
        )


def _settle(session: Session, home: StoredTransaction, separated_id: str) -> None:
    """Give a stored transaction the id that clients have of it; its first source becomes a row."""
    known, account, _ = home
    sources = with_first_row(session, home, separated_id)
    if known.id != separated_id:
        transaction_rows.delete_transaction(session.uow, account, known)
        values = transaction_values(account, separated_id, known.identity, documents.parse(known.document), SEPARATED)
        transaction_rows.insert_transactions(session.uow, account, [values])
    rows.replace_sources(session.uow, account, separated_id, sources)


def take_back(session: Session, decided: Sequence[TransactionSourceRow]) -> None:
    """Make sources that were separated part again of what they were separated from, which is as it was with them."""
    separated = [row for row in decided if row.separated_from is not None]
    taken_in = [row for row in separated if row.separated_by is None and row.document_before is not None]
    with_home = {row.separated_from for row in taken_in}
    for transaction_id in sorted({row.transaction_id for row in separated}):
        _release(session, transaction_id, {row.source_id for row in separated if row.transaction_id == transaction_id}, with_home)
    kept_ids = sorted({row.separated_from or "" for row in separated} - with_home)
    kept = [stored for each in kept_ids if (stored := stored_transaction(session, each)) is not None]
    for known, account, _ in kept:
        transaction_rows.update_transaction(session.uow, account, known, {"identity": UUID(known.id).bytes})
    for row in taken_in:
        _give_out(session, row, [each for each in separated if each.separated_from == row.separated_from])
    for stored in kept:
        _put_back(session, stored, [row for row in separated if row.separated_from == stored.known.id])


def _give_out(session: Session, first: TransactionSourceRow, taken_in: Sequence[TransactionSourceRow]) -> None:
    """Store again what was taken in, as it was."""
    stored, own_id = stored_transaction(session, first.transaction_id), first.separated_from
    if stored is None or own_id is None:
        return
    known = as_before(stored.known, first)
    values = transaction_values(stored.account, own_id, known.identity, documents.parse(known.document), None)
    transaction_rows.insert_transactions(session.uow, stored.account, [values])
    sources = [
        msgspec.structs.replace(
            _without_past(without_decision(row)),
            transaction_id=own_id,
            how="" if row is first else row.how,
            separated_id=own_id if row is first else None,
        )
        for row in taken_in
    ]
    rows.insert_sources(session.uow, stored.account, sources)


def _release(session: Session, transaction_id: str, source_ids: set[str], with_home: Collection[str | None]) -> None:
    """Take sources from the transaction that decisions gave them; it goes where nothing else shows it.

    Where what they were separated from is gone, they stay, and the transaction is theirs.
    """
    stored = stored_transaction(session, transaction_id)
    if stored is None:
        return
    known, account, sources = stored
    own = [row for row in sources if row.source_id not in source_ids]
    released = [row for row in sources if row.source_id in source_ids and row.separated_from not in with_home]
    for row in released:
        if stored_transaction(session, row.separated_from or "") is None:
            cleared = _without_past(without_decision(row))
            own.append(cleared if own else msgspec.structs.replace(cleared, how="", separated_id=known.id))
    if own:
        rows.replace_sources(session.uow, account, known.id, own)
    else:
        transaction_rows.delete_transaction(session.uow, account, known)
    _recount(session, account, known.post_day)


def without_decision(row: TransactionSourceRow) -> TransactionSourceRow:
    """A source about which nothing is decided."""
    return msgspec.structs.replace(row, separated_from=None, separated_by=None, separated_at_ms=None, separated_id=None, overruled_by=None)


def _without_past(row: TransactionSourceRow) -> TransactionSourceRow:
    return msgspec.structs.replace(row, document_before=None, identity_before=None)


def _put_back(session: Session, stored: StoredTransaction, taken: Sequence[TransactionSourceRow]) -> None:
    """Give a transaction back what was separated from it, the earliest decision first in `taken`."""
    known, account, _ = stored
    whole = next((as_before(known, row) for row in taken if row.document_before is not None), known)
    back = (without_decision(row) if row.separated_by is None else msgspec.structs.replace(row, separated_from=None) for row in taken)
    explicit = explicit_sources(stored)
    first = next((row for row in explicit if row.document_before is not None), None)
    sources = [msgspec.structs.replace(_without_past(row), transaction_id=known.id) for row in (*explicit, *back)]
    sources.sort(key=lambda row: (row.seen_at_ms, row.source_id))
    if not has_first_row(sources):
        document, identity = (known.document, known.identity) if first is None else (first.document_before, first.identity_before)
        sources[0] = msgspec.structs.replace(sources[0], document_before=document, identity_before=identity)
    _write(session, account, known, whole)
    rows.replace_sources(session.uow, account, known.id, sources)
    _recount(session, account, min(known.post_day, whole.post_day))


def _carry_out_all(session: Session) -> None:
    """Carry out every decision of the user that stands, in the order in which they were made."""
    for decision in rows.separated_sources(session.uow, *session.tenant):
        stored = stored_transaction(session, decision.transaction_id)
        if stored is None or decision.separated_from is not None:
            continue
        place = next(nth for nth, source in enumerate(stored.sources) if source.source_id == decision.source_id)
        try:
            carry_out(session, stored, place)
        except ContradictionError as error:
            _overrule(session, stored, decision, error.reason)


def _overrule(session: Session, stored: StoredTransaction, decision: TransactionSourceRow, reason: str) -> None:
    """Note what a proven statement says against a decision, and undo what of it is written."""
    _, account, _ = stored
    of_decision = (decision.separated_at_ms, decision.transaction_id)
    decided = rows.separated_sources(session.uow, *session.tenant)
    if written := [row for row in decided if (row.separated_at_ms, row.separated_from) == of_decision]:
        days = [transaction.post_day for row in written if (transaction := _known(session, row.transaction_id)) is not None]
        take_back(session, written)
        check_sums(session, account.id, CoveredDays(min(days), max(days)))
    for row in rows.sources_of(session.uow, account.user_ref, decision.transaction_id):
        if row.source_id == decision.source_id:
            rows.update_source(session.uow, account.user_ref, msgspec.structs.replace(row, overruled_by=reason))
    if decision.overruled_by is None:
        log.warning("separation_overruled", transaction=decision.transaction_id, source=decision.source_id)


def _contents(session: Session, decided: Sequence[TransactionSourceRow], about: str | None) -> dict[str, bytes]:
    """What the transactions that decisions made say, and the one that is decided about, by id."""
    ids = {row.transaction_id for row in decided if row.separated_from is not None} | ({about} if about else set())
    found = {each: _known(session, each) for each in ids}
    return {each: documents.content_of(known.document) for each, known in found.items() if known is not None}


def _known(session: Session, transaction_id: str) -> KnownTransaction | None:
    stored = stored_transaction(session, transaction_id)
    return None if stored is None else stored.known


def _keep_categories(session: Session, decided: Sequence[TransactionSourceRow], overrides: dict[str, str]) -> None:
    """Give transactions that are stored anew what the application says of them, and those that are gone to what they are part of."""
    owner_ref = _owner_ref(session)
    now = dict(enrichments.overrides_of(session.uow, owner_ref))
    for row in decided:
        leaf = overrides.get(row.transaction_id)
        if leaf is None or row.transaction_id in now:
            continue
        for transaction_id in (row.transaction_id, row.separated_from or row.transaction_id):
            stored = stored_transaction(session, transaction_id)
            if stored is not None:
                if transaction_id not in now:
                    enrichments.put_override(session.uow, stored.account.application_ref, owner_ref, transaction_id, leaf)
                    now[transaction_id] = leaf
                break


def _keep_corrections(session: Session, spoken: Sequence[CorrectionRow]) -> None:
    """Keep what the person says of transactions that are stored anew."""
    now = {row.transaction_id for row in list_corrections(session.uow, *session.tenant)}
    for row in spoken:
        if row.transaction_id not in now and stored_transaction(session, row.transaction_id) is not None:
            put_correction(session.uow, row)


def _owner_ref(session: Session) -> int:
    accounts = account_rows.accounts_of_user(session.uow, *session.tenant)
    return accounts[0].user_ref if accounts else 0


def _write(session: Session, account: AccountRow, known: KnownTransaction, new: KnownTransaction) -> None:
    """Store what a transaction says now. How it was found again stays."""
    values = transaction_values(account, known.id, new.identity, documents.parse(new.document), None)._asdict()
    del values["matched"]
    transaction_rows.update_transaction(session.uow, account, known, values)


def _recount(session: Session, account: AccountRow, first_day: int) -> None:
    stored = account_rows.find_account(session.uow, *session.tenant, account.id)
    if stored is not None:
        account_rows.recount(session.uow, stored, stored.intervals)
        let_enrich(session, stored, first_day)


def _taken(session: Session, account: AccountRow, known: KnownTransaction) -> set[bytes]:
    """The identities of an account's other transactions, from which a transaction's must differ."""
    first_day = 0 if known.is_pending else known.post_day - _RENAMED_DAYS
    stored = transaction_rows.known_transactions(session.uow, account, first_day).values()
    return {row.identity for row in stored if row.id != known.id}


def _refuse_further(session: Session, stored: StoredTransaction, place: int) -> None:
    """Raises ContradictionError where a statement proves that its day has no further transaction."""
    shown = shown_by(stored.known, stored.sources, place)
    if shown.posted is None or not shown.amount:
        return
    day = CoveredDays(day_number(shown.posted), day_number(shown.posted))
    proof = next((days for days in listed_before(session, stored.account.id, day) if days.proves(day.first_day)), None)
    if proof is not None:
        first, last = day_of_number(proof.first_day), day_of_number(proof.last_day)
        raise ContradictionError(f"The statement of {first} to {last} lists all of {shown.posted} and adds up without a second one.", None)


def _refuse_sums(session: Session, account: AccountRow, days: CoveredDays) -> None:
    """Raises ContradictionError where a proven statement of these days adds up worse than before."""
    for mismatch in check_sums(session, account.id, days):
        if mismatch.is_worse:
            raise ContradictionError(f"As two transactions, {mismatch}.", None)
