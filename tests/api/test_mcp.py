"""Assistants: the published client of the Model Context Protocol reads a user's accounts over standard input and output, and no more."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp_types import CallToolResult

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents import consents, reading_log
from bowerbird.domain.consents.policies import set_policy
from bowerbird.model.consent import ACCOUNT_BASIC
from bowerbird.model.reading import ReadKind
from tests.api.test_consent_gate import policy_of
from tests.serving import Application, Serving

TOOLS = {"list_accounts", "list_connections", "search_transactions", "get_transaction", "get_totals", "list_consents"}


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with Serving(tmp_path_factory.mktemp("mcp")) as started:
        yield started


@pytest.fixture(scope="module")
def app(serving: Serving) -> Application:
    return serving.application(production=False)


@pytest.fixture(scope="module")
def gavin(app: Application) -> str:
    user = app.new_user(email="gavin@hooli.com")
    app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    return user


def command(app: Application, user: str, key: str = "") -> list[str]:
    return ["-m", "bowerbird", "mcp", "--key", key or app.api_key, "--user", user, "--url", str(app.http.base_url)]


def ask(app: Application, user: str, work: Callable[[ClientSession], Awaitable[Any]]) -> Any:
    """What the work finds in a session of the published client with a server of its own."""

    async def run() -> Any:
        async with (
            stdio_client(StdioServerParameters(command=sys.executable, args=command(app, user))) as (read, write),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await work(session)

    return asyncio.run(run())


async def call(session: ClientSession, tool: str, **arguments: Any) -> Any:
    answer = await session.call_tool(tool, arguments)
    assert not answer.is_error, text_of(answer)
    return json.loads(text_of(answer))


def text_of(answer: CallToolResult) -> str:
    return "".join(getattr(part, "text", "") for part in answer.content)


def test_six_tools_that_only_read(app: Application, gavin: str) -> None:
    async def tools(session: ClientSession) -> Any:
        return (await session.list_tools()).tools

    found = ask(app, gavin, tools)
    assert {tool.name for tool in found} == TOOLS
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in found)


def test_accounts_search_and_totals_are_those_of_the_api(serving: Serving, app: Application, gavin: str) -> None:
    rows = app.transactions(gavin)
    posted = [row for row in rows if row["status"] == "posted"]
    first, last = min(row["postDate"] for row in posted)[:10], max(row["postDate"] for row in posted)[:10]
    word = posted[0]["description"].split()[0]

    async def work(session: ClientSession) -> list[Any]:
        return [
            await call(session, "list_accounts"),
            await call(session, "list_connections"),
            await call(session, "search_transactions", text=word.lower(), limit=200),
            await call(session, "search_transactions", limit=3),
            await call(session, "search_transactions", from_day=last, to_day=last),
            await call(session, "get_transaction", transaction_id=posted[0]["id"]),
            await call(session, "get_totals", from_day=first, to_day=last),
            await call(session, "list_consents"),
        ]

    accounts, connections, worded, three, of_day, one, totals, agreed = ask(app, gavin, work)
    known = app.get(f"/users/{gavin}/accounts").json()["data"]
    assert {row["id"]: row["balance"] for row in accounts["accounts"]} == {row["id"]: row["balance"] for row in known}
    assert not any(row["accountNo"] in json.dumps(accounts) for row in known)
    assert [row["status"] for row in connections["connections"]] == ["active"]
    wanted = [row["id"] for row in rows if word.lower() in row["description"].lower()]
    assert set(wanted) <= {row["id"] for row in worded["transactions"]}
    assert (len(three["transactions"]), three["complete"]) == (3, False)
    assert {row["id"] for row in of_day["transactions"]} == {row["id"] for row in posted if row["postDate"][:10] == last}
    assert (one["id"], one["amount"]) == (posted[0]["id"], posted[0]["amount"])
    amounts = [Decimal(row["amount"]) for row in posted]
    assert Decimal(totals["moneyIn"]) == sum(amount for amount in amounts if amount > 0)
    assert Decimal(totals["moneyOut"]) == -sum(amount for amount in amounts if amount < 0)
    assert sum(map(Decimal, totals["outByCategory"].values())) == sum(map(Decimal, totals["outByMonth"].values()))
    assert agreed == {"consents": []}
    reading_log.write_down_now(serving.services)
    reads = serving.services.read_now(reading_log.list_reads, 100, tenant=Tenant(app.id, gavin))
    assert {ReadKind.ACCOUNTS, ReadKind.TRANSACTIONS} <= {row.kind for row in reads}


def test_a_name_that_is_the_number_is_cut_and_currencies_are_not_added(serving: Serving) -> None:
    app = serving.application("Household")
    user, kept = app.new_user(), (Path(__file__).parents[1] / "samples" / "ofx" / "deposit.ofx").read_bytes()
    for content in (kept, kept.replace(b"12345678", b"12345699").replace(b"<CURDEF>AUD", b"<CURDEF>USD")):
        app.settled(app.upload(user, content, "AU04301").json()["id"])
    known = app.get(f"/users/{user}/accounts").json()["data"]
    assert {row["currency"] for row in known} == {"AUD", "USD"}
    assert any("12345678" in row["name"] for row in known)

    async def work(session: ClientSession) -> Any:
        days = {"from_day": "2024-03-01", "to_day": "2024-03-31"}
        sums = [await call(session, "get_totals", account_id=row["id"], **days) for row in known]
        return await call(session, "list_accounts"), sums, await session.call_tool("get_totals", days)

    accounts, sums, refused = ask(app, user, work)
    assert not re.search("12345678|12345699", json.dumps(accounts))
    assert [each["currency"] for each in sums] == [row["currency"] for row in known]
    assert refused.is_error
    assert "several currencies" in text_of(refused)


def test_a_number_in_the_text_of_a_transaction_is_cut_and_is_not_found(serving: Serving) -> None:
    """Banks print the other account of a transfer, which is often the person's own."""
    app = serving.application("Transfers")
    user, kept = app.new_user(), (Path(__file__).parents[1] / "samples" / "ofx" / "deposit.ofx").read_bytes()
    for content in (kept.replace(b"<NAME>", b"<NAME>TFR 062-000 12345678 TO 12345699 ", 1), kept.replace(b"12345678", b"12345699")):
        app.settled(app.upload(user, content, "AU04301").json()["id"])
    row = next(row for row in app.transactions(user) if "TFR" in row["description"])

    async def work(session: ClientSession) -> list[Any]:
        found = [await call(session, "search_transactions", text=text) for text in ("tfr", "12345678", "12345699")]
        return [*found, await call(session, "get_transaction", transaction_id=row["id"])]

    worded, first, second, one = ask(app, user, work)
    assert "12345678" in row["description"]
    assert not re.search("12345678|12345699", json.dumps([worded, one]))
    assert [each["id"] for each in worded["transactions"]] == [row["id"]]
    assert (first["transactions"], second["transactions"]) == ([], [])


