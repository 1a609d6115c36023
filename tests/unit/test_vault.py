"""Sealed values open in their own place only, and only while their owner has a key."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bowerbird.domain.access import applications
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.services import Services, Session
from bowerbird.domain.users import users
from bowerbird.domain.users.users import UserDetails
from bowerbird.settings import Settings
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.rows.users import find_user
from bowerbird.storage.vault.envelope import SealContext, VaultError, new_key, open_under, seal_under
from bowerbird.storage.vault.key_rows import Owner
from bowerbird.wiring.services import SetupError, open_services

HERE = SealContext("app", "user", "connections", "row", "login")
KEY = new_key()


@given(st.binary(max_size=300), st.data())
def test_no_altered_bit_opens(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal_under(KEY, plain, HERE))
    assert open_under(KEY, bytes(sealed), HERE) == plain
    bits = data.draw(st.sets(st.integers(0, len(sealed) * 8 - 1), min_size=1, max_size=20))
    for bit in bits:
        sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(VaultError):
        open_under(KEY, bytes(sealed), HERE)


@given(st.binary(max_size=300), st.data())
def test_no_cut_or_longer_value_opens(plain: bytes, data: st.DataObject) -> None:
    sealed = seal_under(KEY, plain, HERE)
    cut = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
    for wrong in (cut, sealed + data.draw(st.binary(min_size=1, max_size=20))):
        with pytest.raises(VaultError):
            open_under(KEY, wrong, HERE)


@given(st.tuples(*[st.text("ab", max_size=3)] * 5), st.tuples(*[st.text("ab", max_size=3)] * 5))
def test_a_value_opens_in_its_own_place_only(there: tuple[str, ...], elsewhere: tuple[str, ...]) -> None:
    place, other = SealContext(*there), SealContext(*elsewhere)
    sealed = seal_under(KEY, b"secret", place)
    if place == other:
        assert open_under(KEY, sealed, other) == b"secret"
    else:
        with pytest.raises(VaultError):
            open_under(KEY, sealed, other)


def test_the_same_secret_is_never_sealed_alike() -> None:
    assert len({seal_under(KEY, b"secret", HERE) for _ in range(100)}) == 100


def new_user(services: Services) -> Tenant:
    def make(session: Session) -> Tenant:
        key = applications.create_application(session, "Test", production=False, products="all")
        user_id, _ = users.create_user(session.in_application(key.application_id), UserDetails(email="gavin@hooli.com"))
        return Tenant(key.application_id, user_id)

    return services.write_now(make, tenant=EVERY_TENANT)


def test_nothing_of_a_user_opens_once_their_key_is_destroyed(tmp_path: Path) -> None:
    services = open_services(Settings(data=tmp_path))
    tenant = new_user(services)
    row = services.storage.read_now(lambda uow: find_user(uow, *tenant), tenant=EVERY_TENANT)
    assert row is not None
    services.write_now(lambda session: users.delete_user(session.of(tenant)), tenant=EVERY_TENANT)
    with pytest.raises(VaultError, match="has no key: it was deleted"):
        services.read_now(users.details_of_rows, [row], tenant=EVERY_TENANT)
    with pytest.raises(VaultError, match="has no key: it was deleted"):
        services.storage.write_now(
            lambda uow: services.vault.seal(uow, b"late", SealContext(*tenant, "jobs", "1", "checkpoint")), tenant=EVERY_TENANT
        )
    services.storage.write_now(lambda uow: services.vault.create_key(uow, Owner(*tenant)), tenant=EVERY_TENANT)
    with pytest.raises(VaultError, match=r"does not open: users\.details"):
        services.read_now(users.details_of_rows, [row], tenant=EVERY_TENANT)
    services.close()


@pytest.mark.parametrize(
    ("given_twice", "part"),
    [
        ({"master_key": "a", "master_key_file": "b"}, "keep one of BOWERBIRD_MASTER_KEY, BOWERBIRD_MASTER_KEY_FILE"),
        ({"master_key_file": "/nowhere/key"}, "cannot be read: No such file"),
        ({"master_key_command": "false"}, "ended with status 1"),
        ({"master_key_command": "/nowhere/command"}, "cannot be started: FileNotFoundError"),
        ({"master_key_command": "echo hello"}, "holds no master key"),
        ({"master_key_command": "'"}, "cannot be started: ValueError"),
    ],
)
def test_a_master_key_that_cannot_be_had(tmp_path: Path, given_twice: dict[str, str], part: str) -> None:
    with pytest.raises(SetupError, match=part) as caught:
        open_services(Settings(data=tmp_path, **given_twice))  # type: ignore[arg-type]
    assert "hello" not in str(caught.value)


def test_the_master_key_comes_from_a_file_or_a_command(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(f"{'ab' * 32}\n{'cd' * 32}\n")
    for settings in (
        Settings(data=tmp_path, master_key_file=str(tmp_path / "keys")),
        Settings(data=tmp_path, master_key_command=f"cat '{tmp_path / 'keys'}'"),
        Settings(data=tmp_path, master_key=f"{'ab' * 32}, {'cd' * 32}"),
    ):
        services = open_services(settings)
        assert len(services.vault.masters.ids) == 2
        services.close()
    assert not (tmp_path / "master.key").exists()


def test_the_key_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    open_services(Settings(data=tmp_path)).close()
    made = (tmp_path / "master.key").read_text()
    assert (tmp_path / "master.key").stat().st_mode & 0o777 == 0o600
    open_services(Settings(data=tmp_path)).close()
    assert (tmp_path / "master.key").read_text() == made
    assert sorted(path.name for path in tmp_path.iterdir() if "key" in path.name) == ["master.key"]
