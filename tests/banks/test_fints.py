"""FinTS through the whole server: a TAN or the bank's app confirms the first login, later ones need none; a wrong PIN is sent once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from logging.handlers import QueueHandler
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from bowerbird.connectors.fints import CONNECTOR
from bowerbird.connectors.fints.rows import FinTsRow, row_of
from bowerbird.model.account import AccountClass, BankAccount
from bowerbird.model.connection import Login
from bowerbird.sdk.challenges import Challenge, LoggedIn
from bowerbird.sdk.connector import ConnectorContext
from bowerbird.sdk.failures import Failure, NotUnderstood
from bowerbird.sdk.http import HttpRequest, HttpResponse
from bowerbird.sdk.replayed_bank import UPSTREAM_FAULTS, UpstreamFault
from tests.banks.fints_bank import BANK, PIN, PRODUCT, TAN, USER, BookedRow, FinTsAccount, FinTsBank
from tests.banks.test_up import refresh, succeeded
from tests.banks.upstream import Asked
from tests.serving import NOON, Application, Serving, failure_of, until

INSTITUTION = "DE90001"
SETTINGS = {"bank": BANK, "url": "https://bank.example/fints", "product": PRODUCT}
IBAN, SAVINGS = "DE02100900440532013018", "DE02100900440532013019"


def accounts(now: datetime = NOON) -> tuple[FinTsAccount, FinTsAccount]:
    today = now.date()
    days = [today - timedelta(days=60 - 10 * nth) for nth in range(5)]
    ways = [("C", "166"), ("D", "105")]
    rows = [BookedRow(day, f"{nth + 1},10", *ways[nth % 2], f"Zahlung {nth}") for nth, day in enumerate(days)]
    old = BookedRow(today - timedelta(days=200), "9,99", "D", "105", "aus dem Vorjahr")
    return FinTsAccount(IBAN, 1, "Girokonto", [old, *rows]), FinTsAccount(SAVINGS, 10, "Tagesgeld", balance="7,")


@contextmanager
def served(folder: Path, bank: FinTsBank) -> Iterator[Serving]:
    settings = folder / "connectors.toml"
    with bank:
        settings.write_text(f'[fints]\nbank = "{BANK}"\nurl = "{bank.url}/fints"\nproduct = "{PRODUCT}"\n')
        with Serving(folder / "data", connectors=str(settings), step_seconds=4, outbound_allow=bank.host) as serving:
            yield serving


def answered(app: Application, job_id: str, answer: str) -> dict[str, Any]:
    assert app.post(f"/jobs/{job_id}/mfa", json={"mfa-response": [answer]}).status_code == 202

    def ended() -> dict[str, Any] | None:
        job = app.job(job_id)
        return job if {step["status"] for step in job["steps"]} & {"failed"} or succeeded(job) else None

    return until(ended, "the job to end")


def asked_text(job: dict[str, Any]) -> str:
    return str(next(step["result"] for step in job["steps"] if (step["result"] or {}).get("type") == "mfa"))


@pytest.mark.parametrize(("second", "answer"), [("tan", TAN), ("app", "yes")])
def test_a_login_is_confirmed_once(tmp_path: Path, second: str, answer: str) -> None:
    """A bank that is not to be asked whether the person has approved in its app: they say so."""
    bank = FinTsBank(*accounts(), second=second)
    bank.may_look = False
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user = app.new_user()
        job_id = app.connect(user, USER, PIN, INSTITUTION)
        assert ("TAN" if second == "tan" else "App") in asked_text(app.settled(job_id))
        bank.approved = True
        assert succeeded(answered(app, job_id, answer))
        read = {each["accountNo"]: (each["balance"], each["class"]["type"]) for each in app.get(f"/users/{user}/accounts").json()["data"]}
        assert read == {IBAN: ("1041.23", "transaction"), SAVINGS: ("7.00", "savings")}
        shown = {(row["amount"], row["description"]) for row in app.transactions(user)}
        assert shown == {(f"{'-' if nth % 2 else ''}{nth + 1}.10", f"UMSATZ Stadtwerke Zahlung {nth}") for nth in range(5)}
        assert succeeded(refresh(serving, app, user))
        assert bank.systems == ["SYS1"], "the bank knows this server by the number that was kept"
        assert len(app.transactions(user)) == 5


@pytest.mark.parametrize(("second", "answer"), [("tan", "000000"), ("app", "yes")])
def test_a_login_that_is_not_confirmed_ends_as_a_wrong_answer(tmp_path: Path, second: str, answer: str) -> None:
    bank = FinTsBank(*accounts(), second=second)
    bank.may_look = False
    with served(tmp_path, bank) as serving:
        app = serving.application()
        job_id = app.connect(app.new_user(), USER, PIN, INSTITUTION)
        app.settled(job_id)
        assert failure_of(answered(app, job_id, answer))[:2] == ("mfa-challenge", "invalid-credentials")


@pytest.mark.parametrize("refusal", ["9050", "9010"])
def test_a_wrong_pin_is_sent_once_a_job_and_the_third_one_locks(tmp_path: Path, refusal: str) -> None:
    bank = FinTsBank(*accounts())
    bank.refusal = refusal
    with served(tmp_path, bank) as serving:
        app = serving.application()
        for nth, title in enumerate(("Invalid credentials", "Invalid credentials", "Locked account")):
            job = app.settled(app.connect(app.new_user(), USER, f"0000{nth}", INSTITUTION))
            step, code, *rest = failure_of(job)
            assert (step, code) == ("verify-credentials", "invalid-credentials"), rest
            assert bank.wrong_pins == nth + 1
            assert (title == "Locked account") == bank.locked, rest


def test_a_refresh_waits_for_the_person_where_the_bank_has_forgotten_this_server(tmp_path: Path) -> None:
    bank = FinTsBank(*accounts())
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user = app.new_user()
        assert succeeded(app.settled(app.connect(user, USER, PIN, INSTITUTION)))
        bank.second = "tan"
        job = refresh(serving, app, user)
        assert "TAN" in asked_text(job)
        assert succeeded(answered(app, job["id"], TAN))


class FaultyBank:
    """Answers as the bank does, but the request number `nth`."""

    def __init__(self, bank: FinTsBank, nth: int | None = None, fault: UpstreamFault | None = None) -> None:
        self.bank, self.nth, self.fault, self.sent = bank, nth, fault, 0

    def send(self, request: HttpRequest) -> HttpResponse:
        assert request.method == "POST"
        answer = self.bank.answer(Asked(request.method, request.url, "", request.body))
        right, self.sent = HttpResponse(answer.status, {}, answer.body), self.sent + 1
        return self.fault.answer(right) if self.fault is not None and self.sent - 1 == self.nth else right


def read_all(http: FaultyBank, keep: Callable[[str], None] = lambda _secret: None) -> int:
    """How many rows a login with a TAN shows."""
    context = ConnectorContext(NOON, 1, 0, http=http, settings=SETTINGS, keep_secret=keep)
    asked = CONNECTOR.log_in(Login(INSTITUTION, USER, PIN), context)
    assert isinstance(asked, Challenge)
    assert PIN not in repr(asked)
    login = CONNECTOR.answer(asked.state, [TAN], context)
    assert isinstance(login, LoggedIn)
    assert PIN not in repr(login)
    _, listed = CONNECTOR.accounts(login.session, context)
    return sum(len(CONNECTOR.transactions(login.session, each, None, context)) for each in listed)


@pytest.mark.parametrize("share", [36, pytest.param(1, marks=pytest.mark.soak)])
def test_every_fault_of_the_bank_ends_in_a_failure(share: int) -> None:
    """Each request of a login meets the faults, of which a short run takes other ones at each request."""
    with FinTsBank(*accounts(), second="tan") as bank:
        quiet = FaultyBank(bank)
        assert read_all(quiet) == 5
    tried = [(nth, fault) for nth in range(quiet.sent) for place, fault in enumerate(UPSTREAM_FAULTS) if (place - nth) % share == 0]
    assert len(tried) >= quiet.sent * len(UPSTREAM_FAULTS) // share
    assert [problem for nth, fault in tried if (problem := _problem(nth, fault))] == []


def _problem(nth: int, fault: UpstreamFault) -> str:
    """What is wrong with the way in which a fault ends."""
    with FinTsBank(*accounts(), second="tan") as bank:
        try:
            read_all(FaultyBank(bank, nth, fault))
        except Failure:
            return ""
        except Exception as error:  # noqa: BLE001  (the test judges every kind)
            return f"request {nth}, {fault.name}: {type(error).__name__}"
        return f"request {nth}, {fault.name}: nothing raised"


def account() -> BankAccount:
    return BankAccount(
        number=IBAN, name="Giro", holder=None, currency="EUR", account_class=AccountClass.TRANSACTION, product="Giro", balance=None,
        available=None, last_updated=None,
    )  # fmt: skip


def test_what_a_bank_writes_of_a_person_is_in_no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that the library cannot read: the log of the program gets nothing of it."""
    lines = SimpleQueue[logging.LogRecord]()
    monkeypatch.setattr(logging.getLogger(), "handlers", [QueueHandler(lines)])
    with FinTsBank(*accounts()) as bank:
        bank.accounts[0].rows[0] = BookedRow(NOON.date(), "no amount", "C", "166", "Lovelace")
        context = ConnectorContext(NOON, 1, 0, http=FaultyBank(bank), settings=SETTINGS)
        login = CONNECTOR.log_in(Login(INSTITUTION, USER, PIN), context)
        assert isinstance(login, LoggedIn)
        _, listed = CONNECTOR.accounts(login.session, context)
        with pytest.raises(NotUnderstood) as refused:
            CONNECTOR.transactions(login.session, listed[0], None, context)
    assert lines.empty()
    assert "amount" not in str(refused.value)


def test_reversals_change_the_sign_and_strange_rows_are_not_read() -> None:
    today = NOON.date()
    row = FinTsRow("RC", Decimal("12.34"), "EUR", today, today, ("a", "", " b "), "159")
    assert (row_of(row, account()).amount, row_of(row, account()).description) == (-1234, "a b")
    assert row_of(replace_row(row, mark="RD"), account()).amount == 1234
    for strange in ({"currency": "USD"}, {"amount": Decimal("0.001")}, {"mark": "X"}):
        with pytest.raises(NotUnderstood):
            row_of(replace_row(row, **strange), account())


def replace_row(row: FinTsRow, **changes: Any) -> FinTsRow:
    return row._replace(**changes)
