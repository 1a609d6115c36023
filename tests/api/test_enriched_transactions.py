"""What transactions mean, on the wire: complete with the product and the scopes, null without them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from bowerbird.domain.access import applications
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents import consents
from bowerbird.domain.consents.policies import set_policy
from bowerbird.domain.insights.enrichment import set_category
from bowerbird.domain.ledger import shared_parts
from bowerbird.domain.services import Session
from bowerbird.model.consent import ACCOUNT_BASIC, SCOPES, TRANSACTION_DETAIL, AskedScope, Policy
from bowerbird.model.problem import Problem
from bowerbird.storage.database.tables import category_overrides, enrichment_states, enrichments, transactions
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.api.fixtures import WatchedServing, at_rest
from tests.postgres import settings_of
from tests.serving import NOON, Application, Serving

pytestmark = pytest.mark.both_engines

HEADER = "accountNo,accCurrency,accBalance,accType,accProduct,txnPostDate,txnDescription,txnAmount"
LINES = {
    "WOOLWORTHS 1234 NEWTOWN NSW CARD 4321": "-12.95",
    "ACME PTY LTD SALARY": "900.00",
    "TRANSFER TO JAN KESSLER": "-50.00",
    "QXZVB KLMNP": "-4.50",
    "AFTERPAY PTY LTD": "-25.00",
}


@pytest.fixture(scope="module")
def serving(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with WatchedServing(tmp_path_factory.mktemp("enriched"), start=NOON, **settings_of(request)) as started:
        yield started


@pytest.fixture(scope="module")
def app(serving: Serving) -> Application:
    return serving.application()


def csv() -> bytes:
    balance, lines = 95_50, [HEADER]
    for number, (text, amount) in enumerate(LINES.items(), 1):
        lines.append(f"12345678,AUD,{balance / 100:.2f},transaction,Everyday,2026-03-{number:02},{text},{amount}")
    return ("\n".join(lines) + "\n").encode()


def uploaded(app: Application) -> str:
    user = app.new_user()
    job = app.settled(app.upload(user, csv()).json()["id"])
    assert {step["status"] for step in job["steps"]} == {"success"}, job
    return user


def enriched(app: Application, user: str) -> dict[str, Any]:
    """What each text means."""
    return {row["description"]: row["enrich"] for row in app.transactions(user)}


@pytest.fixture(scope="module")
def user(app: Application) -> str:
    return uploaded(app)


def test_a_payment_has_the_group_of_its_enrichment_where_the_bank_names_none(app: Application, user: str) -> None:
    found = {row["description"]: row["subClass"] for row in app.transactions(user)}
    assert found.pop("WOOLWORTHS 1234 NEWTOWN NSW CARD 4321") == {"code": "411", "title": "Supermarket and Grocery Stores"}
    assert found.pop("AFTERPAY PTY LTD") == {"code": "623", "title": "Non-Depository Financing"}
    assert list(found.values()) == [{}] * 3, "no payment, or nothing that the text says"


def test_a_shop_has_a_merchant_a_category_and_a_place(app: Application, user: str) -> None:
    found = enriched(app, user)["WOOLWORTHS 1234 NEWTOWN NSW CARD 4321"]
    assert found["category"]["matchType"] == "merchantFull"
    assert found["category"]["anzsic"]["class"] == {"code": "4110", "title": "Supermarket and Grocery Stores"}
    assert found["merchant"]["businessName"] == "Woolworths"
    assert found["location"] == {"country": "Australia", "suburb": "Newtown", "state": "NSW"}
    assert (found["cleanDescription"], found["tags"]) == ("WOOLWORTHS NEWTOWN NSW", ["card:4321"])


def test_what_buys_nothing_has_tags_at_most(app: Application, user: str) -> None:
    found = enriched(app, user)
    assert (found["ACME PTY LTD SALARY"]["category"], found["ACME PTY LTD SALARY"]["tags"]) == ({"matchType": "none"}, ["income:salary"])
    assert found["TRANSFER TO JAN KESSLER"]["merchant"] is None
    assert found["QXZVB KLMNP"] == {
        "category": {"matchType": "none"}, "location": None, "merchant": None, "cleanDescription": "QXZVB KLMNP", "tags": [],
    }  # fmt: skip
    assert found["AFTERPAY PTY LTD"]["tags"] == ["liability:afterpay"]


def test_one_transaction_is_enriched_as_in_the_list(app: Application, user: str) -> None:
    for row in app.transactions(user):
        assert app.get(f"/users/{user}/transactions/{row['id']}").json() == row
    filtered = app.transactions(user, "?filter=transaction.direction.eq('credit')")
    assert [row["enrich"]["tags"] for row in filtered] == [["income:salary"]]


def test_pages_of_any_length_show_the_same_rows(app: Application, user: str) -> None:
    whole, url = app.transactions(user), f"/users/{user}/transactions"
    for limit in range(1, len(whole) + 2):
        walked, path = [], f"{url}?limit={limit}"
        while path:
            page = app.get(path).json()
            assert (page["count"], page["size"]) == (len(page["data"]), len(whole))
            walked += page["data"]
            path = url + page["links"]["next"].partition("transactions")[2] if "next" in page["links"] else ""
        assert walked == whole


def test_a_part_that_is_lost_is_waited_for(serving: Serving, app: Application) -> None:
    user = uploaded(app)
    before = app.transactions(user)
    waiting: dict[str, Any] = {"category": {"matchType": "none"}, "location": None, "merchant": None, "tags": [], "cleanDescription": ""}

    def lose() -> None:
        serving.services.write_now(lambda session: session.uow.execute(delete(enrichments)), tenant=EVERY_TENANT)
        shared_parts._known.clear()

    def rows_of(path: str) -> list[dict[str, Any]]:
        answer = app.get(f"/users/{user}/transactions{path}")
        assert answer.status_code == 200, answer.text
        return [answer.json()] if path.startswith("/") else list(answer.json()["data"])

    for path, shown in (("?limit=9", before), (f"/{before[0]['id']}", before[:1])):  # no page that is held
        lose()
        assert rows_of(path) == [{**row, "enrich": waiting, "subClass": {}} for row in shown]
        at_rest(serving.services)
        assert rows_of(path) == shown


def test_it_is_null_without_the_product(serving: Serving) -> None:
    app = serving.application("Plain", products="connections,statements")
    user = uploaded(app)
    rows = app.transactions(user)
    assert {row["description"]: row["enrich"] for row in rows} == dict.fromkeys(LINES)
    assert app.get(f"/users/{user}/transactions/{rows[0]['id']}").json()["enrich"] is None
    assert kept(serving, app, user) == {(False, False)}

    def give(*products: str) -> None:
        serving.services.write_now(applications.update_application, "Plain", products, tenant=app.id)
        at_rest(serving.services)

    give("connections", "statements", "enrich")
    assert enriched(app, user)["AFTERPAY PTY LTD"]["tags"] == ["liability:afterpay"]
    give("connections", "statements")
    assert enriched(app, user) == dict.fromkeys(LINES)


def agree(serving: Serving, app: Application, user: str, *scopes: str) -> None:
    asked = tuple(AskedScope(scope=scope, title="t", description="d", required=False) for scope in SCOPES)
    policy = Policy(title="t", description="d", scopes=asked, retrieval_days=730, days=365, retains_data=False)

    def write(session: Session) -> None:
        set_policy(session.in_application(app.id), policy)
        consents.give_consent(session.of(Tenant(app.id, user)), scopes)

    serving.services.write_now(write, tenant=app.id)
    at_rest(serving.services)


def kept(serving: Serving, app: Application, user: str) -> set[tuple[bool, bool]]:
    """Whether each row of a user keeps an enrichment, and what is its own of it."""
    ids = {row["id"] for row in app.transactions(user)}
    chosen = select(transactions.c.id, transactions.c.enrichment_ref, transactions.c.clean)
    rows = serving.services.storage.read_now(lambda uow: uow.rows(chosen), tenant=EVERY_TENANT)
    return {(row[1] is not None, row[2] is not None) for row in rows if row[0] in ids}


def test_it_is_null_and_not_kept_without_the_scopes(serving: Serving) -> None:
    app = serving.application("Asking")
    user = uploaded(app)
    agree(serving, app, user, *SCOPES)
    assert kept(serving, app, user) == {(True, True)}
    agree(serving, app, user, TRANSACTION_DETAIL)
    assert enriched(app, user) == dict.fromkeys(LINES)
    assert kept(serving, app, user) == {(False, False)}
    agree(serving, app, user, ACCOUNT_BASIC, TRANSACTION_DETAIL)
    assert enriched(app, user)["AFTERPAY PTY LTD"]["tags"] == ["liability:afterpay"]


def test_new_rules_reach_every_row_and_what_the_application_says_stays(serving: Serving, app: Application) -> None:
    user = uploaded(app)
    ids = {row["description"]: row["id"] for row in app.transactions(user)}
    tenant = Tenant(app.id, user)
    serving.services.write_now(set_category, ids["QXZVB KLMNP"], "groceries", tenant=tenant)
    before = enriched(app, user)
    assert before["QXZVB KLMNP"]["category"]["anzsic"]["class"]["code"] == "4110"
    assert before["QXZVB KLMNP"]["category"]["matchScore"] == "1.00"

    def change_rules(session: Session) -> None:
        session.uow.execute(update(enrichment_states).values(rules="000000000000", next_day=None, next_id=None))
        session.uow.execute(update(transactions).values(enrichment_ref=None, clean=None))
        session.uow.after_commit(session.services.wake)

    serving.services.write_now(change_rules, tenant=EVERY_TENANT)
    assert enriched(app, user) == before
    serving.services.write_now(set_category, ids["QXZVB KLMNP"], "", tenant=tenant)
    assert enriched(app, user)["QXZVB KLMNP"]["category"] == {"matchType": "none"}


@pytest.mark.parametrize(
    ("name", "leaf", "code"), [("theirs", "groceries", "resource-not-found"), ("own", "nonsense", "parameter-not-valid")]
)
def test_a_category_is_refused(serving: Serving, app: Application, user: str, name: str, leaf: str, code: str) -> None:
    row = app.transactions(user)[0]["id"]
    tenant = Tenant(app.id, user if name == "own" else uploaded(app))
    with pytest.raises(Problem) as refused:
        serving.services.write_now(set_category, row, leaf, tenant=tenant)
    assert refused.value.entry.code == code


def test_nothing_of_a_deleted_user_stays(serving: Serving, app: Application) -> None:
    user = uploaded(app)
    row = app.transactions(user)[0]["id"]
    serving.services.write_now(set_category, row, "groceries", tenant=Tenant(app.id, user))
    assert app.delete(f"/users/{user}").status_code == 204

    def look(session: Session) -> tuple[list[Any], bytes]:
        overrides = list(session.uow.rows(select(category_overrides).where(category_overrides.c.id == row)))
        return overrides, b"".join(row[0] for row in session.uow.rows(select(enrichments.c.document)))

    overrides, shared = serving.services.read_now(look, tenant=EVERY_TENANT)
    assert overrides == []
    assert not [text for text in ("KESSLER", "Kessler", "QXZVB", "4321") if text.encode() in shared]
