"""Kills of the server at random moments: everything it has accepted is there, once."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable

from bowerbird.client import Bowerbird
from bowerbird.verify.life import balance_cents, connect, rows_of, statement, upload
from bowerbird.verify.report import expect
from bowerbird.verify.setup import SetUp

_WINDOW, _LONGEST_SECONDS = 60, 0.5  # not money: seconds


def check_crash_recovery(copy: SetUp, kills: int, killed: Callable[[], None]) -> str:
    """Connect a bank, upload a statement that overlaps the earlier ones, kill the server; `kills` times. Calls `killed` after each."""
    chance = random.Random(kills)  # noqa: S311  (moments, not secrets)
    server, users, ends = copy.server(), list[str](), list[int]()
    wanted: set[str] = set()
    with server, copy.client(server) as bank:
        calm, reader = (bank.create_user(email="verify@example.com").id for _ in range(2))
        bank.wait_for_job(connect(bank, calm))
        expected = rows_of(bank, calm)
    for number in range(kills):
        with server, copy.client(server) as bank:
            users.append(bank.create_user(email="verify@example.com").id)
            connect(bank, users[-1])
            first = number * _WINDOW // 2 + chance.randrange(_WINDOW // 4)
            upload(bank, reader, statement(first, first + _WINDOW))
            wanted |= {f"ROW {row}" for row in range(first, first + _WINDOW)}
            ends.append(first + _WINDOW)
            time.sleep(chance.uniform(0, _LONGEST_SECONDS))
            server.kill()
        killed()
    with server, copy.client(server) as bank:
        jobs = [job.id for user in (*users, reader) for job in bank.list_jobs(user).data]
        expect(len(jobs) == 2 * kills, f"{2 * kills} jobs were promised, {len(jobs)} are there")
        for job in jobs:
            bank.wait_for_job(job)
        wrong = sum(rows_of(bank, user) != expected for user in users)
        expect(not wrong, f"{wrong} of {kills} users have not each of their bank's {expected.total()} transactions once")
        _check_statements(bank, reader, wanted, max(ends))
    return f"{kills} kills, {len(jobs)} jobs, {expected.total() * kills + len(wanted):,} transactions: 0 lost, 0 doubled"


def _check_statements(bank: Bowerbird, reader: str, wanted: set[str], last: int) -> None:
    read = Counter(description for _, _, description in rows_of(bank, reader).elements())
    expect(wanted <= set(read), f"{len(wanted - set(read))} rows of statements are lost")
    expect(read.total() == len(wanted), f"{read.total() - len(wanted)} rows of statements too many")
    (account,) = bank.list_accounts(reader).data
    balance = account.balance or ""
    expect(balance.replace(".", "") == str(balance_cents(last)), f"the balance is {balance}")
