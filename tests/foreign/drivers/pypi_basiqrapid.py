"""The calls of `basiqrapid` from PyPI. A user of it is deleted when Python lets go of the object, so every user is kept here to the end."""

from __future__ import annotations

import os
import sys
import time
from types import ModuleType
from typing import Any

from tests.foreign.drivers.recorder import GIVEN, call, reach_the_server

sys.modules["pandas"] = ModuleType("pandas")  # imported by the client for tables alone, which no call here asks for

from basiqrapid import Session  # type: ignore[import-not-found]  # noqa: E402


def person(user: Any) -> dict[str, Any]:
    return {"id": user.id, "email": user.email, "mobile": user.mobile}


def ids(found: list[Any]) -> list[str]:
    return [row.id for row in found]


def use(session: Any) -> None:
    call("list institutions", session.getInstitutions, lambda found: list(found.values()))
    user = call("create user", lambda: session.createUser(GIVEN["EMAIL"], GIVEN["MOBILE"]), person)
    again = call("get user", lambda: session.getUser(user.id), person)
    login, password, institution = GIVEN["LOGIN"], GIVEN["PASSWORD"], GIVEN["INSTITUTION"]
    first = call("create connection", lambda: user.addConnection(login, password, institution), lambda made: made.id)
    while not first.isComplete():
        time.sleep(0.1)
    connections = call("list connections", user.getConnections, ids)
    call("get connection", lambda: user.getConnection(connections[0].id), lambda found: [found.id, found.status])
    accounts = call("list accounts", user.getAccounts, lambda found: [[row.id, row.balance, row.availableFunds] for row in found])
    call("get account", lambda: user.getAccount(accounts[0].id), lambda row: [row.id, row.balance, row.availableFunds])
    rows = call("list a page of transactions", user.getTransactions, lambda found: [[row.id, row.amount] for row in found])
    call("get transaction", lambda: user.getTransaction(rows[0].id), lambda row: [row.id, row.amount])
    job = call("refresh connection", lambda: user.refreshConnection(connections[0].id), lambda made: made.id)
    call("status of a job", job.getStatus, sorted)
    call("refresh connections", user.refreshAllConnections, ids)
    call("income", user.getIncome, lambda found: found.id)
    call("expenses", user.getExpenses, lambda found: found.id)
    call("update user", lambda: user.update(GIVEN["NEW_EMAIL"]), lambda _: person(user))
    KEPT.extend([user, again])


def remove(session: Any) -> None:
    user = session.getUser(GIVEN["USER_ID"])
    call("delete user", user.__del__)


KEPT: list[Any] = []
reach_the_server()
opened = call("token", lambda: Session(GIVEN["KEY"]), bool)
{"use": use, "remove": remove}[GIVEN["PHASE"]](opened)
os._exit(0)  # without the deletions at the end of an ordinary exit
