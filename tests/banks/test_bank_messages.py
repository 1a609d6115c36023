"""What an upstream server says to the person: on their page, on the operator's and in their own feed, as plain text, and in no log."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.connections.bank_messages import MAX_LETTERS, MAX_MESSAGES, plain_messages
from bowerbird.domain.connections.connections import list_connections
from bowerbird.domain.users.own_data import read_own_data
from bowerbird.logs import log
from bowerbird.model.consent import TRANSACTION_DETAIL
from bowerbird.model.reading import PendingRows
from tests.api.test_consent_gate import agree
from tests.api.test_simplefin import claim, create, read
from tests.banks.simplefin_server import SharedAccount, SimpleFinServer
from tests.banks.test_simplefin import connected, months, served
from tests.banks.test_up import refresh, succeeded
from tests.serving import Application, Serving, failure_of
from tests.web.client import Pages, make_operator
from tests.web.consent_session import Person

NEEDED = "You must <b>log in</b> again at\r\n\u202eBank of Example; card 4111 1111 1111 1111"
AS_TEXT = "You must <b>log in</b> again at Bank of Example; card xxxxxxxxxxxx1111"
AS_HTML = "You must &lt;b&gt;log in&lt;/b&gt; again at Bank of Example"


def errors_in_feed(serving: Serving, app: Application, user: str) -> list[str]:
    found: list[str] = read(claim(create(serving, app, user, PendingRows.POSTED)), "?balances-only=1").json()["errors"]
    return found


def own_copy(serving: Serving, app: Application, user: str) -> Sequence[Any]:
    tables = serving.services.read_now(read_own_data, tenant=Tenant(app.id, user))
    return [row["the_bank_says"] for row in tables["connections"]]


def test_what_the_bank_says_is_shown_until_it_says_otherwise(tmp_path: Path) -> None:
    bank = SimpleFinServer(SharedAccount("1", "Checking", months(3)))
    bank.errors, bank.errlist = [NEEDED, NEEDED], [{"code": "con.auth", "msg": "Second"}]
    with log.kept() as lines, served(tmp_path, bank) as serving:
        app = serving.application()
        user, job = connected(app, bank.setup_token())
        assert succeeded(job), job
        with closing(Person(serving, app, user)) as person, closing(Pages(serving)) as pages:
            serving.server.web.clock = serving.clock
            make_operator(serving)
            assert pages.sign_in().status_code == 303
            person.arrive()
            person.agree()
            person.prove()
            here = f"/dashboard/applications/{app.id}/users/{user}"
            for text in (person.get("/home/manage").text, pages.get(here).text):
                assert AS_HTML in text
                assert "<b>log in" not in text
                assert "4111 1111" not in text
                assert "Second" in text
            assert own_copy(serving, app, user) == [[AS_TEXT, "Second"]]
            assert errors_in_feed(serving, app, user) == [f"SimpleFIN: {AS_TEXT}", "SimpleFIN: Second"]
            bank.errors, bank.errlist = [], []
            job = refresh(serving, app, user)
            assert succeeded(job), job
            assert errors_in_feed(serving, app, user) == []
            assert "log in" not in pages.get(here).text
    assert "log in" not in str(lines)


def test_messages_without_an_account_are_shown_with_the_failure(tmp_path: Path) -> None:
    bank = SimpleFinServer(SharedAccount("1", "Checking", months(3)))
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, _ = connected(app, bank.setup_token())
        accounts, bank.accounts, bank.errors = bank.accounts, [], ["Renew your access."]
        assert failure_of(refresh(serving, app, user))[:2] == ("retrieve-accounts", "account-not-accessible-requires-user-action")
        assert own_copy(serving, app, user) == [["Renew your access."]]
        assert errors_in_feed(serving, app, user) == [
            "Connection to Bank of Example may need attention",
            "SimpleFIN: Renew your access.",
        ]
        bank.accounts, bank.errors = accounts, []
        assert succeeded(refresh(serving, app, user))
        assert errors_in_feed(serving, app, user) == []


def test_messages_go_with_the_consent_to_accounts(tmp_path: Path) -> None:
    bank = SimpleFinServer(SharedAccount("1", "Checking", months(3)))
    bank.errors = ["Renew your access."]
    with served(tmp_path, bank) as serving:
        app = serving.application()
        user, _ = connected(app, bank.setup_token())
        agree(serving, app, user, TRANSACTION_DETAIL)
        for _ in range(2):
            rows = serving.services.read_now(list_connections, tenant=Tenant(app.id, user))
            assert [row.messages for row in rows] == [None]
            refresh(serving, app, user)


def test_messages_are_few_short_and_of_one_line() -> None:
    many = [f"{nth} " + "x" * 10**6 for nth in range(10**4)]
    assert [len(text) for text in plain_messages(many)] == [MAX_LETTERS] * MAX_MESSAGES
    assert plain_messages(["", " \n\t", "\x00\u202e", "a\nb"]) == ["a b"]
