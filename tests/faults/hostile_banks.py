"""Weeks at a bank that misbehaves: after every refresh, what is stored is compared with what is true.

True is what the bank would show if it did nothing wrong in transit: each row goes with the movement that it is, so that the test
can name those that were lost, doubled, or given another id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import select

from bowerbird.connectors.sandbox import CONNECTOR
from bowerbird.connectors.sandbox.hostile import shown
from bowerbird.domain.access import applications
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections import connections
from bowerbird.domain.jobs.advance import advance
from bowerbird.domain.jobs.jobs import get_job
from bowerbird.domain.ledger.documents import fields_of
from bowerbird.domain.services import Services, Session
from bowerbird.domain.users import users
from bowerbird.model.account import BankAccount
from bowerbird.model.clock import ManualClock
from bowerbird.model.connection import Login
from bowerbird.model.days import day_number
from bowerbird.model.transaction import BankTransaction
from bowerbird.sandbox import banks
from bowerbird.sdk.connector import ConnectorContext, ConnectorScenario
from bowerbird.settings import Settings
from bowerbird.storage.database.tables import PENDING_DAY, accounts, jobs, transactions
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.accounts import user_ref
from bowerbird.wiring.services import open_services
from tests.serving import NOON

BANK, PERSON, PASSWORD = "AU00001", "jared", "django"
SLOW, ALIKE = "thirty-second-answers", "changed-without-ids"

Content = tuple[int, int, str, str | None]
"""Post day, amount, description, balance."""


@dataclass
class Outcome:
    """What became of some weeks. `refused` counts the refreshes that failed, by code."""

    refreshes: int = 0
    movements: int = 0
    lost: int = 0
    doubled: int = 0
    changed_ids: int = 0
    wrong: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    def add(self, other: Outcome) -> None:
        for name in ("refreshes", "movements", "lost", "doubled", "changed_ids", "wrong"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.refused += other.refused

    @property
    def broken(self) -> tuple[int, int, int, int]:
        return self.lost, self.doubled, self.changed_ids, self.wrong


def open_hostile_services(folder: Path) -> tuple[Services, ManualClock]:
    clock = ManualClock(NOON)
    return open_services(Settings(data=folder, step_seconds=1, refreshes_per_connection_per_day=1000), clock), clock


class Moment(NamedTuple):
    """What was true of an account at a moment, by movement, and the ids of what was stored, by what it says."""

    truth: dict[str, Content]
    ids: dict[Content, set[str]]


class Alike:
    """Movements that agreed in day, amount and text in one listing: without ids, no later listing can distinguish them."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}

    def first_of(self, name: str) -> str:
        while (other := self._first.get(name, name)) != name:
            name = other
        return name

    def see(self, listing: dict[str, Content]) -> None:
        seen: dict[tuple[object, ...], str] = {}
        for name, content in listing.items():
            other = self.first_of(seen.setdefault(content[:3], name))
            if other != self.first_of(name):
                self._first[self.first_of(name)] = other


