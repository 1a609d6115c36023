"""A bank's export read in a confined process: the same as without one, whatever kind it is, and within the bounds of a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bowerbird.model.statement import FileKind
from bowerbird.plugins.registry import discover
from bowerbird.statements.confined.pool import Readers
from bowerbird.statements.files import kind_of
from bowerbird.statements.reader import read_statement
from bowerbird.statements.refusal import Refused
from bowerbird.statements.statement import StatementAccount
from bowerbird.statements.tasks import LINES
from bowerbird.verify.life import PAPER, statement_csv
from bowerbird.wiring.services import export_task
from tests.unit.test_any_form import BODY, HEAD
from tests.unit.test_text_formats import BANK, CAMT, MT940, QIF

PLUGINS, MAX_ROWS = discover(), 100_000
EXPORT = export_task(PLUGINS, MAX_ROWS)
ROOT = Path(__file__).parents[2]
WRITTEN = {
    "qif": QIF.encode(),
    "mt940": MT940.encode(),
    "camt": CAMT.encode(),
    "a broken camt": CAMT[:-20].encode(),
    "utf-16": (HEAD + BODY).encode("utf-16"),
    "utf-32-be": (HEAD + BODY).encode("utf-32-be"),
    "cp1252": (HEAD + BODY).encode("cp1252") + b"\x80",
    "no text": b"a,b\x81\n\xff",
    "nothing": b" ",
}


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    made = Readers([EXPORT, LINES], 1)
    yield made
    made.close()


def samples() -> Iterator[tuple[str, bytes]]:
    yield from WRITTEN.items()
    for folder in ("src/bowerbird/layouts", "tests/samples"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix not in (".json", ".py", ".toml", ".pyc"):
                data = path.read_bytes()
                if kind_of(data) not in (None, FileKind.PDF):
                    yield str(path.relative_to(ROOT)), data


def read_here(data: bytes) -> list[StatementAccount] | str:
    try:
        return read_statement(data, BANK, MAX_ROWS, PLUGINS.csv_layouts)
    except Refused as refused:
        return f"{refused.title} {refused.detail}"


def read_apart(readers: Readers, data: bytes) -> list[StatementAccount] | str:
    try:
        return readers.read(EXPORT, data, institution=BANK)
    except Refused as refused:
        return f"{refused.title} {refused.detail}"


def test_a_confined_process_reads_what_an_open_one_reads(readers: Readers) -> None:
    read, refused = 0, 0
    for name, data in samples():
        here, apart = read_here(data), read_apart(readers, data)
        assert apart == here, name
        read, refused = read + isinstance(here, list), refused + isinstance(here, str)
        for one, other in zip(here, apart, strict=True):
            if isinstance(one, StatementAccount) and isinstance(other, StatementAccount):  # what equality leaves out
                assert (list(one.lines), one.proved, one.numbered, one.ends_known) == (
                    list(other.lines), other.proved, other.numbered, other.ends_known,
                )  # fmt: skip
    assert (read > 20, refused > 2) == (True, True), (read, refused)


def test_lines_are_split_apart_too(readers: Readers) -> None:
    assert readers.read(LINES, b'a\n"b\nc"\nd\n', kind="csv", first=2, last=3) == [(2, '"b\nc"'), (3, "d")]


@pytest.mark.slow
def test_a_file_of_the_largest_number_of_rows_is_read(readers: Readers) -> None:
    rows = {number: (date(2020, 1, 1) + timedelta(days=number // 60), f"ROW {number} {'x' * 20}", 1) for number in range(MAX_ROWS)}
    (found,) = readers.read(EXPORT, statement_csv("v", 100, rows, date(2026, 1, 1)), institution=PAPER)
    assert len(found.transactions) == MAX_ROWS
