"""Feeds: what lets a person's own program read their accounts, made by the person or an operator, claimed once, revoked by either.

A feed belongs to one user and ends with their consent. Its setup token and its password carry 256 random bits, and only their hashes are
stored; both name the application, so that no request has to be looked up across tenants.
"""

from __future__ import annotations

import base64
from typing import NamedTuple

from bowerbird import codes
from bowerbird.domain.consents.gate import require_consent
from bowerbird.domain.services import Session
from bowerbird.domain.users.users import hold_user
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.days import DAY_MS
from bowerbird.model.ids import is_id, new_id
from bowerbird.model.problem import Problem
from bowerbird.model.reading import PendingRows
from bowerbird.model.secrets import hash_of, is_same, new_secret
from bowerbird.storage.rows.applications import access_facts
from bowerbird.storage.rows.feeds import feeds as rows
from bowerbird.storage.rows.feeds.feeds import FeedRow as FeedRow  # noqa: PLC0414  (api, web and cli read it)

SIMPLEFIN_ROOT = "/simplefin"
"""The path under which feeds are served."""
MAX_FEEDS = 20
"""Feeds of one user."""
CLAIM_DAYS = 7
"""How long a setup token can be claimed."""
_LONGEST_NAME = 60
_USE_NOTED_MS = 60_000
"""A use is written down when the one before it is older."""


class TooManyFeeds(Exception):
    """The user has as many feeds as there may be."""


class FeedKey(NamedTuple):
    """What a program presents: the application, the feed, and the secret of its setup token or its password."""

    application_id: str
    feed_id: str
    secret: str

    @property
    def code(self) -> str:
        """As a setup token carries it."""
        return ".".join(self)

    @property
    def username(self) -> str:
        """The name of the access URL, whose password is the secret."""
        return f"{self.application_id}.{self.feed_id}"


def read_key(code: str) -> FeedKey | None:
    """The key that a text names; None for a text that is none."""
    application_id, _, rest = code.partition(".")
    feed_id, _, secret = rest.partition(".")
    return FeedKey(application_id, feed_id, secret) if is_id(application_id) and is_id(feed_id) and secret.isascii() else None


def setup_token(base_url: str, key: FeedKey) -> str:
    """What a person pastes into their program: the address of the claim in base64. `base_url` has no slash at its end."""
    return base64.b64encode(f"{base_url}{SIMPLEFIN_ROOT}/claim/{key.code}".encode()).decode()


def create_feed(session: Session, name: str, pending: PendingRows) -> FeedKey:
    """A feed of the session's user, with the secret of its setup token. Raises TooManyFeeds, and Problem where the consent has ended."""
    hold_user(session)
    require_consent(session)
    if rows.count_feeds(session.uow, *session.tenant) >= MAX_FEEDS:
        raise TooManyFeeds
    key, now_ms = FeedKey(session.application_id, new_id(), new_secret()), to_milliseconds(session.services.clock.now())
    name = " ".join(name.split())[:_LONGEST_NAME] or "Budgeting app"
    expires_at_ms = now_ms + CLAIM_DAYS * DAY_MS
    rows.insert_feed(session.uow, FeedRow(key.feed_id, *session.tenant, name, pending, hash_of(key.secret), now_ms, expires_at_ms))
    return key


def list_feeds(session: Session) -> list[FeedRow]:
    """The feeds of the session's user, the oldest first."""
    return rows.feeds_of_user(session.uow, *session.tenant)


def delete_feed(session: Session, feed_id: str) -> bool:
    """Revoke a feed of the session's user: it answers nothing more. False where there is no such feed."""
    return is_id(feed_id) and rows.delete_feed(session.uow, *session.tenant, feed_id)


def claim_feed(session: Session, key: FeedKey) -> FeedKey | None:
    """What the access URL carries, for the first who presents a setup token; None for any other, which is written down.

    The session is of the application that the key names.
    """
    row = rows.find_feed(session.uow, session.application_id, key.feed_id)
    now_ms = to_milliseconds(session.services.clock.now())
    if row is None or not is_same(hash_of(key.secret), row.claim_hash) or (row.claimed_at_ms is None and row.expires_at_ms <= now_ms):
        return None
    password = new_secret()
    if rows.claim_feed(session.uow, row.id, hash_of(password), now_ms):
        return key._replace(secret=password)
    rows.record_second_claim(session.uow, row.id, now_ms)
    return None


def open_feed(session: Session, key: FeedKey) -> FeedRow:
    """The feed that a key may read. Raises Problem: unknown, revoked, not claimed, of a disabled application, or without a consent.

    The session is of the application that the key names.
    """
    row = find_claimed(session, key)
    if row is None:
        raise Problem(codes.SIMPLEFIN_NO_ACCESS)
    access = access_facts(session.uow, row.application_id, row.user_id)
    if access is None or access.disabled:
        raise Problem(codes.SIMPLEFIN_NO_ACCESS)
    return row


def find_claimed(session: Session, key: FeedKey) -> FeedRow | None:
    """The feed whose name and password a key is, None for another. The session is of the application that the key names."""
    row = rows.find_feed(session.uow, session.application_id, key.feed_id)
    known = row is not None and row.secret_hash is not None and is_same(hash_of(key.secret), row.secret_hash)
    return row if known else None


def is_use_old(row: FeedRow, now_ms: int) -> bool:
    """Whether a use of now is written down."""
    return row.last_used_at_ms is None or row.last_used_at_ms <= now_ms - _USE_NOTED_MS


def record_use(session: Session, feed_id: str, now_ms: int) -> None:
    """Write down that a feed was read."""
    rows.record_use(session.uow, feed_id, now_ms)
