"""A person at the consent pages of a server whose bank asks for the login on pages of its own."""

from __future__ import annotations

from typing import Any, cast

from tests.serving import Application, Process, Serving
from tests.web.consent_session import Person


class ServerProcess(Process):
    """`bowerbird serve` as a process of its own, with what a person and their application need of a server; `key` is the application's."""

    key = ""

    def application(self) -> Application:
        return Application(self.url, self.key)


class AtBank:
    """The person, their application, and the connection that they make."""

    def __init__(self, serving: Serving | ServerProcess) -> None:
        self.serving = cast("Serving", serving)  # what moves the clock is asked of a server in this process only
        self._process = serving if isinstance(serving, ServerProcess) else None
        self.app: Application = serving.application()
        self.person = Person(self.serving, self.app, self.app.new_user())

    def comes_again(self) -> None:
        """The person has a new browser, with nothing of the one before, and the server may be another process."""
        self.person.close()
        if self._process is not None:
            self.app.close()
            self.app = self._process.application()
        self.person = Person(self.serving, self.app, self.person.user_id)

    def goes(self, path: str, action: str) -> str:
        """Agree to what is asked, and go to the bank: the page of the job."""
        self.person.land()
        if "Agree and continue" in self.person.get("/home/consent").text:
            self.person.agree()
        page = f"{path}/login" if action == "renew" else path
        return str(self.person.send(f"{path}/{action}", {}, on=page).headers["location"])

    def returns(self, job: str, **answer: str) -> dict[str, Any]:
        """The settled job of the page, once the person came back with these parameters."""
        assert self.person.get("/home/return", params=answer).status_code == 303
        return self.app.settled(job.rpartition("/")[2])

    @property
    def connection(self) -> dict[str, Any]:
        found: dict[str, Any] = self.app.get(f"/users/{self.person.user_id}/connections").json()["data"][0]
        return found

    def refresh(self, **passed: int) -> dict[str, Any]:
        """The settled job of a refresh after some time, or the refusal of it."""
        self.serving.advance(**passed)
        self.app.forget_tokens()
        found: dict[str, Any] = self.app.post(f"/users/{self.person.user_id}/connections/{self.connection['id']}/refresh").json()
        return self.app.settled(found["id"]) if "id" in found else found
