"""What `connector check` says of a new connector with one fault in it: what the server would refuse, it refuses before."""

from __future__ import annotations

import inspect
import re
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest

from bowerbird.cli.connectors import command
from bowerbird.cli.connectors.scaffold import create_package
from bowerbird.connectors.enablebanking.bank import EnableBanking
from bowerbird.connectors.up.bank import Up
from bowerbird.console import CommandRefused
from bowerbird.logs import log
from bowerbird.model.connection import Login
from bowerbird.outbound.addresses import AllowList
from bowerbird.outbound.bank_client import BankClient
from bowerbird.plugins.bank_network import ConnectorHttp, warn_of_unknown_settings
from bowerbird.plugins.guard import Guard
from bowerbird.sdk.challenges import LoggedIn, Redirect
from bowerbird.sdk.connector import ConnectorContext, Upstream
from bowerbird.sdk.connector_checks import read_sample_login, redirect_problems
from bowerbird.sdk.failures import InvalidCredentials, NotUnderstood, Unavailable
from bowerbird.sdk.http import HttpRequest
from tests.banks.test_up import connected, served
from tests.banks.up_bank import UpAccount, UpBank
from tests.banks.upstream import Answer
from tests.faults.scripted_bank import EVERYDAY, ScriptedBank
from tests.serving import NOON

IN_BANK, IN_INSTITUTIONS = "bank.py", "institutions.toml"
PATH = 'context.cursor or f"/accounts/{account.upstream_id}/transactions"'
FAULTS = {
    "branch": (IN_BANK, PATH, f'{PATH} if not since else since.year()', r"transactions since .* TypeError: 'int' object is not callable"),
    "since": (IN_BANK, "in page.transactions\n", "in page.transactions if not since\n", "transactions since .*: 2 of the pending rows"),
    "since_path": (IN_BANK, PATH, f'{PATH} if not since else "/older"', "transactions since 2026-01-16 .* lists no answer to GET"),
    "float": (IN_BANK, "return parse_cents(text)", "return float(text)", "`balance` is a value of the type float: give cents as int"),
    "text": (IN_BANK, "cents(each.amount)", "each.amount", "`amount` is a value of the type str: give cents as int"),
    "currency": (IN_BANK, "currency=each.currency", 'currency="euro"', "`currency` of an account must be a code of three letters"),
    "day": (IN_BANK, "each.posted, each.made", "each.posted, context.now", "`made` is a value of the type datetime: give a date"),
    "class": (IN_BANK, "AccountClass.TRANSACTION", "AccountClass.CHEQUE", r"AttributeError: CHEQUE \(bank\.py, line \d+\)"),
    "hosts": (IN_BANK, "    upstream = Upstream", "    other = Upstream", "has no `upstream`: without the names of its hosts"),
    "id": (IN_INSTITUTIONS, 'id = "AU', 'id = "NZ', r"no institution has the id AU9\d{4}: name it"),
    "key": (IN_INSTITUTIONS, "name = ", 'nmae = "x"\nname = ', "unknown field `nmae`. Remove it"),
}  # fmt: skip


def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, file: str = "", old: str = "", new: str = "") -> str:
    """The module of a new connector, importable, with one text of a file replaced."""
    source = create_package(name, tmp_path)[0] / "src"
    monkeypatch.syspath_prepend(str(source))
    if file:
        place = source / f"bowerbird_{name}" / file
        text = place.read_text()
        assert old in text
        place.write_text(text.replace(old, new, 1))
    return f"bowerbird_{name}"


def problems(module: str) -> list[str]:
    return list(command._problems(*command._loaded(module)))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_the_server_would_meet_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    file, old, new, wanted = FAULTS[fault]
    found = problems(begun(tmp_path, monkeypatch, f"with_{fault}", file, old, new))
    assert any(re.search(wanted, each) for each in found), found


def test_an_answer_for_a_since_is_used_before_one_of_its_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = begun(
        tmp_path, monkeypatch, "exact", IN_BANK, PATH, f'({PATH}) + (f"?from={{since}}" if since and not context.cursor else "")'
    )
    assert problems(module) == []
    sample = next(tmp_path.rglob("ada.login.json"))
    exact = '"exchanges": [{"url": "https://api.exact.example/accounts/a-1/transactions?from=2026-01-16", "json": {"transactions": []}},'
    sample.write_text(sample.read_text().replace('"exchanges": [', exact, 1))
    assert [each for each in problems(module) if "2 of the pending rows and of those posted since then are missing" in each]


@pytest.mark.parametrize(
    ("name", "line", "wanted"),
    [
        ("early_member", "URL = AccountClass.CHEQUE", r"cannot be imported: AttributeError: CHEQUE \(bank\.py, line \d+\)"),
        ("no_syntax", "URL = = 3", r"cannot be imported: SyntaxError: invalid syntax \(bank\.py, line \d+\)"),
        ("no_module", "import no_such_module", r"cannot be imported: ModuleNotFoundError: No module named 'no_such_module'"),
    ],
)
def test_an_error_inside_the_module_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, line: str, wanted: str) -> None:
    module = begun(tmp_path, monkeypatch, name, IN_BANK, "URL = ", f"{line}\nURL = ")
    with pytest.raises(CommandRefused, match=wanted):
        command._loaded(module)


