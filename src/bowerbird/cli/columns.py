"""Plain tables: columns of text that no terminal width breaks, so that they can be read, piped and cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import typer


def print_columns(header: Sequence[str], rows: Iterable[Sequence[str]], indent: str = "") -> None:
    lines = [tuple(header), *(tuple(row) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(header))]
    for number, line in enumerate(lines):
        text = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        typer.secho(indent + text, bold=number == 0)
