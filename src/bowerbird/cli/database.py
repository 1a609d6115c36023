"""`bowerbird backup`, `restore` and `migrate`: copies of the embedded database, taken while it serves, and the schema of any database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.options import Data, DatabaseUrl, place, program, settings_from
from bowerbird.console import CommandRefused

if TYPE_CHECKING:
    from bowerbird.settings import Settings
    from bowerbird.storage.backup.backups import Progress


Target = Annotated[Path, typer.Argument(metavar="FILE", help="The file to write. One that is there is not replaced.")]
Source = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A file that `bowerbird backup` wrote.")]


def backup(file: Target, data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Write the embedded database into one file, while servers go on. The master key is not in it: keep that apart."""
    from bowerbird import __version__
    from bowerbird.model.clock import SystemClock, wire_time
    from bowerbird.named_files import require_file
    from bowerbird.storage.backup.backups import take_backup
    from bowerbird.storage.files.factory import is_bucket
    from bowerbird.wiring.services import database_file, open_uploads

    settings = settings_from(data, database_url)
    if settings.database_url:
        raise CommandRefused(_for_postgresql(file))
    outside = is_bucket(settings.uploads)
    database = database_file(settings)
    require_file(database)
    if not database.exists():
        raise CommandRefused(f"there is no database in {settings.data}: name its folder with --data")
    if settings.uploads.startswith("/") and not Path(settings.uploads).is_dir():
        raise CommandRefused(f"the folder of uploaded files {settings.uploads} is not there: mount it, or correct BOWERBIRD_UPLOADS")
    with _bar() as progress:
        uploads = None if outside else open_uploads(settings, create=False)
        made = take_backup(database, file, __version__, wire_time(SystemClock().now()), progress, uploads)
    rows = sum(table.rows for table in made.tables.values())
    typer.echo(f"{file}: {file.stat().st_size:,} bytes, {rows:,} rows in {len(made.tables)} tables, revision {made.revision}.")
    if outside:
        typer.echo(f"Statements that wait to be read in {settings.uploads} are not in it. Those that were read are.")
    typer.echo(f"The master key is not in it, and without it no secret in it can be read. Keep it apart: {_key_place(settings)}.")
    typer.echo(f"To go back to it: {program()} restore {file} --data NEW_FOLDER")


def restore(file: Source, data: Data = None) -> None:
    """Put a backup into a folder that is new or empty. It is checked, row by row, before it appears there."""
    from bowerbird.storage.backup.backups import restore_backup
    from bowerbird.wiring.services import database_file, own_key_file

    settings = settings_from(data, "")
    if settings.data.exists() and any(not each.name.endswith(".part") for each in settings.data.iterdir()):
        raise CommandRefused(f"{settings.data} is not empty, and nothing is replaced: name a new folder with --data")
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _bar() as progress:
        made = restore_backup(file, database_file(settings), progress)
    rows = sum(table.rows for table in made.tables.values())
    typer.echo(f"{rows:,} rows as they were at {made.taken_at}, each table's hash checked, revision {made.revision}.")
    keys = " and ".join(made.master_keys) or "none yet"
    where = own_key_file(settings)
    bring = f"copy the file that was beside the database to {where}" if where else _key_place(settings)
    typer.echo(f"It is sealed under master key {keys}: {bring}.")
    typer.echo(f"Then start: {program()} serve {place(settings)}")


def _key_place(settings: Settings) -> str:
    """Where the master keys of these settings lie. Never shows one."""
    from bowerbird.wiring.services import own_key_file

    if own := own_key_file(settings):
        return f"it lies in {own}"
    if settings.master_key_file:
        return f"it lies in {settings.master_key_file}"
    return "BOWERBIRD_MASTER_KEY_COMMAND prints it" if settings.master_key_command else "it is in BOWERBIRD_MASTER_KEY"


def _for_postgresql(file: Path) -> str:
    """PostgreSQL makes better copies of itself. As the owner, which the policies hold as well: so the dump acts for every tenant."""
    return (
        "a shared database is copied by PostgreSQL's own program, as the owner of the tables:"
        f" PGOPTIONS='-c bowerbird.application=*' pg_dump --enable-row-security --format=custom --file={file}"
        ' --dbname="$OWNER_URL" (see docs/operations.md)'
    )


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn

    with Progress(TextColumn("{task.description:>12}"), BarColumn(), TaskProgressColumn(), console=Console(stderr=True)) as progress:
        bars: dict[str, int] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in bars:
                bars[what] = progress.add_task(what, total=total)
            progress.update(TaskID(bars[what]), completed=done, total=total)

        yield show


Grant = Annotated[str, typer.Option("--grant", metavar="ROLE", help="Give this role of a shared database the rights to serve it.")]


def migrate(data: Data = None, database_url: DatabaseUrl = None, grant: Grant = "") -> None:
    """Bring a database to the schema of this program. An embedded one is brought there by every start.

    A shared one is migrated as the owner of its tables and served as another role, which --grant gives its rights.
    """
    from bowerbird.wiring.services import database_file, migrate_database

    settings = settings_from(data, database_url)
    if grant and not settings.database_url:
        raise CommandRefused("--grant is for a shared database: name it with --database-url, or leave --grant out")
    if not settings.database_url and not database_file(settings).is_file():
        start = f"start one with `{program()} serve --data {settings.data}`"
        raise CommandRefused(f"there is no database in {settings.data}: name its folder with --data, or {start}")
    before, now = migrate_database(settings, grant)
    if before == now:
        typer.echo(f"The database is at revision {now}: nothing to do.")
    else:
        typer.echo(f"The database went from {before or 'empty'} to revision {now}.")
    if grant:
        typer.echo(f"{grant} may serve it: bowerbird serve --database-url postgresql://{grant}:PASSWORD@HOST/NAME")
