"""From settings to services."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from bowerbird.domain.access.admin import AdminToken, load_or_create_admin_token
from bowerbird.domain.access.real_data import is_sandbox
from bowerbird.domain.connections.connections import BY_BANK
from bowerbird.domain.services import Limits, Services
from bowerbird.logs import log
from bowerbird.model.clock import Clock, SystemClock
from bowerbird.model.institution import Catalogue
from bowerbird.named_files import require_file
from bowerbird.outbound.addresses import AllowList
from bowerbird.outbound.client import Outbound
from bowerbird.outbound.code_sender import CodeSender, code_sender_of
from bowerbird.plugins import institutions, registry
from bowerbird.plugins.bank_network import BankNetwork, SettingsFileError, read_connector_settings, warn_of_unknown_settings
from bowerbird.plugins.connector_threads import ConnectorThreads
from bowerbird.plugins.guard import Guard, upstream_of
from bowerbird.plugins.registry import PluginError, Plugins
from bowerbird.sdk.connector import Connector
from bowerbird.sdk.layout import CsvLayout
from bowerbird.sdk.native_layout import NativeCsvLayout
from bowerbird.settings import Settings, files_kept_days, owners_need_totp
from bowerbird.statements.confined.pool import Readers, Task
from bowerbird.statements.pdf.proven import ExaminedStatement
from bowerbird.statements.statement import StatementAccount
from bowerbird.statements.statement_reader import StatementReader
from bowerbird.statements.tables.mapping import MappingPreview
from bowerbird.statements.tasks import LINES, PICTURE
from bowerbird.storage.database.engine import Storage
from bowerbird.storage.database.migrate import migrate
from bowerbird.storage.database.pool_limits import PoolLimits
from bowerbird.storage.database.shared import check_embedded, check_shared
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.storage.files.factory import store_of
from bowerbird.storage.files.stores import UploadStore
from bowerbird.storage.rows.sandbox import get_clock_state
from bowerbird.storage.vault import key_sources
from bowerbird.storage.vault.envelope import VaultError
from bowerbird.storage.vault.key_rows import is_sealed
from bowerbird.storage.vault.master_keys import MasterKeys
from bowerbird.storage.vault.vault import Vault
from bowerbird.wiring.data_folder import create_private
from bowerbird.wiring.extension import find_sandbox

if TYPE_CHECKING:
    from bowerbird.domain.consents.confirmations import Confirmation
    from bowerbird.sandbox.extension import SandboxExtension

T = TypeVar("T")

_GUARD_THREADS = 8


class SetupError(Exception):
    """The server cannot be set up as asked: it says what is missing and what to do."""


def database_file(settings: Settings) -> Path:
    """Where the embedded database lies."""
    return settings.data / "bowerbird.db"


def database_url(settings: Settings) -> str:
    if settings.database_url:
        return settings.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    return f"sqlite:///{database_file(settings)}"


def own_key_file(settings: Settings) -> Path | None:
    """The key file beside an embedded database, None where the master keys come from elsewhere."""
    elsewhere = settings.master_key or settings.master_key_file or settings.master_key_command or settings.database_url
    return None if elsewhere else settings.data / "master.key"


def open_master_keys(settings: Settings) -> MasterKeys:
    """The master keys of the environment, a file or a command; or of the file beside an embedded database. Raises SetupError."""
    own = own_key_file(settings)
    try:
        return MasterKeys(key_sources.source_of(settings.master_key, settings.master_key_file, settings.master_key_command, own))
    except VaultError as error:
        raise SetupError(str(error)) from error


def admin_secret(settings: Settings) -> str:
    """The operator's secret: of the environment, or of the file beside an embedded database. A shared database has none by itself."""
    if settings.admin_token or settings.database_url:
        return settings.admin_token
    return load_or_create_admin_token(settings.data / "admin.token")


