"""Feeds of users: who may read one, when it was read, and what it has sent of transactions while they were pending.

Of secrets only hashes are stored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, func, insert, select, update

from bowerbird.model.reading import PendingRows
from bowerbird.storage.database.schema import unindexed
from bowerbird.storage.database.tables import feed_amounts, feeds, transactions
from bowerbird.storage.database.unit_of_work import StoredRow, UnitOfWork


class FeedRow(StoredRow, frozen=True):
    """A feed. `claim_hash` is of its setup token, `secret_hash` of the password of its access URL, None until the token is claimed."""

    id: str
    application_id: str
    user_id: str
    name: str
    pending: PendingRows
    claim_hash: str
    created_at_ms: int
    expires_at_ms: int
    secret_hash: str | None = None
    claimed_at_ms: int | None = None
    claimed_again_at_ms: int | None = None
    last_used_at_ms: int | None = None


_AT_ONCE = 500
_FEED = select(*FeedRow.columns(feeds))


def insert_feed(uow: UnitOfWork, row: FeedRow) -> None:
    uow.execute(insert(feeds), row.values())


def feeds_of_user(uow: UnitOfWork, application_id: str, user_id: str) -> list[FeedRow]:
    """The oldest first."""
    own = (unindexed(feeds.c.application_id) == application_id, feeds.c.user_id == user_id)
    return uow.all(FeedRow, _FEED.where(*own).order_by(feeds.c.created_at_ms, feeds.c.id))


def count_feeds(uow: UnitOfWork, application_id: str, user_id: str) -> int:
    own = (unindexed(feeds.c.application_id) == application_id, feeds.c.user_id == user_id)
    row = uow.row(select(func.count()).select_from(feeds).where(*own))
    return 0 if row is None else int(row[0])


def find_feed(uow: UnitOfWork, application_id: str, feed_id: str) -> FeedRow | None:
    return uow.one(FeedRow, _FEED.where(unindexed(feeds.c.application_id) == application_id, feeds.c.id == feed_id))


def claim_feed(uow: UnitOfWork, feed_id: str, secret_hash: str, now_ms: int) -> bool:
    """Store the password of the access URL. True for the first caller only."""
    unclaimed = (feeds.c.id == feed_id, feeds.c.claimed_at_ms.is_(None))
    return uow.execute(update(feeds).where(*unclaimed).values(secret_hash=secret_hash, claimed_at_ms=now_ms)).rowcount == 1


def record_second_claim(uow: UnitOfWork, feed_id: str, now_ms: int) -> None:
    uow.execute(update(feeds).where(feeds.c.id == feed_id).values(claimed_again_at_ms=now_ms))


def record_use(uow: UnitOfWork, feed_id: str, now_ms: int) -> None:
    uow.execute(update(feeds).where(feeds.c.id == feed_id).values(last_used_at_ms=now_ms))


def delete_feed(uow: UnitOfWork, application_id: str, user_id: str, feed_id: str) -> bool:
    """False where the user has no such feed."""
    own = (unindexed(feeds.c.application_id) == application_id, feeds.c.user_id == user_id, feeds.c.id == feed_id)
    sent = (unindexed(feed_amounts.c.application_id) == application_id, feed_amounts.c.user_id == user_id)
    uow.execute(delete(feed_amounts).where(*sent, feed_amounts.c.feed_id == feed_id))
    return uow.execute(delete(feeds).where(*own)).rowcount == 1


def delete_feeds(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    for table in (feed_amounts, feeds):
        uow.execute(delete(table).where(unindexed(table.c.application_id) == application_id, table.c.user_id == user_id))


class FeedAmountRow(StoredRow, frozen=True):
    """A part of what was sent of a transaction, `part` 0 first; all parts together are what it is. `day` is the number of the day it was
    sent on."""

    application_id: str
    user_id: str
    feed_id: str
    account_id: str
    transaction_id: str
    part: int
    cents: int
    day: int


def amounts_of_feed(uow: UnitOfWork, feed_id: str, first_day: int, ids: Collection[str]) -> Mapping[str, Sequence[FeedAmountRow]]:
    """What was sent of these transactions, and of those of which a part was sent on a day or later.

    By the id of their transaction, in the order they were sent. Older ones are not looked at.
    """
    of_feed = feed_amounts.c.feed_id == feed_id
    recent = {row[0] for row in uow.rows(select(feed_amounts.c.transaction_id).where(of_feed, feed_amounts.c.day >= first_day))}
    asked, found = sorted(recent.union(ids)), defaultdict[str, list[FeedAmountRow]](list)
    for first in range(0, len(asked), _AT_ONCE):
        chosen = select(*FeedAmountRow.columns(feed_amounts)).where(
            of_feed, feed_amounts.c.transaction_id.in_(asked[first : first + _AT_ONCE])
        )
        for row in uow.all(FeedAmountRow, chosen.order_by(feed_amounts.c.transaction_id, feed_amounts.c.part)):
            found[row.transaction_id].append(row)
    return found


def insert_amount(uow: UnitOfWork, row: FeedAmountRow) -> None:
    uow.execute(insert(feed_amounts), row.values())


def stored_among(uow: UnitOfWork, user_ref: int, ids: Collection[str]) -> frozenset[str]:
    """Those of some ids under which the user has a transaction."""
    asked, found = sorted(ids), set[str]()
    for first in range(0, len(asked), _AT_ONCE):
        wanted = transactions.c.id.in_(asked[first : first + _AT_ONCE])
        found |= {row[0] for row in uow.rows(select(transactions.c.id).where(transactions.c.user_ref == user_ref, wanted))}
    return frozenset(found)
