"""A server, the people on it, and requests of every kind: what the conformance tests judge."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.consents import give_consent
from bowerbird.model.clock import wire_time
from bowerbird.model.consent import SCOPES
from tests.conformance.exchange import Exchange, Record
from tests.serving import Application, Serving, until

NO_ONE = "00000000-0000-4000-8000-000000000000"
HEADER = "accountNo,accCurrency,accBalance,accType,accProduct,txnPostDate,txnDescription,txnAmount"
CSV = f"{HEADER}\n12345678,AUD,95.50,transaction,Everyday,2026-03-01,Coffee,-4.50\n".encode()
STATEMENT_BANK = "AU00201"
NO_LISTENER = "127.0.0.1:9"
"""Where webhooks lead: allowed, and refusing every connection."""

PEOPLE = {
    "Wentworth-Smith": "whislter",
    "Whistler": "ShowBox",
    "Gilfoyle": "PiedPiper",
    "gavinBelson": "hooli2016",
    "jared": "django",
    "richard": "tabsnotspaces",
    "laurieBream": "business2024",
    "ashMann": "hooli2024",
}
UNHAPPY = {
    "bighead": "password",
    "erlich": "aviato",
    "monica": "raviga",
    "russ": "hanneman",
    "dinesh": "tesla",
    "jackBarker": "boxes",
    "nelson": "arizona",
    "stranger": "unknown",
}
SECOND_FACTOR = {"jared": ["1234"], "gavinBelson": ["Hooli"], "Whistler": ["Basiq", "AU00000"]}
BAD_FILES = {
    "empty": HEADER.encode(),
    "field": HEADER.replace("accCurrency,", "").encode() + b"\n1,1.00,transaction,Everyday,2026-03-01,Coffee,-4.50\n",
    "value": CSV.replace(b"-4.50", b"many"),
    "row": CSV + b'"12345678,AUD\n',
    "missing": CSV.replace(b"Coffee", b""),
    "differs": CSV + b"12345678,AUD,96.50,transaction,Everyday,2026-03-02,Tea,1.00\n",
}


class Journey:
    """The application under test, its record, and what was made on the way.

    `dead_links` are (status, URL) of links that led nowhere while everything they name existed, of `links_followed`; `left_behind`
    the dead ones once a connection was deleted.
    """

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.record = Record()
        self.app = self.watched("Ours")
        self.users: dict[str, str] = {}
        self.jobs: dict[str, str] = {}
        self.links_followed = 0
        self.dead_links: list[tuple[int, str]] = []
        self.left_behind: list[tuple[int, str]] = []

    def watched(self, name: str, **options: Any) -> Application:
        app = self.serving.application(name, **options)
        app.http.event_hooks = {"response": [self.record.hook]}
        return app

    def connection_of(self, job_id: str) -> str:
        """The path of the connection a job belongs to."""
        source: str = self.app.job(job_id)["links"]["source"]
        return source.removeprefix(self.serving.url)

    def tell_everything(self) -> None:
        """Every good read of everything a person has."""
        self.meet_people()
        self.meet_the_unhappy()
        self.answer_challenges()
        self.upload_files()
        for user in self.users.values():
            self.read_all_of(user)
        self.read_institutions()
        self.subscribe()
        self.agree()

    def meet_people(self) -> None:
        for login, password in PEOPLE.items():
            self.users[login] = self.app.new_user(email=f"{login.lower()}@example.com")
            self.jobs[login] = self.app.connect(self.users[login], login, password)
        for job in self.jobs.values():
            self.app.settled(job)

    def meet_the_unhappy(self) -> None:
        self.users["unhappy"] = user = self.app.new_user(mobile="+61410888666")
        for login, password in UNHAPPY.items():
            self.jobs[login] = self.app.connect(user, login, password)
        for login in UNHAPPY:
            self.app.settled(self.jobs[login])

    def answer_challenges(self) -> None:
        self.users["challenged"] = user = self.app.new_user(
            email="challenged@example.com", firstName="Jared", middleName="", lastName="Dunn"
        )
        for login, answers in SECOND_FACTOR.items():
            job = self.app.connect(user, login, PEOPLE[login], "AU00002")
            self.app.settled(job)
            self.app.get(f"/users/{user}/connections")
            self.app.get("/users?limit=1")
            self.app.post(f"/jobs/{job}/mfa", json={"mfa-response": answers})
            self.app.settled(job)
        wrong = self.app.connect(user, "richard", PEOPLE["richard"], "AU00002")
        self.app.settled(wrong)
        self.app.post(f"/jobs/{wrong}/mfa", json={"mfa-response": ["0000"]})
        self.app.settled(wrong)

    def upload_files(self) -> None:
        self.users["files"] = user = self.app.new_user(
            email="files@example.com",
            businessName="Manly Accounting PTY LTD",
            businessIdNo="16 7645 892",
            businessIdNoType="ABN",
            businessAddress={"addressLine1": "21 Sydney Rd", "suburb": "Manly", "state": "NSW", "postcode": "2095", "countryCode": "AUS"},
            verificationStatus=True,
            verificationDate="12/01/2024",
        )
        self.jobs["file"] = self.app.upload(user, CSV).json()["id"]
        for job in (self.jobs["file"], *(self.app.upload(user, content).json()["id"] for content in BAD_FILES.values())):
            self.app.settled(job)

    def read_all_of(self, user: str) -> None:
        base = f"/users/{user}"
        self.app.get(base)
        self.app.get(f"{base}/jobs")
        for connection in self.app.get(f"{base}/connections").json()["data"]:
            self.app.get(f"{base}/connections/{connection['id']}")
        for account in self.app.get(f"{base}/accounts").json()["data"]:
            self.app.get(f"{base}/accounts/{account['id']}")
        for transaction in self.app.transactions(user)[::97]:
            self.app.get(f"{base}/transactions/{transaction['id']}")
        for version in ("2.0", "2.1"):
            self.read_as(version, base)

    def read_as(self, version: str, base: str) -> None:
        token = self.app.token(version=version)
        self.record.version = version
        for account in self.app.get(f"{base}/accounts", token=token).json()["data"]:
            self.app.get(f"{base}/accounts/{account['id']}", token=token)
        self.app.get(f"{base}/connections", token=token)
        self.record.version = "3.0"

    def read_institutions(self) -> None:
        for connector in self.app.get("/connectors").json()["data"]:
            self.app.get(f"/connectors/{connector['id']}/{connector['method']}")
        for institution in self.app.get("/institutions").json()["data"]:
            self.app.get(f"/institutions/{institution['id']}")
        for path in ("/public/connectors", "/public/institutions", "/public/connectors/AU00000/web", "/public/logos/AU00000.svg"):
            self.app.http.get(path)
        for path in ("/healthz", "/readyz", "/metrics", "/openapi.json"):
            self.app.http.get(path)

    def subscribe(self) -> None:
        """Events, a webhook without a receiver, its messages, and everything that can be done with it."""
        for query in ("", "?limit=3", "?filter=event.entity.eq('user')", "?filter=event.type.eq('connection.created')"):
            self.app.get(f"/events{query}")
        newest = self.app.get("/events?filter=event.entity.eq('connection')").json()["data"]
        for event in (newest[0], self.app.get("/events?filter=event.entity.eq('user')").json()["data"][0]):
            self.app.get(f"/events/{event['id']}")
        self.app.get("/events/types")
        self.app.get("/events/types/user.created")
        changes = {"url": f"http://{NO_LISTENER}/hook", "name": "Ours", "description": "All of it"}
        webhook = f"/notifications/webhooks/{self.app.post('/notifications/webhooks', json=changes).json()['id']}"
        self.app.get("/notifications/webhooks")
        self.app.get(webhook)
        self.app.post(webhook, json=changes)
        self.app.post("/notifications/messages/test", json={"eventTypeId": "consent.warning", "Text": "hello"})
        self.app.post(f"{webhook}/replay", json={"since": wire_time(self.serving.clock.now() - timedelta(minutes=1))})
        url = f"{webhook}/messages"
        until(lambda: self.app.get(f"{url}?filter=status.eq('Pending')&limit=3").json()["data"], "messages")
        first = self.app.get(f"{url}?limit=1").json()["data"][0]["id"]
        until(lambda: self.app.get(f"{url}/{first}").json()["attempts"], "an attempt")

    def agree(self) -> None:
        """A consent, as the consent pages give it, and the link that leads there."""
        user, services = self.users["gavinBelson"], self.serving.services
        tenant = Tenant(self.app.id, user)
        services.write_now(lambda session: give_consent(session.of(tenant), SCOPES), tenant=self.app.id)
        self.app.get(f"/users/{user}/consents")
        (identity,) = self.app.get(f"/users/{user}/identities").json()["data"]
        self.app.get(f"/users/{user}/identities/{identity['id']}")
        for query in (
            "q=WOOLWORTHS 1234 NEWTOWN NSW",
            "q=SALARY ACME&amount=900.00",
            "q=QXZ",
            "q=COFFEE&mcc=5814&accountType=credit-card&amount=-4.50",
        ):
            self.app.get(f"/enrich?{query}&institution=AU00000&country=AU")
        self.say_what_rows_are(user)
        self.summarise(user)
        self.report(user)
        link = f"/users/{user}/auth_link"
        self.app.post(link, json={"mobile": "+61410888666"})
        self.app.get(link)

    def say_what_rows_are(self, user: str) -> None:
        """Own rules tried, in force and taken back, and the category of one transaction."""
        rules = {"rules": [{"leaf": "dining", "any": "coffee", "most": "20.00"}]}
        bodies: list[dict[str, Any]] = [{**rules, "dryRun": True}, rules, {"rules": []}]
        for body in bodies:
            self.app.post("/extras/rules", json=body)
            self.app.get("/extras/rules")
        for hours in (6, None):
            self.app.post("/extras/refresh-schedule", json={"everyHours": hours})
        self.app.get("/extras/refresh-schedule")
        row = self.app.get(f"/users/{user}/transactions?limit=1").json()["data"][0]["id"]
        for category in ("groceries", None):
            self.app.post(f"/extras/users/{user}/transactions/{row}/category", json={"category": category})

    def read_without_enrichment(self) -> None:
        """Transactions as an application without the product reads them: after the links, which are another's."""
        plain = self.watched("Plain", products="connections,statements")
        user = plain.new_user()
        plain.settled(plain.connect(user, "gavinBelson", "hooli2016"))
        row = plain.get(f"/users/{user}/transactions?limit=1").json()["data"][0]
        plain.get(f"/users/{user}/transactions/{row['id']}")

    def summarise(self, user: str) -> None:
        """Each summary of a person, of all their accounts and of a period without a transaction."""
        made = {}
        for noun in ("income", "expenses", "affordability"):
            made[noun] = self.app.post(f"/users/{user}/{noun}").json()["id"]
            self.app.get(f"/users/{user}/{noun}/{made[noun]}")
            self.app.post(f"/users/{user}/{noun}", json={"fromMonth": "2001-01", "toMonth": "2001-02"})
        self.app.get(f"/users/{user}/affordability")
        rows = f"/users/{user}/affordability/{made['affordability']}/transactions"
        self.app.get(f"{rows}?limit=3")
        self.app.get(rows, headers={"Accept": "application/csv"})

    def report(self, user: str) -> None:
        """A report, a statement, and their rows."""
        accounts = [account["id"] for account in self.app.get(f"/users/{user}/accounts").json()["data"]]
        days = {"fromDate": "2025-04-01", "toDate": "2026-03-01"}
        for kind, filters in (
            ("CON_AFFOR_01", {**days, "accounts": accounts, "users": [user]}),
            ("STATEMENT_01", {**days, "account": accounts[0], "user": user}),
        ):
            listed = [{"name": name, "value": value} for name, value in filters.items()]
            posted = self.app.post("/reports", json={"reportType": kind, "title": kind, "filters": listed}).json()
            report = self.app.settled(posted["id"])["links"]["source"].removeprefix(self.serving.url)
            self.app.get(report)
            self.app.get(report, headers={"Accept": "application/pdf"})
            self.app.get(f"{report}/transactions?limit=2")
        self.app.get("/reports")
        self.app.get("/reports/types")
        self.app.get("/reports/types/CON_AFFOR_01")

    def follow_links(self) -> None:
        """Every URL that an answer so far has given, once; of the links of transactions one in fifty.

        Not an auth link's, which leads to a page for a person.
        """
        elsewhere = f"{self.serving.url}/links/"
        seen = {url for exchange in self.record.exchanges for url in urls_in(exchange) if not url.startswith(elsewhere)}
        rows = sorted(url for url in seen if "/transactions/" in url)
        followed = sorted(seen - set(rows)) + rows[::50]
        self.links_followed = len(followed)
        self.dead_links = self.dead(followed)

    def dead(self, urls: list[str]) -> list[tuple[int, str]]:
        """A user's `auth_link` is where a link is made too: there is none before."""
        found = [(self.app.get(url).status_code, url) for url in urls]
        return [(status, url) for status, url in found if status >= 400 and not (status == 404 and url.endswith("/auth_link"))]


def urls_in(exchange: Exchange) -> Iterator[str]:
    """Every URL of a good answer; the description of the API has other things under such names."""
    if exchange.status < 300 and exchange.media_type == "application/json" and exchange.path != "/openapi.json":
        yield from _urls(exchange.json())


def _urls(value: Any, key: str = "") -> Iterator[str]:
    """URLs under `links`, and the path that is the `url` of a step's result."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str) and (key == "links" or (key == "result" and name == "url")):
                yield inner
            else:
                yield from _urls(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _urls(inner, key)
