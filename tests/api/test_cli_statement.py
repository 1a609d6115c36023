"""`bowerbird statement parse`: real files, no server."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.api.pdf_files import CBA, DEPOSIT, NAB, refusals
from tests.statement_factory.catalogue import specimen
from tests.workbook_files import ROWS, workbook


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "bowerbird", "statement", *arguments], capture_output=True, text=True, check=False)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return command("parse", *arguments)


def written(folder: Path, name: str, content: bytes) -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


def test_a_statement_is_shown_with_its_certificate(tmp_path: Path) -> None:
    printed = specimen(DEPOSIT, 6)
    done = run(written(tmp_path, "a.pdf", printed.pdf()), "--institution", CBA)
    assert done.returncode == 0, done.stderr
    assert "facts proved" in done.stdout
    assert "no sign of alteration" in done.stdout


def test_json_holds_every_row_and_fact(tmp_path: Path) -> None:
    printed = specimen(DEPOSIT, 6)
    done = run(written(tmp_path, "a.pdf", printed.pdf()), "--institution", CBA, "--json")
    account = json.loads(done.stdout)["accounts"][0]
    assert [row["postDate"] for row in account["transactions"]] == [row.day.isoformat() for row in printed.expected]
    assert len(account["facts"]) == account["proved"] > len(printed.expected)


def test_a_refusal_says_where_and_ends_with_status_1(tmp_path: Path) -> None:
    content = next(row[1] for row in refusals() if row[0] == "a figure that contradicts")
    done = run(written(tmp_path, "a.pdf", content), "--institution", CBA)
    assert done.returncode == 1
    assert "bank-statement-parsing-error" in done.stdout
    assert "page 1, row" in done.stdout
    assert "printed" in done.stdout
    assert "computed" in done.stdout


def test_several_files_at_once(tmp_path: Path) -> None:
    good = written(tmp_path, "a.pdf", specimen(DEPOSIT, 6).pdf())
    picture = written(tmp_path, "b.pdf", b"\x89PNG\r\n\x1a\n\x00\x00")
    done = run(good, picture, "--institution", NAB, "--json")
    assert done.returncode == 1
    assert [each["refusal"]["code"] for each in json.loads(done.stdout)] == ["bank-statement-not-supported", "bank-statement-invalid"]


def test_a_workbook_says_what_is_hidden_in_it(tmp_path: Path) -> None:
    done = run(written(tmp_path, "a.xls", workbook({"January": ROWS}, hidden=[2])), "--institution", CBA)
    assert done.returncode == 0, done.stderr
    assert "2 facts proved" in done.stdout
    assert "hidden rows were read: 1" in done.stdout


def test_a_text_of_the_file_does_nothing_to_the_terminal(tmp_path: Path) -> None:
    """Characters of C1 begin commands of a terminal, those of direction turn round what it shows; a CSV may hold both, and its name too."""
    text = "Date,Amount,Description,Balance\n01/02/2025,-1.00,Cof\u009b2Jfee \u202egnp\u2066,5.00\n02/02/2025,-1.00,b,4.00\n"
    shown = run(written(tmp_path, "a\u009b2J\u202e.csv", text.encode()), "--institution", CBA)
    assert "Cof" in shown.stdout
    assert not set(shown.stdout) & set("\u009b\u202e\u2066\x1b\x07")


def test_columns_are_mapped_and_the_mapping_reads_the_file(tmp_path: Path) -> None:
    table = written(tmp_path, "a.csv", b"Tag A;Text B;Summe C\n02/03/2025;\x1b[31mred;-1,00\n03/03/2025;=A1;2,00\n".replace(b"\x1b", b""))
    guess = command("map", table)
    assert guess.returncode == 1
    assert "missing: Choose whether day or month comes first" in guess.stdout
    mapping = str(tmp_path / "m.json")
    done = command("map", table, "--days", "mm/dd/yyyy", "--output", mapping, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sample"][0]["day"] == "2025-02-03"
    assert "red" not in Path(mapping).read_text("utf-8")
    read = run(table, "--mapping", mapping, "--json")
    assert [row["postDate"] for row in json.loads(read.stdout)["accounts"][0]["transactions"]] == ["2025-02-03", "2025-03-03"]
    wrong = command("map", table, "--column", "9=date")
    assert wrong.returncode == 1
    assert "the file has the columns 1 to 3" in wrong.stderr
    assert command("map", written(tmp_path, "b.pdf", specimen(DEPOSIT, 6).pdf())).returncode == 1
