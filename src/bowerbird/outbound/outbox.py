"""Messages to people that no page waits for: one thread sends them, in the order in which they came."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock

from bowerbird.logs import log

MOST = 1000
"""Messages that wait while their server does not answer; each further one is refused."""
MAX_AGE_S = 900
"""For which a message waits at most: one whose server was away for longer is dropped."""


class Outbox:
    """Of one process, in memory: what waits when it ends is not sent. Times by `now_s`.

    `dropped` counts the messages that were refused or too old since the start, for operators to see.
    """

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:  # not money: seconds
        self.dropped = 0
        self._now_s = now_s
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="messages")
        self._since_s = deque[float]()  # not money: when each that waits or is sent now was handed over
        self._lock = Lock()

    def submit(self, send: Callable[[], None]) -> bool:
        """Have a message sent; False where too many wait: then it never is."""
        with self._lock:
            if len(self._since_s) >= MOST:
                self.dropped += 1
                return False
            since_s = self._now_s()
            self._since_s.append(since_s)
        self._thread.submit(partial(self._run, send, since_s))
        return True

    def _run(self, send: Callable[[], None], since_s: float) -> None:  # not money: seconds
        try:
            if self._now_s() - since_s <= MAX_AGE_S:
                send()
            else:
                self.dropped += 1
                log.error("message_dropped", why=f"it waited for its server for more than {MAX_AGE_S} seconds")
        finally:
            with self._lock:
                self._since_s.popleft()

    @property
    def waiting(self) -> int:
        """Messages that wait or are sent now."""
        return len(self._since_s)

    def oldest_s(self) -> float:  # not money: seconds
        """For how long the first message has waited; 0 without one."""
        with self._lock:
            return self._now_s() - self._since_s[0] if self._since_s else 0

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
