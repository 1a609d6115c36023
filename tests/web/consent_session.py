"""A person at the consent pages, over plain HTTP: as a browser without scripts would go."""

from __future__ import annotations

import re
from typing import Any

import httpx2
from sqlalchemy import update

from bowerbird.storage.database.tables import person_sessions
from tests.serving import Application, Serving, until
from tests.web.client import Pages

_ACTION = re.compile(r'action="(/home/jobs/[^"]+/answers)"')


class Person(Pages):
    """A person with a browser of their own, and the application that sends them."""

    def __init__(self, serving: Serving, app: Application, user_id: str) -> None:
        super().__init__(serving)
        self.app, self.user_id = app, user_id

    def arrive(self, **asked: str) -> httpx2.Response:
        """Follow the application's link: where it leads once the token has gone from the address."""
        token = self.app.token("CLIENT_ACCESS", self.user_id)
        return self.get("/home", params={"token": token, **asked})

    def land(self, **asked: str) -> str:
        """The path of the first page of an intent."""
        answer, path = self.arrive(**asked), ""
        while answer.status_code == 303:
            path = str(answer.headers["location"])
            answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return path

    def agree(self, **form: Any) -> httpx2.Response:
        page = self.get("/home/consent").text
        seal = re.search(r'name="policy" value="([0-9a-f]{64})"', page)
        assert seal
        scopes = re.findall(r'name="scope" value="([^"]+)" checked', page)
        return self.send("/home/consent", {"policy": seal[1], "scope": scopes, **form})

    def prove(self) -> None:
        """As if a code had been entered in every session of the person."""
        proven = update(person_sessions).where(person_sessions.c.user_id == self.user_id).values(proven_until_ms=10**15)
        self.serving.services.write_now(lambda session: session.uow.execute(proven), tenant=self.app.id)

    def connect(self, login: str, password: str, institution: str = "AU00000", **more: str) -> str:
        """Start connecting; the path of the job's page."""
        answer = self.send(f"/home/institutions/{institution}", {"login_id": login, "password": password, **more})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def upload(self, content: bytes, institution: str = "AU00201", name: str = "statement.csv") -> httpx2.Response:
        path = f"/home/institutions/{institution}/statement"
        return self.http.post(path, data={"csrf": self.token(path)}, files={"statement": (name, content)})

    def settled(self, path: str) -> str:
        """A job's page once nothing more happens by itself."""

        def look() -> str | None:
            text = self.get(path).text
            return None if "delay:700ms" in text else text

        return until(look, f"{path} to settle")

    def answer(self, path: str, *answers: str) -> httpx2.Response:
        return self.send(f"{path}/answers", {"answer": list(answers)}, on=path)
