"""One address for every page of the map, on a sandbox where something has happened: for what looks at all pages alike."""

from __future__ import annotations

from functools import cached_property
from importlib import resources
from typing import Any

from bowerbird.domain.access.applications import PRODUCTS, TEST_STATEMENTS
from bowerbird.sandbox.controls import inspector_of
from bowerbird.web.kernel.samples import COMMBANK
from tests.pages import ALL_PAGES
from tests.receiver import Receiver
from tests.serving import Application, Serving, until
from tests.web.client import make_operator, session_of
from tests.web.conftest import application_rows_of
from tests.web.consent_session import Person

NO_PAGES = {
    "open_home",
    "open_link",
    "open_auth_link",
    "return_from_bank",
    "show_sample",
    "show_colours",
    "set_language",
    "show_logo",
    "show_statement_page",
    "show_draft",
    "download_data",
    "download_receipt",
    "export_audit",
    "print_money",
    "export_transactions",
}
"""Answers that lead elsewhere, files and pictures."""
SIGNED_OUT = "show_sign_in"
"""The page that sends on whoever has signed in."""
NOT_ON_THE_WAY = {"show_welcome", "show_second_step", "show_auth_link", "show_done", "show_error"}
"""Pages that need another visitor, or say no."""


UNCLEAR = b"Tag A;Text B;Summe C;Rest D\n02/03/2025;Coffee;-1,00;99,00\n03/03/2025;Shop;-2,00;97,00\n04/03/2025;Pay;10,00;107,00\n"
"""A table whose columns its person has to say the meaning of."""


class PageVisits:
    """An application with a person whose bank is connected, whose statement is proven, and whose login failed; a webhook; an operator."""

    def __init__(self, serving: Serving, receiver: Receiver) -> None:
        self.serving = serving
        self.app: Application = serving.application("Budget app", production=False)
        application_rows_of(serving, self.app.id, products={*PRODUCTS, TEST_STATEMENTS})
        app = self.app
        self.user = app.new_user(email="gavin@hooli.com", firstName="Gavin", lastName="Belson", mobile="0410888666")
        self.hook = app.post("/notifications/webhooks", json={"url": receiver.url, "name": "Budget app"}).json()["id"]
        self.job = app.connect(self.user, "gavinBelson", "hooli2016")
        app.settled(self.job)
        app.settled(app.connect(self.user, "richard", "wrong", "AU00001"))
        file = (resources.files("bowerbird.web") / "samples" / "statement.pdf").read_bytes()
        self.statement = app.upload(self.user, file, COMMBANK, "statement.pdf").json()["id"]
        app.settled(self.statement)
        self.operator = make_operator(serving)
        self.person = Person(serving, app, self.user)
        self.person.land()
        self.person.agree()
        self.person.prove()
        waiting = str(self.person.upload(UNCLEAR, "AU00501").headers["location"])
        self.person.settled(waiting)
        self.waiting = waiting.rpartition("/")[2]

    def paths(self) -> dict[str, str]:
        """By the name of a page, where it is."""
        ids, own = self._ids(), {"show_statement": {"job_id": self.statement}}
        own |= {name: {"job_id": self.waiting} for name in ("show_columns", "show_own_columns")}
        shown = [page for page in ALL_PAGES if page.method == "GET" and page.name not in NO_PAGES | NOT_ON_THE_WAY]
        found = {page.name: page.path.format(**(ids | own.get(page.name, {}))) for page in shown}
        return found | {"show_test_bank": "/home/test-bank?bank=AU00007&state=of-a-person"}

    @cached_property
    def cookies(self) -> dict[str, str]:
        """A browser in which an operator has signed in and the person has arrived."""
        person = self.person.http.cookies.get("bowerbird-person")
        assert person
        return {"bowerbird-session": session_of(self.serving, self.operator), "bowerbird-person": person}

    def _ids(self) -> dict[str, str]:
        user, ring = f"/users/{self.user}", inspector_of(self.serving.services)
        assert ring is not None
        accounts = self.app.get(f"{user}/accounts").json()["data"]
        message = until(lambda: self._data(f"/notifications/webhooks/{self.hook}/messages"), "a message")[0]["id"]
        return {
            "application_id": self.app.id, "user_id": self.user, "job_id": self.job, "account_id": accounts[0]["id"],
            "connection_id": self._data(f"{user}/connections")[0]["id"], "institution_id": "AU00000", "code": "invalid-credentials",
            "variant": "mfa-wrong-answer", "correlation_id": ring.newest()[0].correlation_id, "event_id": self._data("/events")[0]["id"],
            "webhook_id": self.hook, "message_id": message, "group": "users", "figure_id": "all.income",
            "transaction_id": self._data(f"{user}/transactions?filter=transaction.status.eq('posted')")[0]["id"],
        }  # fmt: skip

    def _data(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.app.get(path).json()["data"]
        return found
