"""An operator registers their software product with a data holder by the command line, changes that and deletes it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jwt
import pytest
from typer.testing import CliRunner

from bowerbird.cli import app
from bowerbird.model.clock import SystemClock
from tests.banks.cdr_holder import CLIENT, DataHolder
from tests.banks.cdr_keys import rsa_key
from tests.banks.cdr_recipient import settings_of

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
    deleted = operator.runs("--action", "delete")
    assert deleted == (True, "The registration is deleted.\n")
    assert operator.holder.registered == {}
    again = operator.runs("--action", "delete")
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
    assert "`client_id`" in operator.runs("--action", "delete").text
    assert "connectors that do: cdr" in run("up", "--action", "delete").text
    operator.file.write_text('[cdr]\nissuer = "https://holder.example"\n')
    assert "lacks key, certificate, certificate_key" in operator.runs("--action", "delete").text
    monkeypatch.delenv("BOWERBIRD_PUBLIC_URL")
    assert "BOWERBIRD_PUBLIC_URL" in operator.runs("--action", "delete").text
