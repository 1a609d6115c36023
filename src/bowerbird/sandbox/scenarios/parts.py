"""The parts that scenarios are made of."""

from __future__ import annotations

import re
import string
from typing import Any

from bowerbird.codes import Entry

Json = dict[str, Any]
"""An object as it is sent or expected."""
Step = dict[str, Any]
"""One request of a scenario (see the package)."""
Scenario = list[Step]

NO_ONE = "00000000-0000-4000-8000-000000000000"
CONTROLS = "/_bowerbird"
USER = "/users/{{userId}}"
CONNECTIONS = f"{USER}/connections"
BEARER = {"Authorization": "Bearer {{token}}"}
KEY = {"Authorization": "Basic {{apiKey}}", "basiq-version": "3.0"}
HOOLI = {"loginId": "gavinBelson", "password": "hooli2016", "institution": {"id": "AU00000"}}
WRONG = {**HOOLI, "password": "wrong"}
JARED = {"loginId": "jared", "password": "django", "institution": {"id": "AU00002"}}
JSON = "application/json"


def request(method: str, path: str, headers: Json | None = None, **more: Any) -> Step:
    """A request with the scenario's token, unless other headers are given."""
    return {"method": method, "path": path, "headers": {**BEARER, **(headers or {})}, **more}


def control(method: str, path: str, **more: Any) -> Step:
    return {"method": method, "path": f"{CONTROLS}{path}", **more}


def token(expect: Json | None = None, headers: dict[str, str] | None = None, **form: str) -> Step:
    """Fetch a token: the one that later requests carry, or the refusal of one."""
    form = form or {"scope": "SERVER_ACCESS"}
    step: Step = {"method": "POST", "path": "/token", "headers": KEY if headers is None else headers, "form": form}
    return step | ({"expect": expect} if expect else {"save": {"token": "/access_token"}})


def application(**options: Any) -> Step:
    """An application for this scenario only."""
    save = {"apiKey": "/apiKey", "applicationId": "/applicationId"}
    return control("POST", "/applications", json={"name": "Recipe", **options}, save=save)


def limits(**values: int) -> Step:
    return control("POST", "/limits", json=values)


def advance(seconds: int) -> Step:
    return control("POST", "/clock", json={"advanceSeconds": seconds})


RESET_LIMITS = control("DELETE", "/limits", always=True)
NEW_USER = request("POST", "/users", json={"email": "gavin@hooli.com"}, save={"userId": "/id"})
DELETE_USER = request("DELETE", USER, always=True)
SAVE_JOB = {"jobId": "/id"}
CONNECTION = request("GET", CONNECTIONS, save={"connectionId": "/data/0/id"})
"""Reads the user's only connection."""


def signed_in(*steps: Step) -> Scenario:
    return [token(), *steps]


def with_user(*steps: Step) -> Scenario:
    """Steps with a user, who is deleted afterwards."""
    return [token(), NEW_USER, *steps, DELETE_USER]


def says(entry: Entry) -> Json:
    """What an answer must hold to be that of an entry."""
    return {"status": entry.http, "at": "/data/0", **_texts(entry)}


def ends(entry: Entry, position: int = 0) -> Step:
    """Wait until the scenario's job has failed with an entry, at its step of that number from 0."""
    expect = {"status": 200, "at": f"/steps/{position}/result", **_texts(entry)}
    return request("GET", "/jobs/{{jobId}}", until=True, expect=expect)


def reaches(position: int, state: str) -> Step:
    """Wait until a step of the scenario's job has a status."""
    return request("GET", "/jobs/{{jobId}}", until=True, expect={"status": 200, "at": f"/steps/{position}", "state": state})


def _texts(entry: Entry) -> dict[str, str]:
    parts = [re.escape(before) + ("[\\s\\S]*" if name else "") for before, name, _, _ in string.Formatter().parse(entry.detail)]
    return {"code": entry.code, "title": entry.title, "detail": "".join(parts)}


def refused(entry: Entry, method: str, path: str, headers: Json | None = None, **more: Any) -> Step:
    return request(method, path, headers, **more, expect=says(entry))


def fault(entry: Entry, **parameters: str | int) -> dict[str, str]:
    """The header that has one call, or the job it makes, end with an entry."""
    return {"X-Bowerbird-Fault": "; ".join([entry.key, *(f"{name}={value}" for name, value in parameters.items())])}


def connect(body: Json, headers: dict[str, str] | None = None, **more: Any) -> Step:
    return request("POST", CONNECTIONS, headers, json=body, save=SAVE_JOB, **more)


def page(method: str, path: str, status: int = 200, **more: Any) -> Step:
    """What the person's browser asks of the consent pages."""
    return {"method": method, "path": path, "page": True, "expect": {"status": status}, **more}


RAVIGA = "/home/institutions/AU00007"
"""The page of the test bank whose customers log in on its own pages."""
_CSRF = {"csrf": "{{csrf}}"}
AT_RAVIGA = (
    token(headers=KEY, scope="CLIENT_ACCESS", userId="{{userId}}") | {"save": {"personToken": "/access_token"}},
    page("GET", "/home?token={{personToken}}", 303),
    page("GET", "/home/consent", save={"csrf": "/csrf", "policy": "/policy"}),
    page("POST", "/home/consent", 303, form={**_CSRF, "policy": "{{policy}}"}),
    page("POST", f"{RAVIGA}/open-banking", 303, form=_CSRF, save={"jobId": "/job"}),
    page("GET", "/home/jobs/{{jobId}}", until=True, save={"state": "/state"}),
)
"""A person agrees, and goes to the bank's own pages."""


def returns(**answer: str) -> Step:
    """The person comes back from the bank."""
    query = "".join(f"&{name}={value}" for name, value in answer.items())
    return page("GET", "/home/return?state={{state}}" + query, 303)


def repeated(text: str, times: int) -> Json:
    return {"repeat": text, "times": times}
