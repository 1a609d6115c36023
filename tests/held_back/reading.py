"""The project's reader over held-back files, with the CPU time of each."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bowerbird.cli.options import settings_from
from bowerbird.statements.statement_reader import StatementReader
from bowerbird.wiring.services import open_statement_reader
from tests.held_back.judge import Verdict, of_command
from tests.held_back.kind import Expected

ANY_BANK = "AU00000"


@dataclass(frozen=True)
class Scored:
    """One file's verdict, what the reader says, and the CPU time it took in milliseconds."""

    name: str
    verdict: Verdict
    stated: str
    answer: str
    cpu_ms: float


def cpu_ms() -> float:
    """CPU time of this process and of the processes that read for it, in milliseconds."""
    total, waiting = 0, [os.getpid()]
    while waiting:
        pid = waiting.pop()
        try:
            times = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            waiting += [int(child) for each in Path(f"/proc/{pid}/task").iterdir() for child in (each / "children").read_text().split()]
        except OSError:
            continue
        total += sum(map(int, times[11:15]))
    return total * 1000 / os.sysconf("SC_CLK_TCK")


@contextmanager
def reader() -> Iterator[StatementReader]:
    """The reader of `bowerbird statement parse`."""
    context = open_statement_reader(settings_from(None, None))
    try:
        yield context
    finally:
        context.close()


def scored(context: StatementReader, files: Iterable[tuple[str, bytes, Expected, str]]) -> Iterator[Scored]:
    """The verdict on each file, given as name, content, right answer and institution."""
    for name, content, expected, institution in files:
        before = cpu_ms()
        outcome = context.read(content, institution or ANY_BANK, None)
        spent = cpu_ms() - before
        answer = json.dumps(outcome.as_json())
        yield Scored(name, *of_command(expected, answer), answer, spent)


def by_kind(folder: Path, judged: Iterable[tuple[str, Scored]]) -> dict[str, list[Scored]]:
    """The verdicts by the name of their kind; each is printed as it comes, and what was read is written beside its file."""
    found: dict[str, list[Scored]] = {}
    for name, one in judged:
        found.setdefault(name, []).append(one)
        (folder / one.name).with_suffix(".answer").write_text(one.answer)
        sys.stdout.write(f"{one.verdict:16} {one.cpu_ms:7.0f} ms {one.name:32} {one.stated}\n")
    return found
