"""What operators do is in the audit: every form they send, every page of a person's data, signing in and out; and its page and files."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator

import pytest

from bowerbird.model.reading import ActionOutcome
from bowerbird.web.routes import PAGES
from tests.receiver import Receiver
from tests.serving import Application, Serving
from tests.web.audit_entries import entries_of
from tests.web.client import NAME, PASSWORD, Pages
from tests.web.page_visits import SIGNED_OUT, PageVisits

APP = "/dashboard/applications"


@pytest.fixture
def app(running: Serving) -> Application:
    """Of the sandbox: owners of real data set up an authenticator before anything else."""
    return running.application("Budget app", production=False)


def newest(serving: Serving, count: int = 1) -> list[str]:
    return [row.action for row in entries_of(serving)[:count]]


def test_a_key_that_is_created_has_its_entry(serving: Serving, ana: Pages, app: Application) -> None:
    assert ana.send(f"{APP}/{app.id}/keys", on=f"{APP}/{app.id}").status_code == 200
    row = entries_of(serving)[0]
    assert (row.action, row.application_id, row.outcome, row.address) == ("create_key", app.id, ActionOutcome.DONE, "127.0.0.1")
    assert row.operator_id
    assert NAME not in str(row)


def test_a_policy_that_is_only_previewed_has_none(serving: Serving, ana: Pages, app: Application) -> None:
    path = f"{APP}/{app.id}/policy"
    form = {
        "title": "Budget", "description": "Why", "days": "90", "retrieval_days": "90", "want-account.basic": "required",
        "title-account.basic": "Your accounts", "text-account.basic": "We list them.",
    }  # fmt: skip
    before = len(entries_of(serving))
    assert ana.send(path, form | {"look": "yes"}).status_code == 200
    assert len(entries_of(serving)) == before
    assert ana.send(path, form).status_code == 303
    assert newest(serving) == ["change_policy"]


def test_looking_at_a_person_is_recorded_once_a_page(serving: Serving, ana: Pages, app: Application) -> None:
    user = app.new_user(email="gavin@hooli.com", firstName="Gavin")
    path = f"{APP}/{app.id}/users/{user}"
    before = len(entries_of(serving))
    for page in (path, f"{path}/transactions", f"{path}/statements", f"/dashboard/users?application={app.id}"):
        assert ana.get(page).status_code == 200
    rows = entries_of(serving)[:4]
    assert len(entries_of(serving)) == before + 4
    assert [row.action for row in rows] == ["show_users", "show_statements", "show_transactions", "show_user"]
    assert [row.user_id for row in rows] == ["", user, user, user]
    assert "gavin" not in str(rows).lower()
    assert ana.get(f"{APP}/{app.id}/users/{app.id}").status_code == 404
    ana.get("/dashboard")
    ana.get(f"{APP}/{app.id}")
    assert len(entries_of(serving)) == before + 4, "pages without a person's data are not recorded"


def test_what_is_refused_to_the_form_is_not_recorded_as_done(serving: Serving, ana: Pages, app: Application) -> None:
    before = len(entries_of(serving))
    assert ana.send(APP, {"name": ""}).status_code == 400
    assert len(entries_of(serving)) == before


def test_signing_in_and_out_are_recorded(serving: Serving, unknown_bank: Pages) -> None:
    assert unknown_bank.sign_in(password="wrong").status_code == 401
    assert unknown_bank.sign_in(name="unknown").status_code == 401
    unknown_bank.sign_in()
    assert unknown_bank.send("/dashboard/sign-out", on="/dashboard/account").status_code == 303
    rows = entries_of(serving)[:3]
    assert [(row.action, row.outcome) for row in rows] == [
        ("sign_out", ActionOutcome.DONE), ("sign_in", ActionOutcome.DONE), ("sign_in", ActionOutcome.REFUSED)
    ]  # fmt: skip
    assert len({row.operator_id for row in rows}) == 1


def test_a_session_can_be_revoked_from_another_browser(serving: Serving, ana: Pages) -> None:
    lost = Pages(serving)
    lost.sign_in()
    found = re.search(r"/dashboard/account/sessions/([0-9a-f]{16})/revoke", ana.get("/dashboard/account").text)
    assert found
    assert ana.send(f"/dashboard/account/sessions/{found[1]}/revoke", on="/dashboard/account").status_code == 303
    assert (lost.get("/dashboard").status_code, ana.get("/dashboard").status_code) == (303, 200)
    assert newest(serving) == ["revoke_session"]
    lost.close()


@pytest.mark.parametrize("file_format", ["csv", "json"])
def test_the_audit_as_a_file(serving: Serving, ana: Pages, app: Application, file_format: str) -> None:
    ana.send(f"{APP}/{app.id}/keys", on=f"{APP}/{app.id}")
    answer = ana.get(f"/dashboard/audit/export?format={file_format}&action=create_key")
    assert answer.headers["content-disposition"] == f'attachment; filename="audit.{file_format}"'
    rows = list(csv.DictReader(io.StringIO(answer.text))) if file_format == "csv" else json.loads(answer.text)
    assert {row["action"] for row in rows} == {"create_key"}
    assert rows[0]["application"] == app.id
    assert newest(serving) == ["export_audit"], "taking a copy is recorded too"
    nothing = ana.get(f"/dashboard/audit/export?format={file_format}&action=none").text
    assert list(csv.DictReader(io.StringIO(nothing))) == [] if file_format == "csv" else json.loads(nothing) == []


def test_the_page_shows_what_was_done_and_filters(serving: Serving, ana: Pages, app: Application) -> None:
    user = app.new_user(email="gavin@hooli.com")
    ana.get(f"{APP}/{app.id}/users/{user}")
    shown = ana.get(f"/dashboard/audit?user={user}").text
    assert "Show user" in shown
    assert "1 entry" in shown
    assert NAME in shown
    assert "No entry matches" in ana.get("/dashboard/audit?action=nothing").text
    for _ in range(60):
        ana.get(f"{APP}/{app.id}/users/{user}")
    following = re.search(r"next=([^\"]+)", ana.get(f"/dashboard/audit?user={user}").text)
    assert following
    assert "End of the audit" in ana.get(f"/dashboard/audit?user={user}&next={following[1]}").text
    assert ana.get("/dashboard/audit?next=forged").status_code == 400


def test_the_last_owner_stays(serving: Serving, ana: Pages) -> None:
    found = re.search(r"/dashboard/operators/([0-9a-f-]{36})/role", ana.get("/dashboard/operators").text)
    assert found
    own = f"/dashboard/operators/{found[1]}"
    assert ana.send(f"{own}/role", {"role": "viewer", "confirm": PASSWORD}, on="/dashboard/operators").status_code == 409
    assert ana.send(f"{own}/delete", {"confirm": PASSWORD}, on="/dashboard/operators").status_code == 409
    assert ana.get("/dashboard/operators").status_code == 200


def test_an_invited_operator_has_the_role_of_the_link(serving: Serving, ana: Pages) -> None:
    shown = ana.send("/dashboard/operators", {"role": "viewer", "confirm": PASSWORD}).text
    found = re.search(r"/dashboard/link/([\w-]+)<", shown)
    assert found
    bo = Pages(serving)
    bo.get(f"/dashboard/link/{found[1]}")
    form = {"name": "bo", "password": PASSWORD, "again": PASSWORD, "role": "owner"}
    assert bo.send("/dashboard/welcome", form).status_code == 303
    assert "Signed in as bo, viewer" in bo.get("/dashboard/account").text
    bo_id = entries_of(serving, action="use_link")[0].operator_id
    assert ana.send(f"/dashboard/operators/{bo_id}/delete", {"confirm": PASSWORD}, on="/dashboard/operators").status_code == 303
    assert bo.get("/dashboard").status_code == 303
    bo.close()


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageVisits]:
    folder = tmp_path_factory.mktemp("visits")
    with Receiver() as receiver, Serving(folder, start=None, sandbox_controls=True, outbound_allow=receiver.host) as started:
        made = PageVisits(started, receiver)
        yield made
        made.person.close()


@pytest.fixture
def browser(visits: PageVisits) -> Iterator[Pages]:
    pages = Pages(visits.serving)
    pages.http.cookies.update(visits.cookies)
    yield pages
    pages.close()


_DASHBOARD = {page.name for page in PAGES if page.path.startswith("/dashboard")}
"""Without the sandbox's own pages, which real data closes."""
OTHER = "11111111-1111-4111-8111-111111111111"


