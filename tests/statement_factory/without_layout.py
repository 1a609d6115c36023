"""Read statements of every layout with the layouts withheld: `python -m tests.statement_factory.without_layout [HOW MANY A LAYOUT]`.

A second number is how many corruptions of every kind and layout are tried too.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from bowerbird.statements.pdf.lines import lines_of
from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.refusal import StatementRefused
from bowerbird.statements.search.verdict import search
from tests.statement_factory.catalogue import PRINTERS, specimen
from tests.statement_factory.corrupter import CORRUPTIONS
from tests.statement_factory.pdf_canvas import Specimen, drawn

NOT_PROPOSED = frozenset({"boq.deposit.2024", "me.deposit.2024", "anz.card.2025", "macquarie.card.2026"})
"""Layouts whose forms the search proposes none of: two days on a row, balances owed or left empty, a card's number crossed out."""
READ, REFUSED, WRONG = "read", "refused", "WRONG"


class Outcome(NamedTuple):
    """What the search makes of one statement. `why` is the refusal's reason, or the first row that differs."""

    what: str
    why: str


def outcome(whole: Specimen, data: bytes) -> Outcome:
    """A reading is right when it holds the specimen's rows: day, amount, description, balance."""
    pages = [lines_of(page) for page in read_words(data) if page.words]
    try:
        reading = search(pages, whole.institution).reading
    except StatementRefused as refusal:
        return Outcome(REFUSED, refusal.reason)
    read = Counter((row.day, row.amount, row.text, row.balance) for row in reading.proved.rows)
    printed = Counter((row.day, row.amount, row.description, row.balance) for row in whole.expected)
    if read == printed:
        return Outcome(READ, "")
    return Outcome(WRONG, f"read {list((read - printed).elements())[:1]}, printed {list((printed - read).elements())[:1]}")


def spoiled(layout: str, seed: int, size: int = 18) -> Iterator[tuple[str, Outcome]]:
    """(kind, outcome) of every corruption that the statement allows."""
    whole = specimen(layout, seed, size)
    for kind, corrupt in CORRUPTIONS.items():
        items = corrupt(random.Random(f"{kind} {seed}"), whole)
        if items and items != whole.items:
            yield kind, outcome(whole, drawn(items))


def report_whole(many: int) -> None:
    sys.stdout.write(f"{'layout withheld':26} {'tried':>6} {'read':>6} {'refused':>8} {'wrong':>6} {'share':>6} {'ms':>6}\n")
    for layout in PRINTERS:
        counts: Counter[str] = Counter()
        before = time.perf_counter()
        reasons = []
        for seed in range(many):
            whole = specimen(layout, seed)
            what, why = outcome(whole, whole.pdf())
            counts[what] += 1
            if why:
                reasons.append(f"    seed {seed}: {what}: {why}\n")
        took = (time.perf_counter() - before) * 1000 / many
        share = 100 * counts[READ] // many
        sys.stdout.write(f"{layout:26} {many:6} {counts[READ]:6} {counts[REFUSED]:8} {counts[WRONG]:6} {share:5}% {took:6.0f}\n")
        sys.stdout.writelines(reasons[:6])


def report_spoiled(many: int) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    for layout in PRINTERS:
        for seed in range(many):
            for kind, (what, why) in spoiled(layout, seed):
                counts[kind, what] += 1
                if what == WRONG:
                    sys.stdout.write(f"{layout} seed {seed}, {kind}: {why}\n")
    sys.stdout.write(f"{'corruption':32} {'tried':>6} {'refused':>8} {'unchanged':>10} {'changed':>8}\n")
    for kind in CORRUPTIONS:
        row = [counts[kind, what] for what in (REFUSED, READ, WRONG)]
        sys.stdout.write(f"{kind:32} {sum(row):6} {row[0]:8} {row[1]:10} {row[2]:8}\n")
    sys.stdout.write(f"{'all':32} {sum(counts.values()):6}\n")


def main() -> None:
    numbers = [int(text) for text in sys.argv[1:]]
    report_whole(numbers[0] if numbers else 40)
    if len(numbers) > 1:
        report_spoiled(numbers[1])


if __name__ == "__main__":
    main()
