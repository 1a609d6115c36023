"""What the API says about a user, beside which a client's values are held."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.serving import Application

PUBLIC_URL = "https://au-api.basiq.io"
"""The address that published clients have written into them; the server's links are built on it, since some cut them at its end."""

Rows = list[dict[str, Any]]
Given = Mapping[str, str]


def ids(rows: Rows) -> list[str]:
    return [row["id"] for row in rows]


def pairs(rows: Rows) -> list[list[str]]:
    return [[row["id"], row["amount"]] for row in rows]


def money(row: dict[str, Any]) -> list[str]:
    return [row["id"], row["balance"], row["availableFunds"]]


class Expected:
    """A user and what belongs to it, read through the API."""

    def __init__(self, app: Application, user_id: str) -> None:
        self.app, self.user_id = app, user_id
        self.path = f"/users/{user_id}"
        self.connection_id: str = self.rows("connections")[0]["id"]

    def listed(self, path: str) -> Rows:
        """All pages of a list."""
        found: Rows = []
        while path:
            answer = self.app.get(path.removeprefix(PUBLIC_URL))
            assert answer.status_code == 200, answer.text
            found += answer.json()["data"]
            path = answer.json().get("links", {}).get("next", "")
        return found

    def rows(self, kind: str, condition: str = "") -> Rows:
        return self.listed(f"{self.path}/{kind}" + (f"?filter={condition}" if condition else ""))

    def page(self) -> Rows:
        found: Rows = self.app.get(f"{self.path}/transactions").json()["data"]
        return found

    def user(self, value: Any, email: str) -> Any:
        """The user that a client shows, as the server would show it after `email` was given."""
        seen = self.app.get(f"/users/{value['id']}").json()
        return {"id": seen.get("id"), "email": email, "mobile": seen.get("mobile")}

    def connection(self) -> list[str]:
        found = self.app.get(f"{self.path}/connections/{self.connection_id}").json()
        return [found["id"], found["status"]]

    def absent(self, path: str) -> str:
        """Empty where nothing is found any more."""
        status = self.app.get(path).status_code
        return "" if status in {404, 410} else f"{path} still answers {status}"

    def problem(self, call: str, value: Any, given: Given) -> str:
        """What is wrong with a client's value of a call; empty when it is what the API says."""
        if call in GONE:
            return self.absent(self.path + GONE[call].format(connection=self.connection_id))
        if call in JOBS:
            jobs = value if isinstance(value, list) else [value] if value else []
            return "" if all(self.app.get(f"/jobs/{job}").status_code == 200 for job in jobs) else f"no such job: {value}"
        expected = ANSWERS[call](self, value, given)
        return "" if value == expected else f"{value!s:.400} where the API says {expected!s:.400}"


JOBS = ("create connection", "refresh connection", "refresh connections", "update connection", "create statement")
"""Calls whose value is a job's id or several."""

GONE = {"delete auth link": "/auth_link", "delete connection": "/connections/{connection}", "delete user": ""}

Answer = Callable[[Expected, Any, Given], Any]


def _days(api: Expected, given: Given) -> str:
    account = api.rows("accounts")[0]["id"]
    return f"account.id.eq('{account}'),transaction.postDate.bt('{given['FROM']}','{given['TO']}')"


def _job(api: Expected, value: Any, _: Given) -> Any:
    return [[title, "success"] for title, _status in value]


def _link(_api: Expected, value: Any, _: Given) -> Any:
    return value if isinstance(value, str) and value.startswith(PUBLIC_URL) else f"a link below {PUBLIC_URL}"


def _posted(api: Expected, *_: Any) -> Any:
    return pairs(api.rows("transactions", "transaction.status.eq('posted')"))


def _made(noun: str) -> Answer:
    """The value is the id of a summary that is there."""

    def expected(api: Expected, value: Any, _: Given) -> Any:
        status = api.app.get(f"{api.path}/{noun}/{value}").status_code
        return value if status == 200 else f"a summary of {noun}: {status}"

    return expected


def _rows_of_summary(api: Expected, value: Any, _: Given) -> Any:
    summary = value[0]
    return [summary, pairs(api.app.get(f"{api.path}/affordability/{summary}/transactions").json()["data"])]


ANSWERS: dict[str, Answer] = {
    **{f"{verb}{noun}": _made(noun) for noun in ("affordability", "income", "expenses") for verb in ("", "get ")},
    "list affordability": lambda api, _value, _given: ids(api.rows("affordability")),
    "transactions of affordability": _rows_of_summary,
    "token": lambda _api, value, _given: value or "a token",
    "create user": lambda api, value, given: api.user(value, given["EMAIL"]),
    "get user": lambda api, value, given: api.user(value, given["EMAIL"]),
    "update user": lambda api, value, given: api.user(value, given["NEW_EMAIL"]),
    "list institutions": lambda api, _value, _given: ids(api.listed("/institutions")),
    "list public institutions": lambda api, _value, _given: ids(api.listed("/public/institutions")),
    "get institution": lambda _api, _value, given: given["INSTITUTION"],
    "list connectors": lambda api, _value, _given: ids(api.listed("/connectors")),
    "get connector": lambda _api, _value, given: given["INSTITUTION"],
    "wait for the job": lambda api, _value, _given: api.connection(),
    "get connection": lambda api, _value, _given: api.connection(),
    "list connections": lambda api, _value, _given: ids(api.rows("connections")),
    "filter connections": lambda api, _value, _given: ids(api.rows("connections")),
    "get job": _job,
    "status of a job": lambda _api, _value, _given: ["Retireve Accounts", "Retrieve Transaction", "Verify Credentials"],
    "list jobs": lambda api, value, _given: [job for job in ids(api.rows("jobs")) if job in value],
    "list accounts": lambda api, _value, _given: [money(row) for row in api.rows("accounts")],
    "filter accounts": lambda api, _value, _given: ids(api.rows("accounts")),
    "get account": lambda api, _value, _given: money(api.rows("accounts")[0]),
    "list a page of transactions": lambda api, _value, _given: pairs(api.page()),
    "list transactions": lambda api, _value, _given: pairs(api.rows("transactions")),
    "posted transactions": _posted,
    "posted transactions by pages of 100": _posted,
    "filter transactions": lambda api, _value, given: pairs(api.rows("transactions", _days(api, given))),
    "pending transactions": lambda api, _value, _given: pairs(api.rows("transactions", "transaction.status.eq('pending')")),
    "list identities": lambda api, _value, _given: ids(api.rows("identities")),
    "get identity": lambda api, _value, _given: api.rows("identities")[0]["id"],
    "get transaction": lambda api, value, _given: [
        value[0],
        api.app.get(f"{api.path}/transactions/{value[0]}").json()["amount"],
    ],
    "list events": lambda api, value, _given: [row for row in ids(api.listed("/events")) if row in value],
    "create auth link": _link,
    "get auth link": _link,
}
"""What the value of a call has to be, by the API itself."""
