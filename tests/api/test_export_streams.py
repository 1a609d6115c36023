"""Exports of very many rows: little memory, one moment of the account, no lock while they are sent, and no work for a reader who left."""

from __future__ import annotations

import csv
import html
import io
import os
import socket
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from bowerbird.api.operations import accounts as operations
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.feeds.export import ExportFormat, copy_export, file_parts, write_export
from bowerbird.domain.insights.rows import classified_rows
from bowerbird.domain.ledger import documents
from bowerbird.domain.services import Session
from bowerbird.model.ids import new_id
from bowerbird.model.transaction import BankTransaction, TransactionClass
from bowerbird.storage.files import disk
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.storage.rows import transactions as rows
from bowerbird.storage.rows.transactions import TransactionValues
from tests.serving import NOON, Application, Serving, until
from tests.web.client import Pages, make_operator

DAY = NOON.date()
PEOPLE = (("gavinBelson", "hooli2016", "AU00000"), ("richard", "tabsnotspaces", "AU00000"))
SHOPS = (
    "COLES",
    "WOOLWORTHS METRO",
    "TRANSFER TO SAVINGS",
    "BAKERY",
    "SALARY HOOLI PTY LTD",
    "INTERNET TRANSFER",
    "ATM CASH",
    "OPTUS BILL",
)
MANY, FEW = 24_000, 2_000
MOST_MORE_KB = 48_000
"""Rows that may belong to another row are held, 1 to 2 KiB each, and a few buffers; the whole rows are not."""


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("streams")) as started:
        yield started


@pytest.fixture(scope="module")
def app(serving: Serving) -> Application:
    return serving.application(production=False)


