"""The people the benches read about: a world of ours on a folder, filled through the same import that connections use."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bowerbird.background.enricher import enrich_some
from bowerbird.domain.access import applications, tokens
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.access.tokens import Scope
from bowerbird.domain.connections.connections import new_connection
from bowerbird.domain.jobs import jobs
from bowerbird.domain.ledger.account_import import import_account
from bowerbird.domain.ledger.ingest import Source, import_transactions
from bowerbird.domain.services import Services, Session
from bowerbird.domain.users import users
from bowerbird.domain.users.users import UserDetails
from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.connection import Method
from bowerbird.model.ids import new_id
from bowerbird.model.job import JobKind, JobState, JobStepResult, StepStatus
from bowerbird.model.transaction import BankTransaction, TransactionClass
from bowerbird.settings import PREFIX, Settings
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.storage.rows.connections import insert_connection
from bowerbird.storage.rows.jobs import claims
from bowerbird.wiring.services import open_services

_MASTER_KEY = "5e" * 32
PUBLIC_URL = "https://api.example.test"
INSTITUTION = "AU00201"
TODAY = date(2026, 3, 18)
NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
_SHOPS = (
    "WOOLWORTHS 1624 STRATHFIELD",
    "COLES EXPRESS 6812",
    "BP CONNECT BONDI",
    "CAFÉ SYDNEY PTY LTD",
    "OPAL TRAVEL SYDNEY",
    "NETFLIX.COM",
)
_CLASSES = (AccountClass.TRANSACTION, AccountClass.SAVINGS, AccountClass.CREDIT_CARD)


@dataclass(frozen=True)
class Person:
    """A user of the filled database, with the ids a benchmark asks for."""

    tenant: Tenant
    account_ids: list[str]
    job_id: str


@dataclass(frozen=True)
class Town:
    """A filled data folder: how to ask the server that is started on it."""

    folder: Path
    token: str
    people: list[Person]
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def command(self) -> list[str]:
        return ["-m", "bowerbird", "serve", "--port", "{port}", "--data", str(self.folder), "--public-url", PUBLIC_URL]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


PLAIN = ",".join(sorted(applications.PRODUCTS.keys() - {"enrich"}))
"""Products of an application whose transactions are not enriched: what the baselines are compared with."""


def settle_town(
    folder: Path, people: int, rows_each: int, database_url: str = "", *, production: bool = True, products: str = PLAIN
) -> Town:
    """A database of so many users with so many transactions each, spread over three accounts."""
    shared: dict[str, Any] = {"database_url": database_url, "master_key": _MASTER_KEY} if database_url else {}
    services = open_services(replace(Settings(data=folder), **shared))
    try:
        token, application_id = new_application(services, production=production, products=products)
        make = [partial(new_person, services, application_id, seed, rows_each) for seed in range(people)]
        found = [services.write_now(each, tenant=EVERY_TENANT) for each in make]
        return Town(folder, token, found, {PREFIX + name.upper(): value for name, value in shared.items()})
    finally:
        services.storage.close()
        services.guard.pool.shutdown()


def enrich_all(town: Town) -> None:
    """Enrich every transaction of a town, on SQLite."""
    services = open_services(Settings(data=town.folder))
    while enrich_some(services) is not None:
        pass
    services.close()


def new_application(services: Services, *, production: bool = True, products: str = PLAIN) -> tuple[str, str]:
    """(bearer token, application id), good for a day. In a sandbox it may upload test statements, as its made-up people do."""

    def make(session: Session) -> tuple[str, str]:
        key = applications.create_application(
            session, "Bench", production=production, products=products, test_statements_allowed=not production
        )
        token, _ = tokens.create_token(session, key.secret, "3.0", Scope.SERVER_ACCESS, None)
        return token, key.application_id

    return services.write_now(make, tenant=EVERY_TENANT)


def new_person(services: Services, application_id: str, seed: int, count: int, session: Session) -> Person:
    given = UserDetails(email=f"person{seed}@example.com", mobile="+61410888666", first_name="Gavin", last_name="Belson")
    user_id, _ = users.create_user(session.in_application(application_id), given)
    tenant = Tenant(application_id, user_id)
    connection_id = connect(services, session.uow, tenant)
    source = Source(connection_id, INSTITUTION, to_milliseconds(NOON), new_id())
    account_ids = []
    for nth, account_class in enumerate(_CLASSES):
        account = bank_account(seed, nth, account_class)
        account_ids.append(import_account(session.of(tenant), source, account))
        listing = statement(random.Random(f"{seed} {nth}"), count // len(_CLASSES) + (nth < count % len(_CLASSES)))
        import_transactions(session.of(tenant), source, account_ids[-1], account, listing, complete=True)
    return Person(tenant, account_ids, finished_job(session.of(tenant), connection_id))


def finished_job(session: Session, connection_id: str) -> str:
    """A job as it is left behind by a connection that worked."""
    job_id = jobs.create_job(session, connection_id, INSTITUTION, JobKind.CONNECT)
    for position, step in enumerate(claims.steps_of_claimed_job(session.uow, job_id)):
        path = f"/users/{session.tenant.user_id}/{step.title}"
        claims.set_step(session.uow, job_id, position, StepStatus.SUCCESS, JobStepResult(type="link", url=path))
    claims.settle(session.uow, job_id, to_milliseconds(session.services.clock.now()), state=JobState.SUCCEEDED)
    return job_id


def connect(services: Services, uow: UnitOfWork, tenant: Tenant) -> str:
    """A connection's id."""
    institution = services.institutions.find(INSTITUTION)
    assert institution is not None
    row = new_connection(services, tenant, institution, Method.CSV)
    insert_connection(uow, row)
    return row.id


def bank_account(seed: int, nth: int, account_class: AccountClass) -> BankAccount:
    number = f"06200{nth}{seed:08d}"
    return BankAccount(number, "Everyday", "Gavin Belson", "AUD", account_class, "Everyday Smart", 123_456, 120_000, bsb=number[:6])


def statement(chance: random.Random, count: int) -> list[BankTransaction]:
    """Transactions as banks list them, oldest first, over two years, the last two of them pending."""
    balance, listing = 500_000, []
    for index in range(count):
        amount = -chance.randrange(100, 20_000) if chance.random() < 0.85 else chance.randrange(1_000, 300_000)
        balance += amount
        day = TODAY - timedelta(days=730 - 730 * index // count)
        pending = index >= count - 2
        listing.append(
            BankTransaction(
                amount=amount,
                description=f"{chance.choice(_SHOPS)} {chance.randrange(10**6):06d} AUS",
                posted=None if pending else day,
                made=day if pending or chance.random() < 0.3 else None,
                balance=None if pending else balance,
                kind=TransactionClass.PAYMENT if chance.random() < 0.2 else None,
                subclass=("411", "Supermarket and Grocery Stores") if chance.random() < 0.3 else None,
                reference=f"{chance.randrange(10**9):09d}" if chance.random() < 0.1 else "",
            )
        )
    return listing
