"""Files from anybody: only what adds up is stored, and who reads them can do nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from bowerbird import codes
from bowerbird.client import Bowerbird, JobFailed
from bowerbird.statements.confined.outcomes import NOT_CONFINED, NotConfined
from bowerbird.statements.confined.pool import Readers, Task
from bowerbird.verify.asking import ask
from bowerbird.verify.life import rows_of, statement, upload
from bowerbird.verify.report import BrokenPromise, expect
from bowerbird.verify.served import EMAIL, Served
from bowerbird.verify.ways_out import OPEN
from bowerbird.wiring.services import database_file, own_key_file

_WAYS_OUT = Task("ways-out", "bowerbird.verify.ways_out:tries", dict[str, str])


def check_proof(served: Served) -> str:
    """A statement that adds up is stored; the same one with a figure changed is refused, and nothing of it is stored."""
    bank = served.ours
    right, wrong = (bank.create_user(email=EMAIL).id for _ in range(2))
    content = statement(0, 20)
    bank.wait_for_job(upload(bank, right, content))
    expect(rows_of(bank, right).total() == 20, "a statement of 20 rows that adds up is not stored as such")
    (line,) = [line for line in content.splitlines() if b"ROW 7," in line]
    changes = ((b",0.08,", b",0.09,"), (b",1000.36,", b",1000.37,"), (b",credit,", b",debit,"), (b"ROW 7,", b"ROW 7"))
    for before, after in changes:
        expect(before in line, "the suite's own statement has changed")
        _refusal(bank, upload(bank, wrong, content.replace(line, line.replace(before, after))))
        expect(rows_of(bank, wrong).total() == 0, "rows of a refused statement are stored")
    return f"{len(changes)} statements with one place changed: 0 accepted, 0 rows stored"


def _refusal(bank: Bowerbird, job_id: str) -> str:
    """The code with which a job ends. Raises BrokenPromise where it succeeds."""
    try:
        bank.wait_for_job(job_id)
    except JobFailed as failed:
        return failed.code
    raise BrokenPromise("a statement with a changed figure is accepted")


def check_readers(served: Served) -> str:
    """Try from inside a reading process what a file that took it over would try; where it is not confined, no file may be read."""
    copy, services = served.copy, served.services
    key = own_key_file(copy.settings) or copy.settings.master_key_file or "/etc/passwd"
    readers = Readers([_WAYS_OUT], 1, may_be_open=services.readers.may_be_open)
    try:
        ended = readers.read(
            _WAYS_OUT, b"", key=str(key), database=str(database_file(copy.settings)), server=served.server.pid,
            port=urlsplit(served.server.url).port,
        )  # fmt: skip
    except NotConfined as refused:
        return f"this machine does not confine reading processes ({', '.join(refused.missing)} missing), and {_no_file_is_read(served)}"
    finally:
        readers.close()
    expect(not readers.missing, NOT_CONFINED.format(", ".join(readers.missing)))
    ways = [name for name, how in ended.items() if how == OPEN]
    expect(not ways, f"a file that takes over its reading process can {', '.join(ways)}")
    return f"{len(ended)} ways out of a reading process: 0 open; {_each_is_read_apart(served)}"


def _uploads(served: Served) -> dict[str, Callable[[str], str]]:
    """Kinds of files, and what uploads one for a user: the job's id."""
    bank = served.ours
    sample = ask(served.server.url, "GET", "/home/samples/statement.pdf", {}).body
    return {
        "a CSV": lambda user: upload(bank, user, statement(0, 20)),
        "a PDF": lambda user: bank.create_statement(user, institution_id="AU04301", statement=sample).id,
    }


def _each_is_read_apart(served: Served) -> str:
    """Raises BrokenPromise where a file is read, and no process that was ready for one has ended with it."""
    bank, uploads = served.ours, _uploads(served)
    for kind, send in uploads.items():
        users = [bank.create_user(email=EMAIL).id for _ in range(2)]
        bank.wait_for_job(send(users[0]))  # from now on a process is ready
        ready = _forked_by_readers(served.server.pid)
        bank.wait_for_job(send(users[1]))
        expect(bool(ready - _forked_by_readers(served.server.pid)), f"{kind} is read in the server's own process")
    return f"{len(uploads)} kinds of files, each read in a process that ended with it"


def _forked_by_readers(server: int) -> set[int]:
    """The processes that the server's own have forked: each waits for one file."""
    parents = dict(filter(None, map(_parent_of, Path("/proc").glob("[0-9]*"))))
    return {process for process, parent in parents.items() if parents.get(parent) == server}


def _parent_of(process: Path) -> tuple[int, int] | None:
    """A process and the one that started it; None for one that has ended."""
    try:
        about = (process / "stat").read_text("utf-8", "replace")
    except OSError:
        return None
    return int(process.name), int(about.rpartition(")")[2].split()[1])


def _no_file_is_read(served: Served) -> str:
    """Raises BrokenPromise where the server reads a file all the same."""
    bank = served.ours
    for kind, send in _uploads(served).items():
        job = send(bank.create_user(email=EMAIL).id)
        expect(_refusal(bank, job) == codes.SERVICE_UNAVAILABLE.code, f"{kind} is read by a process that is not confined")
    return "no file is read"
