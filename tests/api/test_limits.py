"""What ends: the sandbox's connections, refreshes a day, production access, institutions that are switched off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.api.fixtures import CSV, STATEMENT_BANK, WatchedServing, at_rest, contents
from tests.api.response_checks import Refusal, refusal_of
from tests.serving import Application

DISABLED_TEXT = (
    "The institution you are trying to connect to is currently disabled. Our developers have been notified and are working to have the "
    "issue resolved."
)
NO_PRODUCTION_TEXT = (
    "Partner has permission to access Sandbox data only. For accessing live Institution data, please contact us via Intercom or email."
)
CONNECTION = {"parameter": "institution.id", "pointer": "connection/institution/id"}
STATEMENT = {"parameter": "institutionId", "pointer": "statement/institutionId"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WatchedServing]:
    folder = tmp_path_factory.mktemp("limits")
    institutions = folder / "institutions.toml"
    institutions.write_text('disable = ["AU00001", "AU00301"]\n', "utf-8")
    limited = WatchedServing(
        folder,
        institutions=str(institutions),
        sandbox_connection_limit=2,
        refreshes_per_connection_per_day=2,
        sandbox_enrich_requests_per_month=3,
        token_ttl_seconds=10**9,
        csv_max_rows=3,
    )
    with limited:
        yield limited


def login(institution: str, password: str = "hooli2016") -> dict[str, Any]:
    return {"loginId": "gavinBelson", "password": password, "institution": {"id": institution}}


def refused_without_a_trace(server: WatchedServing, app: Application, path: str, **options: Any) -> Refusal:
    at_rest(server.services)
    before = contents(server.services)
    refusal = refusal_of(app.post(path, **options))
    assert contents(server.services) == before
    return refusal


def test_the_sandbox_limit(server: WatchedServing) -> None:
    """Counted over the application's users; a deleted connection makes room; another application has its own."""
    app, other = server.application("Sandbox"), server.application("Another")
    users = [app.new_user(), app.new_user()]
    jobs = [app.settled(app.connect(user, "gavinBelson", "hooli2016")) for user in users]
    refusal = refused_without_a_trace(server, app, f"/users/{users[0]}/connections", json=login("AU00000"))
    assert refusal == Refusal(
        403,
        "too-many-sandbox-connections",
        "Limit reached for sandbox connections.",
        "You have reached the limit for sandbox connections, 2. Delete some, or reach out to the operator of this server.",
    )
    assert other.settled(other.connect(other.new_user(), "gavinBelson", "hooli2016"))["steps"][2]["status"] == "success"
    assert app.upload(users[0], CSV).status_code == 202, "a statement is no sandbox connection"
    assert app.delete(jobs[0]["links"]["source"].removeprefix(app.url)).status_code == 204
    app.settled(app.connect(users[0], "gavinBelson", "hooli2016"))


@pytest.mark.parametrize("production", [True, False])
def test_production_access(server: WatchedServing, production: bool) -> None:
    app = server.application("Production" if production else "Sandbox only", production=production)
    user = app.new_user()
    expected = Refusal(403, "no-production-access", "Unauthorized", NO_PRODUCTION_TEXT)
    if production:
        assert refusal_of(app.post(f"/users/{user}/connections", json=login("AU00201"))).code == "institution-not-supported"
        assert app.upload(user, CSV).status_code == 202
        return
    refusal = refused_without_a_trace(server, app, f"/users/{user}/connections", json=login("AU00201"))
    assert refusal == expected._replace(source=CONNECTION)
    at_rest(server.services)
    before = contents(server.services)
    assert refusal_of(app.upload(user, CSV, STATEMENT_BANK)) == expected._replace(source=STATEMENT)
    assert contents(server.services) == before
    app.settled(app.connect(user, "gavinBelson", "hooli2016"))


def test_a_disabled_institution(server: WatchedServing) -> None:
    app = server.application("Disabled institution")
    user = app.new_user()
    refusal = refused_without_a_trace(server, app, f"/users/{user}/connections", json=login("AU00001"))
    assert refusal == Refusal(400, "parameter-not-valid", "Parameter value is not valid", DISABLED_TEXT, CONNECTION)
    assert refusal_of(app.upload(user, CSV, "AU00301")) == refusal._replace(source=STATEMENT)
    assert "AU00001" not in {institution["id"] for institution in app.get("/institutions").json()["data"]}
    assert app.get("/institutions/AU00001").json()["status"] == "major-outage"


