"""The project's reader over held-back files, with the CPU time of each."""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

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
    said: str
    answer: str
    cpu_ms: float


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
        before = time.process_time()
        outcome = context.read(content, institution or ANY_BANK, None)
        spent = (time.process_time() - before) * 1000
        answer = json.dumps(outcome.as_json())
        yield Scored(name, *of_command(expected, answer), answer, spent)
