"""Everything that makes jobs, sent at random until the server dies: what it promised, and what must be true of it afterwards.

Logins, refreshes of pages that overlap, questions answered late or never, credentials changed while the bank is away, connections
deleted while they are being read, and statements that overlap.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from contextlib import suppress
from itertools import pairwise
from typing import Any

import httpx2
from sqlalchemy import select

from bowerbird import codes
from bowerbird.domain.jobs.advance import MAX_ATTEMPTS
from bowerbird.domain.services import Services
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.job import UNFINISHED, JobKind
from bowerbird.sdk.failures import Unavailable
from bowerbird.storage.database.tables import jobs
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.faults.long_account import ROWS, statement
from tests.faults.plugins.toll_bank import FIRST, GROWTH, MAX_JOBS, balance
from tests.serving import Application, is_settled, until

TOLL, ASKING, ON_PAPER = "AU00090", "AU00091", "AU00201"
ENVIRONMENT = {
    "BOWERBIRD_LEASE_SECONDS": "2",
    "BOWERBIRD_SILENCE_SECONDS": "2",
    "BOWERBIRD_MFA_EXPIRY_SECONDS": "6",
    "BOWERBIRD_SANDBOX_CONNECTION_LIMIT": "100000",
    "BOWERBIRD_TOKEN_REQUESTS_PER_5_MINUTES": "100000",
}
_ENDINGS = {codes.INVALID_CONNECTION.code, codes.MFA_EXPIRED.code, Unavailable.entry.code}
"""How a job may fail here: its connection was deleted, its question was never answered, or its bank was away during a refresh."""


class Traffic(threading.Thread):
    """One client. `promised` holds the ids of all jobs that an answer named, `refused` what else was answered."""

    def __init__(self, url: str, key: str, users: list[str], seed: str) -> None:
        super().__init__(daemon=True)
        self.app, self.users, self.seed, self.random = Application(url, key), users, seed, random.Random(seed)
        self.promised: list[str] = []
        self.refused: Counter[str] = Counter()
        self.enough = threading.Event()
        self._asked: list[str] = []
        self._number = 0

    def run(self) -> None:
        actions = (self._connect, self._refresh, self._upload, self._ask, self._answer, self._change, self._remove)
        with suppress(httpx2.TransportError, AssertionError):
            while not self.enough.is_set():
                self.random.choices(actions, (20, 15, 30, 12, 12, 8, 3))[0](self.random.choice(self.users))
        self.app.close()

    def _note(self, answer: httpx2.Response) -> str:
        """A client that received a job may rely on it."""
        if answer.status_code in (200, 202):
            job: str = answer.json()["id"]
            self.promised.append(job)
            return job
        self.refused[f"{answer.status_code} {answer.json()['data'][0]['code']}"] += 1
        return ""

    def _login(self, user: str, kind: str, institution: str) -> str:
        self._number += 1
        body = {"loginId": f"{kind}-{self.seed}-{self._number}", "password": "ok", "institution": {"id": institution}}
        return self._note(self.app.post(f"/users/{user}/connections", json=body))

    def _connect(self, user: str) -> None:
        self._login(user, "away" if self.random.random() < 0.3 else "plain", TOLL)

    def _ask(self, user: str) -> None:
        if job := self._login(user, "asked", ASKING):
            self._asked.append(job)

    def _answer(self, user: str) -> None:
        if self._asked:
            self.app.post(f"/jobs/{self._asked.pop()}/mfa", json={"mfa-response": ["1234"]})

    def _web(self, user: str) -> str:
        """Some connection of a bank, in any status."""
        listed = self.app.get(f"/users/{user}/connections").json()["data"]
        found = [item["id"] for item in listed if item["method"] == "web"]
        return self.random.choice(found) if found else ""

    def _refresh(self, user: str) -> None:
        if connection := self._web(user):
            self._note(self.app.post(f"/users/{user}/connections/{connection}/refresh"))

    def _change(self, user: str) -> None:
        """New credentials; where the bank is away, the job waits two hours for it."""
        if connection := self._web(user):
            self._note(self.app.post(f"/users/{user}/connections/{connection}", json={"password": "wait"}))

    def _remove(self, user: str) -> None:
        if connection := self._web(user):
            self.app.delete(f"/users/{user}/connections/{connection}")

    def _upload(self, user: str) -> None:
        first = self.random.randrange(0, ROWS - 200)
        self._note(self.app.upload(user, statement(first, first + 200)))


def check_jobs(services: Services, app: Application, promised: list[str]) -> Counter[str]:
    """Every promised job is there and ends in a documented way; one whose bank is away waits, and ends when its connection goes."""
    until(lambda: not unfinished(services, due_within_ms=60_000), "every job to end or to wait for its bank", 120)
    waiting = unfinished(services)
    for job in waiting:
        assert job.kind == JobKind.UPDATE, "only new credentials wait for a bank that is away"
        assert app.delete(f"/users/{job.user_id}/connections/{job.connection_id}").status_code == 204
    assert not unfinished(services)
    endings: Counter[str] = Counter(waited=len(waiting))
    for job_id in dict.fromkeys(promised):
        answer = app.get(f"/jobs/{job_id}")
        assert answer.status_code == 200, f"a promised job is gone: {job_id}"
        failed = [step["result"]["code"] for step in answer.json()["steps"] if step["status"] == "failed"]
        assert is_settled(answer.json()), answer.json()
        assert set(failed) <= _ENDINGS or stopped_servers(services, job_id), answer.json()
        endings[failed[0] if failed else "success"] += 1
    return endings


def stopped_servers(services: Services, job_id: str) -> bool:
    """Whether a job's file was being read each time a server was killed, and so often that it counts as what ended them.

    The job itself says so: its attempts count from zero again once it has ended.
    """
    row = services.storage.read_now(lambda uow: uow.row(select(jobs).where(jobs.c.id == job_id)), tenant=EVERY_TENANT)
    return (
        row is not None
        and row.kind == JobKind.STATEMENT
        and (row.failure_reason or "").startswith(f"The server stopped {MAX_ATTEMPTS} times")
    )


def unfinished(services: Services, due_within_ms: int = 10**12) -> list[Any]:
    """Jobs that are neither finished nor due only later."""
    until_then = to_milliseconds(services.clock.now()) + due_within_ms
    wanted = select(jobs).where(jobs.c.state.in_([state.value for state in UNFINISHED]), jobs.c.due_at_ms < until_then)
    return list(services.storage.read_now(lambda uow: uow.rows(wanted), tenant=EVERY_TENANT))


def check_rows(app: Application, user: str) -> int:
    """No row lost, none twice, every balance the one before plus the amount, none of an account that is gone; how many there are."""
    listed = app.transactions(user)
    accounts = app.get(f"/users/{user}/accounts").json()["data"]
    assert len({row["id"] for row in listed}) == len(listed)
    assert app.get(f"/users/{user}/transactions?limit=1").json()["size"] == len(listed)
    assert {row["account"] for row in listed} <= {account["id"] for account in accounts}
    for account in accounts:
        rows = [row for row in reversed(listed) if row["account"] == account["id"] and row["status"] == "posted"]
        texts = [row["description"] for row in rows]
        assert len(set(texts)) == len(texts), "a row was imported twice"
        if account["institution"] == ON_PAPER:
            assert all(row["description"] == f"ROW {cents(row['balance']) // 100 - 1}" for row in rows)
            continue
        for before, after in pairwise(rows):
            assert cents(before["balance"]) + cents(after["amount"]) == cents(after["balance"]), (account["id"], before, after)
        if rows:
            assert sorted(int(text.split()[1]) for text in texts) == list(range(len(texts))), "a row is missing"
            assert (len(rows) - FIRST) % GROWTH == 0, "half an import was kept"
            assert balance(len(rows)) == cents(rows[-1]["balance"])
            if account["links"]["connection"] is not None:
                assert cents(account["balance"]) == balance(len(rows))
            else:  # it may have been deleted after a refresh stored the account and before its transactions were read
                assert cents(account["balance"]) in {balance(FIRST + GROWTH * refreshes) for refreshes in range(MAX_JOBS + 1)}
    return len(listed)


def cents(text: str) -> int:
    return int(text.replace(".", ""))
