"""Write prints to a folder and score the reader on them: `python -m tests.held_back.prints.score FOLDER SEEDS [DICE]`.

With DICE, any word, the kinds are those that it composes, not those that were thought of.
"""

import sys
from collections import Counter
from pathlib import Path

from tests.held_back.prints.composed import kinds as composed_kinds
from tests.held_back.prints.every import KINDS, SIZES, write
from tests.held_back.reading import Scored, reader, scored

COMPOSED = 40
"""Kinds composed by dice: four of each country."""


def main() -> None:
    """Print each file with its verdict, and the counts by kind."""
    folder, seeds = Path(sys.argv[1]), tuple(sys.argv[2].split(","))
    chosen = composed_kinds(COMPOSED, sys.argv[3]) if len(sys.argv) > 3 else KINDS
    made = write(folder, seeds, SIZES, chosen)
    kinds: dict[str, list[Scored]] = {}
    with reader() as context:
        files = ((path.name, path.read_bytes(), drawn.expected, "") for path, (_, drawn) in made.items())
        for (path, (kind, _)), one in zip(made.items(), scored(context, files), strict=True):
            path.with_suffix(".answer").write_text(one.answer)
            kinds.setdefault(kind.name, []).append(one)
            sys.stdout.write(f"{one.verdict:16} {one.cpu_ms:7.0f} ms {one.name:44} {one.stated}\n")
    for name, found in kinds.items():
        counts = Counter(str(one.verdict) for one in found)
        sys.stdout.write(f"{name:34} {dict(counts)}  {sum(one.cpu_ms for one in found) / len(found):.0f} ms\n")
    every = [one for found in kinds.values() for one in found]
    sys.stdout.write(f"{len(every)} files: {dict(Counter(str(one.verdict) for one in every))}\n")
    times = sorted(one.cpu_ms for one in every)
    sys.stdout.write(f"CPU ms: median {times[len(times) // 2]:.0f}, 95 % {times[len(times) * 95 // 100]:.0f}, most {times[-1]:.0f}\n")


if __name__ == "__main__":
    main()
