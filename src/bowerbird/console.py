"""What every command shares, wherever it is defined: options, refusals, tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

import typer

DEFAULT_URL = "http://127.0.0.1:8000"
"""Where `make run` serves."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class CommandRefused(Exception):
    """A command cannot do what it was asked to: the text says why, and what to do."""


def printable(text: str) -> str:
    """A text of others as a terminal may show it: nothing in it moves the cursor, hides what was printed or turns it round."""
    return "".join(char if char.isprintable() else " " if char.isspace() else "\N{REPLACEMENT CHARACTER}" for char in text)


def print_columns(header: Sequence[str], rows: Iterable[Sequence[str]], indent: str = "") -> None:
    """Print columns of text that no terminal width breaks, so that they can be read, piped and cut."""
    lines = [tuple(header), *(tuple(map(printable, row)) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(header))]
    for number, line in enumerate(lines):
        text = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        typer.secho(indent + text, bold=number == 0)
