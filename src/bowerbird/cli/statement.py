"""`bowerbird statement parse`: a statement read and proven here, without a server and without storing anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bowerbird.cli.column_mapping import ANY_BANK, Institution, map_columns, read_mapping
from bowerbird.cli.options import settings_from
from bowerbird.console import Json, printable
from bowerbird.named_files import read_bytes
from bowerbird.statements.alteration.signs import SignKind

if TYPE_CHECKING:
    from bowerbird.statements.refusal import Refused
    from bowerbird.statements.statement_reader import ReadOutcome

app = typer.Typer(help="Read statements without a server.", no_args_is_help=True)

_KINDS = "PDF, CSV, XLSX, XLS, OFX, QFX, QIF, MT940 or CAMT.053."
_FILES = typer.Argument(metavar="FILE...", help=_KINDS, exists=True, dir_okay=False, readable=True)
Files = Annotated[list[Path], _FILES]
Specimen = Annotated[Path, typer.Argument(metavar="FILE", help="A PDF statement.", exists=True, dir_okay=False, readable=True)]
Account = Annotated[str | None, typer.Option("--account", metavar="NUMBER", help="The account of a CSV file that does not say it.")]
_MAPPING = typer.Option(metavar="FILE", help="What `statement map` wrote.", exists=True, dir_okay=False, readable=True)
Mapping = Annotated[Path | None, _MAPPING]


@app.command()
def parse(
    files: Files, institution: Institution = ANY_BANK, account: Account = None, mapping: Mapping = None, as_json: Json = False
) -> None:
    """Show what statements say and what proves it, or where the proof breaks. Ends with status 1 when one is refused."""
    from bowerbird.wiring.services import open_statement_reader

    by = read_mapping(mapping) if mapping is not None else None
    context = open_statement_reader(settings_from(None, None))
    try:
        outcomes = [(file, context.read(read_bytes(file), institution, account, by)) for file in _watched(files)]
    finally:
        context.close()
    if as_json:
        found = [{"file": str(file), **outcome.as_json()} for file, outcome in outcomes]
        typer.echo(json.dumps(found[0] if len(found) == 1 else found, indent=2))
    else:
        for file, outcome in outcomes:
            _show(file, outcome)
    if any(outcome.refusal for _, outcome in outcomes):
        raise typer.Exit(1)


@app.command()
def draft(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="PDF statements.", exists=True, dir_okay=False, readable=True)],
) -> None:
    """Propose a layout file for a PDF statement that no layout knows, if it can be read and proven without one.

    Of several statements of one bank's print, the one that reads all of them.
    """
    from bowerbird.statements.refusal import Refused
    from bowerbird.wiring.services import open_statement_reader

    context = open_statement_reader(settings_from(None, None))
    try:
        first, *others = [read_bytes(file) for file in files]
        typer.echo(context.draft(first, others))
    except Refused as refused:
        typer.secho(f"bowerbird: no layout can be proposed: {_why(refused)}", fg="red", err=True)
        raise typer.Exit(1) from refused
    finally:
        context.close()


@app.command()
def describe(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_KINDS, exists=True, dir_okay=False, readable=True)],
) -> None:
    """Print how a statement is written: places, headings, forms of days and figures. No name, number, amount or word of a row."""
    from bowerbird.statements.refusal import Refused
    from bowerbird.wiring.services import open_statement_reader

    context = open_statement_reader(settings_from(None, None))
    try:
        typer.echo(context.describe(read_bytes(file)))
    except Refused as refused:
        typer.secho(f"bowerbird: the file cannot be described: {_why(refused)}", fg="red", err=True)
        raise typer.Exit(1) from refused
    finally:
        context.close()


app.command(name="map")(map_columns)


def _why(refused: Refused) -> str:
    """Why a file was refused, as a terminal may show it: it may name what the file holds."""
    return printable(getattr(refused, "reason", "") or str(refused))


def _watched(files: list[Path]) -> Any:
    """The files, with a bar on a terminal where there are several."""
    from rich.console import Console
    from rich.progress import track

    return track(files, "Reading", console=Console(stderr=True), disable=len(files) < 2, transient=True)


_AFTER_PDF = "`bowerbird statement draft FILE` proposes a layout, where the statement can be proven without one"
_AFTER_TABLE = "`bowerbird statement describe FILE` shows how the file is written, and --mapping says what its columns mean"


def _show(file: Path, outcome: ReadOutcome) -> None:
    typer.secho(f"\n{printable(str(file))}", bold=True)
    if outcome.refusal is not None:
        typer.secho(f"  {outcome.refusal['code']}: {printable(outcome.refusal['detail'])}", fg="red")
        if outcome.refusal["reason"]:
            typer.echo(f"  {printable(outcome.refusal['reason'])}")
        typer.echo(f"  Next: {_AFTER_PDF if file.suffix.lower() == '.pdf' else _AFTER_TABLE}")
        return
    for account in outcome.accounts:
        _show_account(account)


def _show_account(account: dict[str, Any]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    about = [account["product"], account["number"], account["holder"]]
    typer.echo(f"  {', '.join(printable(part) for part in about if part)}")
    if account["period"]:
        first, last = account["period"]
        typer.echo(f"  {first} to {last}: {account['opening']} to {account['closing']} {account['currency']}")
    table = Table(box=SIMPLE_HEAD)
    for name, justify in (("Day", "left"), ("Description", "left"), ("Amount", "right"), ("Balance", "right")):
        table.add_column(name, justify=justify, no_wrap=name != "Description")  # type: ignore[arg-type]
    for row in account["transactions"]:
        table.add_row(row["postDate"], Text(printable(row["description"])), row["amount"], row["balance"] or "")
    Console(highlight=False).print(table)
    _show_proof(account)


def _show_proof(account: dict[str, Any]) -> None:
    if account["proved"]:
        typer.secho(f"  {account['proved']} facts proved", fg="green")
    else:
        typer.secho("  nothing is proven but the form: the file prints no balances", fg="yellow")
    signs = [sign for sign in account["signs"] if SignKind.is_named(sign)]
    for note in account["signs"]:
        if note not in signs:
            typer.secho(f"  {printable(note)}", fg="yellow")
    if account["layout"]:
        typer.echo(f"  layout {account['layout']}; {printable('; '.join(signs)) or 'no sign of alteration'}")
