"""Feeds of users: who may read one, and when it was read. Of secrets only hashes are stored."""

from __future__ import annotations

from sqlalchemy import delete, func, insert, select, update

from bowerbird.model.reading import PendingRows
from bowerbird.storage.database.schema import unindexed
from bowerbird.storage.database.tables import feeds
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
    return uow.execute(delete(feeds).where(*own)).rowcount == 1


def delete_feeds(uow: UnitOfWork, application_id: str, user_id: str) -> None:
    uow.execute(delete(feeds).where(unindexed(feeds.c.application_id) == application_id, feeds.c.user_id == user_id))
