"""Exported files in programs that others wrote: as many transactions and the same sum in each as over the API; balances hold."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from bowerbird.domain.feeds.export import FORMS, ExportFormat
from tests.foreign.clients import INSTALLED
from tests.serving import Serving

pytestmark = pytest.mark.foreign

PACKAGES = INSTALLED / "exports"
PEOPLE = (("gavinBelson", "hooli2016", "AU00000"), ("jared", "django", "AU00000"), ("richard", "tabsnotspaces", "AU00000"))


class Exported(NamedTuple):
    """A person's files by their format, and what the API says of the same."""

    files: dict[ExportFormat, Path]
    rows: int
    total: Decimal
    accounts: int


@pytest.fixture(scope="module", params=PEOPLE, ids=lambda person: person[0])
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exported]:
    folder = tmp_path_factory.mktemp("exports")
    login, password, institution = request.param
    with Serving(folder / "data") as serving:
        app = serving.application(production=False)
        user = app.new_user(email="gavin@hooli.com")
        app.settled(app.connect(user, login, password, institution=institution))
        files = {}
        for export_format, form in FORMS.items():
            files[export_format] = folder / f"{login}.{form.ending}"
            command = [
                sys.executable,
                "-m",
                "bowerbird",
                "export",
                "--user",
                user,
                "--format",
                export_format,
                "--data",
                str(folder / "data"),
            ]
            files[export_format].write_bytes(subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)
        posted = [Decimal(row["amount"]) for row in app.transactions(user) if row["status"] == "posted"]
        assert posted
        accounts = [row for row in app.get(f"/users/{user}/accounts").json()["data"] if row["balance"] is not None]
        yield Exported(files, len(posted), sum(posted, Decimal()), len(accounts))


def run(program: str, *arguments: str) -> str:
    """What a program prints; its errors end the test."""
    if not shutil.which(program):
        (pytest.fail if os.environ.get("FOREIGN_STRICT") == "1" else pytest.skip)(f"no `{program}` on this machine: see CONTRIBUTING.md")
    environment = {**os.environ, "PYTHONPATH": str(PACKAGES), "LC_ALL": "C.UTF-8"}
    outcome = subprocess.run([program, *arguments], check=False, capture_output=True, text=True, timeout=60, env=environment)
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout


def test_hledger_checks_every_balance(exported: Exported) -> None:
    journal = str(exported.files[ExportFormat.HLEDGER])
    run("hledger", "-f", journal, "check")
    listed = run("hledger", "-f", journal, "register", "tag:id", "^Assets|^Liabilities", "-O", "csv")
    amounts = [Decimal(line.rsplit('","', 2)[1].split()[0].replace(",", "")) for line in listed.splitlines()[1:]]
    assert (len(amounts), sum(amounts)) == (exported.rows, exported.total)


def test_beancount_checks_every_balance(exported: Exported) -> None:
    assert not run(sys.executable, "-m", "beancount.scripts.check", str(exported.files[ExportFormat.BEANCOUNT]))
    program = (
        "import sys; from beancount import loader; from beancount.core.data import Transaction\n"
        "entries, errors, _ = loader.load_file(sys.argv[1]); assert not errors, errors\n"
        "own = [e.postings[0].units.number for e in entries if isinstance(e, Transaction) and 'id' in e.meta]\n"
        "print(len(own), sum(own))"
    )
    rows, total = run(sys.executable, "-c", program, str(exported.files[ExportFormat.BEANCOUNT])).split()
    assert (int(rows), Decimal(total)) == (exported.rows, exported.total)


def test_ofxtools_reads_every_row(exported: Exported) -> None:
    program = (
        "import sys; from ofxtools.Parser import OFXTree\n"
        "tree = OFXTree(); tree.parse(open(sys.argv[1], 'rb')); found = tree.convert()\n"
        "rows = [row for statement in found.statements for row in statement.transactions]\n"
        "print(len(found.statements), len({row.fitid for row in rows}), sum(row.trnamt for row in rows))"
    )
    accounts, ids, total = run(sys.executable, "-c", program, str(exported.files[ExportFormat.OFX])).split()
    assert (int(accounts), int(ids), Decimal(total)) == (exported.accounts, exported.rows, exported.total)


def test_ofxdump_reads_every_row(exported: Exported) -> None:
    listed = run("ofxdump", str(exported.files[ExportFormat.OFX]))
    amounts = [Decimal(amount) for amount in re.findall(r"Total money amount: (-?[\d.]+)", listed)]
    assert (len(amounts), sum(amounts)) == (exported.rows, exported.total)


def test_duckdb_reads_every_row(exported: Exported) -> None:
    program = (
        "import sys, duckdb\n"
        "file = duckdb.read_csv(sys.argv[1]); kinds = dict(zip(file.columns, map(str, file.types)))\n"
        "assert kinds['date'] == 'DATE', kinds\n"
        "print(*duckdb.sql('select count(distinct id), sum(amount::decimal(18, 2)) from file').fetchall()[0])"
    )
    rows, total = run(sys.executable, "-c", program, str(exported.files[ExportFormat.CSV])).split()
    assert (int(rows), Decimal(total)) == (exported.rows, exported.total)
