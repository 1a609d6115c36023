"""`python -m bench [NAME …] [--quick]`: measure, print one table, write bench/results.json and the tables of docs/benchmarks.md."""

from __future__ import annotations

import argparse
import importlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.measure import FULL, QUICK, Row

BENCHES = (
    "start",
    "page",
    "pages",
    "postgres",
    "reads",
    "instructions",
    "safeguards",
    "statements",
    "pdf",
    "uploads",
    "jobs",
    "fleet",
    "events",
    "size",
    "rows",
    "snapshots",
    "restore",
)
RESULTS = Path(__file__).parent / "results.json"
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
_TABLE = re.compile(r"(<!-- bench: ([a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_HEADINGS = ("what", "ours", "baseline", "ratio", "bar", "met")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHES)}; all of them where none is named")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller tables, to see that it works")
    given = parser.parse_args(arguments)
    if unknown := set(given.names) - set(BENCHES):
        parser.error(f"no bench is called {', '.join(sorted(unknown))}: choose from {', '.join(BENCHES)}")
    found: dict[str, list[Row]] = {}
    for name in given.names or BENCHES:
        print(f"… {name}", flush=True)
        found[name] = importlib.import_module(f"bench.{name}").run(QUICK if given.quick else FULL)
    rows = [row for each in found.values() for row in each]
    print(table(rows))
    if not given.quick:
        _keep(found)
    missed = [row.what for row in rows if row.met is False]
    print(f"bars not met: {', '.join(missed) or 'none'}")


def table(rows: Sequence[Row]) -> str:
    """The rows as Markdown, aligned for the eye as well."""
    lines = [_HEADINGS, *((row.what, row.ours, row.baseline, row.ratio, row.bar, _met(row)) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADINGS))]
    shown = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines]
    shown.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(shown)


def _met(row: Row) -> str:
    return "" if row.met is None else "yes" if row.met else "no"


def _keep(found: dict[str, list[Row]]) -> None:
    """Results of the benches that ran replace the earlier ones; the others stay."""
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    kept |= {name: [asdict(row) for row in rows] for name, rows in found.items()}
    RESULTS.write_text(json.dumps({name: kept[name] for name in BENCHES if name in kept}, indent=2, ensure_ascii=False) + "\n")
    PAGE.write_text(page_with_tables())


def page_with_tables() -> str:
    """docs/benchmarks.md with the kept results in its tables, each named by the benches it shows."""
    kept = {name: [Row(**row) for row in rows] for name, rows in json.loads(RESULTS.read_text()).items()}

    def filled(match: re.Match[str]) -> str:
        rows = [row for name in match[2].split() for row in kept.get(name, [])]
        return f"{match[1]}\n{table(rows)}\n\n{match[3]}"

    return _TABLE.sub(filled, PAGE.read_text())


if __name__ == "__main__":
    main()
