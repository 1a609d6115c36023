"""The reading log: what was read of a person under which consent, by kind and day.

Reads are counted in memory and written down every few seconds: a process that is killed loses the counts since then, one that stops
loses none.
"""

from __future__ import annotations

import asyncio

from bowerbird.domain.consents.read_counter import ReadKey
from bowerbird.domain.services import EVERY_TENANT, Services, Session
from bowerbird.storage.rows import own_data as rows
from bowerbird.storage.rows.own_data import ReadCount
from bowerbird.storage.rows.own_data import ReadingRow as ReadingRow  # noqa: PLC0414  (pages read it)

WRITE_DOWN_SECONDS = 2
"""How long a read may wait to be written down."""
_AT_ONCE = 500
_PAUSE_S = 0.01  # not money: seconds


async def write_down(services: Services) -> None:
    """Write down what is counted. Raises StorageUnavailable: then it stays counted."""
    while not services.reads.writing.acquire(blocking=False):  # noqa: ASYNC110  (threads hold it too)
        await asyncio.sleep(_PAUSE_S)
    waiting = dict(services.reads.take())
    try:
        for portion in _portions(waiting):
            await services.write(_add, portion, tenant=EVERY_TENANT)
            _leave_out(waiting, portion)
    finally:
        services.reads.put_back(waiting)
        services.reads.writing.release()


def write_down_now(services: Services) -> None:
    """The same from a worker thread: what was counted before is in the database afterwards, also where another thread was writing it."""
    with services.reads.writing:
        waiting = dict(services.reads.take())
        try:
            for portion in _portions(waiting):
                services.write_from_thread(_add, portion, tenant=EVERY_TENANT)
                _leave_out(waiting, portion)
        finally:
            services.reads.put_back(waiting)


def _portions(waiting: dict[ReadKey, int]) -> list[list[ReadCount]]:
    counts = [ReadCount(*key, count) for key, count in waiting.items()]
    return [counts[first : first + _AT_ONCE] for first in range(0, len(counts), _AT_ONCE)]


def _leave_out(waiting: dict[ReadKey, int], portion: list[ReadCount]) -> None:
    for count in portion:
        del waiting[ReadKey(*count[:-1])]


def _add(session: Session, counts: list[ReadCount]) -> None:
    rows.add_reads(session.uow, counts)


def list_reads(session: Session, most: int) -> list[ReadingRow]:
    """What was read of the session's user, the newest days first, at most so many rows."""
    return rows.list_reads(session.uow, *session.tenant, most)
