"""What a stored transaction says, worked out anew from what its sources show."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from bowerbird.domain.ledger import documents
from bowerbird.domain.ledger.file_rows import gain_of, with_gain, with_known_balance
from bowerbird.domain.ledger.identity import is_of_content, is_of_file_id
from bowerbird.domain.ledger.ingest import transaction_values
from bowerbird.domain.ledger.overlap import MOVED
from bowerbird.domain.ledger.sources import encode, has_first_row, identity_of, shown_by, shown_first
from bowerbird.domain.ledger.undivided import as_before
from bowerbird.domain.services import Session
from bowerbird.domain.statements.lineage import StoredTransaction, first_source_of
from bowerbird.model.days import day_number
from bowerbird.model.ids import moment_of_id
from bowerbird.model.transaction import BankTransaction
from bowerbird.storage.rows import transaction_sources as rows
from bowerbird.storage.rows.accounts import AccountRow
from bowerbird.storage.rows.transaction_sources import TransactionSourceRow
from bowerbird.storage.rows.transactions import KnownTransaction


def replayed(session: Session, stored: StoredTransaction, left_out: Collection[int]) -> KnownTransaction:
    """A transaction as it would be stored if the sources at some places did not show it."""
    known, account, sources = stored
    files = rows.source_files(session.uow, *session.tenant, [source.source_id for source in sources])
    row = first_shown(account, known, sources)
    for place, source in enumerate(sources):
        if place in left_out or not source.how:
            continue
        shown = shown_by(known, sources, place)
        row = _gained(account, known, row, source, shown) if source.source_id in files else _of_feed(account, row, source, shown)
    return row


def explicit_sources(stored: StoredTransaction, left_out: Collection[int] = ()) -> list[TransactionSourceRow]:
    """The sources of a transaction but for some, each of which says by itself what it shows.

    The earliest of them has what the transaction was before all of them, unless the first source is a row itself.
    """
    known, account, sources = stored
    explicit = list[TransactionSourceRow]()
    for place, source in enumerate(sources):
        if place not in left_out:
            shown, identity = encode(shown_by(known, sources, place)), identity_of(known, sources, place)
            explicit.append(msgspec.structs.replace(source, shown=shown, identity=identity, document_before=None, identity_before=None))
    if explicit and not has_first_row(sources):
        first = first_shown(account, known, sources)
        explicit[0] = msgspec.structs.replace(explicit[0], document_before=first.document, identity_before=first.identity)
    return explicit


def with_first_row(session: Session, stored: StoredTransaction, transaction_id: str) -> list[TransactionSourceRow]:
    """The sources of a transaction under another id, which does not tell the first one: that is a row itself."""
    known, account, sources = stored
    explicit = [
        msgspec.structs.replace(row, transaction_id=transaction_id, document_before=None, identity_before=None)
        for row in explicit_sources(stored)
    ]
    if has_first_row(sources):
        return [msgspec.structs.replace(row, separated_id=transaction_id) if not row.how else row for row in explicit]
    first_id, identity = first_source_of(session, account, known) or account.connection_id, first_shown(account, known, sources).identity
    shown, moment_ms = encode(shown_first(known, sources)), moment_of_id(known.id)
    return [TransactionSourceRow(transaction_id, first_id, moment_ms, "", identity, shown, separated_id=transaction_id), *explicit]


def first_shown(account: AccountRow, known: KnownTransaction, sources: list[TransactionSourceRow]) -> KnownTransaction:
    """A transaction as the first file or feed showed it."""
    for place, source in enumerate(sources):
        if not source.how:
            values = transaction_values(account, known.id, source.identity or known.identity, shown_by(known, sources, place), None)
            return known._replace(document=values.document, identity=values.identity, post_day=values.post_day)
    return next((as_before(known, source) for source in sources if source.document_before is not None), known)


def _of_feed(account: AccountRow, row: KnownTransaction, source: TransactionSourceRow, shown: BankTransaction) -> KnownTransaction:
    """What a feed shows replaces what a file showed, but for a balance that it does not show."""
    values = transaction_values(account, row.id, source.identity or row.identity, with_known_balance(row, shown), None)
    return row._replace(document=values.document, identity=values.identity, post_day=values.post_day)


def _gained(
    account: AccountRow, known: KnownTransaction, row: KnownTransaction, source: TransactionSourceRow, shown: BankTransaction
) -> KnownTransaction:
    """What a file adds to what is known."""
    by_id = source.identity is not None and shown.posted is not None and is_of_file_id(source.identity, day_number(shown.posted))
    gain = gain_of(documents.fields_of(row.document), msgspec.structs.replace(shown, upstream_id="" if by_id else None), corrects=by_id)
    if source.how == MOVED and shown.posted is not None and day_number(shown.posted) == known.post_day:
        gain["posted"] = shown.posted
    better = by_id or "posted" in gain or "description" in gain
    identity = source.identity if better and source.identity and is_of_content(row.identity, row.post_day) else row.identity
    values = transaction_values(account, row.id, identity, with_gain(row, gain), None)
    return row._replace(document=values.document, identity=values.identity, post_day=values.post_day)
