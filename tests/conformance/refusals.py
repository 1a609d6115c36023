"""The second half of the journey: changes, deletions, and requests that are refused, with every status there is."""

from __future__ import annotations

from typing import Any

from tests.conformance.exchanges_of_tests import CSV, NO_LISTENER, NO_ONE, PEOPLE, STATEMENT_BANK, UNHAPPY, Journey, urls_in

GAVIN = {"loginId": "gavinBelson", "password": "hooli2016", "institution": {"id": "AU00000"}}


ENRICH = "?q=PAPERBARK%20CAFE&institution=AU00000&country=AU"


def be_refused(journey: Journey) -> None:
    """All of it, the deletions last."""
    for step in (
        tokens,
        access,
        paths,
        users,
        connections,
        statements,
        challenges,
        filters,
        states,
        webhooks,
        consents,
        faults,
        deletions,
        expiry,
    ):
        step(journey)


def tokens(journey: Journey) -> None:
    app, key = journey.app, {"Authorization": f"Basic {journey.app.api_key}", "basiq-version": "3.0"}
    bad: list[tuple[dict[str, str], Any]] = [
        ({"basiq-version": "3.0"}, {}),
        ({**key, "Authorization": "Bearer x"}, {}),
        ({**key, "Authorization": "Basic unknown"}, {}),
        ({"Authorization": key["Authorization"]}, {}),
        ({**key, "basiq-version": "0.9"}, {}),
        ({**key, "Accept": "text/html"}, {}),
        (key, {"data": {"scope": "ALL_ACCESS"}}),
        (key, {"data": {"scope": "CLIENT_ACCESS", "userId": NO_ONE}}),
        (key, {"content": b"x" * 70_000, "headers": {**key, "Content-Type": "application/x-www-form-urlencoded"}}),
        (key, {"content": b"scope=\xff", "headers": {**key, "Content-Type": "application/x-www-form-urlencoded"}}),
        (key, {"json": {}}),
    ]
    for headers, options in bad:
        app.http.post("/token", **{"headers": headers, **options})


def access(journey: Journey) -> None:
    app, user = journey.app, journey.users["gavinBelson"]
    other = journey.users["jared"]
    client, unbound = app.token("CLIENT_ACCESS", user), app.token("CLIENT_ACCESS")
    for path in (f"/users/{user}", f"/users/{user}/connections", f"/users/{user}/jobs", f"/jobs/{journey.jobs['gavinBelson']}"):
        for token in ("forged", client, unbound):
            app.get(path, token=token)
    for path in (f"/users/{other}/connections", f"/jobs/{journey.jobs['jared']}", "/connectors", f"/users/{user}/transactions"):
        app.get(path, token=client)
    app.http.get(f"/users/{user}/accounts")
    poor = journey.watched("Poor", production=False, products="")
    poor_user = poor.new_user()
    poor.post(f"/users/{poor_user}/connections", json=GAVIN)
    poor.post(f"/users/{poor_user}/connections/refresh")
    poor.upload(poor_user, CSV)
    poor.get(f"/users/{user}/accounts")
    sandboxed = journey.watched("Sandboxed", production=False)
    sandboxed.upload(sandboxed.new_user(), CSV)


def paths(journey: Journey) -> None:
    """Malformed ids, ids that do not exist, paths and methods that do not exist."""
    app, user = journey.app, journey.users["gavinBelson"]
    for of in ("users/{}", "users/{}/accounts", "users/{}/transactions", "users/{}/connections", "users/{}/jobs", "jobs/{}"):
        for bad in ("nonsense", NO_ONE):
            app.get("/" + of.format(bad))
    for noun in ("accounts", "transactions", "connections"):
        for bad in ("nonsense", NO_ONE):
            app.get(f"/users/{user}/{noun}/{bad}")
    for path in ("/connectors/AU99999/web", "/connectors/bank/web", "/connectors/AU00000/fax", "/institutions/AU99999", "/institutions/x"):
        app.get(path)
    for bad in ("nonsense", NO_ONE):
        app.delete(f"/users/{bad}")
        app.post(f"/users/{bad}", json={"firstName": "Ann"})
        app.post(f"/users/{bad}/connections/refresh")
        app.post(f"/users/{bad}/statements", json={})
        app.post(f"/jobs/{bad}/mfa", json={"mfa-response": ["1234"]})
        app.delete(f"/users/{user}/connections/{bad}")
        for verb in ("", "/refresh", "/purge"):
            app.post(f"/users/{user}/connections/{bad}{verb}", json={"password": "x"})
    app.get("/nowhere")
    app.call("PATCH", f"/users/{user}")
    app.http.get("/public/logos/AU99999.svg")
    for path in (f"/users/{user}", f"/users/{user}/accounts", f"/users/{user}/jobs", "/connectors"):
        app.get(path, headers={"Accept": "text/html"})