def limits_of(settings: Settings) -> Limits:
    """Settings that are limits, most of them by the same name."""
    names = {field.name for field in fields(Limits)} & {field.name for field in fields(Settings)}
    plain = {name: getattr(settings, name) for name in names}
    own = {"sandbox_connections": settings.sandbox_connection_limit, "statement_files_kept_days": files_kept_days(settings)}
    return Limits(**(plain | own), files_kept_in_sandbox_only=not settings.statement_files_kept_days)


def open_outbound(settings: Settings) -> Outbound:
    """The client for other people's addresses. Raises SetupError for an allow list that cannot be read."""
    return Outbound(_as_set("OUTBOUND_ALLOW", partial(AllowList.read, settings.outbound_allow)), total_seconds=settings.webhook_seconds)


def open_guard(settings: Settings, allowed: AllowList, connectors: Iterable[Connector]) -> Guard:
    """What asks connectors. Raises SetupError for a file of their settings that cannot be read."""
    try:
        network = BankNetwork(allowed, read_connector_settings(settings.connectors))
    except SettingsFileError as error:
        raise SetupError(f"BOWERBIRD_CONNECTORS: {error}") from None
    warn_of_unknown_settings(network.settings, filter(None, map(upstream_of, connectors)))
    return Guard(ConnectorThreads(_GUARD_THREADS, "connector"), settings.step_seconds, network)


def open_code_sender(settings: Settings, outbound: Outbound) -> CodeSender:
    """What texts the codes of auth links. Raises SetupError for a setting that names no such thing."""
    return _as_set("CODE_SENDER", partial(code_sender_of, settings.code_sender, outbound))


def open_uploads(settings: Settings, *, create: bool = True) -> UploadStore:
    """The place of uploaded files; `create` makes a folder that is missing. Raises SetupError."""
    copied = settings.sandbox_controls and not settings.database_url
    return _as_set("UPLOADS", partial(store_of, settings.uploads, settings.uploads_endpoint, copied=copied, create=create))


def _as_set(name: str, make: Callable[[], T]) -> T:
    """What a setting names. Raises SetupError where it names no such thing."""
    try:
        return make()
    except (ValueError, OSError) as error:
        raise SetupError(f"BOWERBIRD_{name}: {error}") from error


def migrate_database(settings: Settings, grant_to: str = "") -> tuple[str | None, str]:
    """Bring the database to the schema of this program: (revision before, revision now). Raises SchemaError and GrantError.

    `grant_to` is a role of a shared database that gets the rights to serve.
    """
    if not settings.database_url:
        create_private(settings.data, database_file(settings))
    return migrate(database_url(settings), grant_to)


def _open_unlocked(settings: Settings, *, create: bool) -> tuple[Storage, Vault]:
    """Storage on the schema of this program, and the vault that opens what is sealed in it.

    `create` brings an embedded database to the schema and makes the keys that are missing; without it, and where the database is
    shared, it must be there already. Raises SetupError and SchemaError.
    """
    own = own_key_file(settings) if create else None
    if not settings.database_url and not create:
        _check_present(settings)
    masters = None if own else open_master_keys(settings)
    if own and own.exists() and not database_file(settings).exists():
        raise SetupError(
            f"{own} is a master key, but its database {database_file(settings)} is not there: restore a backup into an empty folder and "
            "copy the key beside it, or move the key away to begin with an empty database"
        )
    if settings.database_url:
        check_shared(database_url(settings))
    elif create:
        migrate_database(settings)
    storage = Storage(database_url(settings), PoolLimits(settings.database_connections, settings.database_seconds))
    try:
        if own and not own.exists():
            _create_key(storage, settings, own)
        vault = Vault(masters or open_master_keys(settings))
        if create:
            storage.write_now(vault.create_or_unlock, tenant=EVERY_TENANT)
        else:
            storage.read_now(vault.unlock, tenant=EVERY_TENANT)
    except (VaultError, SetupError) as error:
        storage.close()
        raise SetupError(str(error)) from error
    return storage, vault


