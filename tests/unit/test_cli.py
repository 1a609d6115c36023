"""The command line without a server: what it prints, and the one line with which it refuses."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bowerbird import cli, codes
from bowerbird.cli.options import program
from bowerbird.cli.processes import environment_of
from bowerbird.cli.tour.walk import ROWS, two_weeks
from bowerbird.cli.welcome import FirstSteps, print_welcome
from bowerbird.layouts.published_2020 import LAYOUT
from bowerbird.settings import Settings, read_settings
from bowerbird.statements.csv.transactions import read_csv
from bowerbird.verify.life import PAPER, STATEMENT_COLUMNS
from bowerbird.wiring.services import database_file, migrate_database

MASTER_KEY = "ab" * 32


def refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The line a command ends with."""
    monkeypatch.setattr(sys, "argv", ["bowerbird", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    output = capsys.readouterr()
    assert end.value.code == 1
    assert output.out == ""
    assert output.err.startswith("bowerbird: ")
    assert output.err.count("\n") == 1
    return output.err


@pytest.mark.parametrize(
    ("environment", "part"),
    [
        ({"BOWERBIRD_CSV_MAX_ROWS": "ten"}, "BOWERBIRD_CSV_MAX_ROWS='ten' is not a whole number"),
        ({"BOWERBIRD_MASTER_KEY": "xyz"}, "BOWERBIRD_MASTER_KEY holds no master key: expected 64"),
        ({"BOWERBIRD_MASTER_KEY": "abcd"}, "BOWERBIRD_MASTER_KEY holds no master key: expected 64"),
        ({"BOWERBIRD_INSTITUTIONS": "nowhere.toml"}, "Give the path of a TOML file"),
        ({"BOWERBIRD_DATABASE_URL": "sqlite:///x"}, "a shared database needs one of BOWERBIRD_MASTER_KEY"),
        ({"BOWERBIRD_DATABASE_URL": "x", "BOWERBIRD_MASTER_KEY": MASTER_KEY}, "--database-url is not a database address"),
    ],
)
def test_settings_that_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], environment: Mapping[str, str], part: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert part in refused(monkeypatch, capsys, "app", "create", "Lender", "--data", str(tmp_path))


@pytest.mark.parametrize(
    ("variable", "value", "part"),
    [("BOWERBIRD_LOG_FORMAT", "xml", "choose from json, text"), ("BOWERBIRD_LOG_LEVEL", "loud", "choose from debug")],
)
def test_logs_that_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], variable: str, value: str, part: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert part in refused(monkeypatch, capsys, "serve", "--port", "0", "--data", str(tmp_path))


def test_a_folder_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "file"
    file.touch()
    assert "is a file, where a folder is needed" in refused(monkeypatch, capsys, "app", "create", "Lender", "--data", str(file))


def test_a_port_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        assert f"port {port} on 127.0.0.1 is in use" in refused(monkeypatch, capsys, "serve", "--port", port, "--data", str(tmp_path))
    assert not list(tmp_path.iterdir())


def test_an_address_of_no_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Choose another address" in refused(monkeypatch, capsys, "serve", "--host", "192.0.2.1", "--data", str(tmp_path))
    assert "is no address" in refused(monkeypatch, capsys, "serve", "--host", "nowhere.invalid", "--data", str(tmp_path))


def test_a_database_of_a_newer_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    import sqlite3

    migrate_database(Settings(data=tmp_path))
    with sqlite3.connect(database_file(Settings(data=tmp_path))) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert "run a newer bowerbird" in refused(monkeypatch, capsys, "app", "list", "--data", str(tmp_path))


def test_a_file_that_is_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    database_file(Settings(data=tmp_path)).write_text("a shopping list, " * 100)
    assert "the database cannot be used" in refused(monkeypatch, capsys, "app", "list", "--data", str(tmp_path))


def test_a_shared_database_is_migrated_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("BOWERBIRD_MASTER_KEY", MASTER_KEY)
    shared = ("--database-url", f"sqlite:///{tmp_path / 'shared.db'}")
    assert "run `bowerbird migrate" in refused(monkeypatch, capsys, "app", "list", *shared)
    runner = CliRunner()
    assert "from empty to revision" in runner.invoke(cli.app, ["migrate", *shared]).stdout
    assert "nothing to do" in runner.invoke(cli.app, ["migrate", *shared]).stdout
    assert runner.invoke(cli.app, ["app", "create", "Lender", *shared]).exit_code == 0
    assert "Lender" in runner.invoke(cli.app, ["app", "list", *shared]).stdout


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("app", "create", "X", "--products", "gold"), "unknown product gold: choose from connections"),
        (("app", "create", " "), "needs a name"),
        (("app", "disable", "stranger"), "no application stranger"),
        (("key", "create", "stranger"), "no application stranger"),
        (("key", "list", "stranger"), "no application stranger"),
        (("key", "revoke", "nothing"), "no key nothing"),
    ],
)
def test_commands_about_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], part: str
) -> None:
    assert CliRunner().invoke(cli.app, ["app", "create", "Lender", "--data", str(tmp_path)]).exit_code == 0
    assert part in refused(monkeypatch, capsys, *arguments, "--data", str(tmp_path))


