"""Write every text file and score the reader on it: `python -m tests.held_back.text.score FOLDER SEED`."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.held_back.judge import Verdict, of_command
from tests.held_back.kind import Kind
from tests.held_back.text.every import KINDS


def answers(folder: Path, seed: str, institutions: bool) -> list[tuple[Kind, Verdict, str]]:
    """Each kind with the verdict on its file and the reader's words."""
    found = []
    for kind in KINDS:
        sample = kind.make(seed)
        path = folder / sample.name
        path.write_bytes(sample.content)
        named = ["--institution", sample.institution] if institutions and sample.institution else []
        command = [str(Path(sys.executable).with_name("bowerbird")), "statement", "parse", str(path), "--json", *named]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        (folder / f"{sample.name}.answer.json").write_text(run.stdout + run.stderr)
        try:
            verdict, said = of_command(sample.expected, run.stdout)
        except (ValueError, KeyError):
            verdict, said = Verdict.UNTRUE, "crash: " + run.stderr[-300:]
        found.append((kind, verdict, said))
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