def users(journey: Journey) -> None:
    app, user = journey.app, journey.users["files"]
    body: Any
    for path in ("/users", f"/users/{user}"):
        for body in (
            {},
            {"email": "gavin"},
            {"email": "a@b.c\0", "mobile": "12"},
            {"email": "ann@example.com", "businessIdNo": "1"},
            [],
            {"email": 1},
        ):
            app.post(path, json=body)
        app.post(path, content=b"{", headers={"Content-Type": "application/json"})
        app.post(path, content=b"x", headers={"Content-Type": "text/plain"})
        app.post(path, content=b" " * 1_100_000, headers={"Content-Type": "application/json"})
    app.post(f"/users/{user}", json={"mobile": "+61410888999", "lastName": "Lee"})


def connections(journey: Journey) -> None:
    app, user = journey.app, journey.users["gavinBelson"]
    known = journey.connection_of(journey.jobs["gavinBelson"])
    body: Any
    for body in (
        {},
        {**GAVIN, "password": "\0"},
        {**GAVIN, "institution": {"id": "AU99999"}},
        {**GAVIN, "institution": {"id": STATEMENT_BANK}},
        [],
    ):
        app.post(f"/users/{user}/connections", json=body)
        app.post(known, json={key: value for key, value in body.items() if key == "password"} if isinstance(body, dict) else body)
    app.post(f"/users/{user}/connections", content=b"x", headers={"Content-Type": "text/plain"})
    app.post(known, content=b"x", headers={"Content-Type": "text/plain"})
    app.settled(app.post(known, json={"password": "hooli2016"}).json()["id"])
    for job in app.post(f"/users/{user}/connections/refresh").json()["data"]:
        app.settled(job["id"])
    while (answer := app.post(f"{known}/refresh")).status_code != 429:
        app.settled(answer.json()["id"])
    app.post(journey.connection_of(journey.jobs["monica"]), json={"password": UNHAPPY["monica"]})
    filed = journey.connection_of(journey.jobs["file"])
    app.post(f"{filed}/refresh")
    app.post(filed, json={"password": "x"})
    for connection in app.get(f"/users/{journey.users['unhappy']}/connections").json()["data"]:
        for verb in ("refresh", "purge"):
            app.post(f"/users/{journey.users['unhappy']}/connections/{connection['id']}/{verb}")


def statements(journey: Journey) -> None:
    app, user = journey.app, journey.users["files"]
    app.upload(user, CSV, "AU00000")
    app.upload(user, CSV, "AU99999")
    app.upload(user, b"\x89PNG\r\n\x1a\n\0\0")
    app.upload(user, b"%PDF-1.7\n%%EOF", name="statement.pdf")
    app.upload(user, b"x" * (journey.serving.settings.statement_max_bytes + 1))
    path = f"/users/{user}/statements"
    app.post(path, files={"statement": ("a.csv", CSV)})
    app.post(path, data={"institutionId": STATEMENT_BANK}, files={"other": ("a.csv", CSV)})
    app.post(path, json={})
    app.post(path, content=b"--x\r\nhalf", headers={"Content-Type": "multipart/form-data; boundary=x"})


