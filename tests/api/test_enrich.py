"""`GET /enrich`: what one text means, every parameter, every refusal."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.expected_refusals import FORBIDDEN, NOT_SUPPLIED, NOT_VALID, product
from tests.api.fixtures import Fixtures, WatchedServing
from tests.api.response_checks import Refusal, refusal_of
from tests.serving import Application

GIVEN = {"q": "WOOLWORTHS 1234 NEWTOWN NSW", "institution": "AU00000", "country": "AU"}


def enriched(app: Application, **more: str) -> dict[str, Any]:
    answer = app.get("/enrich", params={**GIVEN, **more})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_a_shop(fixtures: Fixtures) -> None:
    found = enriched(fixtures.app, amount="-12.95", accountType="transaction")
    assert (found["type"], found["direction"], found["class"]) == ("enrich", "debit", "payment")
    assert found["data"]["merchant"]["businessName"] == "Woolworths"
    assert found["data"]["location"] == {"suburb": "Newtown", "state": "NSW", "country": "Australia"}
    category = found["data"]["category"]
    assert category["matchType"] == "merchantFull"
    assert 0.9 <= float(category["matchScore"]) <= 1
    assert category["anzsic"] == {
        "division": {"code": "G", "title": "Retail Trade"},
        "subdivision": {"code": "41", "title": "Food Retailing"},
        "group": {"code": "411", "title": "Supermarket and Grocery Stores"},
        "class": {"code": "4110", "title": "Supermarket and Grocery Stores"},
    }
    assert found["links"]["self"].endswith(
        "/enrich?q=WOOLWORTHS+1234+NEWTOWN+NSW&institution=AU00000&country=AU&accountType=transaction&amount=-12.95"
    )
    assert (found["links"]["logo-master"], found["links"]["logo-thumb"]) == (None, None)
    again = enriched(fixtures.app, q="WOOLWORTHS METRO PERTH")
    assert again["data"]["merchant"]["id"] == found["data"]["merchant"]["id"]


def test_nothing_found_is_an_empty_set(fixtures: Fixtures) -> None:
    found = enriched(fixtures.app, q="QXZVB KLMNP")
    assert found["data"] == {"merchant": {}, "category": {}, "location": {}, "tags": []}


@pytest.mark.parametrize(
    ("more", "expected", "tags"),
    [
        ({"q": "ACME SALARY", "amount": "900.00"}, ("credit", "direct-credit"), ["income:salary"]),
        ({"q": "ACME SALARY"}, ("debit", "payment"), []),
        ({"q": "AFTERPAY PTY LTD"}, ("debit", "payment"), ["liability:afterpay"]),
        ({"q": "ATHENA HOME LOANS"}, ("debit", "transfer"), ["mortgage:athena"]),
        ({"q": "SQ *PAPERBARK CAFE Card xx1234"}, ("debit", "payment"), ["card:1234", "third-party:sq"]),
        ({"q": "OVERDRAWN FEE", "amount": "-15"}, ("debit", "bank-fee"), ["conduct:overdrawn"]),
        ({"q": "ATM WITHDRAWAL", "accountType": "credit-card", "amount": "-50"}, ("debit", "cash-withdrawal"), ["conduct:atm"]),
        (
            {"q": "PAYMENT RECEIVED", "accountType": "mortgage", "amount": "50"},
            ("credit", "loan-repayment"),
            ["mortgage:mortgage repayment"],
        ),
    ],
)
def test_class_and_tags(fixtures: Fixtures, more: dict[str, str], expected: tuple[str, str], tags: list[str]) -> None:
    found = enriched(fixtures.app, **more)
    assert ((found["direction"], found["class"]), found["data"]["tags"]) == (expected, tags)


def test_the_category_code_says_what_a_text_does_not(fixtures: Fixtures) -> None:
    found = enriched(fixtures.app, q="QXZVB KLMNP", mcc="5814")["data"]["category"]
    assert (found["matchType"], found["anzsic"]["class"]["code"]) == ("mcc", "4511")
    assert enriched(fixtures.app, q="QXZVB KLMNP", mcc="0001")["data"]["category"] == {}


@pytest.mark.parametrize("name", ["q", "institution", "country"])
@pytest.mark.parametrize("given", [{}, {"blank": " "}])
def test_what_must_be_given(fixtures: Fixtures, name: str, given: dict[str, str]) -> None:
    params = {key: value for key, value in GIVEN.items() if key != name} | ({name: given["blank"]} if given else {})
    source = {"parameter": name}
    assert refusal_of(fixtures.app.get("/enrich", params=params)) == Refusal(400, "parameter-not-supplied", NOT_SUPPLIED, "Missing", source)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("q", "ab"),
        ("q", "x" * 513),
        ("country", "AUS"),
        ("country", "1A"),
        ("mcc", "58"),
        ("mcc", "x814"),
        ("accountType", "wallet"),
        ("amount", "ten"),
        ("amount", "1.005"),
    ],
)
def test_what_is_not_valid(fixtures: Fixtures, name: str, value: str) -> None:
    source = {"parameter": name}
    refused = refusal_of(fixtures.app.get("/enrich", params={**GIVEN, name: value}))
    assert refused == Refusal(400, "parameter-not-valid", NOT_VALID, f"{name} value is not valid", source)


@pytest.mark.parametrize("institution", ["AU99999", "nonsense"])
def test_an_institution_that_is_none(fixtures: Fixtures, institution: str) -> None:
    source = {"parameter": "institution"}
    refused = refusal_of(fixtures.app.get("/enrich", params={**GIVEN, "institution": institution}))
    assert refused == Refusal(400, "parameter-not-valid", NOT_VALID, "Requested institution does not exist.", source)


def test_without_the_product_and_with_a_weak_scope(serving: WatchedServing) -> None:
    poor = serving.application("Poor", products="connections")
    assert refusal_of(poor.get("/enrich", params=GIVEN)) == product("Enrich")
    assert refusal_of(poor.get("/enrich")) == product("Enrich"), "the product is judged before the parameters"
    app = serving.application("Weak")
    assert refusal_of(app.get("/enrich", params=GIVEN, token=app.token("CLIENT_ACCESS", app.new_user()))) == FORBIDDEN
