"""A command that is called wrongly says what can be written instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bowerbird.cli import app
from bowerbird.console import CommandRefused

WRONG: list[tuple[list[str], str]] = [
    (["sevre"], "Did you mean 'serve'?"),
    (["nothing-like-it"], "There are: admin, alert, app"),
    (["admin", "nosuch"], "There are: audit, link, operators, recover"),
    (["admin", "lnik"], "Did you mean 'link'?"),
    (["app", "nosuch"], "create, disable, enable"),
    (["codes", "nosuch"], "There are: trigger"),
    (["statement", "read", "x.pdf"], "There are: describe, draft, map, parse"),
    (["vault", "turn"], "There are: retire, rotate, status"),
    (["--versoin"], "--version"),
    (["worker", "--data", "d"], "--database-url"),
    (["openapi", "--yaml"], "There are: --url, --help"),
    (["app", "--data", "d"], "There are: --help"),
    (["serve", "--port", "many"], "write a whole number, from 0 to 65535"),
    (["serve", "--port", "99999"], "write a whole number, from 0 to 65535"),
    (["home", "--port", "-1"], "write a whole number, from 0 to 65535"),
    (["listen", "--key", "k", "--count", "0"], "write a whole number, 1 or more"),
    (["backup"], "Missing argument 'FILE'. "),
    (["restore"], "Missing argument 'FILE'. "),
    (["export"], "Missing option '--user'. Whose accounts and transactions"),
    (["listen"], "bowerbird key create makes one"),
    (["app", "create"], "Missing argument 'NAME'. Its name"),
    (["clock", "advance"], "Such as 90s, 15m, 2h"),
    (["insights", "explain"], "A bank's text of a movement"),
    (["sandbox", "run"], "What to run, with its arguments"),
    (["restore", "nothere.backup"], "does not exist: looked for it from /"),
    (["reset", "--seed", "nothere.yaml"], "does not exist: looked for it from /"),
    (["statement", "describe", "nothere.csv"], "does not exist: looked for it from /"),
    (["key", "revoke", "a", "b", "c"], "A text of several words stands in quotes"),
]


@pytest.mark.parametrize(("arguments", "advice"), WRONG, ids=[" ".join(arguments) for arguments, _ in WRONG])
def test_wrong_use_names_the_next_step(arguments: list[str], advice: str) -> None:
    outcome = CliRunner().invoke(app, arguments, env={"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "400"}, terminal_width=400)
    assert outcome.exit_code == 2, outcome.output
    shown = " ".join(outcome.output.replace("│", " ").split())
    assert advice in shown


def test_a_file_of_something_else_is_refused_in_a_line(tmp_path: Path) -> None:
    for content in (b"not json", b"\xff\xfe"):
        (tmp_path / "people").write_bytes(content)
        outcome = CliRunner().invoke(app, ["insights", "streams", str(tmp_path / "people")])
        assert isinstance(outcome.exception, CommandRefused), outcome.exception
        assert "Write each person into a line of its own" in str(outcome.exception)


def test_every_argument_and_option_that_is_needed_says_what_it_is() -> None:
    """Its help is what a call without it shows."""
    from typer.main import get_command

    silent = []
    commands = [get_command(app)]
    while commands:
        command = commands.pop()
        commands += getattr(command, "commands", {}).values()
        silent += [f"{command.name}: {each.name}" for each in command.params if each.required and not getattr(each, "help", "")]
    assert silent == []