def challenges(journey: Journey) -> None:
    """A job that waits: answered wrongly, its connection refreshed, answered by its own user."""
    app, user = journey.app, journey.app.new_user(email="waiting@example.com")
    job = app.connect(user, "Whistler", PEOPLE["Whistler"], "AU00002")
    app.settled(job)
    connection = journey.connection_of(job)
    app.post(f"{connection}/refresh")
    app.post(connection, json={"password": "ShowBox"})
    body: Any
    for body in ({}, {"mfa-response": []}, {"mfa-response": ["one"]}, {"mfa-response": "text"}):
        app.post(f"/jobs/{job}/mfa", json=body)
    app.post(f"/jobs/{job}/mfa", content=b"x", headers={"Content-Type": "text/plain"})
    app.post(f"/jobs/{journey.jobs['gavinBelson']}/mfa", json={"mfa-response": ["1234"]})
    app.post(f"/jobs/{job}/mfa", json={"mfa-response": ["Basiq", "AU00000"]}, token=app.token("CLIENT_ACCESS", user))
    app.settled(job)


def filters(journey: Journey) -> None:
    app, user = journey.app, journey.users["gavinBelson"]
    for noun in ("accounts", "transactions", "connections", "jobs"):
        for text in ("nonsense", "institution.id.eq('AU00000')", "connection.id.eq('x')"):
            app.get(f"/users/{user}/{noun}", params={"filter": text})
    for query in (
        "limit=0",
        "limit=501",
        "next=!",
        "filter=transaction.postDate.gt('x')",
        "limit=3",
        "filter=transaction.status.eq('pending')",
    ):
        app.get(f"/users/{user}/transactions?{query}")
    for path in ("/connectors", "/institutions", "/public/connectors", "/public/institutions"):
        app.get(path, params={"filter": "nonsense"})
    app.get("/connectors", params={"filter": "connector.method.in('csv','pdf')"})


def states(journey: Journey) -> None:
    """The limit of sandbox connections, and a refresh of a login that is known to be bad."""
    app, user = journey.app, journey.users["jared"]
    while app.post(f"/users/{user}/connections", json=GAVIN).status_code == 202:
        pass


def consents(journey: Journey) -> None:
    """A report that is deleted, a consent that is revoked, ones that do not exist, and links that are over."""
    app, user = journey.app, journey.users["gavinBelson"]
    for report in (app.get("/reports").json()["data"][0]["id"], NO_ONE, "nonsense"):
        app.delete(f"/reports/{report}")
        app.get(f"/reports/{report}")
        app.get(f"/reports/{report}/transactions")
    app.post("/reports", json={"reportType": "CON_AFFOR_01", "title": "Report", "filters": []})
    for consent in (app.get(f"/users/{user}/consents").json()["data"][0]["id"], NO_ONE, "nonsense"):
        app.delete(f"/users/{user}/consents/{consent}")
    for query in ("", "?q=COFFEE&country=AU", "?q=COFFEE&institution=AU99999&country=AU", f"{ENRICH}&mcc=x", f"{ENRICH}&amount=ten"):
        app.get(f"/enrich{query}")
    sandbox = journey.watched("Monthly", production=False, products="enrich")
    while sandbox.get(f"/enrich{ENRICH}").status_code == 200:
        pass
    for identity in (NO_ONE, "nonsense"):
        app.get(f"/users/{user}/identities/{identity}")
        app.post(f"/extras/users/{user}/transactions/{identity}/category", json={"category": "dining"})
    for rule in ({"leaf": "dining"}, {"leaf": "none", "any": "x"}):
        app.post("/extras/rules", json={"rules": [rule]})
    app.post("/extras/rules", json={"rules": [], "dryRun": True, "next": "x"})
    alone = app.new_user()
    app.get(f"/users/{alone}/auth_link")
    app.delete(f"/users/{alone}/auth_link")
    bodies: list[Any] = [{}, {"mobile": "x"}, []]
    for body in bodies:
        app.post(f"/users/{alone}/auth_link", json=body)
    app.post(f"/users/{alone}/auth_link", json={"mobile": "+61410888666"})
    app.delete(f"/users/{alone}/auth_link")
    app.get(f"/users/{alone}/auth_link")


