"""Installed connectors that break what they can: the server serves without them, and `connector check` says what is wrong, in a line."""

from __future__ import annotations

import builtins
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any, NoReturn, cast

import pytest

from bowerbird.cli import refusals
from bowerbird.cli.connectors import command
from bowerbird.client import ApiError, UnexpectedAnswer
from bowerbird.console import CommandRefused
from bowerbird.logs import log
from bowerbird.model.connection import Login
from bowerbird.plugins import registry
from bowerbird.plugins.bank_network import SettingsFileError, read_connector_settings
from bowerbird.plugins.guard import Guard
from bowerbird.plugins.registry import discover
from bowerbird.sdk.connector import Connector, ConnectorContext
from bowerbird.sdk.failures import NotUnderstood
from bowerbird.settings import Settings
from tests.banks.test_connector_checks import IN_BANK, begun, problems
from tests.banks.test_new_connector import command as run
from tests.banks.test_new_connector import installed
from tests.faults.fleet import new_key
from tests.serving import NOON, Application, Process

MODULE, UPSTREAM = "__init__.py", "upstream = Upstream("
ESCAPES = "\x1b]0;owned\x07\x1b[2J\u202e"
AS_PROPERTY = '    @property\n    def upstream(self):\n        raise ValueError("boom")\n\n    other = Upstream('
NO_TEXTS = "has no frozenset `institutions`"


def instead(upstream: str) -> str:
    return f"upstream = {upstream} if True else Upstream("


DECLARED = {
    "number": (UPSTREAM, instead("7"), "has an `upstream` that is no bowerbird.sdk.connector.Upstream"),
    "raises": (f"    {UPSTREAM}", AS_PROPERTY, "raises ValueError"),
    "hosts": (UPSTREAM, instead('Upstream("hosts", frozenset({1, None}))'), "holds something else in `upstream.hosts`"),
    "named": (UPSTREAM, instead('Upstream(5, frozenset({"a.example"}))'), "has no text as `upstream.name`"),
    "needs": (UPSTREAM, instead('Upstream("needs", frozenset({"a.example"}), needs=5)'), "`upstream.needs`"),
    "threads": (UPSTREAM, instead('Upstream("threads", frozenset({"a.example"}), threads=0)'), "`upstream.threads`"),
    "tier": ("tier = LeafTier.SYNTHETIC", 'tier = "x"', "has a `tier` that is no bowerbird.sdk.leaf.LeafTier"),
    "mixed": ("institutions = frozenset(", 'institutions = frozenset({1, "AU00001"}) or frozenset(', NO_TEXTS),
}  # fmt: skip


@pytest.mark.parametrize("fault", DECLARED)
def test_a_connector_that_declares_nonsense_is_left_out_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    old, new, wanted = DECLARED[fault]
    module = begun(tmp_path, monkeypatch, f"says_{fault}", IN_BANK, old, new)
    assert [each for each in problems(module) if wanted in each]
    installed(next(tmp_path.rglob("src")), f"says_{fault}", module)
    found = {leaf.name: leaf.why for leaf in discover().broken}
    assert wanted in found[f"says_{fault}"]


def test_the_settings_of_a_connector_are_read_by_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = begun(tmp_path, monkeypatch, "magpie", IN_BANK, 'Upstream("magpie"', 'Upstream("up"')
    installed(next(tmp_path.rglob("src")), "magpie", module)
    assert "has the `upstream.name` of another connector, up" in {leaf.name: leaf.why for leaf in discover().broken}["magpie"]


@pytest.mark.parametrize("raised", ["SystemExit(0)", "GeneratorExit", 'BaseException("x")', "asyncio.CancelledError"])
def test_a_connector_that_ends_the_program_keeps_no_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raised: str) -> None:
    name = f"ends_{raised[:4].lower()}"
    module = begun(
        tmp_path,
        monkeypatch,
        name,
        IN_BANK,
        "    def accounts(",
        f"    def accounts(self, *_):\n        import asyncio\n        raise {raised}\n\n    def others(",
    )
    assert [each for each in problems(module) if raised.split("(", maxsplit=1)[0].rpartition(".")[2] in each]


