"""Spoil statements of every layout and count what happens: `python -m tests.statement_factory.report [HOW MANY A KIND AND LAYOUT]`."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from bowerbird.plugins.registry import statement_layouts
from bowerbird.sdk.statement_layout import StatementLayout
from bowerbird.statements.pdf.task import read_or_search
from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.refusal import StatementRefused
from tests.statement_factory.catalogue import PRINTERS, specimen
from tests.statement_factory.corrupter import CORRUPTIONS
from tests.statement_factory.pdf_canvas import Specimen, drawn

REFUSED, UNTOUCHED, CHANGED = "refused", "accepted, every transaction unchanged", "ACCEPTED WITH A CHANGED TRANSACTION"


class Trial(NamedTuple):
    """One corruption of one statement, and what came of it."""

    kind: str
    layout: str
    seed: int
    outcome: str


def trials(many: int, size: int = 18, first_seed: int = 0) -> Iterator[Trial]:
    """`many` corruptions of every kind for every layout. Kinds that a statement does not allow are left out."""
    layouts = statement_layouts()
    for layout in PRINTERS:
        for seed in range(first_seed, first_seed + many):
            whole = specimen(layout, seed, size)
            for kind, corrupt in CORRUPTIONS.items():
                items = corrupt(random.Random(f"{kind} {seed}"), whole)
                if items and items != whole.items:
                    yield Trial(kind, layout, seed, outcome(whole, drawn(items), layouts))


def outcome(whole: Specimen, data: bytes, layouts: tuple[StatementLayout, ...]) -> str:
    """What the server makes of a spoiled statement, by its layouts or without one.

    Same-day rows without balances may come in another order: they are the same rows.
    """
    try:
        found, _ = read_or_search(read_words(data), whole.institution, layouts, {}, searches=True)
    except StatementRefused:
        return REFUSED
    by_layout = found.layout_id in PRINTERS  # without one, the day on which a customer acted stays part of the text
    read = Counter((row.posted, row.amount, row.description, row.balance, row.made if by_layout else None) for row in found.transactions)
    printed = Counter((row.day, row.amount, row.description, row.balance, row.made if by_layout else None) for row in whole.expected)
    return UNTOUCHED if read == printed else CHANGED


def table(counts: Counter[tuple[str, str]]) -> str:
    """(kind, outcome) → how many, as a table."""
    lines = [f"{'corruption':32} {'tried':>6} {'refused':>8} {'unchanged':>10} {'changed':>8}"]
    for kind in CORRUPTIONS:
        row = [counts[kind, result] for result in (REFUSED, UNTOUCHED, CHANGED)]
        lines.append(f"{kind:32} {sum(row):6} {row[0]:8} {row[1]:10} {row[2]:8}")
    return "\n".join([*lines, f"{'all':32} {sum(counts.values()):6}", ""])


def main() -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for trial in trials(int(sys.argv[1]) if len(sys.argv) > 1 else 20):
        counts[trial.kind, trial.outcome] += 1
        if trial.outcome != REFUSED:
            sys.stdout.write(f"{trial}\n")
    sys.stdout.write(table(counts))


if __name__ == "__main__":
    main()