def test_a_fault_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bowerbird.reference.entries_of", lambda _meaning: 1 // 0)
    monkeypatch.setattr(sys, "argv", ["bowerbird", "codes"])
    with pytest.raises(ZeroDivisionError):
        cli.main()


def test_codes_for_programs_hold_every_field_of_every_entry() -> None:
    listed = json.loads(CliRunner().invoke(cli.app, ["codes", "--json"]).stdout)
    assert len(listed) == len(codes.CATALOGUE)
    for shown, entry in zip(listed, codes.CATALOGUE.values(), strict=True):
        assert (shown["code"], shown["variant"], shown["http"], shown["title"]) == (entry.code, entry.variant, entry.http, entry.title)
        assert (shown["detail"], shown["heading"], shown["actor"]) == (entry.detail, entry.meaning.heading, entry.meaning.actor.value)
        assert (shown["job"], shown["where"], shown["arrivesWith"]) == (entry.in_jobs, list(entry.where), entry.arrives_with)
        assert (shown["retry"], shown["description"]) == (entry.meaning.retry.value, entry.description)
        assert (shown["placeholders"], shown["emptySource"]) == (sorted(entry.placeholders), entry.empty_source)


def test_codes_for_people_name_every_entry() -> None:
    printed = CliRunner().invoke(cli.app, ["codes"]).stdout
    assert [key for key in codes.CATALOGUE if f"  {key} " not in printed] == []
    assert "\x1b" not in printed


def test_openapi_is_printed_for_an_address() -> None:
    printed = json.loads(CliRunner().invoke(cli.app, ["openapi", "--url", "https://bank.example"]).stdout)
    assert printed["servers"] == [{"url": "https://bank.example"}]


def test_processes_get_their_settings_by_environment() -> None:
    settings = Settings(data=Path("elsewhere"), csv_max_rows=7, log_format="text", master_key=MASTER_KEY)
    handed = read_settings(environment_of(settings, "http://bank.example"))
    assert handed.public_url == "http://bank.example"
    assert handed == Settings(
        data=Path("elsewhere"), csv_max_rows=7, log_format="text", master_key=MASTER_KEY, public_url="http://bank.example"
    )


def test_the_demos_statement_is_one_the_server_can_prove() -> None:
    [account] = read_csv(two_weeks(date(2026, 3, 18)).decode(), PAPER, 100, LAYOUT)
    assert [transaction.description for transaction in account.transactions] == [description for _, description, _ in ROWS]
    assert account.transactions[-1].balance == account.account.balance
    assert [column.name for column in LAYOUT.columns] == STATEMENT_COLUMNS


def test_commands_start_without_the_server() -> None:
    """`bowerbird --help` must not load the database or the web framework: they are most of the time a start takes."""
    look = "import sys, bowerbird.cli; print([name for name in ('litestar', 'sqlalchemy', 'uvicorn', 'httpx2') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", look], capture_output=True, check=True, text=True).stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("called", "shown"),
    [("env/bin/bowerbird", "env/bin/bowerbird"), ("bin/__main__.py", "bowerbird"), ("/elsewhere/bowerbird", "/elsewhere/bowerbird")],
)
def test_printed_commands_can_be_pasted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, called: str, shown: str) -> None:
    monkeypatch.chdir(tmp_path)
    for argument in (called, str(tmp_path / called)):
        monkeypatch.setattr(sys, "argv", [argument])
        assert program() == shown


def test_a_program_on_the_path_is_called_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "bowerbird"
    script.touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "argv", [str(script)])
    assert program() == "bowerbird"


@pytest.mark.parametrize(
    ("opening", "shown", "hidden"),
    [
        (
            FirstSteps("http://127.0.0.1:8000", Settings(), "an-id", "the-key", ""),
            ["KEY=the-key\n", "demo\n", "Sandbox: test banks only"],
            ["--url"],
        ),
        (FirstSteps("http://h:1", Settings(data=Path("d")), "an-id", "the-key", ""), ["demo --url http://h:1 --data d\n"], []),
        (FirstSteps("http://h:1", Settings(data=Path("d")), "an-id", "", ""), ["bowerbird key create an-id --data d\n"], ["KEY=", "demo"]),
        (
            FirstSteps("http://h:1", Settings(database_url="postgresql://u:pw@h/n"), "", "", ""),
            ["app create NAME --database-url URL\n"],
            ["pw"],
        ),
    ],
    ids=["first", "first elsewhere", "later", "shared"],
)
def test_the_first_words_of_a_server(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], opening: FirstSteps, shown: list[str], hidden: list[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bowerbird"])
    print_welcome(opening)
    output = capsys.readouterr().out
    assert [text for text in shown if text not in output] == []
    assert [text for text in hidden if text in output] == []
    assert output.count("the-key") == bool(opening.key)


@pytest.mark.parametrize(("name", "step"), [("list.txt", "bowerbird statement describe"), ("print.pdf", "bowerbird statement draft")])
def test_a_statement_that_is_refused_says_what_comes_next(tmp_path: Path, name: str, step: str) -> None:
    file = tmp_path / name
    file.write_text("no statement\n")
    shown = CliRunner().invoke(cli.app, ["statement", "parse", str(file)])
    assert shown.exit_code == 1
    assert f"Next: `{step}" in shown.output
