"""An attacker who can write to the database can move sealed values. Each opens where it was stored, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import LargeBinary, select, update

from bowerbird.domain.access import applications
from bowerbird.domain.access.idempotency import KeyedRequest, StoredResponse, create_once
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections import connections
from bowerbird.domain.connections.bank_access import end_secret, store_secret
from bowerbird.domain.connections.bank_messages import keep_messages
from bowerbird.domain.connections.feed_pages import KeptPage, keep_page
from bowerbird.domain.consents import auth_links, contacts, link_codes
from bowerbird.domain.jobs import jobs
from bowerbird.domain.jobs.work import Work
from bowerbird.domain.notifications.webhooks import WebhookChanges, create_webhook, rotate_secret
from bowerbird.domain.services import Services, Session
from bowerbird.domain.statements import statements
from bowerbird.domain.statements.parsed_statements import record_parsed_statement
from bowerbird.domain.statements.uploads import Upload, seal_upload
from bowerbird.domain.users import users
from bowerbird.domain.users.users import UserDetails
from bowerbird.model.account import Profile
from bowerbird.model.connection import Login
from bowerbird.model.ids import new_id
from bowerbird.model.job import NO_CHECKPOINT, Checkpoint
from bowerbird.model.statement import FileKind
from bowerbird.settings import Settings
from bowerbird.storage.database.tables import metadata, vault_keys
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.storage.files.stores import UploadName
from bowerbird.storage.rows.insights.corrections import CorrectionRow, put_correction
from bowerbird.storage.vault.envelope import SealContext, VaultError
from bowerbird.storage.vault.key_rows import Owner
from bowerbird.wiring.services import open_services
from tests.api.consent_matrix import NoSender
from tests.api.fixtures import CSV, NO_LISTENER, STATEMENT_BANK


class Columns(NamedTuple):
    """Of a table with a sealed column: what names the row, and the user whose key it is. None: the application's own."""

    row: str = "id"
    user: str | None = "user_id"


SEALED = {
    ("users", "details"): Columns(user="id"),
    ("connections", "login"): Columns(),
    ("connections", "profile"): Columns(),
    ("connections", "secret"): Columns(),
    ("connections", "messages"): Columns(),
    ("job_pages", "content"): Columns(),
    ("access_endings", "secret"): Columns(user=None),
    ("jobs", "checkpoint"): Columns(),
    ("uploads", "content"): Columns(row="job_id"),
    ("readings", "content"): Columns(row="job_id"),
    ("idempotency_keys", "answer"): Columns(),
    ("webhooks", "secret"): Columns(user=None),
    ("webhooks", "old_secret"): Columns(user=None),
    ("auth_links", "secret"): Columns(),
    ("auth_links", "mobile"): Columns(),
    ("auth_links", "code"): Columns(),
    ("corrections", "statement"): Columns(row="transaction_id"),
    ("person_contacts", "contact"): Columns(row="user_id"),
    ("person_contacts", "code"): Columns(row="user_id"),
}
"""A new sealed column of a tenant needs a line here, and a row in `populate`."""
OTHERWISE = {
    ("applications", "logo"),  # what everybody sees
    ("accounts", "recognition"),
    ("transactions", "identity"),
    ("transactions", "document"),
    ("transactions", "clean"),
    ("transaction_sources", "document_before"),
    ("transaction_sources", "identity"),
    ("transaction_sources", "identity_before"),
    ("transaction_sources", "shown"),
    ("enrichments", "document"),  # what a text means, the same for everybody
    ("insight_snapshots", "content"),  # sealed in turn under the key of everybody it is about
    ("insight_snapshots", "heading"),
    ("own_rules", "rules"),  # what an application says, in its own words
    ("operators", "totp"),  # sealed, of no application
    ("operators", "totp_offered"),
    ("marks", "value"),
    ("vault_keys", "wrapped"),
}
"""Bytes that are no sealed value of a tenant's. In `marks` two are the server's own."""


class Sealed(NamedTuple):
    place: SealContext
    value: bytes


def populate(session: Session) -> None:
    """Two applications with two users each, of whom every sealed column has values."""
    session.services.code_sender = NoSender()
    for name in ("Ours", "Theirs"):
        key = applications.create_application(session, name, production=True, products="all")
        own = session.in_application(key.application_id)
        rotate_secret(own, create_webhook(own, WebhookChanges(f"http://{NO_LISTENER}/", None, None, None)).row, 60)
        for _ in range(2):
            tenant = Tenant(
                key.application_id, users.create_user(session.in_application(key.application_id), UserDetails(email="a@hooli.com"))[0]
            )
            link = auth_links.create_auth_link(session.of(tenant), "+61410888666")
            row = link_codes.find_link(session, link.secret)
            assert row is not None
            assert link_codes.create_code(session, row)
            contacts.record_contact(session.of(tenant))
            assert contacts.create_code(session.of(tenant))
            for _ in range(2):
                _work_of(session.of(tenant))
            _correct(session.of(tenant))
            end_secret(session.of(tenant), "FI90001", "a session at the bank")


def _correct(session: Session) -> None:
    """Say something of a transaction."""
    transaction_id = new_id()
    place = SealContext(*session.tenant, "corrections", transaction_id, "statement")
    sealed = session.services.vault.seal(session.uow, b"{}", place)
    put_correction(session.uow, CorrectionRow(session.tenant.user_id, transaction_id, session.tenant.application_id, sealed, 0))


