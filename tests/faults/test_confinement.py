"""A reading process that is taken over: every way out, with every measure, and with each of them missing."""

from __future__ import annotations

import os
import platform
import socket
import struct
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from bowerbird import codes, logs
from bowerbird.statements.confined import system_calls
from bowerbird.statements.confined.confinement import ENFORCE, REQUIRED
from bowerbird.statements.confined.outcomes import NotConfined, RefusedInside
from bowerbird.statements.confined.pool import Readers, Task
from bowerbird.statements.confined.reader import ReaderLimits
from tests.faults.escapes import REFUSED

LIMITS = ReaderLimits(memory_bytes=256 << 20)
SECOND_WALL = tuple(name for name in ENFORCE if name not in REQUIRED)

pytestmark = pytest.mark.skipif(platform.machine() not in system_calls.MACHINES, reason="readers are confined on x86_64 and aarch64 only")


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str | int]]:
    """A process, files and a port of the server's user, open to the reader as far as file modes go."""
    folder = tmp_path_factory.mktemp("server")
    for parent in (folder, folder.parent, folder.parent.parent):
        parent.chmod(0o777 if parent == folder else parent.stat().st_mode | 0o055)
    for name in ("master.key", "bowerbird.db"):
        (folder / name).write_bytes(b"secret" * 100)
        (folder / name).chmod(0o666)
    nobody, no_groups = (65_534, list[int]()) if os.geteuid() == 0 else (None, None)
    victim = subprocess.Popen(["sleep", "600"], user=nobody, group=nobody, extra_groups=no_groups)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        files = {"key": str(folder / "master.key"), "database": str(folder / "bowerbird.db")}
        yield {"victim": victim.pid, "port": listener.getsockname()[1], **files}
    victim.kill()
    victim.wait()


def taken_over(surroundings: dict[str, str | int], without: tuple[str, ...], *, allowed: bool = False) -> dict[str, str]:
    """How each try ended, in a process that lacks these measures."""
    task = Task("escape", "tests.faults.escapes:without", dict[str, str], {"measures": list(without)})
    readers = Readers([task], 1, LIMITS, lambda: allowed)
    try:
        ended: dict[str, str] = readers.read(task, b"", **surroundings)
        return ended
    finally:
        readers.close()


@pytest.mark.parametrize(
    "without", [(), *((name,) for name in SECOND_WALL), SECOND_WALL], ids=lambda without: f"without {', '.join(without) or 'nothing'}"
)
def test_every_way_out_is_shut_by_the_filter_alone(
    surroundings: dict[str, str | int], without: tuple[str, ...], tell: Callable[[object], None]
) -> None:
    before = Path(str(surroundings["database"])).read_bytes()
    ended = taken_over(surroundings, without)
    open_ways = {name: how for name, how in ended.items() if not how.startswith(REFUSED)}
    tell(f"without {', '.join(without) or 'nothing'}: {len(ended)} tries, {len(ended) - len(open_ways)} refused")
    assert not open_ways
    assert Path(str(surroundings["database"])).read_bytes() == before


@pytest.mark.parametrize("missing", [*((name,) for name in sorted(REQUIRED)), tuple(ENFORCE)], ids=", ".join)
def test_reading_is_refused_where_the_first_wall_is_missing(surroundings: dict[str, str | int], missing: tuple[str, ...]) -> None:
    with pytest.raises(NotConfined) as refused, logs.log.kept() as log:
        taken_over(surroundings, missing)
    assert refused.value.entry is codes.SERVICE_UNAVAILABLE
    assert set(missing) & REQUIRED <= set(refused.value.missing)
    assert "BOWERBIRD_READERS_MUST_CONFINE=no" in refused.value.reason
    assert [(entry["event"], entry["files"]) for entry in log] == [("readers_not_confined", "refused")]


def test_without_the_filter_the_other_measures_leave_ways_out(surroundings: dict[str, str | int], tell: Callable[[object], None]) -> None:
    """The reason for the filter; and the tries do work where nothing refuses them."""
    ended = taken_over(surroundings, ("calls",), allowed=True)
    open_ways = sorted(name for name, how in ended.items() if not how.startswith(REFUSED))
    tell(f"without calls, all others in force: {len(open_ways)} of {len(ended)} ways are open: {', '.join(open_ways)}")
    assert {"limit the server", "close what is open", "map code"} <= set(open_ways)


def asked(maker: str, *files: bytes, limits: ReaderLimits = LIMITS) -> list[object]:
    """What became of files, one after the other, in the same reader: the value or the failure of each."""
    task = Task(maker, f"tests.faults.escapes:{maker}", object)
    readers, became = Readers([task], 1, limits), list[object]()
    for data in files:
        try:
            became.append(readers.read(task, data))
        except RefusedInside as refused:
            became.append(type(refused).__name__)
    readers.close()
    return became


