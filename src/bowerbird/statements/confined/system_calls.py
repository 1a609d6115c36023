"""The kernel answers a reading process only the system calls that reading bytes needs, and refuses all others.

The list allows; what a later kernel adds is refused. A call that names a process or a kind of memory is allowed for some of its
arguments only. The filter is classic BPF, which the kernel checks before it takes it, and can be neither removed nor widened.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_PROT_EXEC, _MAP_ANONYMOUS = 4, 0x20
_USUAL_ADVICE = 0x1F
"""Advice above it injects faults into the machine's memory, where root asks for it."""
_SECCOMP_SET_MODE_FILTER, _EVERY_THREAD = 1, 1
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF_0000, 0x0005_0000 | errno.EPERM, 0x8000_0000
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_X32_BIT = 0x4000_0000


@dataclass(frozen=True, slots=True)
class Machine:
    """How a kind of processor numbers what a filter is about: itself, the call that installs a filter, and each allowed call."""

    audit_number: int
    seccomp: int
    column: int


MACHINES = {"x86_64": Machine(0xC000_003E, 317, 0), "aarch64": Machine(0xC000_00B7, 277, 1)}

ALLOWED: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66),
    "munmap": (11, 215), "brk": (12, 214), "mremap": (25, 216),
    "futex": (202, 98), "sched_yield": (24, 124), "restart_syscall": (219, 128),
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "getpid": (39, 172), "gettid": (186, 178), "getrusage": (98, 165), "getrandom": (318, 278),
    "time": (201, None), "gettimeofday": (96, 169), "clock_gettime": (228, 113), "clock_getres": (229, 114),
    "nanosleep": (35, 101), "clock_nanosleep": (230, 115),
    "exit": (60, 93), "exit_group": (231, 94),
}  # fmt: skip
"""Calls allowed with any arguments: name → number on x86_64, on aarch64."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A call that is allowed where an argument equals `value` or, with `bits`, where those bits of it are set or clear."""

    name: str
    numbers: tuple[int, int]
    argument: int
    value: int = 0
    set_bits: int = 0
    clear_bits: int = 0


def _narrowed(own_process: int) -> tuple[Narrowed, ...]:
    """Memory that is neither a file nor code, advice that harms no other process, signals of the process itself."""
    return (
        Narrowed("mmap", (9, 222), 3, set_bits=_MAP_ANONYMOUS),
        Narrowed("mmap", (9, 222), 2, clear_bits=_PROT_EXEC),
        Narrowed("mprotect", (10, 226), 2, clear_bits=_PROT_EXEC),
        Narrowed("madvise", (28, 233), 2, clear_bits=~_USUAL_ADVICE & 0xFFFF_FFFF),
        Narrowed("kill", (62, 129), 0, value=own_process),
        Narrowed("tgkill", (234, 131), 0, value=own_process),
    )


def restrict_calls() -> None:
    """From now on, every thread of this process may make the allowed calls only. It has given up new privileges.

    Raises OSError where the kernel or a container grants no filter, or the processor is of a kind whose numbers are not known.
    """
    machine = MACHINES.get(platform.machine())
    if machine is None:
        raise OSError(errno.ENOSYS, f"no list of system calls for {platform.machine()}")
    program = filter_for(machine, os.getpid())
    libc = ctypes.CDLL(None, use_errno=True)
    instructions = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(instructions))
    if libc.syscall(machine.seccomp, _SECCOMP_SET_MODE_FILTER, _EVERY_THREAD, described) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def filter_for(machine: Machine, own_process: int) -> bytes:
    """The filter as the kernel takes it: another processor's calls, and those of x32, end the process."""
    return b"".join(struct.pack("HBBI", *each) for each in _instructions(machine, own_process))


def _instructions(machine: Machine, own_process: int) -> Iterator[tuple[int, int, int, int]]:
    """Operation, how many instructions to skip where its test holds and where not, and its constant."""
    yield _LOAD, 0, 0, _ARCHITECTURE_AT
    yield _EQUAL, 1, 0, machine.audit_number
    yield _RETURN, 0, 0, _KILL
    yield _LOAD, 0, 0, _NUMBER_AT
    yield _AT_LEAST, 0, 1, _X32_BIT
    yield _RETURN, 0, 0, _KILL
    for numbers in ALLOWED.values():
        if (number := numbers[machine.column]) is not None:
            yield _EQUAL, 0, 1, number
            yield _RETURN, 0, 0, _ALLOW
    conditions: dict[int, list[Narrowed]] = {}
    for each in _narrowed(own_process):
        conditions.setdefault(each.numbers[machine.column], []).append(each)
    for number, narrowed in conditions.items():
        block = [*_tests(narrowed), (_RETURN, 0, 0, _ALLOW)]
        yield _EQUAL, 0, len(block), number
        yield from block
    yield _RETURN, 0, 0, _REFUSE


def _tests(narrowed: Iterable[Narrowed]) -> Iterator[tuple[int, int, int, int]]:
    """Refuse unless every condition holds. The kernel takes these arguments as 32 bits, the lower half of what the filter sees."""
    for each in narrowed:
        yield _LOAD, 0, 0, _ARGUMENTS_AT + 8 * each.argument
        if each.set_bits:
            yield _ANY_BIT, 1, 0, each.set_bits
        elif each.clear_bits:
            yield _ANY_BIT, 0, 1, each.clear_bits
        else:
            yield _EQUAL, 1, 0, each.value
        yield _RETURN, 0, 0, _REFUSE
