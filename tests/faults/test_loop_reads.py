"""Reads on the event loop keep at most half of the connections of a process: the rest is for what writes."""

from __future__ import annotations

import asyncio
import random

from sqlalchemy import QueuePool, text

from bowerbird.storage.database.engine import Storage
from bowerbird.storage.database.pool_limits import PoolLimits
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, UnitOfWork
from tests.postgres import Database

CONNECTIONS = 8


def _read(uow: UnitOfWork) -> int:
    return int(uow.rows(text("SELECT 1"))[0][0])


def test_reads_that_come_while_others_end_open_no_connections_beside_them(database: Database) -> None:
    storage = Storage(database.url, PoolLimits(CONNECTIONS))
    pool = storage.writer_engine.pool
    assert isinstance(pool, QueuePool)
    chance = random.Random(1)

    async def bursts() -> int:
        highest = 0
        for _ in range(60):
            await asyncio.gather(*(storage.read(_read, tenant=EVERY_TENANT) for _ in range(CONNECTIONS)))
            highest = max(highest, pool.checkedout())
            await asyncio.sleep(chance.uniform(0.018, 0.024))  # about when a snapshot that stayed open is ended
        return highest

    highest = asyncio.run(bursts())
    storage.close()
    assert highest == CONNECTIONS // 2
