"""Markup of figures, held in memory from one view to the next.

A part is found by everything it was made from: once any of that changes, it is not found any more. It is sealed under the key of the
person it is of, as all that is derived of their data: once the key is destroyed, it does not open.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.services import Session
from bowerbird.storage.vault.envelope import SealContext

_MAX_BYTES, _MAX_WATCHED = 8 * 1024 * 1024, 1_000


class HeldPart(NamedTuple):
    """Where a part of a page is held, and its markup, "" where it is not held."""

    place: SealContext
    markup: str


class HeldParts:
    """The parts that were asked for last, of at most so many bytes."""

    def __init__(self, most_bytes: int = _MAX_BYTES) -> None:
        self._most_bytes, self._bytes = most_bytes, 0
        self._sealed: OrderedDict[str, bytes] = OrderedDict()
        self._watched: OrderedDict[Tenant, None] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._sealed)

    def sealed(self, row: str) -> bytes:
        """What is held under the row of a place, b"" for nothing."""
        with self._lock:
            found = self._sealed.get(row, b"")
            if found:
                self._sealed.move_to_end(row)
            return found

    def clear(self) -> None:
        with self._lock:
            self._sealed.clear()
            self._bytes = 0

    def is_watched(self, session: Session) -> bool:
        """Whether a part of the session's user was asked for, as far back as this is remembered."""
        with self._lock:
            return session.tenant in self._watched

    def place(self, session: Session, *made_from: str) -> SealContext:
        """Where the part of the session's user is held that is made from what is given, which names the page too."""
        row = hashlib.sha256("\0".join((*session.tenant, *made_from)).encode()).hexdigest()
        return SealContext(*session.tenant, "held_parts", row, "markup")

    def find(self, session: Session, *made_from: str) -> HeldPart:
        """The part of the session's user that is made from what is given, for who opens its page."""
        place = self.place(session, *made_from)
        sealed = self.sealed(place.row)
        with self._lock:
            self._watched[session.tenant] = None
            self._watched.move_to_end(session.tenant)
            if len(self._watched) > _MAX_WATCHED:
                self._watched.popitem(last=False)
        if not sealed:
            return HeldPart(place, "")
        return HeldPart(place, zlib.decompress(session.services.vault.open(session.uow, sealed, place)).decode())

    def hold(self, session: Session, place: SealContext, markup: str) -> None:
        """Hold a part from now on."""
        sealed = session.services.vault.seal(session.uow, zlib.compress(markup.encode(), 1), place)
        with self._lock:
            self._bytes += len(sealed) - len(self._sealed.pop(place.row, b""))
            self._sealed[place.row] = sealed
            while self._bytes > self._most_bytes:
                _, oldest = self._sealed.popitem(last=False)
                self._bytes -= len(oldest)
