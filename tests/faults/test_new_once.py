"""Siblings of `test_once`: rules, feeds, secrets, categories and schedules, changed by 50 clients in the same moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from functools import partial

import httpx2
import pytest
from sqlalchemy import select

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.feeds import feeds
from bowerbird.domain.notifications import webhooks
from bowerbird.domain.services import Session
from bowerbird.model.problem import Problem
from bowerbird.model.reading import PendingRows
from bowerbird.storage.database.tables import category_overrides, connections, own_rules
from bowerbird.storage.database.tables import feeds as feed_table
from bowerbird.storage.database.unit_of_work import EVERY_TENANT
from tests.faults.test_once import CLIENTS, ask, at_once, count
from tests.serving import Serving

RULES = {"rules": [{"any": "quokka", "leaf": "groceries"}]}


def taken_of(statuses: Iterable[int]) -> int:
    """How many of the requests were carried out; a busy server asks the others to come again."""
    answers = Counter(statuses)
    assert answers.keys() <= {200, 503}
    return answers[200]


@pytest.mark.both_engines
def test_rules_posted_at_once_are_versions_one_after_another(serving: Serving) -> None:
    app = serving.application()
    app.token()
    taken = taken_of(at_once(lambda: ask(app, "POST", "/extras/rules", RULES)))
    versions = serving.services.storage.read_now(lambda uow: uow.rows(select(own_rules.c.version)), tenant=EVERY_TENANT)
    assert sorted(row[0] for row in versions) == list(range(1, taken + 1))


@pytest.mark.both_engines
def test_a_setup_token_is_claimed_once(serving: Serving) -> None:
    app = serving.application()
    tenant = Tenant(app.id, app.new_user())
    key = serving.services.write_now(feeds.create_feed, "Actual", PendingRows.POSTED, tenant=tenant)
    answers = at_once(lambda: httpx2.post(f"{serving.url}/simplefin/claim/{key.code}", timeout=60))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 403: CLIENTS - 1}
    secrets = [answer.text for answer in answers if answer.status_code == 200]
    parts = httpx2.URL(secrets[0])
    read = httpx2.get(f"{serving.url}/simplefin/accounts", auth=(parts.username, parts.password))
    assert read.status_code == 200


@pytest.mark.both_engines
def test_feeds_made_at_once_stay_within_their_number(serving: Serving) -> None:
    app = serving.application()
    tenant = Tenant(app.id, app.new_user())

    def create() -> bool:
        with suppress(feeds.TooManyFeeds):
            serving.services.write_from_thread(feeds.create_feed, "Actual", PendingRows.POSTED, tenant=tenant)
            return True
        return False

    assert Counter(at_once(create)) == {True: feeds.MAX_FEEDS, False: CLIENTS - feeds.MAX_FEEDS}
    assert count(serving, feed_table.c.id) == feeds.MAX_FEEDS


@pytest.mark.both_engines
def test_of_secrets_rotated_at_once_one_is_made_and_the_first_signs_beside_it(serving: Serving) -> None:
    """A rotation during the overlap of another would end the secret that the receiver has."""
    app = serving.application()
    hook = app.post("/notifications/webhooks", json={"url": "https://hooks.example.com/"}).json()

    def rotate(session: Session) -> str:
        try:
            return webhooks.rotate_secret(session, webhooks.find_webhook(session, hook["id"]), 3600)
        except webhooks.OverlapRuns:
            return ""

    def signing(session: Session) -> list[str]:
        return webhooks.signing_secrets(session, webhooks.find_webhook(session, hook["id"]))

    shown = at_once(lambda: serving.services.write_from_thread(rotate, tenant=app.id))
    now = serving.services.read_now(signing, tenant=app.id)
    [made] = filter(None, shown)
    assert len(shown) == CLIENTS
    assert now == [made, hook["secret"]]


@pytest.mark.both_engines
def test_a_schedule_and_a_category_set_at_once_are_one(serving: Serving) -> None:
    app = serving.application()
    user = app.new_user()
    app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    row = app.transactions(user, "?filter=transaction.status.eq('posted')")[0]["id"]
    category = partial(ask, app, "POST", f"/extras/users/{user}/transactions/{row}/category", {"category": "groceries"})
    assert taken_of(at_once(category))
    assert count(serving, category_overrides.c.id) == 1
    assert taken_of(at_once(lambda: ask(app, "POST", "/extras/refresh-schedule", {"everyHours": 48})))
    assert app.get("/extras/refresh-schedule").json()["everyHours"] == 48
    moments = serving.services.storage.read_now(lambda uow: uow.rows(select(connections.c.refresh_at_ms)), tenant=EVERY_TENANT)
    assert len(moments) == 1, "of the one connection"


@pytest.mark.both_engines
def test_a_user_is_deleted_while_feeds_are_claimed(serving: Serving) -> None:
    """What is claimed of a user who is deleted in the same moment reads nothing afterwards."""
    app = serving.application()
    user = app.new_user()
    keys = [serving.services.write_now(feeds.create_feed, "Actual", PendingRows.POSTED, tenant=Tenant(app.id, user)) for _ in range(20)]
    left = list(keys)

    def act() -> str:
        with suppress(IndexError):
            return httpx2.post(f"{serving.url}/simplefin/claim/{left.pop().code}", timeout=60).text
        ask(app, "DELETE", f"/users/{user}")
        return ""

    claimed = [httpx2.URL(text) for text in at_once(act) if text.startswith("http")]
    for url in claimed:
        assert httpx2.get(f"{serving.url}/simplefin/accounts", auth=(url.username, url.password)).status_code == 403
    for key in keys:
        with pytest.raises(Problem):
            serving.services.read_now(feeds.open_feed, key, tenant=app.id)
    assert count(serving, feed_table.c.id) == 0


@pytest.mark.both_engines
def test_a_webhook_of_an_address_is_made_once(serving: Serving) -> None:
    app = serving.application()
    app.token()
    made = Counter(at_once(lambda: ask(app, "POST", "/notifications/webhooks", {"url": "https://hooks.example.com/"})))
    assert made.pop(201) == 1
    assert made.keys() <= {400, 409}, "the address, or its events, are another webhook's"
    assert len(app.get("/notifications/webhooks").json()["data"]) == 1
