"""Every answer of the journey against our own description and against the published one."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.conformance.deviations_page import allowed, row
from tests.conformance.exchanges_of_tests import Journey
from tests.conformance.ours import breaches, operation_of, own
from tests.conformance.reasons import SOURCES_ARE_PRESENT, broken_claims
from tests.conformance.reference import FOLDER, IS_PRESENT, Deviation, deviations, published

EVERY_STATUS = {200, 201, 202, 204, 400, 401, 403, 404, 405, 409, 410, 413, 415, 429, 500}
"""503 is answered only while a database is away: the tests of faults see to it."""


PUBLISHED = 56
"""Operations of the published files."""


def nameless(path: str) -> str:
    """A path without the names of its parameters."""
    return re.sub(r"\{\w+\}", "{}", path)


def test_journey_meets_every_operation_and_status(journey: Journey) -> None:
    met = {(operation_of(exchange), exchange.status) for exchange in journey.record.exchanges}
    described = {
        (method["operationId"], int(status))
        for path in own().document["paths"].values()
        for method in path.values()
        for status in method["responses"]
    }
    good = {pair for pair in described if pair[1] < 300}
    assert good - met == set()
    assert {status for _, status in met} == EVERY_STATUS


def test_every_answer_is_as_we_describe_it(journey: Journey) -> None:
    found: Counter[str] = Counter()
    for exchange in journey.record.exchanges:
        found.update(f"{operation_of(exchange)} {exchange.status}: {breach}" for breach in breaches(exchange))
    assert dict(found) == {}


def test_an_answer_that_is_not_described_is_seen(journey: Journey) -> None:
    """The check itself: it reports each way of being wrong."""
    whole = next(exchange for exchange in journey.record.exchanges if operation_of(exchange) == "getUser" and exchange.status == 200)
    body = whole.json()
    for spoiled, difference in (
        ({**body, "nickname": "Gav"}, "/ nickname is not described"),
        ({**body, "email": None}, "/email null where another type is described"),
        ({key: value for key, value in body.items() if key != "links"}, "/ links is missing"),
    ):
        assert own().differences({"$ref": "#/components/schemas/User"}, spoiled) == {tuple(difference.split(" ", 1))}


@pytest.mark.skipif(not IS_PRESENT, reason="the published OpenAPI files are not here: BOWERBIRD_REFERENCE_OPENAPI names their folder")
class TestAgainstThePublishedFiles:
    def found(self, journey: Journey) -> dict[Deviation, str]:
        return {deviation: str(exchange) for exchange in journey.record.exchanges for deviation in deviations(exchange)}

    def test_journey_meets_every_published_operation_of_ours(self, journey: Journey) -> None:
        judged = {
            operation_of(exchange) for exchange in journey.record.exchanges if any(page.operation_of(exchange) for page in published())
        }
        ours = {nameless(path): methods for path, methods in own().document["paths"].items()}
        theirs = [
            (nameless(path), method) for page in published() for path, methods in page.document["paths"].items() for method in methods
        ]
        assert FOLDER.is_dir()
        assert [pair for pair in theirs if pair[1] not in ours.get(pair[0], {})] == [], "every published operation is ours"
        assert len(theirs) == PUBLISHED
        assert judged == {ours[path][method]["operationId"] for path, method in theirs}

    def test_no_deviation_is_unlisted(self, journey: Journey) -> None:
        listed = allowed()
        unlisted = {deviation: seen for deviation, seen in self.found(journey).items() if deviation not in listed}
        rows = [f"{row([each.operation], each, 'why?')}\n    {seen}" for each, seen in sorted(unlisted.items())]
        assert not unlisted, "\n".join(
            ["answers differ from the published files in ways that the page of deviations does not list:", *rows]
        )

    def test_no_listed_deviation_is_gone(self, journey: Journey) -> None:
        assert sorted(set(allowed()) - set(self.found(journey))) == []

    @pytest.mark.skipif(not SOURCES_ARE_PRESENT, reason="the contract and the seed document are not beside the published files")
    def test_every_reason_still_holds(self) -> None:
        broken = {deviation: claims for deviation, reason in allowed().items() if (claims := broken_claims(deviation, reason))}
        assert not broken, "\n".join(f"{deviation}: {claims}" for deviation, claims in broken.items())

    @pytest.mark.skipif(not SOURCES_ARE_PRESENT, reason="the contract and the seed document are not beside the published files")
    @pytest.mark.parametrize(
        ("deviation", "reason"),
        [
            (Deviation("getUser", 200, "/links", "auth_link is missing"), "Arrives with the consent pages"),
            (Deviation("getUser", 200, "/links", "nickname is not described"), "The file requires the link without describing it"),
            (Deviation("getJob", 418, "", "the status is not described"), "Contract §2: a teapot"),
            (Deviation("getJob", 200, "/x", "'no-such-code' is not among the values"), "Seed: a response code of failed jobs"),
            (
                Deviation("listEvents", 200, "/data/*/entity", "'teapot' is not among the values"),
                "The file's own list of event types",
            ),
        ],
    )
    def test_a_reason_that_does_not_hold_is_seen(self, deviation: Deviation, reason: str) -> None:
        assert broken_claims(deviation, reason)