def test_a_problem_repeats_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raising = '    def log_in(self, login, context):\n        raise RuntimeError(f"refused for {login.password}")\n\n    def other('
    found = problems(begun(tmp_path, monkeypatch, "telling", IN_BANK, "    def log_in(", raising))
    password = json.loads(next(tmp_path.rglob("ada.login.json")).read_text())["password"]
    assert found
    assert not [each for each in found if password in each]


@pytest.mark.parametrize("file", ["ada.json", "ada.login.json"])
def test_a_sample_that_is_nested_without_end_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    module = begun(tmp_path, monkeypatch, f"deep_{len(file)}")
    next(tmp_path.rglob(file)).write_text("[" * 100_000)
    assert [each for each in problems(module) if each.startswith("ada.login.json: cannot be read")]


def test_settings_that_are_nested_without_end_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "connectors.toml").write_text(f"a = {'[' * 100_000}")
    with pytest.raises(SettingsFileError, match="cannot be read"):
        read_connector_settings(str(tmp_path / "connectors.toml"))


@pytest.mark.slow
def test_what_a_connector_prints_is_no_part_of_a_report_in_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = begun(tmp_path, monkeypatch, "loud", IN_BANK, "        listed = ", '        print("noise")\n        listed = ')
    source = next(tmp_path.rglob("src"))
    (source / module / MODULE).write_text((source / module / MODULE).read_text() + '\nprint("noise")\n')
    installed(source, "loud", module)
    for arguments in (("check", "loud", "--json"), ("list", "--json"), ("new", "quiet", "--into", str(tmp_path / "other"), "--json")):
        outcome = run(*arguments, PYTHONPATH=str(source))
        assert outcome.returncode == 0, outcome.stderr
        assert json.loads(outcome.stdout)
        assert "noise" in outcome.stderr


def test_what_others_say_moves_no_cursor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = begun(tmp_path, monkeypatch, "escaping", MODULE, "CONNECTOR", f"raise ValueError({ESCAPES!r})\nCONNECTOR")
    with pytest.raises(CommandRefused) as refused:
        command._loaded(module)
    answer = ApiError(500, [{"code": ESCAPES, "title": ESCAPES, "detail": ESCAPES}], ESCAPES, None)
    for error in (refused.value, answer, UnexpectedAnswer(ESCAPES), OSError(2, "gone", f"/tmp/{ESCAPES}")):
        line = refusals.explain(error)
        assert line
        assert line.isprintable()


FOREVER = {
    "loops": "while True:\n            pass",
    "swallows": "while True:\n            try:\n                input(1 / 0)\n            except BaseException:\n                pass",
    "sleeps": "__import__('time').sleep(1000)",
    "holds the interpreter": "sum(__import__('itertools').repeat(0))",
}


@pytest.mark.slow
@pytest.mark.parametrize("how", FOREVER)
def test_a_connector_that_never_returns_is_named_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    old = "    def log_in("
    begun(tmp_path, monkeypatch, "silent", IN_BANK, old, f"    def log_in(self, *_):\n        {FOREVER[how]}\n\n    def other(")
    outcome = run("check", "bowerbird_silent", "--json", BOWERBIRD_STEP_SECONDS="1", PYTHONPATH=str(next(tmp_path.rglob("src"))))
    assert outcome.returncode == 1, outcome.stderr
    (problem,) = json.loads(outcome.stdout)["problems"]
    assert problem.startswith("ada.login.json: a login: no answer within 1 seconds (bank.py, line ")


@pytest.mark.slow
def test_one_that_never_returns_from_a_fault_is_named_with_the_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lasting = "return self.once(login, context)\n        except Exception:\n            while True:\n                pass\n"
    failing = f"    def log_in(self, login, context):\n        try:\n            {lasting}\n    def once("
    begun(tmp_path, monkeypatch, "patient", IN_BANK, "    def log_in(", failing)
    outcome = run("check", "bowerbird_patient", "--json", BOWERBIRD_STEP_SECONDS="1", PYTHONPATH=str(next(tmp_path.rglob("src"))))
    *_, problem = json.loads(outcome.stdout)["problems"]
    assert problem.startswith("ada.login.json: request 1, ")
    assert "no answer within 1 seconds (bank.py, line " in problem


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "wanted"),
    [("while True: pass", "no answer within 1 seconds (bank.py, line "), ("__import__('os')._exit(0)", "it ends the process")],
)
def test_one_that_is_never_imported_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, wanted: str) -> None:
    begun(tmp_path, monkeypatch, "unborn", IN_BANK, "URL = ", f"{line}\nURL = ")
    outcome = run("check", "bowerbird_unborn", BOWERBIRD_STEP_SECONDS="1", PYTHONPATH=str(next(tmp_path.rglob("src"))))
    assert outcome.returncode == 1
    assert f"bowerbird_unborn is imported: {wanted}" in outcome.stdout


