"""An operator registers their software product with a data holder by the command line, changes that and deletes it."""

from __future__ import annotations

import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import jwt
import pytest
from typer.testing import CliRunner

from bowerbird.cli import app
from bowerbird.cli.connectors import command
from bowerbird.model.clock import SystemClock
from tests.banks.cdr_holder import CLIENT, DataHolder
from tests.banks.cdr_keys import rsa_key
from tests.banks.cdr_recipient import settings_of
from tests.banks.upstream import Answer, Asked

HERE = "https://recipient.example"
RETURN = f"{HERE}/home/return"


class Ran(NamedTuple):
    """What a command printed, or was refused with."""

    done: bool
    text: str


def run(*arguments: str) -> Ran:
    found = CliRunner().invoke(app, ["connector", "register", *arguments])
    return Ran(found.exit_code == 0, found.output if found.exit_code == 0 else str(found.exception))


def statement(signer: str = "register", **claims: Any) -> str:
    """What the Register says of the product."""
    ssa = {"iss": "cdr-register", "software_id": "the-id", "redirect_uris": [RETURN], "exp": int(time.time()) + 600, "jti": "one"}
    return jwt.encode({**ssa, **claims}, rsa_key(signer), "PS256", {"kid": "register"})


class Operator:
    """Someone at the command line, with the settings of a holder."""

    def __init__(self, folder: Path, holder: DataHolder, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.holder, self.file = folder, holder, folder / "connectors.toml"
        self.own = settings_of(holder)
        del self.own["client_id"]
        for name, value in {"CONNECTORS": str(self.file), "OUTBOUND_ALLOW": holder.host, "PUBLIC_URL": HERE}.items():
            monkeypatch.setenv(f"BOWERBIRD_{name}", value)
        self.writes()

    def writes(self, **more: str) -> None:
        self.own |= more
        for name, value in self.own.items():
            (self.folder / name).write_text(value)
        self.file.write_text("[cdr]\n" + "".join(f'{name} = "file:{self.folder / name}"\n' for name in self.own))

    def runs(self, *arguments: str, ssa: str | None = None) -> Ran:
        if ssa is not None:
            (self.folder / "ssa.jwt").write_text(f"{ssa}\n")
            arguments = (*arguments, "--statement", str(self.folder / "ssa.jwt"))
        return run("cdr", *arguments)


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    with DataHolder(SystemClock()) as holder:
        yield Operator(tmp_path, holder, monkeypatch)


def test_a_product_is_registered_changed_and_deleted(operator: Operator) -> None:
    made = operator.runs(ssa=statement())
    assert made.done, made.text
    assert made.text == f'client_id = "{CLIENT}"\n'
    kept = operator.holder.registered[CLIENT]
    assert (kept["redirect_uris"], kept["token_endpoint_auth_method"], kept["response_types"]) == ([RETURN], "private_key_jwt", ["code"])
    assert kept["authorization_signed_response_alg"] == kept["request_object_signing_alg"] == "PS256"
    operator.writes(client_id=CLIENT)
    second = statement(jti="two")
    assert operator.runs("--action", "update", ssa=second).text == f'client_id = "{CLIENT}"\n'
    assert operator.holder.registered[CLIENT]["software_statement"] == second
    deleted = operator.runs("--action", "delete", "--yes")
    assert deleted == (True, "The registration is deleted.\n")
    assert operator.holder.registered == {}
    again = operator.runs("--action", "delete", "--yes")
    assert (again.done, "refuses the registration" in again.text) == (False, True)


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (lambda: statement("attacker"), "unapproved_software_statement"),
        (lambda: statement(iss="another"), "invalid_software_statement"),
        (lambda: statement(exp=int(time.time()) - 1), "good for ten minutes"),
        (lambda: statement(redirect_uris=["https://another.example"]), "does not name"),
        (lambda: "no statement", "no statement of the Register"),
    ],
    ids=["another signed it", "of another register", "over", "for another address", "no token"],
)
def test_a_statement_that_is_not_good_registers_nothing(operator: Operator, write: Callable[[], str], words: str) -> None:
    refused = operator.runs(ssa=write())
    assert (refused.done, words in refused.text) == (False, True), refused.text
    assert operator.holder.registered == {}


