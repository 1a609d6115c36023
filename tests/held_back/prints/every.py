"""Every kind of print, and how a set of them is written to a folder."""

import json
from pathlib import Path

from tests.held_back.kind import Expected
from tests.held_back.prints import continental, northern, southern
from tests.held_back.prints.model import Drawn, Maker, Print, PrintKind
from tests.held_back.prints.writers import by_chromium, by_reportlab, by_typst

KINDS: tuple[PrintKind, ...] = (*southern.KINDS, *northern.KINDS, *continental.KINDS)
SIZES = (14, 90)


def as_json(whole: Expected) -> str:
    """The expected answer in a file beside the print."""
    rows = [[str(row.day), f"{row.cents / 100:.2f}", row.words, f"{row.balance_cents / 100:.2f}"] for row in whole.rows]
    return json.dumps(
        {"answer": whole.answer, "accounts": whole.accounts, "balances": whole.with_balances, "rows": rows},
        ensure_ascii=False,
        indent=1,
    )


def write(
    folder: Path, seeds: tuple[str, ...], sizes: tuple[int, ...] = SIZES, kinds: tuple[PrintKind, ...] = KINDS
) -> dict[Path, tuple[PrintKind, Drawn]]:
    """Write each kind from each seed in each size; each path with its kind and right answer."""
    folder.mkdir(parents=True, exist_ok=True)
    made: dict[Path, tuple[PrintKind, Drawn]] = {}
    pages: dict[Path, Print] = {}
    for kind in kinds:
        for seed in seeds:
            for size in sizes:
                drawn, path = kind.draw(seed, size), folder / f"{kind.name}.{seed}.{size}.pdf"
                made[path] = (kind, drawn)
                path.with_suffix(".json").write_text(as_json(drawn.expected))
                if kind.maker is Maker.CHROMIUM:
                    pages[path] = drawn.document
                else:
                    path.write_bytes((by_typst if kind.maker is Maker.TYPST else by_reportlab)(drawn.document))
    if pages:
        by_chromium(pages)
    return made
