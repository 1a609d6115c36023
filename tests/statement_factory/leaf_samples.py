"""Writes the synthetic sample of each PDF layout, and what it must be read as: `python -m tests.statement_factory.leaf_samples`.

The factory printed the rows, so the expectation is refused unless its rows are those that were printed.
"""

from __future__ import annotations

import json
from pathlib import Path

import bowerbird.layouts
from bowerbird.plugins.registry import statement_layouts
from bowerbird.sdk.leaf import LeafTier, folder_name
from bowerbird.statements.pdf.statement import read_pdf
from bowerbird.testing.statement_samples import readable
from tests.statement_factory.catalogue import specimen

FOLDER = Path(bowerbird.layouts.__file__).parent
_SEED, _ROWS = 4, 12


def main() -> None:
    layouts = statement_layouts()
    for layout in layouts:
        if layout.tier is LeafTier.DECLARED:
            continue
        printed = specimen(layout.id, _SEED, _ROWS)
        data = printed.pdf()
        statement = read_pdf(data, layout.institution, layouts)
        assert [(row.posted, row.amount, row.description, row.balance) for row in statement.transactions] == [
            (row.day, row.amount, row.description, row.balance) for row in printed.expected
        ]
        folder = FOLDER / folder_name(layout.id) / "tests" / "samples" / "synthetic"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "statement.pdf").write_bytes(data)
        (folder / "statement.json").write_text(json.dumps(readable([statement]), indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
