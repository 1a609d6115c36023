"""What a file that has taken over its reading process tries: every way out alone, by the bare system call.

The maker of the task runs before its process confines itself. There a test leaves out a measure, as a kernel or container does that
does not grant it.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec

from bowerbird import codes
from bowerbird.statements.confined import confinement
from bowerbird.statements.confined.messages import HEADER, ResultMessage, encode
from bowerbird.statements.refusal import Refused

DONE, REFUSED = "done", "refused"

Argument = int | bytes | ctypes.Array[ctypes.c_char] | None
Try = Callable[[], str]

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
_libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]

_COLUMN = {"x86_64": 0, "aarch64": 1}[platform.machine()]
_NUMBERS = {
    "openat": (257, 56), "openat2": (437, 437), "statx": (332, 291), "unlinkat": (263, 35), "mkdirat": (258, 34), "renameat2": (316, 276),
    "linkat": (265, 37), "symlinkat": (266, 36), "fchmodat": (268, 53), "truncate": (76, 45), "chdir": (80, 49), "chroot": (161, 51),
    "name_to_handle_at": (303, 264), "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "sendmsg": (46, 211),
    "ptrace": (101, 117), "prlimit64": (302, 261), "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "kcmp": (312, 272),
    "pidfd_open": (434, 434), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "setpriority": (141, 140),
    "sched_setaffinity": (203, 122), "execve": (59, 221), "execveat": (322, 281), "clone": (56, 220), "clone3": (435, 435),
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "open_tree": (428, 428), "fsopen": (430, 430), "keyctl": (250, 219),
    "add_key": (248, 217), "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "seccomp": (317, 277),
    "close": (3, 57), "dup": (32, 23), "fcntl": (72, 25), "ioctl": (16, 29), "pipe2": (293, 59), "eventfd2": (290, 19),
    "epoll_create1": (291, 20), "inotify_init1": (294, 26), "shmget": (29, 194), "msgget": (68, 186), "setresuid": (117, 147),
    "capset": (126, 91), "prctl": (157, 167), "personality": (135, 92), "io_uring_setup": (425, 425), "memfd_create": (319, 279),
    "memfd_secret": (447, 447), "pkey_mprotect": (329, 288), "timer_create": (222, 107), "getppid": (110, 173),
}  # fmt: skip
_HERE = -100


def without(measures: Sequence[str]) -> Callable[..., dict[str, str]]:
    """The maker of the task: these measures are not granted. The task makes every try and gives how each ended."""
    for name in measures:
        confinement.ENFORCE[name] = _not_granted
    return lambda _data, **arguments: {name: attempt() for name, attempt in tries(**arguments).items()}


_kept: list[bytes] = []


def hoard() -> Callable[..., list[bytes]]:
    """The maker of a task that keeps what it reads, and gives away everything it has kept."""

    def read(data: bytes) -> list[bytes]:
        _kept.append(data)
        return _kept

    return read


def speak_out_of_turn() -> Callable[..., str]:
    """The maker of a task that writes further answers, or requests, to every pipe it has; or answers and stays."""

    def read(data: bytes) -> str:
        forged = encode(ResultMessage(msgspec.Raw(encode("forged"))))
        for descriptor in range(3, 64) if data in (b"answers", b"stays") else ():
            with suppress(OSError):
                os.write(descriptor, (HEADER.pack(len(forged)) + forged) * (2 if data == b"answers" else 1))
        if data == b"stays":
            time.sleep(3600)
        return data.decode()

    return read


def too_many_words() -> Callable[..., str]:
    """The maker of a task whose refusal says more than any refusal has to say."""

    def read(_data: bytes) -> str:
        raise Refused(codes.CSV_INVALID_ROW, row=3, reason="x" * 100_000)

    return read


def _not_granted(_limits: confinement.Bounds) -> None:
    raise OSError("not granted here")


def tries(victim: int, key: str, database: str, port: int) -> dict[str, Try]:
    """Every way out. `victim` is a process of the server's user, `key` and `database` are its files, `port` is listened on.

    The file descriptors that can be closed are closed first: a limit on their numbers then no longer holds.
    """
    files = [_try("close", descriptor) for descriptor in range(3)]
    return {
        "close what is open": lambda: max(attempt() for attempt in files),
        **_of_files(os.fsencode(key), os.fsencode(database), victim),
        **_of_network(port),
        **_of_processes(victim),
        **_of_kernel(),
        **_of_memory(),
    }


def _of_files(key: bytes, database: bytes, victim: int) -> dict[str, Try]:
    opened = {
        "open the master key": (key, os.O_RDONLY), "write the database": (database, os.O_RDWR), "create a file": (key + b".new", 0o102),
        "list a folder": (b"/", os.O_RDONLY), "open the server's memory": (b"/proc/%d/mem" % victim, os.O_RDWR),
        "open the server's files": (b"/proc/%d/fd/0" % victim, os.O_RDONLY), "open its own memory": (b"/proc/self/mem", os.O_RDWR),
    }  # fmt: skip
    return {
        **{name: _try("openat", _HERE, path, flags, 0o600) for name, (path, flags) in opened.items()},
        "open by openat2": _try("openat2", _HERE, key, bytes(24), 24),
        "look for a file": _try("statx", _HERE, key, 0, 0x7FF, _room(256)),
        "remove a file": _try("unlinkat", _HERE, key + b".gone", 0),
        "move a file": _try("renameat2", _HERE, key + b".a", _HERE, key + b".b", 0),
        "link a file": _try("linkat", _HERE, key, _HERE, key + b".link", 0),
        "name a file": _try("symlinkat", key, _HERE, key + b".name"),
        "make a folder": _try("mkdirat", _HERE, key + b".folder", 0o700),
        "open a file to all": _try("fchmodat", _HERE, key, 0o644),
        "empty a file": _try("truncate", database, 0),
        "go elsewhere": _try("chdir", b"/tmp"),
        "another root": _try("chroot", b"/tmp"),
        "handle of a file": _try("name_to_handle_at", _HERE, key, _room(136), _room(4), 0),
        "watch files": _try("inotify_init1", 0),
    }


def _of_network(port: int) -> dict[str, Try]:
    address = struct.pack("=H", 2) + struct.pack("!HI", port, 0x7F00_0001) + bytes(8)

    def connected() -> str:
        made = _call("socket", 2, 1, 0)
        return _try("connect", made, address, len(address))() if made >= 0 else _refused()

    return {
        "connect": connected,
        "socket of IP": _try("socket", 2, 1, 0),
        "socket of the machine": _try("socket", 1, 1, 0),
        "socket of the kernel": _try("socket", 16, 3, 0),
        "raw socket": _try("socket", 2, 3, 1),
        "pair of sockets": _try("socketpair", 1, 1, 0, _room(8)),
        "send by a descriptor": _try("sendmsg", 1, _room(56), 0),
        "pipe": _try("pipe2", _room(8), 0),
        "event": _try("eventfd2", 0, 0),
        "watch descriptors": _try("epoll_create1", 0),
        "copy a descriptor": _try("dup", 1),
        "flags of a descriptor": _try("fcntl", 1, 3),
        "terminal": _try("ioctl", 1, 0x5401, _room(64)),
        "ring of requests": _try("io_uring_setup", 4, _room(120)),
    }


def _of_processes(victim: int) -> dict[str, Try]:
    word = _room(64)
    vector = struct.pack("PN", ctypes.addressof(word), 8)
    return {
        "who the server is": _try("getppid"),
        "trace the server": _try("ptrace", 16, victim, 0, 0),
        "seize the server": _try("ptrace", 0x4206, victim, 0, 0),
        "limit the server": _try("prlimit64", victim, resource.RLIMIT_NOFILE, struct.pack("QQ", 64, 64), None),
        "limits of the server": _try("prlimit64", victim, resource.RLIMIT_NOFILE, None, word),
        "signal the server": _try("kill", victim, 0),
        "signal everybody": _try("kill", -1, 0),
        "signal its group": _try("kill", 0, 0),
        "signal a thread": _try("tgkill", victim, victim, 0),
        "signal any thread": _try("tkill", victim, 0),
        "hold the server": _try("pidfd_open", victim, 0),
        "read the server": _try("process_vm_readv", victim, vector, 1, vector, 1, 0),
        "write the server": _try("process_vm_writev", victim, vector, 1, vector, 1, 0),
        "compare the server": _try("kcmp", os.getpid(), victim, 1, 0, 0),
        "slow the server": _try("setpriority", 0, victim, 19),
        "move the server": _try("sched_setaffinity", victim, 8, struct.pack("Q", 1)),
        "run a program": _try("execve", b"/bin/true", struct.pack("P", 0), struct.pack("P", 0)),
        "file in memory": _try("memfd_create", b"x", 0),
        "run a file in memory": _try("execveat", 1, b"", struct.pack("P", 0), struct.pack("P", 0), 0x1000),
        "fork bomb": _forked,
        "clone": _try("clone", 0x1000_0000, 0, 0, 0, 0),
        "clone3": _try("clone3", bytes(88), 88),
        "timer": _try("timer_create", 1, None, _room(8)),
    }


def _of_kernel() -> dict[str, Try]:
    return {
        "user name space": _try("unshare", 0x1000_0000),
        "enter a name space": _try("setns", 0, 0),
        "mount": _try("mount", b"none", b"/tmp", b"tmpfs", 0, None),
        "open a tree": _try("open_tree", _HERE, b"/", 1),
        "file system": _try("fsopen", b"tmpfs", 0),
        "key ring": _try("keyctl", 0, -4, 1),
        "add a key": _try("add_key", b"user", b"x", b"y", 1, -4),
        "program of the kernel": _try("bpf", 0, _room(128), 128),
        "counters": _try("perf_event_open", _room(128), 0, -1, -1, 0),
        "faults of memory": _try("userfaultfd", 0x801),
        "another filter": _try("seccomp", 1, 0, None),
        "shared memory": _try("shmget", 0, 4096, 0o1600),
        "queue of messages": _try("msgget", 0, 0o1600),
        "another user": _try("setresuid", 0, 0, 0),
        "rights": _try("capset", struct.pack("Ii", 0x2008_0522, 0), bytes(24)),
        "dumpable again": _try("prctl", 4, 1, 0, 0, 0),
        "personality": _try("personality", 0x0040_0000),
    }


def _of_memory() -> dict[str, Try]:
    return {
        "map code": lambda: _ended(_libc.mmap(None, 1 << 16, 5, 0x22, -1, 0)),
        "map a file": lambda: _ended(_libc.mmap(None, 1 << 12, 1, 2, 0, 0)),
        "make memory code": lambda: _ended(_libc.mprotect(_libc.mmap(None, 1 << 16, 3, 0x22, -1, 0), 1 << 16, 5)),
        "code by a key": _try("pkey_mprotect", 0, 4096, 5, -1),
        "secret memory": _try("memfd_secret", 0),
        "all memory": _filled,
        "own limits": _raised,
        "its own limits by number": _try("prlimit64", 0, resource.RLIMIT_AS, struct.pack("QQ", 2**64 - 1, 2**64 - 1), None),
        "faults in memory": lambda: _ended(_libc.madvise(ctypes.c_void_p(_libc.mmap(None, 1 << 12, 3, 0x22, -1, 0)), 1 << 12, 101)),
    }


def _room(size: int) -> ctypes.Array[ctypes.c_char]:
    return ctypes.create_string_buffer(size)


def _call(name: str, *arguments: Argument) -> int:
    ctypes.set_errno(0)
    values = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    result: int = _libc.syscall(ctypes.c_long(_NUMBERS[name][_COLUMN]), *values)
    return result


def _try(name: str, *arguments: Argument) -> Try:
    return lambda: _ended(_call(name, *arguments))


def _ended(result: int | None) -> str:
    return _refused() if result in (-1, ctypes.c_void_p(-1).value) else DONE


def _refused() -> str:
    return f"{REFUSED} {ctypes.get_errno()}"


def _forked() -> str:
    """Processes, each of which ends at once: one is too many."""
    try:
        child = os.fork()
    except OSError as error:
        return f"{REFUSED} {error.errno}"
    if not child:
        os._exit(0)
    return DONE


def _filled() -> str:
    try:
        return f"{DONE} {len(bytearray(4 << 30))}"
    except MemoryError:
        return f"{REFUSED} 12"


def _raised() -> str:
    try:
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except (OSError, ValueError):
        return f"{REFUSED} 1"
    return DONE
