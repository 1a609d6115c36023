"""A browser's worth of HTTP: cookies are kept, forms are sent with the token that stands in the page."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import httpx2

from bowerbird.domain.operators import operators, passwords
from bowerbird.domain.services import Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.reading import Role
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.serving import Serving

NAME, PASSWORD = "ana", "bright blue things in order"
_TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


@cache
def _hashed(password: str) -> str:
    """Once a password: hashing is slow on purpose."""
    return passwords.hash_password(password)


def make_operator(serving: Serving, name: str = NAME, password: str = PASSWORD, role: Role = Role.OWNER) -> str:
    """An operator with a password; their id. One of this name gets the password anew."""
    now, hashed = to_milliseconds(serving.server.web.clock.now()), _hashed(password)

    def make(session: Session) -> str:
        known = operators.find_known(session, name)
        link = operators.create_link(session, now, role, known.id if known else None)
        made = operators.use_link(session, link, name, hashed, now)
        assert made is not None
        return made

    return serving.services.write_now(make, tenant=EVERY_TENANT)


def session_of(serving: Serving, operator_id: str) -> str:
    """The cookie of a new session."""
    now = to_milliseconds(serving.server.web.clock.now())
    return serving.services.write_now(operators.create_session, operator_id, "tests", now, tenant=EVERY_TENANT)


class Pages:
    """One browser's cookies on a server."""

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.http = httpx2.Client(base_url=serving.url, timeout=30)

    def get(self, path: str, **options: Any) -> httpx2.Response:
        return self.http.get(path, **options)

    def token(self, path: str) -> str:
        """The token of the forms on a page."""
        page = self.get(path)
        found = _TOKEN.search(page.text)
        assert found, f"{path} answered {page.status_code} and has no form"
        return found[1]

    def send(self, path: str, form: dict[str, Any] | None = None, *, on: str = "", **options: Any) -> httpx2.Response:
        """A form, as it stands on the page `on`."""
        return self.http.post(path, data={"csrf": self.token(on or path), **(form or {})}, **options)

    def sign_in(self, name: str = NAME, password: str = PASSWORD) -> httpx2.Response:
        return self.send("/dashboard/sign-in", {"name": name, "password": password})

    def close(self) -> None:
        self.http.close()
