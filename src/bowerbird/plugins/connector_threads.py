"""Threads that code of others runs on. A process that ends does not wait for them: one that never returns would keep it for ever."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Semaphore, Thread
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class ConnectorThreads(Executor):
    """As concurrent.futures' ThreadPoolExecutor, whose threads the interpreter waits for when it ends."""

    def __init__(self, most: int, name: str) -> None:
        self._most, self._name = most, name
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._idle, self._lock = Semaphore(0), Lock()
        self._threads: list[Thread] = []
        self._is_shut = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()

        def call() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001  (the thread that waits for the answer gets it)
                future.set_exception(error)

        with self._lock:
            if self._is_shut:
                raise RuntimeError("the threads of this connector have been stopped")
            self._calls.put(call)
            if not self._idle.acquire(blocking=False) and len(self._threads) < self._most:
                self._threads.append(Thread(target=self._work, name=f"{self._name}_{len(self._threads)}", daemon=True))
                self._threads[-1].start()
        return future

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call()
            del call  # what it holds is not kept until the next one
            self._idle.release()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        with self._lock:
            self._is_shut = True
            if cancel_futures:
                with suppress(Empty):
                    while True:
                        self._calls.get_nowait()
            for _ in self._threads:
                self._calls.put(None)
        for thread in self._threads if wait else ():
            thread.join()
