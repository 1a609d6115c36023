"""Which files and feeds showed a stored transaction: written with the import that found it again."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from bowerbird.domain.ledger import documents
from bowerbird.domain.ledger.reconcile import Absorbed, Found, Plan
from bowerbird.domain.services import Session
from bowerbird.model.ids import moment_of_id
from bowerbird.model.transaction import BankTransaction
from bowerbird.storage.rows import transaction_sources as rows
from bowerbird.storage.rows.accounts import AccountRow
from bowerbird.storage.rows.transaction_sources import TransactionSourceRow
from bowerbird.storage.rows.transactions import KnownTransaction

decode = msgspec.json.Decoder(BankTransaction).decode
"""What `encode` made of a transaction."""


def record_sources(session: Session, account: AccountRow, source_id: str, moment_ms: int, plan: Plan) -> None:
    """Store which transactions a file or feed shows that another one brought, as it shows them, and what it changes of them."""
    for absorbed in plan.absorbed:
        absorb(session, account, absorbed, source_id)
    changed = {change.known.id for change in plan.changes}
    rows.insert_sources(session.uow, account, (_source(found, source_id, moment_ms, found.known.id in changed) for found in plan.found))


def follow_decided(session: Session, account: AccountRow, source_id: str, plan: Plan) -> None:
    """Store what a feed shows now of the transactions about which an operator decided that it shows others."""
    decided = {row.transaction_id: row for row in rows.separated_sources(session.uow, *session.tenant) if row.source_id == source_id}
    for known, identity, transaction, _ in plan.changes if decided else ():
        if (row := decided.get(known.id)) is not None:
            rows.update_source(session.uow, account.user_ref, msgspec.structs.replace(row, shown=encode(transaction), identity=identity))


def _source(found: Found, source_id: str, moment_ms: int, is_changed: bool) -> TransactionSourceRow:
    known, identity, transaction, how = found
    shown = None if _says_the_same(transaction, known) else encode(transaction)
    own_identity = None if identity == known.identity else identity
    before = (known.document, known.identity) if is_changed else (None, None)
    return TransactionSourceRow(known.id, source_id, moment_ms, how, own_identity, shown, *before)


def absorb(session: Session, account: AccountRow, absorbed: Absorbed, source_id: str, *, is_changed: bool = False) -> None:
    """Give the sources of a transaction of an account that goes to the one that it is.

    `source_id` found that out, and `is_changed` says that the one that stays gained something.
    """
    gone, known, _ = absorbed
    first = rows.first_job_of(session.uow, session.tenant.application_id, account.id, gone.id) or source_id
    sources = rows.sources_of(session.uow, account.user_ref, gone.id)
    before = (known.document, known.identity) if is_changed else (None, None)
    rows.delete_sources(session.uow, account.user_ref, gone.id)
    rows.insert_sources(session.uow, account, _absorbed(absorbed, first, sources, before))


def has_first_row(sources: list[TransactionSourceRow]) -> bool:
    """Whether the first source of a transaction is among the rows of its sources, because its id does not tell."""
    return any(not source.how for source in sources) or (bool(sources) and all(source.separated_from for source in sources))


def _absorbed(
    absorbed: Absorbed, first_id: str, sources: list[TransactionSourceRow], before: tuple[bytes, bytes] | tuple[None, None]
) -> Iterator[TransactionSourceRow]:
    gone, known, how = absorbed
    if not has_first_row(sources):
        shown = encode(shown_first(gone, sources))
        yield TransactionSourceRow(known.id, first_id, moment_of_id(gone.id), how, gone.identity, shown, *before)
    for place, source in enumerate(sources):
        shown, identity = encode(shown_by(gone, sources, place)), source.identity or gone.identity
        row = msgspec.structs.replace(source, transaction_id=known.id, how=how, identity=identity, shown=shown)
        is_decided = source.separated_at_ms is not None
        before_it = (None, None) if place or not has_first_row(sources) else before
        yield msgspec.structs.replace(
            row, separated_id=source.separated_id if is_decided else None, document_before=before_it[0], identity_before=before_it[1]
        )


def _first_document(known: KnownTransaction, sources: list[TransactionSourceRow]) -> bytes:
    """A transaction as the first file or feed showed it."""
    return next((source.document_before for source in sources if source.document_before is not None), known.document)


def shown_first(known: KnownTransaction, sources: list[TransactionSourceRow]) -> BankTransaction:
    """What the first file or feed shows; `sources` are all later ones, the earliest first."""
    return documents.parse(_first_document(known, sources))


def shown_by(known: KnownTransaction, sources: list[TransactionSourceRow], place: int) -> BankTransaction:
    """What the source at a place shows: its own, or what was stored at that moment."""
    if (shown := sources[place].shown) is not None:
        return decode(shown)
    return documents.parse(_first_document(known, sources[place:]))


def identity_of(known: KnownTransaction, sources: list[TransactionSourceRow], place: int) -> bytes:
    """The identity of what the source at a place shows: its own, or the one that the transaction had at that moment."""
    if (identity := sources[place].identity) is not None:
        return identity
    return next((source.identity_before for source in sources[place:] if source.identity_before is not None), known.identity)


def encode(transaction: BankTransaction) -> bytes:
    """A transaction as JSON, without the ids of its bank; half characters are replaced, as in its document."""
    bpay = transaction.bpay and (_whole(transaction.bpay[0]), _whole(transaction.bpay[1]), _whole(transaction.bpay[2]))
    texts = {"description": _whole(transaction.description), "reference": _whole(transaction.reference), "bpay": bpay}
    return msgspec.json.encode(msgspec.structs.replace(transaction, upstream_id=None, pending_id=None, **texts))


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _says_the_same(transaction: BankTransaction, known: KnownTransaction) -> bool:
    stored = documents.fields_of(known.document)
    balance = "" if transaction.balance is None else documents.cents_text(transaction.balance)
    texts = (transaction.description, balance) == (stored.description, stored.balance)
    return texts and transaction.amount == known.amount and (transaction.posted, transaction.made) == (stored.posted, stored.made)