def test_what_is_missing_is_named(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "--statement FILE" in operator.runs().text
    assert "create, update, delete" in operator.runs("--action", "renew").text
    assert "`client_id`" in operator.runs("--action", "delete", "--yes").text
    assert "connectors that do: cdr" in run("up", "--action", "delete", "--yes").text
    operator.file.write_text('[cdr]\nissuer = "https://holder.example"\n')
    assert "lacks key, certificate, certificate_key" in operator.runs("--action", "delete", "--yes").text
    monkeypatch.delenv("BOWERBIRD_PUBLIC_URL")
    assert "BOWERBIRD_PUBLIC_URL" in operator.runs("--action", "delete", "--yes").text


@pytest.mark.parametrize(
    "client_id",
    ['a"b', "a\\", 'x"\\', "it's", "[cdr.AU95010]", "env:HOME", "a # b", "ärgerlich", "\U0001f426", "a = 1", '"" x', "\\u0041"],
)
def test_what_is_printed_is_toml_of_just_that_setting(operator: Operator, client_id: str) -> None:
    operator.holder.changed["registered"] = lambda made: {**made, "client_id": client_id}
    made = operator.runs(ssa=statement())
    assert made.done, made.text
    assert tomllib.loads(made.text) == {"client_id": client_id}


@pytest.mark.parametrize("client_id", ["", "a\nb", "a\x1b[2J", "a\u202eb", "a\x7f"])
def test_a_client_id_that_no_terminal_shows_is_refused(operator: Operator, client_id: str) -> None:
    operator.holder.changed["registered"] = lambda made: {**made, "client_id": client_id}
    refused = operator.runs(ssa=statement())
    assert (refused.done, "answers no `client_id`" in refused.text) == (False, True)


def test_a_deletion_is_confirmed(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    operator.runs(ssa=statement())
    operator.writes(client_id=CLIENT)
    asked = len(operator.holder.asked)
    refused = operator.runs("--action", "delete")
    assert (refused.done, "Say --yes" in refused.text, len(operator.holder.asked)) == (False, True, asked)
    terminal = SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True), stderr=sys.stderr)
    monkeypatch.setattr(command, "sys", terminal)
    answers = {word: CliRunner().invoke(app, ["connector", "register", "cdr", "--action", "delete"], input=f"{word}\n") for word in "ny"}
    assert [each.exit_code for each in answers.values()] == [1, 0], answers
    assert operator.holder.registered == {}


@pytest.mark.parametrize("action", ["create", "delete"])
def test_a_command_that_is_killed_before_the_answer(operator: Operator, action: str) -> None:
    """The holder has done what was asked. The next try says so, and with the `client_id` that the holder names all goes on."""
    if action == "delete":
        operator.runs(ssa=statement())
        operator.writes(client_id=CLIENT)
    (operator.folder / "ssa.jwt").write_text(statement())
    arguments = ["cdr", "--action", action, *(["--yes"] if action == "delete" else ["--statement", str(operator.folder / "ssa.jwt")])]
    command_line = [sys.executable, "-m", "bowerbird", "connector", "register", *arguments]
    process = subprocess.Popen(command_line, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def kill(_nth: int, asked: Asked) -> Answer | None:
        if not urlsplit(asked.path).path.startswith("/register"):
            return None
        answer = operator.holder.answer(asked)
        process.kill()
        process.wait(30)
        return answer

    operator.holder.fault = kill
    printed, _ = process.communicate(timeout=60)
    assert (printed, process.returncode) == (b"", -9)
    operator.holder.fault = lambda _nth, _asked: None
    assert bool(operator.holder.registered) == (action == "create")
    again = operator.runs(*arguments[1:])
    assert (again.done, "may have done then what was asked" in again.text) == (False, True), again.text
    if action == "create":
        operator.writes(client_id=CLIENT)
        assert operator.runs("--action", "update", ssa=statement(jti="two")).text == f'client_id = "{CLIENT}"\n'


def test_a_holder_that_is_away_leaves_it_open(operator: Operator) -> None:
    operator.holder.fault = lambda _nth, asked: Answer(503) if asked.path == "/register" else None
    refused = operator.runs(ssa=statement())
    assert (refused.done, "ask the bank before you run this again" in refused.text) == (False, True), refused.text


def test_a_second_holder_is_registered_with_by_its_table(operator: Operator) -> None:
    operator.file.write_text(operator.file.read_text().replace("[cdr]", "[cdr.AU95010]"))
    (operator.folder / "ssa.jwt").write_text(statement())
    made = run("cdr.AU95010", "--statement", str(operator.folder / "ssa.jwt"))
    assert made == (True, f'client_id = "{CLIENT}"\n')
    assert "lacks issuer, key" in operator.runs("--action", "delete", "--yes").text