def _work_of(session: Session) -> None:
    login = Login("AU00000", "gavinBelson", "hooli2016")
    job = jobs.get_job_row(session, connections.create_connection(session, login, production=True))
    profile = connections.seal_profile(session, job.connection_id, Profile("Gavin Belson", "Gavin", "", "Belson"))
    table, kept = metadata.tables["connections"], metadata.tables["jobs"]
    session.uow.execute(update(table).where(table.c.id == job.connection_id).values(profile=profile))
    store_secret(session, job.connection_id, login.institution_id, "a token that rotates")
    keep_messages(session, job.connection_id, ["Log in again."])
    keep_page(session, job.id, 0, KeptPage("an account", None, [], "next"))
    session.uow.execute(
        update(kept).where(kept.c.id == job.id).values(checkpoint=jobs.seal_checkpoint(session, job, Checkpoint(session="s")))
    )
    name = UploadName(*session.tenant, new_id())
    upload = Upload(session.services, name, FileKind.CSV, len(CSV), seal_upload(session, name, CSV))
    statement = statements.create_statement(session, STATEMENT_BANK, upload, production=True)
    read = Work(jobs.get_job_row(session, statement), None, 0, NO_CHECKPOINT, kind="csv")
    record_parsed_statement(session, read, [], [])
    create_once(
        session, KeyedRequest(session.tenant.application_id, "", statement), lambda _: (StoredResponse(201, b"{}"), session.tenant.user_id)
    )


def sealed_values(uow: UnitOfWork) -> Iterator[Sealed]:
    for (name, column), at in SEALED.items():
        table = metadata.tables[name]
        for row in uow.rows(select(table).where(table.c[column].is_not(None))):
            values = row._mapping
            user = values[at.user] if at.user else ""
            yield Sealed(SealContext(values["application_id"], user, name, values[at.row], column), bytes(values[column]))


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    opened = open_services(Settings(data=tmp_path_factory.mktemp("swaps"), outbound_allow=NO_LISTENER))
    opened.write_now(populate, tenant=EVERY_TENANT)
    yield opened
    opened.close()


def test_every_column_of_bytes_is_judged() -> None:
    stored = {
        (table.name, column.name) for table in metadata.sorted_tables for column in table.columns if isinstance(column.type, LargeBinary)
    }
    assert stored == SEALED.keys() | OTHERWISE, "say in SEALED or OTHERWISE what a new column of bytes is"


def test_no_two_sealed_values_can_be_swapped(services: Services) -> None:
    def swap(uow: UnitOfWork) -> tuple[int, int]:
        values, tried = list(sealed_values(uow)), 0
        assert {(value.place.table, value.place.column) for value in values} == SEALED.keys()
        for value in values:
            assert services.vault.open(uow, value.value, value.place)
        for there, other in permutations(values, 2):
            tried += 1
            with pytest.raises(VaultError):
                services.vault.open(uow, other.value, there.place)
        return len(values), tried

    found, tried = services.storage.read_now(swap, tenant=EVERY_TENANT)
    assert (found, tried) == (108, 108 * 107)


def test_no_two_keys_of_owners_can_be_swapped(services: Services) -> None:
    def swap(uow: UnitOfWork) -> int:
        rows, tried = uow.rows(select(vault_keys)), 0
        for there, other in permutations(rows, 2):
            tried += 1
            with pytest.raises(VaultError, match="altered or moved"):
                services.vault.masters.unwrap(other.master, other.wrapped, Owner(there.application_id, there.user_id).bound)
        return tried

    assert services.storage.read_now(swap, tenant=EVERY_TENANT) == 7 * 6


def test_a_deleted_user_leaves_no_key_in_any_file(tmp_path: Path) -> None:
    """Copies of rows may lie anywhere; the wrapped key that opens them lies nowhere any more."""
    services = open_services(Settings(data=tmp_path, outbound_allow=NO_LISTENER))
    services.write_now(populate, tenant=EVERY_TENANT)
    row = services.storage.read_now(lambda uow: uow.rows(select(vault_keys).where(vault_keys.c.user_id != ""))[0], tenant=EVERY_TENANT)
    files = [tmp_path / "bowerbird.db", tmp_path / "bowerbird.db-wal"]
    assert any(row.wrapped in path.read_bytes() for path in files)
    tenant = Tenant(row.application_id, row.user_id)
    services.write_now(users.delete_user, tenant=tenant)
    assert not any(row.wrapped in path.read_bytes() for path in files)
    services.close()


def test_a_user_whose_details_do_not_open_can_be_deleted(tmp_path: Path) -> None:
    services = open_services(Settings(data=tmp_path, outbound_allow=NO_LISTENER))
    services.write_now(populate, tenant=EVERY_TENANT)
    table = metadata.tables["users"]
    row = services.storage.read_now(lambda uow: uow.rows(select(table))[0], tenant=EVERY_TENANT)
    tenant = Tenant(row.application_id, row.id)
    services.storage.write_now(
        lambda uow: uow.execute(update(table).where(table.c.id == row.id).values(details=b"broken")), tenant=EVERY_TENANT
    )
    services.write_now(users.delete_user, tenant=tenant)
    assert services.storage.read_now(lambda uow: uow.row(select(table).where(table.c.id == row.id)), tenant=EVERY_TENANT) is None
    services.close()
