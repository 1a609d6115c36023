"""Whoever can write to the database can move sealed values about. Each opens where it was put, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import LargeBinary, select, update

from bowerbird.domain import applications, auth_links, connections, jobs, link_codes, statements, users
from bowerbird.domain.idempotency import Answer, KeyedRequest, create_once
from bowerbird.domain.readings import keep_reading
from bowerbird.domain.tenant import Tenant
from bowerbird.domain.uploads import Upload, seal_upload
from bowerbird.domain.users import UserDetails
from bowerbird.domain.webhooks import Wish, create_webhook
from bowerbird.domain.work import Work
from bowerbird.domain.world import World
from bowerbird.model.connection import Login
from bowerbird.model.ids import new_id
from bowerbird.settings import Settings
from bowerbird.storage.envelope import Place, VaultError
from bowerbird.storage.tables import metadata, vault_keys
from bowerbird.storage.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.storage.upload_stores import UploadName
from bowerbird.storage.vault_rows import Owner
from bowerbird.wiring import open_world
from tests.api.scene import CSV, NOBODY_LISTENS, STATEMENT_BANK


class Columns(NamedTuple):
    """Of a table with a sealed column: what names the row, and the user whose key it is. None: the application's own."""

    row: str = "id"
    user: str | None = "user_id"


SEALED = {
    ("users", "details"): Columns(user="id"),
    ("connections", "login"): Columns(),
    ("connections", "profile"): Columns(),
    ("jobs", "note"): Columns(),
    ("uploads", "content"): Columns(row="job_id"),
    ("readings", "content"): Columns(row="job_id"),
    ("idempotency_keys", "answer"): Columns(),
    ("webhooks", "secret"): Columns(user=None),
    ("auth_links", "secret"): Columns(),
    ("auth_links", "mobile"): Columns(),
    ("auth_links", "code"): Columns(),
}
"""A new sealed column of a tenant needs a line here, and a row in `populate`."""
OTHERWISE = {("transactions", "identity"), ("transactions", "document"), ("marks", "value"), ("vault_keys", "wrapped")}
"""Bytes that are no sealed value of a tenant's. In `marks` two are the server's own."""


class Sealed(NamedTuple):
    place: Place
    value: bytes


def populate(world: World, uow: UnitOfWork) -> None:
    """Two applications with two users each, of whom every sealed column has values."""
    for name in ("Ours", "Theirs"):
        key = applications.create_application(world, uow, name, production=True, products="all")
        create_webhook(world, uow, key.application_id, Wish(f"http://{NOBODY_LISTENS}/", None, None, None))
        for _ in range(2):
            tenant = Tenant(key.application_id, users.create_user(world, uow, key.application_id, UserDetails(email="a@hooli.com"))[0])
            link = auth_links.create_auth_link(world, uow, tenant, "+61410888666")
            assert link_codes.new_code(world, uow, link_codes.link_of(uow, link.secret))
            for _ in range(2):
                _work_of(world, uow, tenant)


def _work_of(world: World, uow: UnitOfWork, tenant: Tenant) -> None:
    login = Login("AU00000", "gavinBelson", "hooli2016")
    job = jobs.find_job(uow, tenant.application_id, connections.create_connection(world, uow, tenant, login, production=True))
    profile = connections.seal_profile(world, uow, tenant, job.connection_id, {"full_name": "Gavin"})
    table, kept = metadata.tables["connections"], metadata.tables["jobs"]
    uow.execute(update(table).where(table.c.id == job.connection_id).values(profile=profile))
    uow.execute(update(kept).where(kept.c.id == job.id).values(note=jobs.seal_note(world, uow, job, {"session": "s"})))
    name = UploadName(*tenant, new_id())
    upload = Upload(world, name, "csv", len(CSV), seal_upload(world, uow, name, CSV))
    statement = statements.create_statement(world, uow, tenant, STATEMENT_BANK, upload, production=True)
    read = Work(jobs.find_job(uow, tenant.application_id, statement), None, 0, {}, kind="csv")
    keep_reading(world, uow, read, [], [])
    create_once(world, uow, KeyedRequest(tenant.application_id, "", statement), lambda _: (Answer(201, b"{}"), tenant.user_id))