class Weeks:
    """One person at one bank that makes one trouble."""

    def __init__(self, services: Services, clock: ManualClock, scenario: str, seed: int) -> None:
        self.services, self.clock, self.scenario, self.seed = services, clock, scenario, seed
        self.dice = Random(f"{scenario}|{seed}")
        self.outcome = Outcome()
        self.then: dict[str, Moment] = {}
        self.alike: dict[str, Alike] = {}
        self.ever: dict[str, dict[str, Content]] = {}
        self.stored: dict[str, list[tuple[str, Content]]] = {}
        self.jobs = 0
        self.tenant, self.connection = self._settle_in()

    def _settle_in(self) -> tuple[Tenant, str]:
        def write(session: Session) -> tuple[Tenant, str]:
            key = applications.create_application(session, "Test", production=False, products="all")
            user_id, _ = users.create_user(session.in_application(key.application_id), users.UserDetails(email="jared@hooli.com"))
            tenant = Tenant(key.application_id, user_id)
            banks.create_bank(session, BANK, self.scenario, self.seed)
            job = connections.create_connection(session.of(tenant), Login(BANK, PERSON, PASSWORD), production=False)
            return tenant, job

        tenant, job = self.services.write_now(write, tenant=EVERY_TENANT)
        advance(self.services, "test", job)
        connection = self.services.storage.read_now(
            lambda uow: uow.row(select(jobs.c.connection_id).where(jobs.c.id == job)), tenant=EVERY_TENANT
        )
        assert connection is not None
        self.connection = connection[0]
        self.tenant = tenant
        self._compare(job, 0)
        return tenant, connection[0]

    def run(self, refreshes: int) -> Outcome:
        for _ in range(refreshes):
            self.clock.advance(timedelta(hours=self.dice.choice((3, 9, 20, 26, 50, 90))))
            job, _ = self.services.write_now(
                lambda session: connections.refresh_connection(session.of(self.tenant), self.connection), tenant=EVERY_TENANT
            )
            advance(self.services, "test", job)
            self._compare(job, self._calls())
        return self.outcome

    def _calls(self) -> int:
        since = round((self.clock.now() - timedelta(days=1)).timestamp() * 1000)
        chosen = select(jobs.c.id).where(jobs.c.connection_id == self.connection, jobs.c.kind == "refresh", jobs.c.created_at_ms >= since)
        return len(self.services.storage.read_now(lambda uow: uow.rows(chosen), tenant=EVERY_TENANT))

    def _compare(self, job_id: str, calls: int) -> None:
        context = ConnectorContext(
            self.clock.now(), self.services.sandbox_seed, self.jobs, ConnectorScenario(self.scenario, self.seed, calls)
        )
        self.jobs += 1
        self.outcome.refreshes += 1
        refusal = self._refusal(job_id)
        before, self.stored = self.stored, self._read()
        if refusal:
            self.outcome.refused[refusal] += 1
            self.outcome.wrong += before != self.stored
            return
        self.outcome.movements = 0
        for account in CONNECTOR.accounts(f"{BANK}/{PERSON}", ConnectorContext(context.now, context.seed, 0))[1]:
            if not account.unavailable:
                self._compare_account(account, context)

    def _compare_account(self, account: BankAccount, context: ConnectorContext) -> None:
        truth = list(CONNECTOR.transactions(f"{BANK}/{PERSON}", account, None, ConnectorContext(context.now, context.seed, 0)))
        now = {name: _content(row) for name, row in shown(truth, context, context.now.date())}
        if self.scenario == "pending-lingers":  # the posted row stands for both
            now |= {name: _content(row) for name, row in shown(truth, context, context.now.date()) if row.posted is not None}
        ever = self.ever.setdefault(account.number, {})
        first = min((content[0] for content in now.values()), default=PENDING_DAY)
        old = {name: content for name, content in ever.items() if content[0] != PENDING_DAY and content[0] <= first}
        expected = {**old, **now}
        ever.update({name: content for name, content in expected.items() if content[0] != PENDING_DAY})
        here = self.stored.get(account.number, [])
        want, have = Counter(expected.values()), Counter(content for _, content in here)
        self.outcome.movements += len(expected)
        self.outcome.lost += (want - have).total()
        self.outcome.doubled += (have - want).total()
        balance = self.services.storage.read_now(
            lambda uow: uow.row(select(accounts.c.balance).where(_of(account, self.tenant))), tenant=EVERY_TENANT
        )
        self.outcome.wrong += balance is None or balance[0] != account.balance
        ids: dict[Content, set[str]] = {}
        for id, content in here:
            ids.setdefault(content, set()).add(id)
        moment = Moment(expected, ids)
        alike = self.alike.setdefault(account.number, Alike()) if self.scenario == ALIKE else None
        if alike is not None:
            alike.see(now)
        if account.number in self.then:
            self.outcome.changed_ids += changed_ids(self.then[account.number], moment, alike)
        self.then[account.number] = moment

    def _refusal(self, job_id: str) -> str:
        found = self.services.read_now(
            lambda session: get_job(session.in_application(self.tenant.application_id), job_id), tenant=EVERY_TENANT
        )
        failed = [step for step in found.steps if step.status == "failed"]
        assert failed or all(step.status == "success" for step in found.steps), found
        return (failed[0].result and failed[0].result.code) or "" if failed else ""

    def _read(self) -> dict[str, list[tuple[str, Content]]]:
        chosen = (
            select(accounts.c.number, transactions.c.id, transactions.c.post_day, transactions.c.amount, transactions.c.document)
            .join(accounts, accounts.c.ref == transactions.c.account_ref)
            .where(transactions.c.user_ref == user_ref(*self.tenant))
            .order_by(transactions.c.post_day, transactions.c.id)
        )
        found: dict[str, list[tuple[str, Content]]] = {}
        for row in self.services.storage.read_now(lambda uow: uow.rows(chosen), tenant=EVERY_TENANT):
            document = fields_of(row.document)
            found.setdefault(row.number, []).append((row.id, (row.post_day, row.amount, document.description, document.balance or None)))
        return found


def _of(account: BankAccount, tenant: Tenant) -> Any:
    return (accounts.c.user_ref == user_ref(*tenant)) & (accounts.c.number == account.number)


def _content(row: BankTransaction) -> Content:
    balance = None if row.balance is None else f"{'-' if row.balance < 0 else ''}{abs(row.balance) // 100}.{abs(row.balance) % 100:02d}"
    return (PENDING_DAY if row.posted is None else day_number(row.posted), row.amount, row.description, balance)


def changed_ids(then: Moment, now: Moment, alike: Alike | None) -> int:
    """How many movements have another id than before.

    Movements that looked the same then and look the same now are counted together, since nothing tells them apart; with `alike`,
    those that looked the same at any moment.
    """
    groups: dict[object, list[str]] = {}
    for name in then.truth.keys() & now.truth.keys():
        groups.setdefault(alike.first_of(name) if alike else (then.truth[name], now.truth[name]), []).append(name)
    changed = 0
    for names in groups.values():
        before, after = ({id for name in names for id in each.ids.get(each.truth[name], ())} for each in (then, now))
        changed += max(0, len(names) - len(before & after))
    return changed


def table(outcomes: Iterable[tuple[str, str, Outcome]]) -> list[str]:
    """Rows of the page in docs/reference."""
    lines = []
    for name, what, each in outcomes:
        refused = ", ".join(f"{count} × `{code}`" for code, count in sorted(each.refused.items())) or "none"
        counts = (each.refreshes, each.movements, each.lost, each.doubled, each.changed_ids, each.wrong)
        lines.append(f"| `{name}` | {what} | {' | '.join(map(str, counts))} | {refused} |")
    return lines


__all__ = ["Outcome", "Weeks", "changed_ids", "date", "open_hostile_services", "table"]
