"""The consent pages on PostgreSQL, where each unit of work meets one application's rows only."""

from __future__ import annotations

from pathlib import Path

from bowerbird.outbound.code_sender import ONLY_ATTEMPT, SendAttempt
from tests.postgres import Database
from tests.serving import Serving
from tests.web.consent_session import Person


def test_an_auth_link_leads_to_the_accounts_there_too(tmp_path: Path, database: Database) -> None:
    texts: list[str] = []

    class Kept:
        """Keeps what would have been texted."""

        for_sandbox = False

        def send(self, mobile: str, text: str, subject: str = "Your code", attempt: SendAttempt = ONLY_ATTEMPT, /) -> None:
            texts.append(text)

    with Serving(tmp_path, **database.settings) as serving:
        serving.services.code_sender = Kept()
        app = serving.application("Shared")
        person = Person(serving, app, app.new_user(email="gavin@hooli.com", mobile="0410888666"))
        public = app.post(f"/users/{person.user_id}/auth_link", json={}).json()["links"]["public"]
        assert person.get("/links/" + public.rpartition("/")[2]).headers["location"] == "/links"
        assert person.send("/links/send", on="/links").status_code == 303
        assert person.send("/links/check", {"code": texts[-1][:6]}, on="/links").headers["location"] == "/home"
        person.agree()
        job = person.connect("gavinBelson", "hooli2016")
        assert "is connected" in person.settled(job)
        assert person.land(action="manage") == "/home/manage"
        assert "Hooli" in person.get("/home/manage").text
        other = serving.application("Other")
        unknown_bank = Person(serving, other, other.new_user())
        unknown_bank.land()
        assert unknown_bank.get(job).status_code == 404
        assert person.send("/home/consent/revoke", on="/home/manage").status_code == 303
        assert app.get(f"/users/{person.user_id}/connections").json()["data"] == []
        person.close()
        unknown_bank.close()
