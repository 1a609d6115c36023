"""`bowerbird verify`: the safety suite against a throw-away copy of one's own set-up, and its scorecard."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from bowerbird.cli.options import Data, DatabaseUrl, settings_from
from bowerbird.console import CommandRefused, Json

if TYPE_CHECKING:
    from bowerbird.settings import Settings
    from bowerbird.verify.report import Check

_VERDICTS = {True: "[green]kept[/]", False: "[red]BROKEN[/]", None: "[yellow]not run[/]"}

Kills = Annotated[int, typer.Option("--kills", metavar="N", min=1, max=1000, help="How often the server is killed.")]


Only = Annotated[list[str] | None, typer.Option("--only", metavar="CHECK", help="One check by its name; may be given several times.")]


def verify(kills: Kills = 5, only: Only = None, data: Data = None, database_url: DatabaseUrl = None, as_json: Json = False) -> None:
    """Prove what SECURITY.md promises, on a throw-away copy: who is let in, what is read, sent, stored, lost and restored.

    The live database is only read. The copy sends no webhooks and goes on with no job of yours. Beside a shared database
    (--database-url, of a role that may create databases) an empty one is made and dropped again. Status 1 when a check fails.
    """
    from bowerbird.logs import configure_logs

    settings = settings_from(data, database_url)
    configure_logs("error", settings.log_format)
    found = _run(settings, kills, only or [])
    kept = all(each.passed is not False for each in found)
    if as_json:
        rows = [{"check": each.name, "promise": each.promise, "passed": each.passed, "seen": each.seen} for each in found]
        typer.echo(json.dumps({"passed": kept, "checks": rows}, indent=2))
    else:
        _print(settings, found)
    if not kept:
        raise typer.Exit(1)


def _run(settings: Settings, kills: int, only: list[str]) -> list[Check]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from bowerbird.verify.suite import PROMISES, run_suite

    names = [promise.id for promise in PROMISES]
    if unknown := set(only).difference(names):
        raise CommandRefused(f"there is no check {', '.join(sorted(unknown))}: choose among {', '.join(names)}")

    columns = (TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("copying", total=kills + len(names))
        return run_suite(settings, kills, lambda what: progress.update(bar, description=what, advance=1), only)


def _print(settings: Settings, found: list[Check]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, header_style="bold")
    for column in ("Check", "Promise", "", "Seen"):
        table.add_column(column, overflow="fold")
    for each in found:
        table.add_row(each.name, each.promise, _VERDICTS[each.passed], escape(each.seen))
    Console(highlight=False).print(table)
    typer.echo(f"{sum(each.passed is True for each in found)} of {len(found)} promises kept, on {_copied(settings)}.")


def _copied(settings: Settings) -> str:
    from bowerbird.wiring.services import database_file

    if settings.database_url:
        return "an empty database beside yours, which was dropped again; of yours nothing was read"
    if database_file(settings).exists():
        return f"a throw-away copy of {settings.data}, which was only read"
    return f"an empty database, as there is none in {settings.data}"
