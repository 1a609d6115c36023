"""Reading processes: what they cannot do, what happens when they fail, and that the next file is read all the same."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import pytest

from bowerbird import codes, logs
from bowerbird.statements.confined import confinement
from bowerbird.statements.confined.outcomes import Crashed, NoReader, ReaderTimeout, RefusedInside, TooMuchMemory
from bowerbird.statements.confined.pool import Readers, Task, default_count
from bowerbird.statements.confined.reader import ReaderLimits
from bowerbird.statements.pdf.proven import ExaminedStatement
from bowerbird.statements.statement import StatementAccount
from bowerbird.statements.statement_reader import StatementReader
from bowerbird.statements.tables.mapping import MappingPreview

MEASURE = Task("measure", "tests.unit.untrusted_tasks:measure", str, {"greeting": "bytes: "})
MISBEHAVE = Task("misbehave", "tests.unit.untrusted_tasks:misbehave", object)
MISTYPED = Task("misbehave", "tests.unit.untrusted_tasks:misbehave", int)
IDENTITY = Task("misbehave", "tests.unit.untrusted_tasks:misbehave", tuple[int, int])
TRIES = Task("misbehave", "tests.unit.untrusted_tasks:misbehave", dict[str, str])
LIMITS = ReaderLimits(milliseconds=1_000, cpu_seconds=5, memory_bytes=256 << 20, answer_bytes=1 << 20)


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    readers = Readers([MEASURE, MISBEHAVE], 1, LIMITS)
    readers.warm()
    yield readers
    readers.close()


def test_a_file_is_read_with_what_was_prepared_and_what_is_asked(readers: Readers) -> None:
    assert readers.read(MEASURE, b"abc") == "bytes: 3"
    assert readers.read(MEASURE, bytes(3_000_000), times=2) == "bytes: 6000000"


def test_a_refusal_comes_back_unchanged_with_its_reason_for_the_log(readers: Readers) -> None:
    with pytest.raises(RefusedInside) as refused:
        readers.read(MISBEHAVE, b"refuse")
    assert refused.value.entry is codes.CSV_INVALID_ROW
    assert refused.value.detail == "CSV row 3 cannot be split into fields: because"
    assert refused.value.reason == "for the log"


@pytest.mark.parametrize(
    ("behaviour", "failure", "reason"),
    [
        ("fault", Crashed, "SIGSEGV"),
        ("abort", Crashed, "SIGABRT"),
        ("kill", Crashed, "SIGKILL"),
        ("trap", Crashed, "SIGTRAP"),
        ("unnamed signal", Crashed, "signal 40"),
        ("exit", Crashed, "ended with 3"),
        ("raise", Crashed, "ZeroDivisionError in tests.unit.untrusted_tasks._raise, line "),
        ("recurse", Crashed, "RecursionError"),
        ("allocate", TooMuchMemory, "MemoryError"),
        ("flood", TooMuchMemory, "an answer of 2097157 bytes"),
    ],
)
def test_a_process_that_fails_is_replaced_and_the_file_refused(
    readers: Readers, behaviour: str, failure: type[RefusedInside], reason: str
) -> None:
    with pytest.raises(failure) as failed:
        readers.read(MISBEHAVE, behaviour.encode())
    assert failed.value.entry is (codes.STATEMENT_PARSING_ERROR if failure is Crashed else codes.STATEMENT_INVALID)
    assert reason in failed.value.reason
    assert readers.read(MEASURE, b"abc") == "bytes: 3"


@pytest.mark.parametrize(("behaviour", "ended_with"), [("trap", "SIGTRAP"), ("unnamed signal", "signal 40"), ("exit", "3")])
def test_the_log_names_the_signal_that_ended_a_process(readers: Readers, behaviour: str, ended_with: str) -> None:
    with logs.log.kept() as log, pytest.raises(Crashed):
        readers.read(MISBEHAVE, behaviour.encode())
    assert [entry["event"] for entry in log] == ["reader_died", "file_unreadable"]
    assert log[0]["ended_with"] == ended_with
    assert log[1]["reason"] == f"the process ended with {ended_with}"


def test_a_file_that_ends_its_process_is_refused_with_the_signal_and_not_called_unofficial() -> None:
    dies = Task("dies", "tests.unit.untrusted_tasks:ended_by_a_signal", ExaminedStatement)
    export = Task("export", "tests.unit.untrusted_tasks:ended_by_a_signal", list[StatementAccount])
    columns = Task("columns", "tests.unit.untrusted_tasks:ended_by_a_signal", MappingPreview)
    reader = StatementReader(Readers([dies, export], 1, LIMITS), dies, MEASURE, export, MEASURE, columns)
    refusals = [reader.read(data, "AU04301").refusal for data in (b"%PDF-1.7\n", b"a,b\n")]
    reader.close()
    for refusal in refusals:
        assert refusal is not None
        assert refusal["code"] == codes.STATEMENT_PARSING_ERROR.code
        assert refusal["reason"] == "the process ended with SIGTRAP"


def test_a_log_quotes_nothing_of_the_file(readers: Readers) -> None:
    with pytest.raises(Crashed) as failed:
        readers.read(MISBEHAVE, b"raise")
    assert "by the file" not in failed.value.reason


@pytest.mark.parametrize("behaviour", ["sleep", "spin"])
def test_a_file_has_so_much_time(readers: Readers, behaviour: str) -> None:
    started = monotonic()
    with pytest.raises(ReaderTimeout):
        readers.read(MISBEHAVE, behaviour.encode())
    assert monotonic() - started < 4
    assert readers.read(MEASURE, b"abc") == "bytes: 3"


@pytest.mark.slow
def test_processor_time_ends_even_where_no_caller_waits() -> None:
    readers = Readers([MISBEHAVE], 1, ReaderLimits(milliseconds=30_000, cpu_seconds=1))
    with pytest.raises(ReaderTimeout, match="not an official"):
        readers.read(MISBEHAVE, b"spin")
    readers.close()


def test_an_answer_of_another_type_is_no_answer(readers: Readers) -> None:
    with pytest.raises(Crashed, match="Unable to parse") as failed:
        readers.read(MISTYPED, b"wrong type")
    assert "no answer of this task" in failed.value.reason


def test_what_a_library_prints_disturbs_nothing(readers: Readers) -> None:
    assert readers.read(MISBEHAVE, b"print") == "quiet"


def test_no_secret_is_inherited(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOWERBIRD_MASTER_KEY", "secret")
    fresh = Readers([MISBEHAVE], 1, LIMITS)
    assert fresh.read(MISBEHAVE, b"environment") in (["LC_ALL"], ["LC_ALL", "LD_LIBRARY_PATH"])
    fresh.close()


def test_every_door_is_shut_that_this_machine_can_shut(readers: Readers) -> None:
    measures = readers.measures()
    assert {"privileges", "limits"} <= set(measures) <= set(confinement.ENFORCE)
    tries = readers.read(TRIES, b"tries")
    assert tries.pop("remove a file") != "done"
    if "files" not in measures:
        tries.pop("run a program")
    if os.geteuid() != 0 or "user" not in measures:
        tries.pop("signal its parent")
        tries.pop("start a process")
    assert "done" not in tries.values(), tries


def test_root_reads_without_rights(readers: Readers) -> None:
    """Asked from outside: the process itself may not even look who it is."""
    readers.measures()
    (reader,) = readers._idle
    assert reader is not None
    for pid in (reader.pid, int(Path(f"/proc/{reader.pid}/task/{reader.pid}/children").read_text("ascii"))):
        (line,) = [line for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines() if line.startswith("Uid:")]
        assert line.split()[1:] == [str(65_534 if os.geteuid() == 0 else os.geteuid())] * 4


def test_every_file_has_a_process_of_its_own(readers: Readers) -> None:
    pids = [readers.read(IDENTITY, b"identity")[0] for _ in range(7)]
    assert len({*pids}) == 7
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()], "each has ended with its answer"


def test_a_file_that_ends_its_process_costs_no_new_start(readers: Readers) -> None:
    readers.read(MEASURE, b"abc")
    (before,) = readers._idle
    for behaviour in (b"fault", b"exit", b"raise", b"kill"):
        with pytest.raises(Crashed):
            readers.read(MISBEHAVE, behaviour)
    assert readers.read(MEASURE, b"abc") == "bytes: 3"
    assert list(readers._idle) == [before]


def test_files_are_read_side_by_side() -> None:
    readers = Readers([MEASURE, MISBEHAVE], 2, LIMITS)
    with ThreadPoolExecutor(9) as pool:
        stuck = pool.submit(readers.read, MISBEHAVE, b"sleep")
        assert list(pool.map(lambda size: readers.read(MEASURE, bytes(size)), range(200))) == [f"bytes: {size}" for size in range(200)]
        assert isinstance(stuck.exception(), ReaderTimeout)
    readers.close()


def test_callers_wait_in_a_bounded_line() -> None:
    readers = Readers([MISBEHAVE], 1, ReaderLimits(milliseconds=1_500, waiting=1, waiting_milliseconds=200))
    readers.measures()
    with ThreadPoolExecutor(3) as pool:
        busy = pool.submit(readers.read, MISBEHAVE, b"sleep")
        while readers._idle:
            pass
        failures = [each.exception() for each in [pool.submit(readers.read, MISBEHAVE, b"print") for _ in range(2)]]
        assert isinstance(busy.exception(), ReaderTimeout)
    assert all(isinstance(failure, NoReader) for failure in failures)
    assert {str(failure) for failure in failures} == {"1 files are waiting already", "no process was free in time"}
    readers.close()


def test_closing_ends_who_reads_and_who_comes_later() -> None:
    readers = Readers([MISBEHAVE], 1, ReaderLimits())
    readers.measures()
    with ThreadPoolExecutor(1) as pool:
        stuck = pool.submit(readers.read, MISBEHAVE, b"sleep")
        while readers._idle:
            pass
        readers.close()
        assert isinstance(stuck.exception(timeout=5), NoReader)
    with pytest.raises(NoReader, match="stopping"):
        readers.read(MISBEHAVE, b"print")


def test_a_task_that_cannot_be_loaded_is_no_fault_of_the_file() -> None:
    broken = Task("broken", "tests.unit.untrusted_tasks:no_such_thing", str)
    readers = Readers([broken], 1, LIMITS)
    with pytest.raises(NoReader, match="no process could be started"):
        readers.read(broken, b"")
    readers.close()


def test_there_is_a_process_a_core() -> None:
    assert 1 <= default_count() <= 8