def _create_key(storage: Storage, settings: Settings, own: Path) -> None:
    """The key file of a first start. Raises SetupError for a database that was written under a key: no other one can replace it."""
    if storage.read_now(is_sealed, tenant=EVERY_TENANT):
        raise SetupError(
            f"the database {database_file(settings)} is there, but not the master key it was written under: copy the key back to {own}. "
            "Nothing that was sealed can be read without it"
        )
    key_sources.create_key_file(own)


def _check_present(settings: Settings) -> None:
    """Raises SetupError where there is no embedded database, SchemaError where it needs a migration first."""
    require_file(database_file(settings))
    if not database_file(settings).is_file():
        start = f"start one with `bowerbird serve --data {settings.data}`"
        raise SetupError(f"there is no database in {settings.data}: {start}, or name the folder of one that is there with --data")
    check_embedded(database_url(settings), f"run `bowerbird migrate --data {settings.data}`, or start the server, first")


def pdf_task(plugins: Plugins, *, without_layout: bool) -> Task[ExaminedStatement]:
    """Reading a PDF statement in a confined process, which is given the layouts when it starts."""
    prepared = {"layouts": msgspec.to_builtins(plugins.statement_layouts), "without_layout": without_layout}
    return Task("pdf", "bowerbird.statements.pdf.task:reader", ExaminedStatement, prepared)


def export_task(plugins: Plugins, max_rows: int) -> Task[list[StatementAccount]]:
    """Reading a bank's export in a confined process, which is given the layouts when it starts."""
    published = [layout for layout in plugins.csv_layouts if isinstance(layout, CsvLayout)]
    native = [layout for layout in plugins.csv_layouts if isinstance(layout, NativeCsvLayout)]
    prepared = {"published": msgspec.to_builtins(published), "native": msgspec.to_builtins(native), "max_rows": max_rows}
    return Task("export", "bowerbird.statements.export_task:reader", list[StatementAccount], prepared)


def columns_task(plugins: Plugins, max_rows: int) -> Task[MappingPreview]:
    """Showing what the columns of a table may mean, in a confined process."""
    native = [layout for layout in plugins.csv_layouts if isinstance(layout, NativeCsvLayout)]
    prepared = {"native": msgspec.to_builtins(native), "max_rows": max_rows}
    return Task("columns", "bowerbird.statements.export_task:previewer", MappingPreview, prepared)


def _readers_may_be_open(settings: Settings, storage: Storage) -> bool:
    """Whether files are read where the processes that read them cannot be confined: as set, else in a sandbox without real data."""
    if settings.readers_must_confine:
        return settings.readers_must_confine.lower() == "no"
    return settings.sandbox_controls and storage.read_now(is_sandbox, tenant=EVERY_TENANT)


def open_statement_reader(settings: Settings) -> StatementReader:
    """What reads statement files without a server."""
    plugins = registry.discover()
    pdf = pdf_task(plugins, without_layout=True)
    drafting = Task("draft", "bowerbird.statements.pdf.task:drafter", str)
    export = export_task(plugins, settings.csv_max_rows)
    describing = Task("describe", "bowerbird.statements.skeletons.description:describer", str)
    columns = columns_task(plugins, settings.csv_max_rows)
    tasks: list[Task[Any]] = [pdf, drafting, export, describing, columns]
    readers = Readers(tasks, count=1, may_be_open=lambda: settings.readers_must_confine.lower() == "no")
    return StatementReader(readers, pdf, drafting, export, describing, columns)


def _open_plugins(settings: Settings) -> tuple[Plugins, Catalogue]:
    plugins, catalogue = open_plugins(settings), institutions.load(Path(settings.institutions) if settings.institutions else None)
    _require_institutions(plugins, catalogue)
    return plugins, catalogue


