"""Reports: made by a job of one or several users, read as JSON, PDF and CSV, refused, kept for a day, gone with any of their users."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.insights.enrichment import set_category
from bowerbird.insights.groups import GROUPS
from bowerbird.insights.reports.metric_titles import METRICS
from bowerbird.model.account import AccountClass
from bowerbird.model.consent import ACCOUNT_BASIC, SCOPES
from bowerbird.model.money import parse_cents
from bowerbird.statements.pdf.lines import lines_of
from bowerbird.statements.pdf.recognition import Candidate
from bowerbird.statements.pdf.statement import proven_statement
from bowerbird.statements.pdf.words import read_words
from bowerbird.statements.search.verdict import search
from bowerbird.storage.rows.insights import snapshots as insight_snapshots
from tests.api.fixtures import NO_ONE, WatchedServing, at_rest
from tests.api.response_checks import refusal_of
from tests.api.test_summaries import CSV, made, scopes_of
from tests.postgres import Postgres
from tests.serving import Application

FROM, TO = "2025-04-01", "2026-03-18"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def serving(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WatchedServing]:
    shared: dict[str, Any] = {}
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        shared = {"database_url": server.database().url, "master_key": "5e" * 32}
    serving = WatchedServing(tmp_path_factory.mktemp("reports"), **shared)
    with serving:
        yield serving


@pytest.fixture(scope="module")
def app(serving: WatchedServing) -> Application:
    return serving.application("Lender")


@pytest.fixture(scope="module")
def people(app: Application) -> list[str]:
    """Two people: with a mortgage that is shared, and with one that is not."""
    users = []
    for login, password in (("Wentworth-Smith", "whislter"), ("jared", "django")):
        users.append(app.new_user())
        app.settled(app.connect(users[-1], login, password))
    return users


def accounts_of(app: Application, *users: str) -> list[str]:
    return [account["id"] for user in users for account in app.get(f"/users/{user}/accounts").json()["data"]]


def body_of(app: Application, *users: str, **more: Any) -> dict[str, Any]:
    filters = {"fromDate": FROM, "toDate": TO, "accounts": accounts_of(app, *users), "users": list(users), **more}
    listed = [{"name": name, "value": value} for name, value in filters.items()]
    return {"reportType": "CON_AFFOR_01", "title": "Joint application", "filters": listed}


def report_of(app: Application, body: dict[str, Any]) -> str:
    """The path of a report that was made."""
    posted = app.post("/reports", json=body)
    assert posted.status_code == 202, posted.text
    job = app.settled(posted.json()["id"])
    assert [(step["title"], step["status"]) for step in job["steps"]] == [("create-report", "success")]
    assert job["jobType"] == "report"
    path: str = job["steps"][0]["result"]["url"]
    assert job["links"]["source"] == f"{app.url}{path}"
    return path


@pytest.fixture(scope="module")
def joint(app: Application, people: list[str]) -> str:
    return report_of(app, body_of(app, *people))


def test_every_metric_and_every_group_with_a_row(app: Application, joint: str, people: list[str]) -> None:
    report = app.get(joint).json()
    assert (report["type"], report["reportType"], report["createdBy"]) == ("report", "CON_AFFOR_01", "Lender")
    assert [metric["id"] for metric in report["data"]["metrics"]] == sorted(METRICS)
    assert len(METRICS) == 46
    values = {metric["id"]: metric["result"]["value"] for metric in report["data"]["metrics"]}
    assert (values["ME001"], values["ME003"], values["ME022"], values["ME047"]) == ("2", "11", "false", "false")
    assert (values["ME010"], values["ME027"], values["ME029"]) == ("15000.00", "false", "false")
    assert parse_cents(values["ME034"]) - parse_cents(values["ME039"]) == parse_cents(values["ME008"])
    groups = {group["id"]: group for group in report["data"]["groups"]}
    salary = groups["INC-009"]
    assert {each["name"]: each["analysis"]["frequency"]["type"] for each in salary["subgroup"]} == {
        "NORTH SHORE HEALTH PAYROLL": "P2W",
        "CASSOWARY ENGINEERING SALARY": "P1M",
    }
    assert salary["analysis"]["amount"]["stableMonths"] == 11
    assert [account["id"] for account in report["data"]["accounts"]] == accounts_of(app, *people)
    assert report["data"]["transactions"] == f"{app.url}{joint}/transactions"


def test_each_figure_opens_down_to_its_rows(app: Application, joint: str) -> None:
    """Groups partition the rows; every metric names the rows that it comes from, and every row says why it is where it is."""
    report = app.get(joint, headers={"Bowerbird-Extras": "evidence"}).json()
    evidence = report["bowerbird"]
    rows = {row["id"]: row for row in evidence["rows"]}
    grouped = [row["id"] for group in report["data"]["groups"] for part in group["subgroup"] for row in part["transactions"]]
    assert sorted(grouped) == sorted(id for id, row in rows.items() if row["group"] in GROUPS)
    assert all(row["why"] for row in rows.values())
    assert {metric["id"] for metric in evidence["metrics"]} == set(METRICS)
    assert all(set(metric["rows"]) <= set(rows) and metric["formula"] for metric in evidence["metrics"])
    assert {each["proof"] for each in evidence["identity"]["accounts"]} == {"proven", "unknown"}, "what was not shared has no balances"
    assert "bowerbird" not in app.get(joint).json()


def test_older_summaries_agree_to_the_cent(app: Application, people: list[str]) -> None:
    """The expenses of whole months are the groups of the reports, whichever operation shows them."""
    for user in people:
        expenses = made(app, user, "expenses", fromMonth="2025-04", toMonth="2026-02")
        blocks = [expenses[name] for name in ("bankFees", "cashWithdrawals", "externalTransfers", "loanInterests", "loanRepayments")]
        blocks += [part for division in expenses["payments"] for part in division["subCategory"]]
        spent = sum(parse_cents(month["amount"]) for block in blocks for month in block["changeHistory"])
        report = app.get(report_of(app, body_of(app, user, toDate="2026-02-28"))).json()
        totals = {group["id"]: parse_cents(group["analysis"]["amount"]["total"]) for group in report["data"]["groups"]}
        assert spent == sum(cents for id, cents in totals.items() if id.startswith("EXP-"))


def test_only_what_is_asked_for(app: Application, people: list[str]) -> None:
    asked = body_of(app, people[0], includeMetrics=["ME002", "ME036"], includeGroups=["INC-009", "INC-021"])
    data = app.get(report_of(app, asked)).json()["data"]
    assert [metric["id"] for metric in data["metrics"]] == ["ME002", "ME036"]
    assert {group["id"]: group["analysis"]["summary"]["transactionCount"] > 0 for group in data["groups"]} == {
        "INC-009": True,
        "INC-021": False,
    }
    none = app.get(report_of(app, body_of(app, people[0], includeMetrics=None, includeGroups=None))).json()["data"]
    assert (none["metrics"], none["groups"]) == ([], [])
    every = app.get(report_of(app, body_of(app, people[0], includeMetrics=[]))).json()["data"]
    assert len(every["metrics"]) == 46


def test_the_same_inputs_make_the_same_figures(app: Application, people: list[str], joint: str) -> None:
    again = report_of(app, body_of(app, *people))
    first, second = (app.get(path).json()["data"] for path in (joint, again))
    assert (first["metrics"], first["groups"]) == (second["metrics"], second["groups"])


def test_rows_by_page_filter_and_as_csv(app: Application, joint: str, people: list[str]) -> None:
    url = f"{joint}/transactions"
    whole = app.get(url).json()
    page = app.get(f"{url}?limit=3&filter=transaction.direction.eq('credit')").json()
    assert (page["count"], len(page["data"])) == (3, 3)
    assert {row["direction"] for row in page["data"]} == {"credit"}
    following = app.get(page["links"]["next"].removeprefix(app.url)).json()
    assert following["size"] == page["size"]
    assert not {row["id"] for row in page["data"]} & {row["id"] for row in following["data"]}
    days = app.get(f"{url}?filter=transaction.postDate.bt('2026-01-01','2026-01-31')").json()
    assert {row["postDate"][:7] for row in days["data"]} == {"2026-01"}
    table = app.get(url, headers={"Accept": "text/csv"})
    assert len(list(csv.DictReader(io.StringIO(table.text)))) == whole["size"]
    for query in ("filter=x", "limit=0", "next=x", "filter=transaction.class.eq('gift')"):
        assert refusal_of(app.get(f"{url}?{query}")).code == "parameter-not-valid"


def test_a_report_as_pdf(app: Application, joint: str) -> None:
    first, second = (app.get(joint, headers={"Accept": "application/pdf"}) for _ in range(2))
    assert first.headers["content-type"] == "application/pdf"
    assert first.content == second.content, "the same snapshot prints the same bytes"
    words = " ".join(word.text for page in read_words(first.content) for word in page.words)
    for text in (
        "Joint application",
        "Accounting identity",
        "to the cent",
        "ME048",
        "EXP-016",
        "not proven",
        "Source of the data",
        "login",
        "Page 1 of",
    ):
        assert text in words
    assert "authentic" not in words, "no account comes from a statement"
    made = app.get(joint).json()["createdDate"]
    assert f"(D:{re.sub('[^0-9]', '', made)}+00'00')".encode() in first.content, "the properties have the day it was made"
    assert b"anonymous" not in first.content
    assert refusal_of(app.get(joint, headers={"Accept": "text/html"})).code == "unsupported-accept"


def test_a_statement_is_read_back_by_our_own_reader(app: Application, people: list[str]) -> None:
    account = next(each for each in app.get(f"/users/{people[0]}/accounts").json()["data"] if each["class"]["type"] == "transaction")
    filters = {"fromDate": "2025-12-01", "toDate": "2026-02-28", "account": account["id"], "user": people[0]}
    listed = [{"name": name, "value": value} for name, value in filters.items()]
    path = report_of(app, {"reportType": "STATEMENT_01", "title": "Statement", "filters": listed})
    shown = app.get(path).json()
    assert shown["data"]["institution"]["name"] == "Hooli Bank"
    assert shown["data"]["identity"]["fullName"]
    assert [each["id"] for each in shown["data"]["account"]] == [account["id"]]
    rows = app.get(f"{path}/transactions").json()["data"]
    printed = app.get(path, headers={"Accept": "application/pdf"}).content
    lines = [lines_of(page) for page in read_words(printed)]
    layout, parsed = search(lines)
    read = proven_statement(Candidate(layout, "Everyday", AccountClass.TRANSACTION), parsed, lines)
    assert sorted((row.posted.isoformat(), row.amount) for row in read.transactions if row.posted) == sorted(
        (row["postDate"][:10], parse_cents(row["amount"])) for row in rows
    )
    assert read.closing - read.opening == sum(parse_cents(row["amount"]) for row in rows)


def test_a_statement_that_was_uploaded_is_good_enough(app: Application) -> None:
    """The published service refuses other sources than web and open banking; here statements are reported (ADR 60)."""
    user = app.new_user()
    app.settled(app.upload(user, CSV).json()["id"])
    path = report_of(app, body_of(app, user))
    report = app.get(path).json()
    assert {metric["id"]: metric["result"]["value"] for metric in report["data"]["metrics"]}["ME042"] == "1"
    assert "consistent, not that they are authentic" in _printed(app, path)


def _printed(app: Application, path: str) -> str:
    """The words of a report as PDF."""
    printed = app.get(path, headers={"Accept": "application/pdf"}).content
    return " ".join(word.text for page in read_words(printed) for word in page.words)


def test_an_empty_list_of_accounts_is_all_of_the_users(app: Application, joint: str, people: list[str]) -> None:
    """As published applications send it, beside a filter that no report knows."""
    report = app.get(report_of(app, body_of(app, *people, accounts=[], reportSubType="income"))).json()
    assert [account["id"] for account in report["data"]["accounts"]] == accounts_of(app, *people)
    assert report["data"]["metrics"] == app.get(joint).json()["data"]["metrics"]
    assert {"name": "reportSubType", "value": "income"} in report["filters"]


def filters_with(app: Application, user: str, **changes: Any) -> dict[str, Any]:
    """A good body but for filters that are changed, or left out where they are `...`."""
    body = body_of(app, user, **changes)
    return {**body, "filters": [each for each in body["filters"] if each["value"] is not ...]}


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        ({"fromDate": ...}, 400, "fromDate is required."),
        ({"users": []}, 400, "users is required."),
        ({"accounts": ...}, 400, "accounts is required."),
        ({"accounts": None}, 400, "accounts is required."),
        ({"fromDate": "01/04/2025"}, 400, "fromDate not in valid format. Date has to be in yyyy-mm-dd format"),
        ({"toDate": "2026-02-30"}, 400, "toDate not in valid format. Date has to be in yyyy-mm-dd format"),
        ({"toDate": "2025-03-31"}, 400, "toDate must be be after or equal to fromDate"),
        ({"includeMetrics": ["ME999"]}, 400, "includeMetrics value is not valid"),
        ({"includeGroups": ["XXX"]}, 400, "includeGroups value is not valid"),
        ({"favourite": "x"}, 400, "favourite value is not valid"),
        ({"users": [NO_ONE]}, 404, "Requested user does not exist."),
        ({"users": ["x"]}, 404, "Requested user does not exist."),
        ({"accounts": [NO_ONE]}, 404, "Requested account does not exist."),
        ({"users": [f"{NO_ONE[:-1]}{number}" for number in range(6)]}, 403, "A report is of five users at most."),
        ({"users": [NO_ONE, NO_ONE]}, 403, "Name each user and each account once."),
    ],
)
def test_what_is_refused(app: Application, people: list[str], changes: dict[str, Any], status: int, says: str) -> None:
    answer = app.post("/reports", json=filters_with(app, people[0], **changes))
    assert (answer.status_code, refusal_of(answer).detail) == (status, says)


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"title": "x" * 51}, 400), ({"title": ""}, 400), ({"reportType": "CON_AFFOR_02"}, 404), ({"filters": "all"}, 400)],
)
def test_what_is_no_request(app: Application, people: list[str], changes: dict[str, Any], status: int) -> None:
    assert app.post("/reports", json={**body_of(app, people[0]), **changes}).status_code == status


def test_titles_of_refusals_are_the_published_ones(app: Application, people: list[str]) -> None:
    other = app.new_user()
    app.settled(app.connect(other, "Wentworth-Smith", "whislter"))
    twice = refusal_of(app.post("/reports", json=body_of(app, people[0], other)))
    assert (twice.code, twice.title[:38]) == ("forbidden-access", "The following accounts are duplicated:")
    many = [f"{NO_ONE[:-1]}{number}" for number in range(6)]
    assert refusal_of(app.post("/reports", json=body_of(app, people[0], users=many))).title == (
        "Invalid users filter. Maximum 5 users allowed."
    )
    again = refusal_of(app.post("/reports", json=body_of(app, people[0], users=[people[0], people[0]])))
    assert again.title == f'Following user ID(s)/account ID(s) have been entered more than once: ["{people[0]}", "{people[0]}"].'


def test_types(app: Application) -> None:
    listed = app.get("/reports/types").json()
    assert [each["id"] for each in listed["data"]] == ["CON_AFFOR_01", "STATEMENT_01"]
    assert app.get("/reports/types/STATEMENT_01").json() == listed["data"][1]
    assert refusal_of(app.get("/reports/types/X")).detail == "Requested report type does not exist."


def test_a_report_is_deleted_with_its_rows_and_after_a_day(app: Application, serving: WatchedServing, people: list[str]) -> None:
    gone, kept = (report_of(app, body_of(app, people[0])) for _ in range(2))
    assert app.delete(gone).status_code == 204
    assert app.get(gone).status_code == app.get(f"{gone}/transactions").status_code == app.delete(gone).status_code == 404
    listed = {each["links"]["self"].removeprefix(app.url): each for each in app.get("/reports").json()["data"]}
    assert kept in listed
    assert gone not in listed
    assert listed[kept]["expiresAt"] > listed[kept]["createdDate"]
    serving.advance(days=1)
    app.forget_tokens()
    assert app.get(kept).status_code == 404
    assert app.get("/reports").json()["data"] == []


def test_a_report_goes_with_any_of_its_users(app: Application, serving: WatchedServing) -> None:
    users = [app.new_user() for _ in range(2)]
    for user, number in zip(users, (b"12345678", b"87654321"), strict=True):
        app.settled(app.upload(user, CSV.replace(b"12345678", number)).json()["id"])
    path = report_of(app, body_of(app, *users))
    assert app.delete(f"/users/{users[1]}").status_code == 204
    assert app.get(path).status_code == 404
    report_id = path.rpartition("/")[2]
    assert serving.services.read_now(lambda session: insight_snapshots.find_snapshot(session.uow, app.id, report_id), tenant=app.id) is None


def test_a_report_of_what_is_not_shared_any_more(app: Application, serving: WatchedServing) -> None:
    user = app.new_user()
    app.settled(app.upload(user, CSV).json()["id"])
    scopes_of(serving, app, user, set(SCOPES))
    path = report_of(app, body_of(app, user))
    body = body_of(app, user)
    scopes_of(serving, app, user, {ACCOUNT_BASIC})
    assert app.get(path).status_code == 404
    assert refusal_of(app.post("/reports", json=body)).code == "forbidden-access"


def test_a_row_means_in_a_report_what_it_means_on_the_wire(app: Application, serving: WatchedServing) -> None:
    """What an application says of a row counts in its figures, and the frozen row is enriched as the transaction is."""
    user = app.new_user()
    app.settled(app.upload(user, CSV).json()["id"])
    coffee = next(row["id"] for row in app.transactions(user) if row["description"] == "COFFEE")
    serving.services.write_now(set_category, coffee, "groceries", tenant=Tenant(app.id, user))
    at_rest(serving.services)
    path = report_of(app, body_of(app, user, fromDate="2026-03-01"))
    frozen = {row["id"]: row["enrich"] for row in app.get(f"{path}/transactions").json()["data"]}
    assert frozen == {row["id"]: row["enrich"] for row in app.transactions(user)}
    assert frozen[coffee]["category"]["anzsic"]["class"]["code"] == "4110"
    groups = {group["id"] for group in app.get(path).json()["data"]["groups"]}
    assert groups == {"EXP-016", "INC-007"}
