"""Messages to people that no page waits for: one thread sends them, in the order in which they came."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock

MOST = 1000
"""Messages that wait while their server does not answer; each further one is refused."""


class Outbox:
    """Of one process, in memory: what waits when it ends is not sent. Times by `time.monotonic`."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="messages")
        self._since_s = deque[float]()  # not money: when each that waits or is sent now was handed over
        self._lock = Lock()

    def submit(self, send: Callable[[], None]) -> bool:
        """Have a message sent; False where too many wait: then it never is."""
        with self._lock:
            if len(self._since_s) >= MOST:
                return False
            self._since_s.append(time.monotonic())
        self._thread.submit(partial(self._run, send))
        return True

    def _run(self, send: Callable[[], None]) -> None:
        try:
            send()
        finally:
            with self._lock:
                self._since_s.popleft()

    def oldest_s(self) -> float:  # not money: seconds
        """For how long the first message has waited; 0 without one."""
        with self._lock:
            return time.monotonic() - self._since_s[0] if self._since_s else 0

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
