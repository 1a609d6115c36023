"""The FinTS connector against the bank that python-fints tests itself with: accounts and rows, a wrong PIN, a locked login."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from bowerbird.connectors.fints import CONNECTOR
from bowerbird.model.connection import Login
from bowerbird.sdk.challenges import LoggedIn
from bowerbird.sdk.connector import ConnectorContext
from bowerbird.sdk.failures import Failure, InvalidCredentials, LockedAccount
from bowerbird.sdk.http import HttpRequest, HttpResponse

pytestmark = pytest.mark.foreign

ROOT = Path(__file__).parents[2]
DRIVER = Path(__file__).parent / "drivers" / "fints_bank.py"


class Client:
    def send(self, request: HttpRequest) -> HttpResponse:
        answer = httpx2.request(request.method, request.url, headers=dict(request.headers), content=request.body, timeout=30)
        return HttpResponse(answer.status_code, dict(answer.headers), answer.content)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    found = sorted((ROOT / ".venv" / "foreign" / "fints").glob("fints-*/tests/conftest.py"))
    if not found:
        (pytest.fail if os.environ.get("FOREIGN_STRICT") == "1" else pytest.skip)(
            "the source of python-fints is missing: run `make foreign`"
        )
    command = [sys.executable, str(DRIVER), str(found[-1])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as bank:
        assert bank.stdin
        assert bank.stdout
        yield bank.stdout.readline().strip()
        bank.stdin.close()
        bank.wait(30)


def context(url: str) -> ConnectorContext:
    settings = {"bank": "12345678", "url": url, "product": "6151256F3D4F9975B877BD4A2"}
    return ConnectorContext(datetime(2015, 4, 1, tzinfo=UTC), 1, 0, http=Client(), settings=settings)


def test_accounts_and_rows(url: str) -> None:
    given = context(url)
    login = CONNECTOR.log_in(Login("DE90001", "test1", "1234"), given)
    assert isinstance(login, LoggedIn)
    _, accounts = CONNECTOR.accounts(login.session, given)
    assert [(each.number, each.product, each.currency) for each in accounts] == [
        ("DE111234567800000001", "Girokonto", "EUR"),
        ("DE111234567800000002", "Tagesgeld", "EUR"),
    ]
    rows = CONNECTOR.transactions(login.session, accounts[0], None, given)
    assert [(str(row.posted), row.amount) for row in rows] == [("2015-01-01", 18234), ("2015-03-01", 10003), ("2015-03-01", 10000)]


@pytest.mark.parametrize(("pin", "failure"), [("9999", InvalidCredentials), ("3938", LockedAccount)])
def test_a_refused_login(url: str, pin: str, failure: type[Failure]) -> None:
    with pytest.raises(failure):
        CONNECTOR.log_in(Login("DE90001", "test1", pin), context(url))