def test_a_file_sees_no_other_file() -> None:
    """A process that is taken over by one person's file must not have read the file of another, nor read the next one."""
    assert asked("hoard", b"one", b"another", b"a third") == [[b"one"], [b"another"], [b"a third"]]


def test_a_file_answers_for_no_other_file() -> None:
    """Answers that a process leaves in the pipe are thrown away with it, before the next file is sent."""
    assert asked("speak_out_of_turn", b"answers", b"honest", b"answers", b"honest") == ["forged", "honest", "forged", "honest"]


def test_a_process_that_answers_and_stays_is_ended() -> None:
    short = ReaderLimits(milliseconds=1_000, memory_bytes=256 << 20)
    assert asked("speak_out_of_turn", b"stays", b"honest", limits=short) == ["ReaderTimeout", "honest"]


def test_a_refusal_has_a_bound() -> None:
    assert asked("too_many_words", b"") == ["Crashed"]


def decisions(machine: str, own_process: int, calls: Sequence[tuple[int, int, tuple[int, ...]]]) -> list[int]:
    """What the filter for a kind of machine answers to (architecture, number, arguments), as the kernel runs it."""
    program = system_calls.filter_for(system_calls.MACHINES[machine], own_process)
    instructions = [struct.unpack_from("HBBI", program, at) for at in range(0, len(program), 8)]
    return [
        _decided(instructions, struct.pack("=IIQ6Q", number, audit, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6]))
        for audit, number, arguments in calls
    ]


def _decided(instructions: list[tuple[int, ...]], data: bytes) -> int:
    at = accumulator = 0
    while True:
        operation, if_true, if_false, constant = instructions[at]
        at += 1
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, constant)
        elif operation == 0x06:
            return constant
        else:
            holds = {0x15: accumulator == constant, 0x35: accumulator >= constant, 0x45: bool(accumulator & constant)}[operation]
            at += if_true if holds else if_false


ALLOW, REFUSE, KILL = 0x7FFF_0000, 0x0005_0001, 0x8000_0000
INTEL, ARM, OLD_INTEL = 0xC000_003E, 0xC000_00B7, 0x4000_0003


@pytest.mark.parametrize(("machine", "audit", "column"), [("x86_64", INTEL, 0), ("aarch64", ARM, 1)])
def test_the_filter_of_each_machine_allows_its_list_only(machine: str, audit: int, column: int) -> None:
    listed = {numbers[column] for numbers in system_calls.ALLOWED.values()} - {None}
    narrowed = {9, 10, 28, 62, 234} if column == 0 else {222, 226, 233, 129, 131}
    everything = [(audit, number, (99, 99, 39, 0)) for number in range(600)]
    found = decisions(machine, 77, everything)
    assert {number for number, decision in enumerate(found) if decision == ALLOW} == listed
    assert set(found) == {ALLOW, REFUSE}
    assert not listed & narrowed


@pytest.mark.parametrize(("machine", "audit", "column"), [("x86_64", INTEL, 0), ("aarch64", ARM, 1)])
def test_arguments_narrow_what_is_allowed(machine: str, audit: int, column: int) -> None:
    mmap, mprotect, madvise, kill, tgkill = [(9, 222), (10, 226), (28, 233), (62, 129), (234, 131)]
    cases = [
        (mmap, (0, 4096, 3, 0x22), ALLOW), (mmap, (0, 4096, 7, 0x22), REFUSE), (mmap, (0, 4096, 1, 0x02), REFUSE),
        (mprotect, (0, 4096, 3), ALLOW), (mprotect, (0, 4096, 5), REFUSE), (madvise, (0, 1, 8), ALLOW), (madvise, (0, 1, 100), REFUSE),
        (madvise, (0, 1, 101), REFUSE), (kill, (77, 9), ALLOW), (kill, (78, 9), REFUSE), (kill, (2**64 - 1, 9), REFUSE),
        (kill, (0, 9), REFUSE), (tgkill, (77, 77, 6), ALLOW), (tgkill, (1, 77, 6), REFUSE),
    ]  # fmt: skip
    found = decisions(machine, 77, [(audit, numbers[column], arguments) for numbers, arguments, _ in cases])
    assert found == [decision for *_, decision in cases]


def test_another_machine_and_x32_end_the_process() -> None:
    assert decisions("x86_64", 77, [(OLD_INTEL, 1, ()), (ARM, 1, ()), (INTEL, 0x4000_0000 | 1, ()), (INTEL, 0xFFFF_FFFF, ())]) == [KILL] * 4
    assert decisions("aarch64", 77, [(INTEL, 1, ()), (0x4000_0028, 3, ())]) == [KILL] * 2


def test_what_the_machine_grants_is_known_before_the_first_file() -> None:
    readers = Readers([], 1, LIMITS)
    with logs.log.kept() as log:
        readers.try_confinement()
    readers.close()
    assert readers.missing == ()
    assert "readers_not_confined" not in [entry["event"] for entry in log]
