"""Pages of the dashboard name things in their own place only: what is another application's, or no one's, is not found there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bowerbird.web.kernel.page import Page
from tests.pages import ALL_PAGES
from tests.serving import Application, Serving
from tests.web.client import Pages, make_operator, session_of

NO_ONE = "00000000-0000-4000-8000-000000000000"
ELSEWHERE = ("webhook_id", "message_id", "event_id", "feed_id", "key_id", "alert_id")
OTHERS = {"source_id": "1", "page": "1", "figure_id": "all.income", "print_id": "1"}
NAMING = [page for page in ALL_PAGES if page.path.startswith("/dashboard") and "{application_id}" in page.path]
WANTED = {"export_transactions": "?format=csv"}
"""What a page refuses first where it is missing."""


def own_ids(app: Application) -> dict[str, str]:
    user = app.new_user(email="gavin@hooli.com")
    job = app.connect(user, "gavinBelson", "hooli2016")
    app.settled(job)
    accounts, connections = (app.get(f"/users/{user}/{what}").json()["data"] for what in ("accounts", "connections"))
    ids = {"user_id": user, "job_id": job, "account_id": accounts[0]["id"], "connection_id": connections[0]["id"]}
    return {**ids, "transaction_id": app.transactions(user)[0]["id"]}


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Pages, dict[str, dict[str, str]]]]:
    """An operator, and ids that are not where they are asked for, by what they are."""
    folder: Path = tmp_path_factory.mktemp("places")
    with Serving(folder, start=None, sandbox_controls=True) as serving:
        ours, theirs = (serving.application(name, production=False) for name in ("Ours", "Theirs"))
        foreign = own_ids(theirs)
        nowhere = dict.fromkeys((*foreign, *ELSEWHERE), NO_ONE)
        operator = Pages(serving)
        operator.http.cookies.set("bowerbird-session", session_of(serving, make_operator(serving)))
        yield (
            operator,
            {
                "another application's": {**nowhere, **foreign, "application_id": ours.id},
                "no one's": {**nowhere, "application_id": ours.id},
                "malformed": {**dict.fromkeys(nowhere, "x"), "application_id": ours.id},
                "of no application": {**nowhere, **foreign, "application_id": NO_ONE},
            },
        )
        operator.close()


@pytest.mark.parametrize("page", NAMING, ids=lambda page: page.name)
def test_what_is_elsewhere_is_not_found(places: tuple[Pages, dict[str, dict[str, str]]], page: Page) -> None:
    operator, asked = places
    token = operator.token("/dashboard/account")
    for name, ids in asked.items():
        if name != "of no application" and set(page.path.split("/")[4:]).isdisjoint({f"{{{each}}}" for each in ids}):
            continue
        path = page.path.format(**{**OTHERS, **ids}) + WANTED.get(page.name, "")
        answer = operator.http.request(page.method, path, data={"csrf": token} if page.method == "POST" else None)
        assert answer.status_code == 404, (name, answer.status_code)