def test_what_is_not_installed_or_exports_nothing_is_said_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandRefused, match="no_such_bank is not installed: install it first"):
        command._loaded("no_such_bank")
    module = begun(tmp_path, monkeypatch, "no_export", "__init__.py", "CONNECTOR", "OTHER")
    with pytest.raises(CommandRefused, match="exports no CONNECTOR"):
        command._loaded(module)


def test_the_name_of_an_installed_connector_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandRefused, match="a connector up is installed already: choose another name"):
        create_package("up", tmp_path)


# ── What the operator finds in the log ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("has_upstream", [True, False])
def test_a_job_that_sends_the_operator_to_the_log_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_upstream: bool) -> None:
    bank = UpBank(UpAccount("one", movements=[]))
    if has_upstream:
        bank.fault = lambda _nth, _asked: Answer(200, b"<html>")
    else:
        monkeypatch.delattr(Up, "upstream")
    with log.kept() as lines, served(tmp_path, bank) as serving:
        _, job = connected(serving.application())
    found = [line for line in lines if line["event"] == "bank_not_understood"]
    assert [(line["job"], line["connector"]) for line in found] == [(job["id"], "up" if has_upstream else Up.__module__)]


def test_each_line_of_the_guard_names_the_job_and_the_connector() -> None:
    def broken() -> None:
        raise RuntimeError

    context = ConnectorContext(NOON, 0, 0, job="a-job")
    with ThreadPoolExecutor(1) as pool, log.kept() as lines:
        for bank in (ScriptedBank(before_accounts=broken), ScriptedBank(account=replace(EVERYDAY, currency="euro"))):
            with pytest.raises(NotUnderstood):
                Guard(pool, 5).accounts(bank, "", context)
    assert [(line["event"], line["job"], line["connector"]) for line in lines] == [
        ("connector_failed", "a-job", ScriptedBank.__module__),
        ("connector_out_of_bounds", "a-job", ScriptedBank.__module__),
    ]


def test_a_host_that_does_not_resolve_and_one_that_is_not_named_are_logged() -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        raise socket.gaierror

    upstream = Upstream("wattle", frozenset({"api.wattle.example"}))
    client = BankClient(AllowList(), resolve)
    http = ConnectorHttp(client, AllowList(), upstream, "", monotonic() + 20, lambda: False, lambda: None, "a-job")
    with log.kept() as lines:
        with pytest.raises(Unavailable):
            http.send(HttpRequest("GET", "https://api.wattle.example/accounts"))
        with pytest.raises(NotUnderstood):
            http.send(HttpRequest("GET", "https://other.example/accounts"))
    client.close()
    lines = [line for line in lines if line["event"] != "bank_asked"]
    assert [(line["event"], line["job"], line["connector"]) for line in lines] == [
        ("bank_not_reached", "a-job", "wattle"),
        ("bank_not_asked", "a-job", "wattle"),
    ]
    assert (lines[0]["host"], lines[0]["why"]) == ("api.wattle.example", "Its name does not resolve")


class _KeepsNothing(EnableBanking):
    def returned(self, state: str, answer: Mapping[str, str], context: ConnectorContext) -> LoggedIn:
        return super().returned(state, answer, replace(context, keep_secret=lambda _secret: None))


class _AsksAgain(EnableBanking):
    def returned(self, state: str, answer: Mapping[str, str], context: ConnectorContext) -> LoggedIn:
        return super().returned(state, answer, replace(context, secret=None))


class _RefusesOtherwise(EnableBanking):
    def log_in(self, login: Login, context: ConnectorContext) -> LoggedIn | Redirect:
        if context.browser is None and context.secret is None:
            raise InvalidCredentials
        return super().log_in(login, context)


@pytest.mark.parametrize(
    ("connector", "wanted"),
    [
        (EnableBanking(), ""),
        (_KeepsNothing(), "`returned` keeps no secret"),
        (_AsksAgain(), "`returned` sends 1 requests though the secret of this very state is kept"),
        (_RefusesOtherwise(), "a refresh without a secret: InvalidCredentials in place of AuthorizationNeeded"),
    ],
)
def test_a_secret_of_a_redirect_that_is_not_enough_later_is_found(connector: EnableBanking, wanted: str) -> None:
    sample = Path(inspect.getfile(EnableBanking)).parent / "tests" / "samples" / "synthetic" / "access.login.json"
    found = list(redirect_problems(connector, read_sample_login(sample)))
    assert [problem[: len(wanted)] for problem in found] == ([wanted] if wanted else [])


def test_tables_and_settings_that_no_connector_knows_are_logged() -> None:
    upstream = Upstream("wattle", frozenset({"api.wattle.example"}), needs=("key",), settings=("days",))
    table = {"key": "k", "days": "9", "address": "http://127.0.0.1", "dyas": "9"}
    with log.kept() as lines:
        warn_of_unknown_settings({"wattle": table, "watle": {}}, [upstream])
    assert [(line["event"], line.get("setting", line.get("table"))) for line in lines] == [
        ("setting_not_declared", "dyas"),
        ("settings_of_no_connector", "watle"),
    ]
