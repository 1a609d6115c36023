"""The calls of `basiq` from PyPI, the vendor's client in Python."""

from __future__ import annotations

from typing import Any

from basiq import API, Session  # type: ignore[import-not-found]
from basiq.services import UserService  # type: ignore[import-not-found]
from basiq.utils import FilterBuilder  # type: ignore[import-not-found]

from tests.foreign.drivers.recorder import GIVEN, VENDOR, call, reach_the_server


def person(user: Any) -> dict[str, Any]:
    return {"id": user.id, "email": user.email, "mobile": user.mobile}


def ids(answer: dict[str, Any]) -> list[str]:
    return [row["id"] for row in answer["data"]]


def money(row: dict[str, Any]) -> list[str]:
    return [row["id"], row["balance"], row["availableFunds"]]


def every_page(found: Any) -> list[list[str]]:
    rows: list[list[str]] = []
    while found:
        rows += [[row["id"], row["amount"]] for row in found.data["data"]]
        found = found.next()
    return rows


def only(*conditions: str) -> Any:
    """A filter; its own default list is shared by all filters of a process."""
    return FilterBuilder(list(conditions))


def use(session: Any) -> None:
    users = UserService(session)
    call("list institutions", session.getInstitutions, ids)
    call("get institution", lambda: session.getInstitution(GIVEN["INSTITUTION"]), lambda found: found["id"])
    user = call("create user", lambda: users.create(GIVEN["EMAIL"], GIVEN["MOBILE"]), person)
    call("get user", lambda: session.getUser(user.id), person)
    login = {"loginId": GIVEN["LOGIN"], "password": GIVEN["PASSWORD"], "institution": {"id": GIVEN["INSTITUTION"]}}
    job = call("create connection", lambda: user.createConnection(login), lambda made: made.id)
    connection = call("wait for the job", lambda: job.waitForTransactions(100, 60), lambda found: [found.id, found.status])
    call("get job", lambda: job.service.getJob(job.id), lambda found: [[step["title"], step["status"]] for step in found.steps])
    call("get connection", lambda: job.service.get(connection.id), lambda found: [found.id, found.status])
    call("list connections", user.listAllConnections, ids)
    call("filter connections", lambda: user.listAllConnections(only("connection.status.eq('active')")), ids)
    accounts = call("list accounts", user.getAccounts, lambda found: [money(row) for row in found["data"]])
    call("filter accounts", lambda: user.getAccounts(only().eq("institution.id", GIVEN["INSTITUTION"])), ids)
    first = accounts["data"][0]["id"]
    call("get account", lambda: user.getAccount(first), money)
    rows = call("list transactions", lambda: every_page(user.getTransactions()))
    days = only().eq("account.id", first).bt("transaction.postDate", GIVEN["FROM"], GIVEN["TO"])
    call("filter transactions", lambda: every_page(user.getTransactions(days)))
    call("pending transactions", lambda: every_page(user.getTransactions(only().eq("transaction.status", "pending"))))
    call("get transaction", lambda: user.getTransaction(rows[0][0]), lambda found: [found["id"], found["amount"]])
    call("refresh connection", lambda: job.service.refresh(connection.id), lambda made: made.id)
    call("refresh connections", user.refreshAllConnections, ids)
    call("update connection", lambda: job.service.update(connection.id, GIVEN["PASSWORD"]), lambda made: made.id)
    call("update user", lambda: user.update(GIVEN["NEW_EMAIL"]), person)


def remove(session: Any) -> None:
    user = session.forUser(GIVEN["USER_ID"])
    from basiq.services import ConnectionService

    call("delete connection", lambda: ConnectionService(session, user).forConnection(GIVEN["CONNECTION_ID"]).delete())
    call("delete user", user.delete)


reach_the_server()
opened = call("token", lambda: Session(API(VENDOR), GIVEN["KEY"], "2.0"), lambda session: bool(session.getToken))
{"use": use, "remove": remove}[GIVEN["PHASE"]](opened)
