"""Write every text file and score the reader on it: `python -m tests.held_back.text.score FOLDER SEED [--later]`."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.held_back.kind import Kind
from tests.held_back.reading import Scored, reader, scored
from tests.held_back.text.every import KINDS
from tests.held_back.text.later.every import KINDS as LATER


def answers(seed: str, institutions: bool = False, kinds: Sequence[Kind] = KINDS) -> list[Scored]:
    """Each kind's file with the verdict on it, under the kind's name."""
    samples = [(kind.name, kind.make(seed)) for kind in kinds]
    files = ((name, sample.content, sample.expected, sample.institution if institutions else "") for name, sample in samples)
    with reader() as context:
        return list(scored(context, files))


def main() -> None:
    """Print each kind with its verdict, and the counts."""
    folder, seed, kinds = Path(sys.argv[1]), sys.argv[2], LATER if "--later" in sys.argv else KINDS
    folder.mkdir(parents=True, exist_ok=True)
    for kind in kinds:
        sample = kind.make(seed)
        (folder / sample.name).write_bytes(sample.content)
    found = answers(seed, institutions="--institution" in sys.argv, kinds=kinds)
    for one in found:
        (folder / f"{one.name}.answer.json").write_text(one.answer)
        sys.stdout.write(f"{one.verdict:16} {one.name:32} {one.stated}\n")
    sys.stdout.write(f"{len(found)} files: {dict(Counter(str(one.verdict) for one in found))}\n")


if __name__ == "__main__":
    main()
