"""The page of allowed deviations: a table that people read and the tests hold the server to."""

from __future__ import annotations

import re
from pathlib import Path

from tests.conformance.reference import ROOT, Deviation

PAGE = ROOT / "docs" / "reference" / "deviations.md"
HEAD = ["operations", "status", "pointer", "difference", "reason"]


def allowed(page: Path = PAGE) -> dict[Deviation, str]:
    """Every deviation of the page, with its reason. Raises ValueError for a row that cannot be read, or that stands there twice."""
    rows = [_cells(line) for line in page.read_text("utf-8").splitlines() if line.startswith("|")]
    if rows[0] != HEAD:
        raise ValueError(f"the table of {page.name} begins with {HEAD}")
    found: dict[Deviation, str] = {}
    for cells in rows[2:]:
        if len(cells) != len(HEAD) or not all(cells):
            raise ValueError(f"five filled cells a row: {cells}")
        operations, status, pointer, what, reason = cells
        for operation in re.split(r",\s*", operations):
            deviation = Deviation(operation, int(status), "" if pointer == "–" else pointer.strip("`"), what.strip("`"))
            if deviation in found:
                raise ValueError(f"listed twice: {deviation}")
            found[deviation] = reason
    return found


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def row(operations: list[str], deviation: Deviation, reason: str) -> str:
    """A row as the page writes it: what to paste when a deviation is new."""
    pointer = f"`{deviation.pointer}`" if deviation.pointer else "–"
    return f"| {', '.join(operations)} | {deviation.status} | {pointer} | `{deviation.what}` | {reason} |"