def test_refreshing_a_connection_of_a_disabled_institution(tmp_path_factory: pytest.TempPathFactory) -> None:
    """It was made before the operator switched the institution off."""
    folder = tmp_path_factory.mktemp("switched")
    with WatchedServing(folder) as first:
        app = first.application()
        job = app.settled(app.connect(app.new_user(), "gavinBelson", "hooli2016", "AU00001"))
        path = job["links"]["source"].removeprefix(app.url)
        key = app.api_key
    (folder / "institutions.toml").write_text('disable = ["AU00001"]\n', "utf-8")
    switched = WatchedServing(folder, institutions=str(folder / "institutions.toml"))
    with switched:
        later = switched.application()
        later.api_key = key
        refusal = refusal_of(later.post(f"{path}/refresh"))
        assert (refusal.status, refusal.code, refusal.detail) == (400, "parameter-not-valid", DISABLED_TEXT)
        assert later.get(path).json()["status"] == "active"
        assert len(later.transactions(path.split("/")[2])) > 200


def test_the_refresh_limit_ends_with_time(server: WatchedServing) -> None:
    app = server.application("Refreshing")
    job = app.settled(app.connect(app.new_user(), "gavinBelson", "hooli2016"))
    path = job["links"]["source"].removeprefix(app.url)
    user = path.split("/")[2]
    for _ in range(2):
        answer = app.post(f"{path}/refresh")
        assert answer.status_code == 202
        app.settled(answer.json()["id"])
        server.advance(hours=1)
    refused = app.post(f"{path}/refresh")
    seconds = int(refused.headers["Retry-After"])
    assert seconds == 22 * 3600 + 1
    detail = f"This connection can be refreshed 2 times a day. Try again in {seconds} seconds."
    assert refusal_of(refused) == Refusal(429, "too-many-requests", "Too many requests", detail)
    assert app.post(f"/users/{user}/connections/refresh").json()["data"] == [], "left out of a refresh of all"
    assert app.settled(app.post(path, json={"password": "hooli2016"}).json()["id"])["steps"][2]["status"] == "success"
    server.advance(seconds=seconds)
    assert app.post(f"{path}/refresh").status_code == 202


def test_the_row_limit_of_a_csv(server: WatchedServing) -> None:
    app = server.application("Rows")
    head, row = CSV.decode().splitlines()
    job = app.settled(app.upload(app.new_user(), "\n".join([head, *[row] * 4]).encode()).json()["id"])
    expected = {"code": "row-count-exceeded", "title": "CSV row count exceeded", "detail": "CSV row count is above limit of 3."}
    assert job["steps"][0]["result"] == expected


ENRICH = "/enrich?q=PAPERBARK%20CAFE&institution=AU00000&country=AU"


def test_texts_of_a_sandbox_application_in_a_month(server: WatchedServing) -> None:
    """Only what is answered counts; each application has its own count, one with production access none; it ends with the month."""
    app, other = server.application(production=False), server.application("Other", production=False)
    assert [app.get(ENRICH).status_code for _ in range(2)] == [200, 200]
    assert app.get("/enrich?q=x&institution=AU00000&country=AU").status_code == 400
    assert [app.get(ENRICH).status_code for _ in range(2)] == [200, 429]
    refused = app.get(ENRICH)
    now = server.clock.now()
    ends = now.replace(month=now.month % 12 + 1, year=now.year + now.month // 12, day=1, hour=0, minute=0, second=0, microsecond=0)
    seconds = int((ends - now).total_seconds()) + 1
    detail = f"This application can enrich 3 descriptions a month. Try again in {seconds} seconds."
    assert refusal_of(refused) == Refusal(429, "too-many-requests", "Too many requests", detail)
    assert refused.headers["retry-after"] == str(seconds)
    assert other.get(ENRICH).status_code == 200
    paying = server.application("Production")
    assert [paying.get(ENRICH).status_code for _ in range(5)] == [200] * 5
    server.clock.advance(timedelta(seconds=seconds))
    assert app.get(ENRICH).status_code == 200
