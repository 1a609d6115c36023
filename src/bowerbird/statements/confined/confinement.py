"""A process gives up, for good, everything that reading bytes does not need.

Each measure stands alone, because not every kernel or container grants every one: what was granted is reported by name. What the
process that starts readers can give up as well is given up there, once; the rest by each process that reads one file.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bowerbird.statements.confined.system_calls import restrict_calls

_UNPRIVILEGED_ID = 65_534
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_CLONE_NEWNS, _CLONE_NEWIPC, _CLONE_NEWUSER, _CLONE_NEWNET = 0x0002_0000, 0x0800_0000, 0x1000_0000, 0x4000_0000
_CAPABILITY_VERSION = 0x2008_0522
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446  # the same on every architecture
_LANDLOCK_VERSION_FLAG = 1
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # how many rights on files an interface version knows; from 5 on 16
_NETWORK_SINCE, _SCOPES_SINCE = 4, 6

REQUIRED = frozenset({"privileges", "limits", "calls"})
"""Without one of these a process is not confined: the list of system calls alone shuts every way out, the limits bound what is left.
The others are a second wall, and are missing on some kernels and in most containers."""

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a process may use: address space in bytes, processor time in seconds."""

    memory_bytes: int
    cpu_seconds: int


def bounds_of(memory_bytes: int, cpu_seconds: int) -> Bounds:
    """The bounds of a process that may use so much more than this one uses now. Asked before files are given up."""
    return Bounds(_memory_used() + memory_bytes, cpu_seconds)


def confine(names: Iterable[str], bounds: Bounds) -> list[str]:
    """Put in force these measures as far as the machine grants them; their names. The process has one thread."""
    in_force = []
    for name in names:
        with suppress(OSError, AttributeError, ValueError):  # not granted here; the name stays out of the answer
            ENFORCE[name](bounds)
            in_force.append(name)
    return in_force


def end_with(starter: int) -> None:
    """End this process when the one that forked it ends. Raises SystemExit where it has ended already."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != starter:
        raise SystemExit


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def _no_new_privileges(_bounds: Bounds) -> None:
    _checked(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _checked(_libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0))


def _drop_privileges(_bounds: Bounds) -> None:
    """A server that runs as root, as in a container, does not read files as root."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(_UNPRIVILEGED_ID, _UNPRIVILEGED_ID, _UNPRIVILEGED_ID)
        os.setresuid(_UNPRIVILEGED_ID, _UNPRIVILEGED_ID, _UNPRIVILEGED_ID)


def _leave_network(_bounds: Bounds) -> None:
    """Own name spaces without a single interface, where a process without rights may make them."""
    _checked(_libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC | _CLONE_NEWNS))


def _drop_capabilities(_bounds: Bounds) -> None:
    """The new name space made its maker its root; that is given up as well."""
    _checked(_libc.capset(struct.pack("Ii", _CAPABILITY_VERSION, 0), bytes(24)))


def _deny_files(_bounds: Bounds) -> None:
    """Landlock: no rule is added, so every right that the kernel knows is denied on every path, and TCP with them."""
    version = _checked(_libc.syscall(_LANDLOCK_CREATE, None, 0, _LANDLOCK_VERSION_FLAG))
    rights = [(1 << _FILE_RIGHTS.get(version, 16)) - 1]
    if version >= _NETWORK_SINCE:
        rights.append(0b11)
    if version >= _SCOPES_SINCE:
        rights.append(0b11)
    attributes = struct.pack(f"{len(rights)}Q", *rights)
    rules = _checked(_libc.syscall(_LANDLOCK_CREATE, attributes, len(attributes), 0))
    try:
        _checked(_libc.syscall(_LANDLOCK_RESTRICT, rules, 0))
    finally:
        os.close(rules)


def _limit(bounds: Bounds) -> None:
    """No descriptor beyond those open now, so neither file nor socket; no byte written; no process; so much memory."""
    descriptors = next(number for number in count() if not _is_open(number))
    for what, most in (
        (resource.RLIMIT_AS, bounds.memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, descriptors),
    ):
        resource.setrlimit(what, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (bounds.cpu_seconds, bounds.cpu_seconds + 1))  # at the first, a signal that says why


def _restrict_calls(_bounds: Bounds) -> None:
    restrict_calls()


ENFORCE: dict[str, Callable[[Bounds], None]] = {
    "privileges": _no_new_privileges,
    "user": _drop_privileges,
    "network": _leave_network,
    "capabilities": _drop_capabilities,
    "files": _deny_files,
    "limits": _limit,
    "calls": _restrict_calls,
}
"""The measures, by name and in this order: the filter of system calls comes last, because the others need them."""

EACH_FILE = ("limits", "calls")
"""Measures of a process that reads one file; who forks such processes still needs processes."""


def _memory_used() -> int:
    """The address space of the process now, in bytes."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