def fill(serving: Serving, tenant: Tenant, count: int) -> None:
    """So many made-up rows more in each of the user's first two accounts."""

    def insert(session: Session, seed: int) -> None:
        dice = Random(seed)
        for account in account_rows.accounts_of_user(session.uow, *tenant)[:2]:
            made = []
            for nth in range(count // 2):
                cents, day = dice.choice((-1, -1, -1, 1)) * dice.randrange(1, 90_000), DAY - timedelta(days=nth * 3_000 // count)
                text, row_id = f"{dice.choice(SHOPS)} {dice.randrange(count)}", new_id()
                document = documents.render(BankTransaction(cents, text, day), row_id, "AUD", TransactionClass.PAYMENT)
                number = (day - date(1970, 1, 1)).days
                made.append(TransactionValues(number, cents, row_id, row_id.encode(), TransactionClass.PAYMENT, "", document))
            rows.insert_transactions(session.uow, account, made)

    serving.services.write_now(insert, count, tenant=tenant)


def person_of(app: Application, login: str = "gavinBelson", password: str = "hooli2016", institution: str = "AU00000") -> Tenant:
    user = app.new_user(email="gavin@hooli.com")
    app.settled(app.connect(user, login, password, institution=institution))
    return Tenant(app.id, user)


@pytest.fixture(scope="module")
def many(serving: Serving, app: Application) -> Tenant:
    tenant = person_of(app)
    fill(serving, tenant, MANY)
    return tenant


@pytest.fixture(scope="module")
def few(serving: Serving, app: Application) -> Tenant:
    tenant = person_of(app)
    fill(serving, tenant, FEW)
    return tenant


def command(serving: Serving, user: str, export_format: str = "csv") -> list[str]:
    return [
        sys.executable, "-m", "bowerbird", "export", "--user", user, "--format", export_format, "--data", str(serving.settings.data),
    ]  # fmt: skip


def open_files() -> int:
    """Nameless files of this process that are still open."""
    found = 0
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found += "(deleted)" in str(link.readlink())
    return found


def categories_of_export(session: Session) -> dict[str, tuple[str, bool]]:
    text = b"".join(file_parts(copy_export(session), ExportFormat.CSV, DAY)).decode()
    journal = b"".join(file_parts(copy_export(session), ExportFormat.HLEDGER, DAY)).decode()
    moved = {entry.partition("id:")[2].partition("\n")[0] for entry in journal.split("\n\n") if "Equity:Transfers" in entry}
    return {row["id"]: (row["category"], row["id"] in moved) for row in csv.DictReader(io.StringIO(text, newline=""))}


def categories_beside_all_rows(session: Session) -> dict[str, tuple[str, bool]]:
    every = classified_rows(session, [session.user_id], None, date(1990, 1, 1), date(2100, 1, 1))
    return {row.id: (row.leaf, bool(row.pair)) for row in every}


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person[0])
def test_rows_mean_what_they_mean_beside_all_others(serving: Serving, app: Application, person: tuple[str, str, str]) -> None:
    tenant = person_of(app, *person)
    found = serving.services.read_now(categories_of_export, tenant=tenant)
    assert found == serving.services.read_now(categories_beside_all_rows, tenant=tenant)
    assert len({category for category, _ in found.values()}) > 3


def test_made_up_rows_mean_the_same(serving: Serving, few: Tenant) -> None:
    found = serving.services.read_now(categories_of_export, tenant=few)
    assert found == serving.services.read_now(categories_beside_all_rows, tenant=few)
    assert any(is_transfer for _, is_transfer in found.values())


def most_memory_kb(serving: Serving, user: str, export_format: str) -> int:
    with subprocess.Popen(command(serving, user, export_format), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while process.stdout.read(1 << 20):
            pass
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
    return usage.ru_maxrss


@pytest.mark.parametrize("export_format", [ExportFormat.OFX, ExportFormat.BEANCOUNT])
def test_twelve_times_the_rows_take_little_more_memory(serving: Serving, many: Tenant, few: Tenant, export_format: ExportFormat) -> None:
    more_kb = most_memory_kb(serving, many.user_id, export_format) - most_memory_kb(serving, few.user_id, export_format)
    assert more_kb < MOST_MORE_KB, f"{more_kb} KiB more"


def test_a_file_is_of_one_moment_and_holds_up_no_writer(serving: Serving, many: Tenant) -> None:
    whole = b"".join(file_parts(serving.services.read_now(copy_export, tenant=many), ExportFormat.CSV, DAY))
    copied = serving.services.read_now(copy_export, tenant=many)
    fill(serving, many, 100)
    parts = file_parts(copied, ExportFormat.CSV, DAY)
    begun = next(parts)
    fill(serving, many, 100)
    assert serving.services.storage.settle(), "a reader still uses the database"
    assert begun + b"".join(parts) == whole
    assert whole.count(b"\r\n") > MANY
    after = b"".join(file_parts(serving.services.read_now(copy_export, tenant=many), ExportFormat.CSV, DAY))
    assert after.count(b"\r\n") == whole.count(b"\r\n") + 200


@pytest.mark.parametrize("export_format", ExportFormat)
def test_the_same_file_from_the_command_line_and_over_the_api(
    serving: Serving, app: Application, many: Tenant, export_format: ExportFormat
) -> None:
    outcome = subprocess.run(command(serving, many.user_id, export_format), capture_output=True, check=True, timeout=120)
    media = {"ofx": "application/x-ofx", "qif": "application/qif", "csv": "text/csv"}.get(export_format, f"text/x-{export_format}")
    file = app.get(f"/users/{many.user_id}/transactions", headers={"Accept": media})
    assert (file.status_code, file.headers.get("content-length"), file.headers["vary"]) == (200, None, "Accept")
    assert len(file.content) == len(outcome.stdout)
    assert set(file.content.splitlines()) - set(outcome.stdout.splitlines()) <= {file.content.splitlines()[3]}, "the day it was made"


def test_a_program_that_reads_no_more_ends_the_command_quietly(serving: Serving, many: Tenant) -> None:
    with subprocess.Popen(command(serving, many.user_id), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"date,")
        process.stdout.close()
        assert (process.stderr.read(), process.wait(60)) == (b"", 141)


def test_a_slow_reader_is_written_for_as_it_reads_and_one_who_leaves_not_at_all(
    serving: Serving, app: Application, many: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def counted(*given: object) -> Generator[bytes]:
        for part in file_parts(*given):  # type: ignore[arg-type]
            made.append(len(part))
            yield part

    monkeypatch.setattr(operations, "file_parts", counted)
    total, before = len(app.get(f"/users/{many.user_id}/transactions", headers={"Accept": "text/csv"}).content), open_files()
    of_all, made[:] = len(made), []
    port = int(serving.url.rpartition(":")[2])
    with socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        reader.connect(("127.0.0.1", port))
        request = f"GET /users/{many.user_id}/transactions HTTP/1.1\r\nHost: localhost\r\nAccept: text/csv\r\n"
        reader.sendall(f"{request}Authorization: Bearer {app.token()}\r\nBasiq-Version: 3.0\r\n\r\n".encode())
        assert reader.recv(12) == b"HTTP/1.1 200"
        assert open_files() > before
    until(lambda: open_files() <= before, "the copies of the rows are closed")
    assert len(made) < of_all, f"all {total} bytes were written for a reader who left after twelve"


def test_parts_of_no_rows() -> None:
    assert list(write_export([], ExportFormat.QIF, DAY)) == []


def test_an_export_that_has_no_room_is_refused_before_it_fills_the_disk(
    serving: Serving, app: Application, many: Tenant, few: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over HTTP, on a page and on the command line; one that fits into memory needs no room."""
    monkeypatch.setattr(disk, "RESERVED_BYTES", 1 << 60)
    files_before = open_files()
    refused = app.get(f"/users/{many.user_id}/transactions", headers={"Accept": "text/csv"})
    assert refused.status_code == 503
    assert refused.json()["data"][0]["code"] == "service-unavailable"
    assert app.get(f"/users/{few.user_id}/transactions", headers={"Accept": "text/csv"}).status_code == 200
    make_operator(serving)
    pages = Pages(serving)
    assert pages.sign_in().status_code == 303
    page = pages.get(f"/dashboard/applications/{app.id}/users/{many.user_id}/export?format=csv")
    pages.close()
    assert page.status_code == 503
    assert "The disk of this server is full" in page.text
    assert "no room for this export" in html.unescape(page.text)
    with pytest.raises(disk.DiskFull, match="Free some space, then try again"):
        serving.services.read_now(copy_export, tenant=many)
    assert open_files() == files_before, "no copy is left open"