def sealed_values(uow: UnitOfWork) -> Iterator[Sealed]:
    for (name, column), at in SEALED.items():
        table = metadata.tables[name]
        for row in uow.rows(select(table).where(table.c[column].is_not(None))):
            values = row._mapping
            user = values[at.user] if at.user else ""
            yield Sealed(Place(values["application_id"], user, name, values[at.row], column), bytes(values[column]))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    opened = open_world(Settings(data=tmp_path_factory.mktemp("swaps"), outbound_allow=NOBODY_LISTENS))
    opened.storage.write_now(lambda uow: populate(opened, uow), tenant=EVERY_TENANT)
    yield opened
    opened.close()


def test_every_column_of_bytes_is_judged() -> None:
    stored = {
        (table.name, column.name) for table in metadata.sorted_tables for column in table.columns if isinstance(column.type, LargeBinary)
    }
    assert stored == SEALED.keys() | OTHERWISE, "say in SEALED or OTHERWISE what a new column of bytes is"


def test_no_two_sealed_values_can_be_swapped(world: World) -> None:
    def swap(uow: UnitOfWork) -> tuple[int, int]:
        values, tried = list(sealed_values(uow)), 0
        assert {(value.place.table, value.place.column) for value in values} == SEALED.keys()
        for value in values:
            assert world.vault.open(uow, value.value, value.place)
        for there, other in permutations(values, 2):
            tried += 1
            with pytest.raises(VaultError):
                world.vault.open(uow, other.value, there.place)
        return len(values), tried

    found, tried = world.storage.read_now(swap, tenant=EVERY_TENANT)
    assert (found, tried) == (66, 66 * 65)


def test_no_two_keys_of_owners_can_be_swapped(world: World) -> None:
    def swap(uow: UnitOfWork) -> int:
        rows, tried = uow.rows(select(vault_keys)), 0
        for there, other in permutations(rows, 2):
            tried += 1
            with pytest.raises(VaultError, match="altered or moved"):
                world.vault.masters.unwrap(other.master, other.wrapped, Owner(there.application_id, there.user_id).bound)
        return tried

    assert world.storage.read_now(swap, tenant=EVERY_TENANT) == 7 * 6


def test_a_deleted_user_leaves_no_key_in_any_file(tmp_path: Path) -> None:
    """Copies of rows may lie anywhere; the wrapped key that opens them lies nowhere any more."""
    world = open_world(Settings(data=tmp_path, outbound_allow=NOBODY_LISTENS))
    world.storage.write_now(lambda uow: populate(world, uow), tenant=EVERY_TENANT)
    row = world.storage.read_now(lambda uow: uow.rows(select(vault_keys).where(vault_keys.c.user_id != ""))[0], tenant=EVERY_TENANT)
    files = [tmp_path / "bowerbird.db", tmp_path / "bowerbird.db-wal"]
    assert any(row.wrapped in path.read_bytes() for path in files)
    tenant = Tenant(row.application_id, row.user_id)
    world.storage.write_now(lambda uow: users.delete_user(world, uow, tenant), tenant=tenant.application_id)
    assert not any(row.wrapped in path.read_bytes() for path in files)
    world.close()


def test_a_user_can_be_deleted_whose_particulars_do_not_open(tmp_path: Path) -> None:
    world = open_world(Settings(data=tmp_path, outbound_allow=NOBODY_LISTENS))
    world.storage.write_now(lambda uow: populate(world, uow), tenant=EVERY_TENANT)
    table = metadata.tables["users"]
    row = world.storage.read_now(lambda uow: uow.rows(select(table))[0], tenant=EVERY_TENANT)
    tenant = Tenant(row.application_id, row.id)
    world.storage.write_now(
        lambda uow: uow.execute(update(table).where(table.c.id == row.id).values(details=b"broken")), tenant=EVERY_TENANT
    )
    world.storage.write_now(lambda uow: users.delete_user(world, uow, tenant), tenant=tenant.application_id)
    assert world.storage.read_now(lambda uow: uow.row(select(table).where(table.c.id == row.id)), tenant=EVERY_TENANT) is None
    world.close()
