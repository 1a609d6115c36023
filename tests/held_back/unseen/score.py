"""Write the unseen prints and their answers to a folder, score the reader on them and print the table by kind.

`python -m tests.held_back.unseen.score FOLDER [KIND …]`
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.held_back.judge import Verdict
from tests.held_back.prints.every import as_json
from tests.held_back.prints.model import Maker
from tests.held_back.reading import Scored, by_kind, reader, scored
from tests.held_back.unseen.documents import UnseenKind, UnseenPrint, kinds
from tests.held_back.unseen.marked_up import by_chromium, by_typst
from tests.held_back.unseen.paper import by_reportlab

FIRST = {"right": 130, "words lost": 6, "refused": 110, "read wrong": 0, "ambiguous refused": 12, "ambiguous read": 6}
"""The first score of the 264 prints, before any repair for their kinds."""


def write(folder: Path, chosen: Iterable[UnseenKind], names: str = "") -> dict[Path, tuple[UnseenKind, UnseenPrint]]:
    """Write each print of these kinds whose name ends so; each path with its kind."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {folder / f"{one.name}.pdf": (kind, one) for kind in chosen for one in kind.prints if one.name.endswith(names)}
    for path, (kind, one) in made.items():
        path.with_suffix(".json").write_text(as_json(kind.expected(one)))
        if kind.maker is not Maker.CHROMIUM:
            path.write_bytes((by_typst if kind.maker is Maker.TYPST else by_reportlab)(one))
    if pages := {path: one for path, (kind, one) in made.items() if kind.maker is Maker.CHROMIUM}:
        by_chromium(pages)
    return made


def answers(folder: Path, chosen: Iterable[UnseenKind], names: str = "") -> Iterator[tuple[UnseenKind, Scored]]:
    """The verdict on each of these prints."""
    made = write(folder, chosen, names)
    files = ((path.name, path.read_bytes(), kind.expected(one), "") for path, (kind, one) in made.items())
    with reader() as context:
        yield from zip((kind for kind, _ in made.values()), scored(context, files), strict=True)


def main() -> None:
    """Print each file with its verdict, and the table by kind."""
    folder, wanted = Path(sys.argv[1]), set(sys.argv[2:])
    chosen = [kind for kind in kinds() if not wanted or kind.name in wanted]
    if not chosen:
        raise SystemExit(f"No kind has one of these names. There are: {', '.join(kind.name for kind in kinds())}")
    found = by_kind(folder, ((kind.name, one) for kind, one in answers(folder, chosen)))
    facts = {kind.name: kind for kind in kinds()}
    sys.stdout.write(f"| kind | made with | | {' | '.join(Verdict)} | CPU ms |\n")
    for name, each in found.items():
        counts = Counter(one.verdict for one in each)
        figures = " | ".join(str(counts[verdict]) for verdict in Verdict)
        cpu = sorted(one.cpu_ms for one in each)[len(each) // 2]
        sys.stdout.write(f"| {name} | {facts[name].maker} | {facts[name].fact} | {figures} | {cpu:.0f} |\n")
    every = [one for each in found.values() for one in each]
    times = sorted(one.cpu_ms for one in every)
    sys.stdout.write(f"{len(every)} prints: {dict(Counter(str(one.verdict) for one in every))}\n")
    sys.stdout.write(f"CPU ms: median {times[len(times) // 2]:.0f}, 95 % {times[len(times) * 95 // 100]:.0f}, most {times[-1]:.0f}\n")


if __name__ == "__main__":
    main()