def test_a_server_starts_without_a_connector_that_is_never_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is it waited for again: every command asks for the leaves, some of them twice."""
    held = Event()
    monkeypatch.setattr(builtins, "held_for_the_test", held, raising=False)
    module = begun(tmp_path, monkeypatch, "stuck", IN_BANK, "URL = ", "held_for_the_test.wait()\nURL = ")
    installed(next(tmp_path.rglob("src")), "stuck", module)
    monkeypatch.setattr(registry, "IMPORT_SECONDS", 1)
    try:
        for _ in range(2):
            assert "does not answer within 1 seconds" in {leaf.name: leaf.why for leaf in discover().broken}["stuck"]
        assert not [file for file in registry.institution_files() if module in file.name]
    finally:
        held.set()


# ── On the server ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class Raising:
    """A connector that raises what it is given."""

    institutions = frozenset({"AU95000"})

    def __init__(self, raised: Callable[[], BaseException]) -> None:
        self._raised = raised

    def log_in(self, *_: Any) -> NoReturn:
        raise self._raised()


@pytest.mark.parametrize("raised", [SystemExit, GeneratorExit, KeyboardInterrupt, BaseException, TimeoutError, StopIteration])
def test_what_a_connector_raises_ends_its_job_with_a_failure(raised: type[BaseException]) -> None:
    guard, context = Guard(ThreadPoolExecutor(1), 5), ConnectorContext(NOON, 1, 0)
    with log.kept() as lines, pytest.raises(NotUnderstood, match=raised.__name__):
        guard.log_in(cast("Connector", Raising(raised)), Login("AU95000", "a", "b"), context)
    assert [line["event"] for line in lines] == ["connector_failed"]


REGISTERS = """
class Registers:
    institutions = frozenset({"AU90009"})
    tier = LeafTier.DECLARED
    upstream = Upstream("endless", frozenset({"api.endless.example"}))
    registers_with = ()

    def register(self, asked, context):
        while True:
            pass

    log_in = accounts = transactions = register


CONNECTOR = Registers()
"""


@pytest.mark.slow
def test_a_registration_that_never_returns_ends_its_command(tmp_path: Path) -> None:
    source = "from bowerbird.sdk.connector import Upstream\nfrom bowerbird.sdk.leaf import LeafTier\n"
    (tmp_path / "endless.py").write_text(source + REGISTERS)
    (tmp_path / "statement").write_text("of the register")
    installed(tmp_path, "endless", "endless")
    settings = {"BOWERBIRD_STEP_SECONDS": "1", "BOWERBIRD_PUBLIC_URL": "https://bowerbird.example", "PYTHONPATH": str(tmp_path)}
    outcome = run("register", "endless", "--statement", str(tmp_path / "statement"), **settings)
    assert (outcome.returncode, outcome.stdout) == (1, "")
    assert "endless did not say whether it could create the registration (no answer within 1 seconds)" in outcome.stderr


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_stops_beside_a_connector_that_never_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: str) -> None:
    """Its job ends with job-timed-out; the thread goes on, and is not waited for."""
    old = "    def log_in("
    module = begun(
        tmp_path, monkeypatch, "endless", IN_BANK, old, f"    def log_in(self, *_):\n        {FOREVER['sleeps']}\n\n    def other("
    )
    source = next(tmp_path.rglob("src"))
    institution = re.search(r'id = "(\w+)"', (source / module / "institutions.toml").read_text())
    assert institution is not None
    installed(source, "endless", module)
    key = new_key(Settings(data=tmp_path / "data"))
    with Process(tmp_path / "data", PYTHONPATH=str(source), BOWERBIRD_STEP_SECONDS="1", BOWERBIRD_WORKERS=workers) as server:
        app = Application(server.url, key)
        job = app.settled(app.connect(app.new_user(), "ada", "a", institution[1]))
        assert job["steps"][0]["result"]["code"] == "job-timed-out"
        app.close()
