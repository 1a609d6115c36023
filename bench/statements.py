"""A CSV statement of 100,000 rows: read, proven and stored, beside the least that a program could do with the file."""

from __future__ import annotations

import csv
import io
import json
import random
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from bench.measure import Effort, Row, Side, compare, microseconds, own_cpu
from bench.people import INSTITUTION, NOON, connect, new_application, statement
from bench.places import folder
from bench.processes import Server
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.ledger.account_import import import_account
from bowerbird.domain.ledger.ingest import Source, import_transactions
from bowerbird.domain.services import Services, Session
from bowerbird.domain.users import users
from bowerbird.domain.users.users import UserDetails
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.ids import new_id
from bowerbird.model.money import format_optional_cents
from bowerbird.settings import Settings
from bowerbird.statements.reader import read_statement
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from bowerbird.wiring.services import open_services

MAX_TIMES = 3
ROWS = 100_000
HEADER = (
    "accountId institution_id accountNo accountHolder accCurrency accBalance accAvailableFunds accLastUpdated accType accProduct "
    "transactionId txnPostDate txnDescription txnBalance txnAmount txnDirection transactionCode mccCode sortRand user_id"
).split()


def run(effort: Effort) -> list[Row]:
    """Bar: at most 3 times `csv` with one `executemany`. The upload over HTTP, sealed and read in a job, for information."""
    with folder("statements") as place:
        data = csv_file(ROWS)
        least = Side("least", _repeated(lambda: _least(place, data)))
        ours = Side("ours", _repeated(lambda: _ours(place, data)))
        upload = Side("upload", _repeated(lambda: _upload(place, data)))
        found = compare([least, ours, upload], Effort(effort.rounds, 0))
    of = f"{microseconds(found.seconds['least'])} csv + executemany"
    stored, whole = found.ratios["ours"], found.ratios["upload"]
    return [
        Row("CSV, 100,000 rows", microseconds(found.seconds["ours"]), of, f"{stored:.1f} ×", f"≤ {MAX_TIMES} ×", stored <= MAX_TIMES),
        Row("CSV, 100,000 rows, over HTTP", microseconds(found.seconds["upload"]), of, f"{whole:.1f} ×"),
    ]


def _repeated(once: Callable[[], float]) -> Callable[[int], float]:
    """A side that costs seconds is run once a round, whatever count is asked for."""
    return lambda count: once() * count


def csv_file(count: int) -> bytes:
    """A file with the published header."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    listing = statement(random.Random(7), count + 2)[:count]
    balance = format_optional_cents(listing[-1].balance)
    account = ["acc-1", INSTITUTION, "06200000012345", "Gavin Belson", "AUD", balance, balance, "2026-03-18", "transaction", "Everyday"]
    for number, row in enumerate(listing):
        assert row.posted is not None
        amount, after = format_optional_cents(row.amount), format_optional_cents(row.balance)
        shown = [row.posted.strftime("%Y/%m/%d"), row.description, after, amount, "debit" if row.amount < 0 else "credit"]
        writer.writerow([*account, "", *shown, "", "", number, "user-1"])
    return out.getvalue().encode()


def _least(place: Path, data: bytes) -> float:
    """The baseline: the standard library's reader into a plain table of 20 columns with a key."""
    file = place / "plain.db"
    file.unlink(missing_ok=True)
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute(f"CREATE TABLE rows (id INTEGER PRIMARY KEY, {', '.join(f'{name} TEXT' for name in HEADER)})")
    insert = f"INSERT INTO rows ({', '.join(HEADER)}) VALUES ({', '.join('?' * len(HEADER))})"

    def work() -> None:
        rows = csv.reader(io.StringIO(data.decode(), newline=""))
        next(rows)
        with connection:
            connection.executemany(insert, rows)

    spent = own_cpu(work)
    connection.close()
    return spent


def _ours(place: Path, data: bytes) -> float:
    """Read, proven and stored in one unit of work, on an empty database."""
    shutil.rmtree(place / "ours", ignore_errors=True)
    services = open_services(Settings(data=place / "ours"))
    _, application_id = new_application(services)

    def owner(session: Session) -> tuple[Tenant, str]:
        user_id, _ = users.create_user(session.in_application(application_id), UserDetails(email="a@example.com"))
        return Tenant(application_id, user_id), connect(services, session.uow, Tenant(application_id, user_id))

    tenant, connection_id = services.write_now(owner, tenant=EVERY_TENANT)
    spent = own_cpu(lambda: _ingest(services, tenant, connection_id, data))
    services.storage.close()
    services.guard.pool.shutdown()
    return spent


def _ingest(services: Services, tenant: Tenant, connection_id: str, data: bytes) -> None:
    found = read_statement(data, INSTITUTION, ROWS, services.plugins.csv_layouts)
    source = Source(connection_id, INSTITUTION, to_milliseconds(NOON), new_id())

    def write(session: Session) -> None:
        for each in found:
            account_id = import_account(session.of(tenant), source, each.account)
            import_transactions(session.of(tenant), source, account_id, each.account, each.transactions, complete=False)

    services.write_now(write, tenant=EVERY_TENANT)


def _upload(place: Path, data: bytes) -> float:
    """The whole way: multipart over HTTP, sealed at rest, three steps of a job. CPU of the server until the job is done."""
    served = place / "served"
    shutil.rmtree(served, ignore_errors=True)
    services = open_services(Settings(data=served))
    token, _ = new_application(services)
    services.storage.close()
    services.guard.pool.shutdown()
    command = ["-m", "bowerbird", "serve", "--port", "{port}", "--data", str(served)]
    with Server(command, "/healthz", place, {"BOWERBIRD_STATEMENT_MAX_BYTES": str(10**8)}) as server:
        server.headers = {"Authorization": f"Bearer {token}"}
        as_json = {"Content-Type": "application/json"}
        user_id = json.loads(server.ask("POST", "/users", b'{"email":"a@example.com"}', as_json))["id"]
        before = server.cpu
        job = json.loads(server.ask("POST", f"/users/{user_id}/statements", *_form(data)))["id"]
        while any(step["status"] in ("pending", "in-progress") for step in _steps(server, job)):
            time.sleep(0.1)
        if any(step["status"] != "success" for step in _steps(server, job)):
            raise RuntimeError(f"the statement was refused: {_steps(server, job)}")
        return server.cpu - before


def _steps(server: Server, job: str) -> list[dict[str, str]]:
    steps: list[dict[str, str]] = json.loads(server.get(f"/jobs/{job}"))["steps"]
    return steps


def _form(data: bytes) -> tuple[bytes, dict[str, str]]:
    part = '--bench\r\nContent-Disposition: form-data; name="institutionId"\r\n\r\n' + INSTITUTION + "\r\n"
    head = '--bench\r\nContent-Disposition: form-data; name="statement"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n'
    body = part.encode() + head.encode() + data + b"\r\n--bench--\r\n"
    return body, {"Content-Type": "multipart/form-data; boundary=bench"}
