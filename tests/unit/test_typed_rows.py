"""Rows are typed down to the column: mypy refuses a misspelt column of every row type, and a field holds what its column stores."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from bowerbird.storage import rows
from bowerbird.storage.database.unit_of_work import StoredRow

ROOT = Path(__file__).parents[2]


def row_types() -> Iterator[type]:
    """Every class of storage.rows that a query fills: the stored rows, and the named tuples of statements that join or sum."""
    for found in pkgutil.iter_modules(rows.__path__):
        module = import_module(f"{rows.__name__}.{found.name}")
        for value in vars(module).values():
            if isinstance(value, type) and value.__module__ == module.__name__ and columns(value):
                yield value


def columns(row_type: type) -> tuple[str, ...]:
    return row_type.__struct_fields__ if issubclass(row_type, StoredRow) else getattr(row_type, "_fields", ())


def misspelt(row_types: list[type]) -> tuple[str, int]:
    """A module that reads each column of each row type under a name with one letter more, and how many reads there are."""
    lines = ["from __future__ import annotations", ""]
    lines += [f"from {row_type.__module__} import {row_type.__name__}" for row_type in row_types]
    count = 0
    for number, row_type in enumerate(row_types):
        lines += ["", "", f"def read_{number}(row: {row_type.__name__}) -> None:"]
        for field in columns(row_type):
            lines.append(f"    row.{field}x")
            count += 1
    return "\n".join([*lines, ""]), count


@pytest.mark.slow
def test_mypy_refuses_every_misspelt_column(tmp_path: Path) -> None:
    known = sorted(row_types(), key=lambda row_type: (row_type.__module__, row_type.__name__))
    text, count = misspelt(known)
    file = tmp_path / "misspelt_columns.py"
    file.write_text(text, "utf-8")
    command = [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", "--no-error-summary", "--no-warn-unreachable", str(file)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    refused = [line for line in answer.stdout.splitlines() if "[attr-defined]" in line]
    assert len(known) > 40
    assert len(refused) == count, answer.stdout[-2000:]
