"""Idempotency-Key: a creation that is sent twice under one key happens once, and both requests get the same answer.

The key and the answer are written in the unit of work of the creation, so that no crash can come between them. A second request
waits while the first one runs. A refused request stores no key: it created nothing, and the next one is judged afresh.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from typing import NamedTuple

from bowerbird import codes
from bowerbird.domain.services import Services, Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.problem import Problem
from bowerbird.storage.rows import idempotency as rows
from bowerbird.storage.vault.envelope import SealContext

HEADER = "Idempotency-Key"
KEY_PATTERN = "^[!-~]{1,255}$"
_KEY = re.compile(KEY_PATTERN.removesuffix("$") + r"\Z")
_DELETED_AT_ONCE = 20
"""Expired keys that every new one deletes: more than one, so that they cannot pile up."""


class StoredResponse(NamedTuple):
    """What was answered to a creation."""

    status: int
    body: bytes


class KeyedRequest:
    """A request under a key. Its body is added in parts, as it arrives: only a keyed hash of it is kept.

    `owner` is the token's user, empty for a server's token, so that keys of two users never meet. `subject` are the operation and the
    ids of its path.
    """

    def __init__(self, application_id: str, owner: str, key: str, *subject: str) -> None:
        if not _KEY.match(key):
            raise Problem(codes.IDEMPOTENCY_KEY_NOT_VALID, parameter=HEADER, pointer=f"header/{HEADER}")
        self.application_id = application_id
        self._key = (owner, key)
        self._whole = hashlib.sha256("\0".join(subject).encode())
        self._part = hashlib.sha256()

    def begin_part(self, name: str) -> None:
        """What is added from here on belongs to another part."""
        self._whole.update(self._part.digest())
        self._part = hashlib.sha256()
        self._whole.update(hashlib.sha256(name.encode()).digest())

    def add(self, data: bytes | bytearray) -> None:
        self._part.update(data)

    def key_id(self, services: Services) -> str:
        return services.vault.fingerprint("idempotency key", self.application_id, *self._key)

    def fingerprint(self, services: Services) -> str:
        whole = self._whole.copy()
        whole.update(self._part.digest())
        return services.vault.fingerprint("idempotent request", self.application_id, whole.hexdigest())


def _seal_context(application_id: str, user_id: str, key_id: str) -> SealContext:
    return SealContext(application_id, user_id, "idempotency_keys", key_id, "answer")


def create_once(session: Session, request: KeyedRequest, create: Callable[[Session], tuple[StoredResponse, str]]) -> StoredResponse:
    """The answer of `create`, or what it answered before. `create` also returns the id of the user whose data its answer is.

    Raises Problem when the key was used for another request.
    """
    now = to_milliseconds(session.services.clock.now())
    application_id, key_id, fingerprint = request.application_id, request.key_id(session.services), request.fingerprint(session.services)
    rows.delete_expired(session.uow, application_id, key_id, now, _DELETED_AT_ONCE)
    expires = now + session.services.limits.idempotency_key_seconds * 1000
    if rows.claim_key(session.uow, application_id, key_id, request=fingerprint, expires=expires):
        answer, user_id = create(session)
        sealed = session.services.vault.seal(session.uow, answer.body, _seal_context(application_id, user_id, key_id))
        rows.record_answer(session.uow, application_id, key_id, user_id=user_id, status=answer.status, answer=sealed)
        return answer
    row = rows.find_key(session.uow, application_id, key_id)
    if row is None or not hmac.compare_digest(row.request, fingerprint):
        raise Problem(codes.IDEMPOTENCY_KEY_USED, parameter=HEADER, pointer=f"header/{HEADER}")
    body = session.services.vault.open(session.uow, row.answer, _seal_context(application_id, row.user_id, key_id))
    return StoredResponse(row.status, body)