def test_every_page_with_a_person_on_it_is_recorded_as_theirs_whatever_the_query_names(visits: PageVisits, browser: Pages) -> None:
    seen, names = set(), (visits.user, "Gavin Belson")
    for name, path in visits.paths().items():
        if name not in _DASHBOARD - {"show_audit", SIGNED_OUT}:
            continue
        before = len(entries_of(visits.serving))
        named = "" if name == "show_events" else f"&user={OTHER}"  # there it is a filter
        page = browser.get(f"{path}?application={visits.app.id}{named}")
        rows = entries_of(visits.serving)[: len(entries_of(visits.serving)) - before]
        assert page.status_code == 200, name
        assert [row for row in rows if row.user_id == OTHER] == [], name
        if any(text in page.text for text in names):
            assert [row.action for row in rows if row.user_id == visits.user or row.application_id == visits.app.id] == [name]
            seen.add(name)
    assert {"show_job", "show_event", "show_events", "show_users", "show_message", "show_user"} <= seen


def test_a_form_that_names_a_person_by_something_else_is_recorded_as_theirs(visits: PageVisits, browser: Pages) -> None:
    paths, home = visits.paths(), f"{APP}/{visits.app.id}"
    job = visits.app.connect(visits.user, "jared", "django", "AU00002")
    visits.app.settled(job)
    forms = {
        "resend_message": (f"{paths['show_message']}/resend", paths["show_message"], {}),
        "answer_challenge": (f"{home}/jobs/{job}/answers", f"{home}/jobs/{job}", {"answer": "1234"}),
        "create_user": (f"{home}/users", f"/dashboard/users?application={visits.app.id}", {"email": "new@hooli.com"}),
    }
    for action, (path, on, form) in forms.items():
        assert browser.send(f"{path}?user={OTHER}", form, on=on).status_code == 303
        row = entries_of(visits.serving, action=action)[0]
        assert row.application_id == visits.app.id
        assert row.user_id not in ("", OTHER), action


