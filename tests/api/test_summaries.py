"""Income, expenses and affordability: made, kept as they were, read again, refused, and gone with what they were made from."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.consents import give_consent
from bowerbird.domain.consents.policies import set_policy
from bowerbird.domain.insights import snapshots
from bowerbird.model.consent import ACCOUNT_BASIC, PERSON_DETAIL, SCOPES, TRANSACTION_DETAIL, AskedScope, Policy
from bowerbird.model.money import parse_cents
from tests.api.fixtures import NO_ONE, WatchedServing
from tests.api.response_checks import refusal_of
from tests.postgres import Postgres
from tests.serving import Application

NOUNS = ("income", "expenses", "affordability")
CSV = b"""accountNo,accCurrency,accBalance,accType,accProduct,txnPostDate,txnDescription,txnAmount,txnBalance
12345678,AUD,90.00,transaction,Everyday,2026-03-01,ACME SALARY,100.00,100.00
12345678,AUD,90.00,transaction,Everyday,2026-03-02,COFFEE,-10.00,90.00
"""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def serving(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WatchedServing]:
    shared: dict[str, Any] = {}
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        shared = {"database_url": server.database().url, "master_key": "5e" * 32}
    serving = WatchedServing(tmp_path_factory.mktemp("summaries"), **shared)
    with serving:
        yield serving


@pytest.fixture(scope="module")
def app(serving: WatchedServing) -> Application:
    return serving.application("Summaries")


@pytest.fixture(scope="module")
def person(app: Application) -> str:
    """Two salaries, a mortgage, a car loan, a card and savings."""
    user = app.new_user()
    app.settled(app.connect(user, "Wentworth-Smith", "whislter"))
    return user


def made(app: Application, user: str, noun: str, **body: Any) -> dict[str, Any]:
    answer = app.post(f"/users/{user}/{noun}", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def rows_of(app: Application, url: str) -> list[dict[str, str]]:
    answer = app.get(f"{url}/transactions", headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.text)))


def cents(rows: list[dict[str, str]]) -> int:
    return sum(parse_cents(row["amount"]) for row in rows)


def test_affordability_of_a_persona(app: Application, person: str) -> None:
    found = made(app, person, "affordability")
    summary = found["summary"]
    assert (found["type"], found["fromMonth"], found["toMonth"]) == ("affordability", "2025-03", "2026-03")
    assert parse_cents(summary["netPosition"]) == parse_cents(summary["assets"]) + parse_cents(summary["liabilities"])
    assert summary["creditLimit"] == "15000.00", "what a card allows; a loan's limit is no credit"
    assert parse_cents(summary["loanRepaymentMonthly"]) > 4_000_00
    assert (summary["potentialLiabilitiesMonthly"], found["external"]) == ("0.00", [])
    assert sorted(loan["account"]["type"] for loan in found["liabilities"]["loan"]) == ["loan", "mortgage"]
    assert {asset["account"]["type"] for asset in found["assets"]} == {"transaction", "savings"}
    assert {loan["previous6Months"]["arrears"] for loan in found["liabilities"]["loan"]} == {"false"}


def test_an_undisclosed_loan_is_an_external_liability(app: Application) -> None:
    user = app.new_user()
    app.settled(app.connect(user, "jared", "django"))
    found = made(app, user, "affordability")
    assert [each["source"] for each in found["external"]] == ["home loan repayment", "car loan repayment"]
    total = sum(parse_cents(each["payments"][0]["total"]) for each in found["external"])
    assert parse_cents(found["summary"]["potentialLiabilitiesMonthly"]) == round(total * 30 / found["coverageDays"])


def test_income_of_a_persona(app: Application, person: str) -> None:
    found = made(app, person, "income")
    regular = {each["source"]: each for each in found["regular"]}
    assert {source: each["frequency"] for source, each in regular.items()} == {
        "CASSOWARY ENGINEERING SALARY": "monthly",
        "NORTH SHORE HEALTH PAYROLL": "bi-weekly",
    }
    salary = regular["CASSOWARY ENGINEERING SALARY"]
    assert salary["current"]["nextDate"] == "2026-04-13T00:00:00Z"
    assert salary["irregularity"] == {"gaps": [], "stability": "100.00"}
    assert salary["previous3Months"] == {"amountAvg": "6250.00", "amountAvgMonthly": "6250.00", "variance": "0.00"}
    monthly = sum(parse_cents(each["previous3Months"]["amountAvgMonthly"]) for each in regular.values())
    assert parse_cents(found["summary"]["regularIncomeAvg"]) == monthly
    assert [each["current"]["otherCreditLabel"] for each in found["otherCredit"]] == ["regular income small amount"]


def test_one_snapshot_is_read_three_ways_and_adds_up(app: Application, person: str) -> None:
    """Each row of income is in one source, each expense in one block, to the cent."""
    found = made(app, person, "affordability")
    income, expenses = (app.get(found["links"][noun].removeprefix(app.url)).json() for noun in ("income", "expenses"))
    rows = rows_of(app, found["links"]["self"].removeprefix(app.url))
    sources = [*income["regular"], *income["irregular"], *income["otherCredit"]]
    earned = sum(parse_cents(row["amount"]) for source in sources for row in source["changeHistory"])
    assert earned == cents([row for row in rows if row["group"].startswith("INC-")])
    blocks = [expenses[name] for name in ("bankFees", "cashWithdrawals", "externalTransfers", "loanInterests", "loanRepayments")]
    blocks += [part for division in expenses["payments"] for part in division["subCategory"]]
    spent = sum(parse_cents(month["amount"]) for block in blocks for month in block["changeHistory"])
    arrived = {"EXP-056", "EXP-057", "EXP-061"}
    outgoing = [row for row in rows if row["group"].startswith("EXP-")]
    assert spent == cents([row for row in outgoing if row["group"] not in arrived]) - cents(
        [row for row in outgoing if row["group"] in arrived]
    )
    assert abs(sum(division["percentageTotal"] for division in expenses["payments"])) < 100
    assert all(row["why"] for row in rows)


def test_a_snapshot_stays_as_it_was(app: Application, serving: WatchedServing) -> None:
    user = app.new_user()
    app.settled(app.upload(user, CSV).json()["id"])
    before = {noun: made(app, user, noun) for noun in NOUNS}
    more = CSV.splitlines()[0] + b"\n12345678,AUD,80.00,transaction,Everyday,2026-03-05,COFFEE,-10.00,80.00\n"
    app.settled(app.upload(user, more).json()["id"])
    for noun, summary in before.items():
        assert app.get(f"/users/{user}/{noun}/{summary['id']}").json() == summary
    serving.advance(seconds=1)
    assert made(app, user, "affordability")["summary"] != before["affordability"]["summary"]
    listed = app.get(f"/users/{user}/affordability").json()
    assert len(listed["data"]) == 2
    assert listed["data"][1]["id"] == before["affordability"]["id"]


def test_transactions_by_page(app: Application, person: str) -> None:
    url = made(app, person, "affordability")["links"]["self"].removeprefix(app.url) + "/transactions"
    whole = app.get(url).json()
    first = app.get(f"{url}?limit=200").json()
    assert (first["count"], first["size"]) == (200, whole["size"])
    second = app.get(first["links"]["next"].removeprefix(app.url)).json()
    assert [row["id"] for row in [*first["data"], *second["data"]]] == [row["id"] for row in whole["data"][:400]]
    assert app.get(url, headers={"Accept": "application/csv;q=0.5, application/json"}).headers["content-type"] == "application/json"
    assert app.get(url, headers={"Accept": "application/csv, application/json;q=0.5"}).headers["content-type"] == "application/csv"
    for query, code in (("limit=0", "parameter-not-valid"), ("next=x", "parameter-not-valid"), ("limit=501", "parameter-not-valid")):
        assert refusal_of(app.get(f"{url}?{query}")).code == code


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        ({"fromMonth": "2026-3"}, 400, "fromMonth not in valid format. Date has to be in yyyy-mm format"),
        ({"toMonth": "March"}, 400, "toMonth not in valid format. Date has to be in yyyy-mm format"),
        ({"fromMonth": "2026-03", "toMonth": "2026-02"}, 400, "toDate must be be after or equal to fromDate"),
        ({"fromMonth": "2025-01", "toMonth": "2026-02"}, 400, "maximum length of fromMonth - toMonth interval is 12 months"),
        ({"accounts": [NO_ONE]}, 404, "Requested account does not exist."),
        ({"accounts": ["x"]}, 404, "Requested account does not exist."),
        ({"accounts": "all"}, 400, None),
        ([], 400, None),
    ],
)
def test_what_is_refused(app: Application, person: str, noun: str, body: Any, status: int, detail: str | None) -> None:
    answer = app.post(f"/users/{person}/{noun}", json=body)
    assert answer.status_code == status
    assert refusal_of(answer).detail == (detail or f"Posted {noun} is not in valid format.")


def test_nothing_to_summarise(app: Application, person: str) -> None:
    assert app.post(f"/users/{person}/income", json={"fromMonth": "2001-01", "toMonth": "2001-02"}).status_code == 204
    assert app.get(f"/users/{person}/income/{NO_ONE}").status_code == 404
    alone = app.new_user()
    assert refusal_of(app.post(f"/users/{alone}/income")).detail == "User doesn't have any accounts"
    kept = made(app, person, "income")
    assert app.get(f"/users/{person}/expenses/{kept['id']}").status_code == 404, "a summary of income has no expenses"
    assert app.get(f"/users/{alone}/income/{kept['id']}").status_code == 404, "it is another user's"


def test_accounts_that_are_asked_for(app: Application, person: str) -> None:
    accounts = app.get(f"/users/{person}/accounts").json()["data"]
    card = next(account["id"] for account in accounts if account["class"]["type"] == "credit-card")
    found = made(app, person, "affordability", accounts=[card])
    assert found["links"]["accounts"] == [f"{app.url}/users/{person}/accounts/{card}"]
    assert (found["assets"], len(found["liabilities"]["credit"])) == ([], 1)


def scopes_of(serving: WatchedServing, app: Application, user: str, scopes: set[str], days_back: int = 730) -> None:
    asked = tuple(AskedScope(scope=scope, title="t", description="d", required=False) for scope in SCOPES)
    policy = Policy(title="t", description="d", scopes=asked, days=365, retrieval_days=days_back)
    serving.services.write_now(set_policy, policy, tenant=app.id)
    serving.services.write_now(give_consent, scopes, tenant=Tenant(app.id, user))


@pytest.mark.parametrize(
    "scopes", [{ACCOUNT_BASIC}, {TRANSACTION_DETAIL, PERSON_DETAIL}, set()], ids=lambda scopes: "+".join(sorted(scopes))
)
def test_what_is_not_shared_is_not_summarised(serving: WatchedServing, app: Application, scopes: set[str]) -> None:
    """A summary that was made before goes with what it was made from."""
    user = app.new_user()
    app.settled(app.upload(user, CSV).json()["id"])
    scopes_of(serving, app, user, set(SCOPES))
    before = {noun: made(app, user, noun)["id"] for noun in NOUNS}
    scopes_of(serving, app, user, scopes)
    for noun, summary in before.items():
        assert app.get(f"/users/{user}/{noun}/{summary}").status_code in (403, 404)
        assert refusal_of(app.post(f"/users/{user}/{noun}")).code == "forbidden-access"
    scopes_of(serving, app, user, set(SCOPES))
    for noun, summary in before.items():
        assert app.get(f"/users/{user}/{noun}/{summary}").status_code == 404, "narrowing deleted it"


def test_a_consent_that_covers_what_was_read_keeps_what_was_made(serving: WatchedServing, app: Application) -> None:
    """The first one does, and one that reaches further back; one that reaches less far deletes what shows an earlier day."""
    user = app.new_user()
    app.settled(app.connect(user, "Gilfoyle", "PiedPiper"))
    path = f"/users/{user}/income/{made(app, user, 'income')['id']}"
    late = f"/users/{user}/income/{made(app, user, 'income', fromMonth='2026-03')['id']}"
    before = app.get(path).json()
    for days_back in (730, 800):
        scopes_of(serving, app, user, set(SCOPES), days_back)
        assert app.get(path).json() == before
    scopes_of(serving, app, user, set(SCOPES), 100)
    assert [app.get(each).status_code for each in (path, late)] == [404, 404], "each says how far back was read"
    late = f"/users/{user}/income/{made(app, user, 'income', fromMonth='2026-03')['id']}"
    scopes_of(serving, app, user, set(SCOPES), 30)
    assert app.get(late).status_code == 404
    scopes_of(serving, app, user, {ACCOUNT_BASIC, TRANSACTION_DETAIL}, 800)
    whole = f"/users/{user}/income/{made(app, user, 'income')['id']}"
    scopes_of(serving, app, user, set(SCOPES), 800)
    assert app.get(whole).status_code == 200
    scopes_of(serving, app, user, {ACCOUNT_BASIC, TRANSACTION_DETAIL}, 800)
    assert app.get(whole).status_code == 404


def test_one_consent_looks_at_few_of_what_was_made(serving: WatchedServing, app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshots, "_MAX_OPENED", 2)
    user = app.new_user()
    app.settled(app.connect(user, "Gilfoyle", "PiedPiper"))
    paths = [f"/users/{user}/income/{made(app, user, 'income')['id']}" for _ in range(4)]
    scopes_of(serving, app, user, set(SCOPES), 730)
    assert sorted(app.get(path).status_code for path in paths) == [200, 200, 404, 404]


def test_a_deleted_user_leaves_no_summary(serving: WatchedServing, app: Application) -> None:
    user = app.new_user()
    app.settled(app.upload(user, CSV).json()["id"])
    made(app, user, "affordability")
    assert app.delete(f"/users/{user}").status_code == 204
    assert app.get(f"/users/{user}/affordability").status_code == 404


def test_a_sandbox_application_has_a_quota(serving: WatchedServing) -> None:
    app = serving.application("Quota", production=False)
    user = app.new_user()
    app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    limits = serving.services.limits
    object.__setattr__(limits, "sandbox_insights_per_day", 2)
    try:
        assert [app.post(f"/users/{user}/{noun}").status_code for noun in NOUNS] == [200, 200, 429]
        refused = app.post(f"/users/{user}/income")
        assert 0 <= 12 * 3600 + 1 - int(refused.headers["retry-after"]) < 60, "until midnight"
        assert refusal_of(refused).code == "too-many-requests"
    finally:
        object.__setattr__(limits, "sandbox_insights_per_day", 1000)
