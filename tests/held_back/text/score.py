"""Write every text file and score the reader on it: `python -m tests.held_back.text.score FOLDER SEED`."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.held_back.judge import Verdict, of_command
from tests.held_back.kind import Kind
from tests.held_back.text.every import KINDS


def read_all(paths: list[Path], institution: str) -> dict[str, str]:
    """What the reader prints for each file, all read by one process."""
    named = ["--institution", institution] if institution else []
    command = [str(Path(sys.executable).with_name("bowerbird")), "statement", "parse", *map(str, paths), "--json", *named]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    said = json.loads(run.stdout)
    return {one["file"]: json.dumps(one) for one in (said if isinstance(said, list) else [said])}


def answers(folder: Path, seed: str, institutions: bool) -> list[tuple[Kind, Verdict, str]]:
    """Each kind with the verdict on its file and the reader's words."""
    by_bank: dict[str, list[Path]] = {}
    samples = [(kind, kind.make(seed)) for kind in KINDS]
    for _, sample in samples:
        path = folder / sample.name
        path.write_bytes(sample.content)
        by_bank.setdefault(sample.institution if institutions else "", []).append(path)
    told: dict[str, str] = {}
    for institution, paths in by_bank.items():
        told |= read_all(paths, institution)
    found = []
    for kind, sample in samples:
        answer = told[str(folder / sample.name)]
        (folder / f"{sample.name}.answer.json").write_text(answer)
        found.append((kind, *of_command(sample.expected, answer)))
    return found


def main() -> None:
    """Print each kind that is not right, and the counts."""
    folder, seed = Path(sys.argv[1]), sys.argv[2]
    folder.mkdir(parents=True, exist_ok=True)
    found = answers(folder, seed, institutions="--institution" in sys.argv)
    for kind, verdict, said in found:
        sys.stdout.write(f"{verdict:16} {kind.name:32} {said}\n")
    counts = Counter(verdict for _, verdict, _ in found)
    sys.stdout.write(json.dumps({str(key): value for key, value in counts.items()}) + "\n")


if __name__ == "__main__":
    main()