def test_a_refused_form_that_shows_people_is_recorded(serving: Serving, ana: Pages, app: Application) -> None:
    app.new_user(email="gavin@hooli.com")
    shown = ana.send(f"{APP}/{app.id}/users?application={OTHER}", {"email": "wrong"}, on=f"/dashboard/users?application={app.id}")
    assert (shown.status_code, "gavin@hooli.com" in shown.text) == (400, True)
    row = entries_of(serving)[0]
    assert (row.action, row.outcome, row.application_id) == ("create_user", ActionOutcome.REFUSED, app.id)


def test_a_trial_of_rules_is_recorded_of_each_person_whose_row_it_shows(serving: Serving, ana: Pages, app: Application) -> None:
    people = sorted(app.new_user(email=f"{name}@hooli.com") for name in ("one", "two"))
    for user in people:
        app.settled(app.connect(user, "gavinBelson", "hooli2016"))
    path, rules = f"{APP}/{app.id}/rules", '[[rule]]\nleaf = "refund"\nany = "salary"\n'
    ana.send(path, {"rules": rules, "try": "yes"})
    assert sorted(row.user_id for row in entries_of(serving, action="change_rules")) == people
    ana.send(path, {"rules": rules.replace("salary", "no such words"), "try": "yes"})
    assert len(entries_of(serving, action="change_rules")) == 2, "nothing was shown"