def open_services(settings: Settings, clock: Clock | None = None, *, alone: bool = False, create: bool = True) -> Services:
    """Storage with its migrations applied, vault, plugins and limits. `alone`: no other process serves the same database.

    `create`: make the database, keys and folders that are missing. Raises SetupError and SchemaError.
    """
    sandbox = _find_sandbox(settings)
    storage, vault = _open_unlocked(settings, create=create)
    if sandbox is None:
        _require_real_clock(storage)
    plugins, catalogue = _open_plugins(settings)
    pdf = pdf_task(plugins, without_layout=settings.statements_without_layout)
    export, columns = export_task(plugins, settings.csv_max_rows), columns_task(plugins, settings.csv_max_rows)
    outbound = open_outbound(settings)
    services = Services(
        storage=storage,
        vault=vault,
        clock=clock or SystemClock(),
        lease_clock=clock or SystemClock(),
        institutions=catalogue,
        plugins=plugins,
        guard=open_guard(settings, outbound.allowed, plugins.connectors.values()),
        readers=Readers([pdf, export, columns, LINES, PICTURE], may_be_open=partial(_readers_may_be_open, settings, storage)),
        pdf=pdf,
        export=export,
        columns=columns,
        sandbox_seed=settings.sandbox_seed,
        owners_need_totp=owners_need_totp(settings),
        admin=AdminToken(admin_secret(settings) if create else settings.admin_token),
        limits=limits_of(settings),
        outbound=outbound,
        code_sender=open_code_sender(settings, outbound),
        write_reminder=_write_reminder,
        uploads=open_uploads(settings, create=create),
    )
    if sandbox is not None:
        sandbox.attach(
            services, alone=alone and not settings.database_url, has_controls=settings.sandbox_controls,
            deterministic=settings.sandbox_deterministic, inspector=settings.inspector, sets_clock=clock is None,
        )  # fmt: skip
    return services


def open_plugins(settings: Settings) -> Plugins:
    """The connectors and layouts, and a connector for each further bank of the file of settings; those that are broken are left out.

    Raises SetupError for a table of the file that no connector can read.
    """
    found = registry.discover()
    for leaf in found.broken:
        log.error("leaf_left_out", leaf=leaf.name, why=leaf.why)
    try:
        return registry.with_other_banks(found, read_connector_settings(settings.connectors))
    except (SettingsFileError, PluginError) as error:
        raise SetupError(f"BOWERBIRD_CONNECTORS: {error}") from None


def _write_reminder(message: Confirmation) -> tuple[str, str]:
    from bowerbird.web.consent.receipts import reminder_of  # noqa: PLC0415  (the pages, loaded in a worker with its first reminder)

    return reminder_of(message)


def _require_institutions(plugins: Plugins, catalogue: Catalogue) -> None:
    """Raises SetupError for a further bank of the file of settings that people could not choose."""
    for connector in plugins.connectors.values():
        upstream = upstream_of(connector)
        if upstream is None or "." not in upstream.name:
            continue
        for origin in connector.institutions:
            found = catalogue.known_as(origin)
            if found is None or not any(found.channel(method) for method in BY_BANK):
                raise SetupError(
                    f"BOWERBIRD_CONNECTORS: [{upstream.name}] is the bank {origin}, but no institution has this id and an open "
                    "banking or web connector: name it in the file of BOWERBIRD_INSTITUTIONS"
                )


def _require_real_clock(storage: Storage) -> None:
    """Raises SetupError for the database of a sandbox whose clock was moved: without the sandbox what it holds would lie in the future."""
    if storage.read_now(get_clock_state, tenant=EVERY_TENANT).is_changed:
        storage.close()
        raise SetupError("a sandbox moved the clock of this database: choose another folder with --data, or install the sandbox too")


def _find_sandbox(settings: Settings) -> SandboxExtension | None:
    """The sandbox of this installation. Raises SetupError where a setting asks for one that is not there."""
    sandbox = find_sandbox()
    asked = "--sandbox-controls" if settings.sandbox_controls else "BOWERBIRD_INSPECTOR=yes" if settings.inspector == "yes" else ""
    if sandbox is None and asked:
        raise SetupError(f"{asked} needs the sandbox, and this installation has none: leave it out, or install Bowerbird with its sandbox")
    return sandbox