def webhooks(journey: Journey) -> None:
    """Webhooks that are none, and the end of a webhook."""
    app, base = journey.app, "/notifications/webhooks"
    (there,) = app.get(base).json()["data"]
    own = f"{base}/{there['id']}"
    changes = {"url": f"http://{NO_LISTENER}/two", "subscribedEvents": ["user.created"]}
    body: Any
    for path in (base, own):
        for body in ({}, [], {"url": "http://10.0.0.1/"}, {**changes, "subscribedEvents": ["user.promoted"]}):
            app.post(path, json=body)
        app.post(path, content=b"x", headers={"Content-Type": "text/plain"})
    app.post(base, json=changes)
    app.post(base, json={"url": there["url"], "subscribedEvents": ["user.created"]})
    for bad in ("nonsense", NO_ONE):
        for method, rest in (("GET", ""), ("DELETE", ""), ("GET", "/messages"), ("GET", f"/messages/{NO_ONE}")):
            app.call(method, f"{base}/{bad}{rest}")
        app.post(f"{base}/{bad}", json=changes)
        app.post(f"{base}/{bad}/replay", json={"since": "2026-03-18T11:00:00Z"})
        app.get(f"{own}/messages/{bad}")
    app.post(f"{own}/replay", json={"since": "yesterday"})
    events(journey, own)
    app.delete(own)
    app.post("/notifications/messages/test", json={"eventTypeId": "user.created"})


def events(journey: Journey, webhook: str) -> None:
    """Events that do not exist, pages that do not exist, and tokens without access to them."""
    app = journey.app
    for path in ("/events/nonsense", f"/events/{NO_ONE}", "/events/types/nonsense", "/events/types/user.promoted"):
        app.get(path)
    for path in ("/events", f"{webhook}/messages"):
        for query in ("filter=nonsense", "limit=0", "limit=501", "next=x"):
            app.get(f"{path}?{query}")
    for body in ({}, {"eventTypeId": "user.promoted"}):
        app.post("/notifications/messages/test", json=body)
    client = app.token("CLIENT_ACCESS", journey.users["jared"])
    for path in ("/events", "/events/types", "/events/types/user.created", "/notifications/webhooks", webhook):
        for token in ("forged", client):
            app.get(path, token=token)


def deletions(journey: Journey) -> None:
    app, user = journey.app, journey.users["ashMann"]
    connection = journey.connection_of(journey.jobs["ashMann"])
    app.delete(connection)
    app.get(connection)
    before = len(journey.record.exchanges)
    for path in ("", "/accounts", "/transactions?limit=5", "/jobs", "/connections"):
        app.get(f"/users/{user}{path}")
    journey.left_behind = journey.dead(sorted({url for exchange in journey.record.exchanges[before:] for url in urls_in(exchange)}))
    for account in app.get(f"/users/{user}/accounts").json()["data"]:
        app.get(f"/users/{user}/accounts/{account['id']}")
    purged = journey.connection_of(journey.jobs["richard"])
    app.post(f"{purged}/purge")
    app.get(f"/users/{journey.users['richard']}/accounts")
    app.delete(f"/users/{user}")
    app.get(f"/users/{user}")
    app.get(f"/jobs/{journey.jobs['ashMann']}")


def expiry(journey: Journey) -> None:
    app, user = journey.app, journey.users["gavinBelson"]
    old = app.token()
    journey.serving.advance(hours=2)
    for path in (f"/users/{user}", f"/users/{user}/accounts", f"/users/{user}/jobs", "/connectors", f"/jobs/{journey.jobs['gavinBelson']}"):
        app.get(path, token=old)
    app.delete(f"/users/{user}", token=old)
    app.post("/users", json={}, token=old)
    app.forget_tokens()
    key = {"Authorization": f"Basic {app.api_key}", "basiq-version": "3.0"}
    while app.http.post("/token", headers=key).status_code != 403:
        pass


def faults(journey: Journey) -> None:
    """A fault of the server's own: something it stands on is broken."""
    app, services = journey.app, journey.serving.services
    whole, services.institutions = services.institutions, None  # type: ignore[assignment]
    try:
        app.http.get("/public/connectors")
        app.get("/connectors")
        app.get("/connectors/AU00000/web")
        app.post(f"/users/{journey.users['gavinBelson']}/connections", json=GAVIN)
    finally:
        services.institutions = whole
