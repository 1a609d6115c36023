"""Pages of transactions that were joined before, kept as long as nothing about their user has changed.

The key holds the user's data version, which every request reads from the database anyway, so that a page can never be older than
the data, whichever process changed it. Bounded by bytes; the page unused for longest goes first.
"""

from __future__ import annotations

from collections import OrderedDict

MAX_BYTES = 12 * 1024 * 1024

Key = tuple[str, int, str | None, str | None, str | None]


class Pages:
    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._kept: OrderedDict[Key, bytes] = OrderedDict()
        self._bytes = 0
        self._max_bytes = max_bytes

    def get(self, key: Key) -> bytes | None:
        page = self._kept.get(key)
        if page is not None:
            self._kept.move_to_end(key)
        return page

    def put(self, key: Key, page: bytes) -> None:
        if len(page) > self._max_bytes // 4 or key in self._kept:
            return
        self._kept[key] = page
        self._bytes += len(page)
        while self._bytes > self._max_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= len(dropped)
