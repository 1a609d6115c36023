"""`bowerbird codes` and `bowerbird openapi`: response codes and the API description, without a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bowerbird.console import Json, print_columns

if TYPE_CHECKING:
    from bowerbird.codes import Entry

Url = Annotated[str, typer.Option(metavar="URL", help="The address of the server it describes.")]
Folder = Annotated[Path, typer.Option(metavar="DIR", help="Where the pages go.")]


codes_app = typer.Typer()


@codes_app.callback(invoke_without_command=True)
def codes(context: typer.Context, as_json: Json = False) -> None:
    """List every response code: where it appears, who must act, and whether trying again helps."""
    if context.invoked_subcommand is not None:
        return
    from bowerbird.codes import CATALOGUE, SECTIONS
    from bowerbird.reference import entries_of

    if as_json:
        typer.echo(json.dumps([_described(entry) for entry in CATALOGUE.values()], indent=2))
        return
    for heading, meanings in SECTIONS.items():
        typer.secho(f"\n{heading}", bold=True, fg="cyan")
        print_columns(
            ("CODE / VARIANT", "ANSWER", "WHO ACTS", "AGAIN", "TITLE"),
            [
                (entry.key, _answer(entry), meaning.actor.value, meaning.retry.value, entry.title + (" *" if entry.arrives_with else ""))
                for meaning in meanings
                for entry in entries_of(meaning)
            ],
            indent="  ",
        )
    typer.echo("\n* not in use yet: it arrives with a later version. Details: bowerbird codes --json, or docs/reference/codes.md")


def _answer(entry: Entry) -> str:
    return " + ".join([*([str(entry.http)] if entry.http else []), *(["job"] if entry.in_jobs else [])])


def _described(entry: Entry) -> dict[str, Any]:
    return {
        "code": entry.code,
        "variant": entry.variant,
        "http": entry.http,
        "job": entry.in_jobs,
        "title": entry.title,
        "detail": entry.detail,
        "placeholders": sorted(entry.placeholders),
        "heading": entry.meaning.heading,
        "description": entry.description,
        "actor": entry.meaning.actor.value,
        "retry": entry.meaning.retry.value,
        "where": list(entry.where),
        "emptySource": entry.empty_source,
        "arrivesWith": entry.arrives_with,
    }


def openapi(url: Url = "http://127.0.0.1:8000") -> None:
    """Print the OpenAPI description that the server has at /openapi.json."""
    from bowerbird.api.description.openapi import render_openapi

    typer.echo(render_openapi(url).decode())


def docs(folder: Folder = Path("docs/reference")) -> None:
    """Write the pages of docs/reference, and the tables of docs/architecture.md, which are rendered from the program itself."""
    for name, page in pages().items():
        (folder / name).write_text(page, "utf-8")
        typer.echo(f"{folder / name}")


def pages() -> dict[str, str]:
    """The generated pages by their file names."""
    from typer import Context
    from typer.main import get_command

    from bowerbird import reference
    from bowerbird.cli import app

    page = reference.cli_page(get_command(app), Context)  # type: ignore[arg-type]
    architecture = Path(reference.__file__).parents[2] / "docs" / "architecture.md"
    return {
        "codes.md": reference.codes_page(),
        "operations.md": reference.operations_page(),
        "settings.md": reference.settings_page(),
        "leaves.md": reference.leaves_page(),
        "cli.md": page,
        "../architecture.md": reference.with_layers(architecture.read_text("utf-8")),
    }