def test_what_is_wrong_is_an_error_of_the_tool(app: Application, gavin: str) -> None:
    async def work(session: ClientSession) -> Any:
        wrong = await session.call_tool("search_transactions", {"from_day": "yesterday"})
        other = await session.call_tool("get_transaction", {"transaction_id": gavin})
        return wrong.is_error, other.is_error, text_of(wrong)

    wrong, other, text = ask(app, gavin, work)
    assert (wrong, other) == (True, True)
    assert "'yesterday' is no day" in text


def test_an_assistant_reads_within_the_consent(serving: Serving) -> None:
    app = serving.application("Consents", production=False)
    serving.services.write_now(set_policy, policy_of(), tenant=app.id)
    user = app.new_user()
    serving.services.write_now(consents.give_consent, frozenset({ACCOUNT_BASIC}), tenant=Tenant(app.id, user))
    app.settled(app.connect(user, "gavinBelson", "hooli2016"))

    async def work(session: ClientSession) -> Any:
        return await call(session, "list_accounts"), await call(session, "search_transactions")

    accounts, rows = ask(app, user, work)
    assert accounts["accounts"]
    assert rows == {"transactions": [], "complete": True}


def test_a_wrong_key_or_user_ends_in_one_line(serving: Serving, app: Application, gavin: str) -> None:
    stranger = serving.application("Stranger", production=False)
    for arguments in (command(app, gavin, "wrong"), command(stranger, gavin)):
        outcome = subprocess.run([sys.executable, *arguments], capture_output=True, check=False, text=True, timeout=60)
        assert (outcome.returncode, outcome.stdout) == (1, "")
        assert outcome.stderr.startswith("bowerbird: ")
        assert outcome.stderr.count("\n") == 1


def test_nothing_else_imports_what_assistants_speak() -> None:
    listing = "print([name for name in sys.modules if name.split('.')[0] in ('mcp', 'pydantic')])"
    program = f"import sys, bowerbird.cli, bowerbird.wiring.server; {listing}"
    assert subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60).stdout.strip() == "[]"
