"""A script in every text that a bank, a client, a person or a passer-by can supply, against every page of the map.

Each text is numbered, so that one that no page shows is noticed. The pages are parsed: not one element, attribute or address is theirs.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest

import bowerbird.web
from bowerbird.domain.access.applications import PRODUCTS, TEST_STATEMENTS
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.branding import update_branding
from bowerbird.domain.consents.policies import set_policy
from bowerbird.domain.insights.corrections import record_correction
from bowerbird.domain.services import Session
from bowerbird.domain.statements.unknown_layouts import ProductMapping, map_product
from bowerbird.model.account import AccountClass, BankAccount, Profile
from bowerbird.model.connection import Login
from bowerbird.model.consent import SCOPES, AskedScope, Branding, Policy
from bowerbird.model.insights.correction import CorrectionKind
from bowerbird.plugins.institutions import load
from bowerbird.sandbox.controls import inspector_of
from bowerbird.sdk.challenges import Challenge, ChallengeMethod, LoggedIn
from bowerbird.sdk.connector import ConnectorContext
from bowerbird.storage.rows.statements import list_unknown_layouts
from bowerbird.web.kernel.response import SECURITY, is_local
from tests.faults.scripted_bank import ScriptedBank, purchase
from tests.pages import ALL_PAGES
from tests.receiver import Receiver
from tests.serving import Serving, until
from tests.web.client import PASSWORD, Pages, make_operator
from tests.web.conftest import application_rows_of
from tests.web.consent_session import Person
from tests.web.markup import Form, Markup

BACK = "https://app.example/"
BANK, UPLOADS = "AU00005", "AU00201"
CSV_HEAD = "accountNo,accCurrency,accBalance,accType,accProduct,txnPostDate,txnDescription,txnAmount"
_SOURCES = [file.read_text() for file in Path(bowerbird.web.__file__).parent.rglob("*.*") if file.suffix in (".py", ".html")]
ASKED = sorted({name for text in _SOURCES for name in re.findall(r'visit\.one\("(\w+)"\)', text)})
"""Every parameter that some page reads."""
SHOWN_NOWHERE = {"profile.name", "transaction.reference", "request.header", "webhook.description"}
"""Texts that are kept, or not even that, and stand on no page."""
ARRIVING = ("open_home", "open_link", "open_auth_link")
"""Pages that begin another session, which would end the one that looks: what they say no with is asked for on its own."""


class Texts:
    """Numbered scripts: `used` says where each was put."""

    def __init__(self) -> None:
        self.used: list[str] = []

    def __call__(self, where: str) -> str:
        self.used.append(where)
        return self.of(len(self.used) - 1)

    @staticmethod
    def of(number: int) -> str:
        return f"T{number}\"'><script>o()</script><img src=x onerror=o()>{{{{7*7}}}}"

    def not_in(self, pages: str) -> list[str]:
        read = html.unescape(pages)
        return [where for number, where in enumerate(self.used) if f'T{number}"' not in read and f"T{number}%22" not in read]


class HostileBank(ScriptedBank):
    """Every text it gives is a script; who logs in as `asked` is asked something first."""

    def __init__(self, texts: Texts) -> None:
        number, name, holder, kind = (texts(f"account.{each}") for each in ("number", "name", "holder", "product"))
        account = BankAccount(number, name, holder, "AUD", AccountClass.TRANSACTION, kind, 10_000, 10_000)
        listing = [purchase(1, texts("transaction.description"), date(2026, 2, 1), reference=texts("transaction.reference"))]
        super().__init__(listing=[*listing, purchase(2, texts("transaction.description"), date(2026, 2, 9))], account=account)
        asks, prompt = texts("challenge.description"), texts("challenge.prompt")
        self.question = Challenge(ChallengeMethod.SECURITY_QUESTIONS, asks, (prompt,), "s")
        self.person = texts("profile.name")

    def log_in(self, login: Login, request: ConnectorContext) -> LoggedIn | Challenge:
        return self.question if login.login_id == "asked" else LoggedIn("s")

    def answer(self, state: str, answers: Sequence[str], request: ConnectorContext) -> LoggedIn:
        return LoggedIn(state)

    def accounts(self, session: str, request: ConnectorContext) -> tuple[Profile, list[BankAccount]]:
        return Profile(self.person, self.person, "", self.person), [self.account]


class Fixtures:
    """A server full of scripts, an operator, and a person at the consent pages in the same browser."""

    def __init__(self, serving: Serving, folder: Path, texts: Texts, receiver: Receiver) -> None:
        self.serving, self.texts = serving, texts
        make_operator(serving)
        self._institutions(folder)
        serving.services.plugins.connectors[BANK] = HostileBank(texts)
        self.app = serving.application(texts("application.name"), production=False)
        application_rows_of(serving, self.app.id, redirect_url=BACK, products={*PRODUCTS, TEST_STATEMENTS})
        self._policy()
        names = {name: texts(f"user.{name}") for name in ("firstName", "middleName", "lastName")}
        self.person = Person(serving, self.app, self.app.new_user(email="eve@hooli.com", mobile="0410888666", **names))
        self.firm = self.app.new_user(email="firm@hooli.com", businessName=texts("user.businessName"))
        hook = {name: texts(f"webhook.{name}") for name in ("name", "description")}
        url = f"{receiver.url}?{quote(texts('webhook.url'), safe='')}"
        self.hook = self.app.post("/notifications/webhooks", json={"url": url, **hook}).json()
        self.person.sign_in()
        self.person.arrive()
        self.person.agree()
        self.person.prove()
        self._jobs()
        self._correction()
        self.print_id = self._print()
        headers = {"User-Agent": texts("request.header"), "Authorization": f"Bearer {self.app.token()}"}
        self.app.http.get(f"/users/{self.person.user_id}?{texts('request.query')}", headers=headers)

    def _institutions(self, folder: Path) -> None:
        file, own = folder / "evil.toml", {name: self.texts(f"institution.{name}") for name in ("name", "short_name")}
        lines = "\n".join(f"{name} = '''{text}'''" for name, text in own.items())
        more = 'replaces = true\ntype = "Bank"\ntier = "4"\nservice_name = "x"\ncolour = "#112233"\nconnectors = { csv = {} }\n'
        file.write_text(f'[[institution]]\nid = "{UPLOADS}"\n{lines}\n{more}')
        self.serving.services.institutions = load(file)

    def _policy(self) -> None:
        services, texts = self.serving.services, self.texts
        title, description = texts("policy.scope.title"), texts("policy.scope.description")
        asked = tuple(AskedScope(scope=scope, title=title, description=description) for scope in SCOPES)
        policy = Policy(title=texts("policy.title"), description=texts("policy.description"), scopes=asked)
        services.write_now(set_policy, policy, tenant=self.app.id)
        look = Branding(
            name=texts("branding.name"), welcome=texts("branding.welcome"), farewell=texts("branding.farewell"),
            contact=texts("branding.contact"),
        )  # fmt: skip
        services.write_now(update_branding, look, tenant=self.app.id)

    def _jobs(self) -> None:
        person = self.person
        good, asks = person.connect("eve", "x", BANK), person.connect("asked", "x", BANK)
        value, kind, description = (self.texts(f"csv.{each}").replace('"', '""') for each in ("value", "product", "description"))
        bad = person.upload(f'{CSV_HEAD}\n123456,AUD,1.00,"{value}",x,2026-01-02,y,-1.00\n'.encode(), UPLOADS)
        read = person.upload(f'{CSV_HEAD}\n123456,AUD,1.00,transaction,"{kind}",2026-01-02,"{description}",-1.00\n'.encode(), UPLOADS)
        paths = [good, asks, str(bad.headers["location"]), str(read.headers["location"])]
        for path in paths:
            person.settled(path)
        until(lambda: "is connected" in person.get(good).text, "the login to go through")
        self.jobs = [path.rpartition("/")[2] for path in paths]

    def _correction(self) -> None:
        """What the person says of a transaction, in words that are a script."""
        rows = self.app.get(f"/users/{self.person.user_id}/transactions?filter=transaction.status.eq('posted')").json()["data"]
        self.corrected: str = rows[0]["id"]
        said = CorrectionKind.OTHER, self.texts("correction")
        self.serving.services.write_now(record_correction, self.corrected, *said, tenant=Tenant(self.app.id, self.person.user_id))

    def _print(self) -> str:
        """A product that an operator mapped, by a name that is a script; its id."""
        services = self.serving.services

        def make(session: Session) -> str:
            map_product(
                session.in_application(self.app.id),
                ProductMapping(UPLOADS, self.texts("print.name"), AccountClass.SAVINGS),
                self.texts("print.who"),
            )
            return str(list_unknown_layouts(session.uow, 1)[0].id)

        return services.write_now(make, tenant=self.app.id)

    def addresses(self) -> dict[str, list[str]]:
        """By the name of a path's parameter, what stands for it."""
        user, app, ring = self.person.user_id, self.app, inspector_of(self.serving.services)
        accounts = [account["id"] for account in app.get(f"/users/{user}/accounts").json()["data"]]
        connections = [connection["id"] for connection in app.get(f"/users/{user}/connections").json()["data"]]
        transactions = [each["id"] for each in app.get(f"/users/{user}/transactions").json()["data"]]
        events = [event["id"] for event in app.get("/events").json()["data"]][:2]
        messages = [until(self._answered_message, "a message to be answered")]
        calls = [call.correlation_id for call in ring.newest()[:3]] if ring else []
        return {
            "application_id": [app.id], "user_id": [user, self.firm], "account_id": accounts, "job_id": self.jobs,
            "connection_id": connections, "institution_id": [BANK, UPLOADS], "key_id": [app.id], "code": ["invalid-credentials"],
            "variant": ["mfa-wrong-answer"], "correlation_id": calls, "name": ["statement.csv"], "secret": ["A" * 43],
            "event_id": events, "webhook_id": [self.hook["id"]], "message_id": messages, "print_id": [self.print_id],
            "page": ["1"], "group": ["users"], "kind": ["json", "csv"], "receipt_id": [app.id],
            "transaction_id": [*transactions[:2], self.corrected], "figure_id": ["all.left", "all.own"], "source_id": [app.id],
            "session_id": ["0" * 16], "operator_id": [app.id], "accent": ["0b6e4f"], "language": ["en"], "logo_hash": ["0" * 64],
        }  # fmt: skip

    def _answered_message(self) -> str:
        """A message whose page shows what its receiver answered."""
        hook = self.hook["id"]
        for message in self.app.get(f"/notifications/webhooks/{hook}/messages").json()["data"][:3]:
            page = self.person.get(f"/dashboard/applications/{self.app.id}/webhooks/{hook}/messages/{message['id']}")
            if "T0&#34;" in page.text:
                return str(message["id"])
        return ""

    def the_end(self) -> httpx2.Response:
        """The last page of a person who declines: it repeats the state."""
        goer = Person(self.serving, self.app, self.firm)
        goer.land(state=self.texts("state"))
        goer.send("/home/consent/decline", on="/home/consent")
        page = goer.get("/home/done")
        goer.close()
        return page


def paths(fixtures: Fixtures) -> list[str]:
    """Every page that is asked for by GET, at every address there is for it."""
    known, found = fixtures.addresses(), []
    for page in ALL_PAGES:
        if page.method == "GET" and page.name not in ARRIVING:
            names = re.findall(r"{(\w+)}", page.path)
            assert set(names) <= set(known), f"{page.name}: say in addresses() what stands for {set(names) - set(known)}"
            found += [page.path.format(**dict(zip(names, chosen, strict=True))) for chosen in product(*(known[name] for name in names))]
    return found


@pytest.fixture(scope="module")
def fixtures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fixtures]:
    texts = Texts()
    answer = texts("webhook.answer").encode()
    with (
        Receiver(lambda _: (400, {"Content-Type": "text/html"}, answer)) as receiver,
        Serving(tmp_path_factory.mktemp("hostile"), start=None, sandbox_controls=True, outbound_allow=receiver.host) as serving,
    ):
        made = Fixtures(serving, tmp_path_factory.mktemp("evil"), texts, receiver)
        yield made
        made.person.close()


def check(answer: httpx2.Response) -> None:
    """Nothing of theirs is markup, nothing of ours may be framed, and no template was filled in twice."""
    where = str(answer.url)[:120]
    assert answer.status_code < 500, where
    assert is_local(answer.headers.get("location", "/")), where
    if answer.headers["content-type"].startswith("text/html"):
        assert Markup(answer.text, (BACK,)).foreign == [], where
        assert "onerror=o()&gt;49" not in answer.text, where
    for name, value in SECURITY:
        assert answer.headers[name] == value, where


def test_stored_scripts_stay_texts_and_every_text_is_looked_at(fixtures: Fixtures) -> None:
    answers = [fixtures.the_end(), *(fixtures.person.get(path) for path in paths(fixtures))]
    assert sum(answer.status_code == 200 for answer in answers) > 25
    for answer in answers:
        check(answer)
    unseen = fixtures.texts.not_in("".join(answer.text for answer in answers))
    assert set(unseen) <= SHOWN_NOWHERE, f"no page showed {unseen}: look where they stand, or say that they stand nowhere"


def test_reflected_scripts_stay_texts(fixtures: Fixtures) -> None:
    script = {name: Texts.of(0) for name in ASKED if name != "token"}
    for path in paths(fixtures):
        for headers in ({}, {"hx-request": "true"}):
            check(fixtures.person.get(path, params=script, headers=headers))
    unknown_bank = Pages(fixtures.serving)
    for page in ALL_PAGES:
        if page.method == "GET":
            path = re.sub(r"{\w+}", quote(Texts.of(0).replace("/", ""), safe=""), page.path)
            check(unknown_bank.get(path, params=script))
            check(fixtures.person.get(path, params={} if page.name in ARRIVING else script))
    check(unknown_bank.get("/home", params={"token": Texts.of(0), **script}))
    unknown_bank.close()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\\\evil.example", "javascript:o()"])
def test_no_page_leads_elsewhere(fixtures: Fixtures, elsewhere: str) -> None:
    """Open redirects: no value of a parameter, of ours or of a common name, leads to another site."""
    names = {*ASKED, "next", "url", "back", "redirect", "redirect_url", "redirectUrl", "return", "returnTo", "continue"} - {"token"}
    unknown_bank, asked = Pages(fixtures.serving), dict.fromkeys(names, elsewhere)
    for path in paths(fixtures):
        check(fixtures.person.get(path, params=asked))
        check(unknown_bank.get(path, params=asked))
    form = {"csrf": unknown_bank.token("/dashboard/sign-in"), "name": "ana", "password": PASSWORD, "next": elsewhere}
    check(unknown_bank.http.post("/dashboard/sign-in", data=form, params=asked))
    unknown_bank.close()


def test_scripts_that_are_typed_stay_texts(fixtures: Fixtures) -> None:
    """Every form of every page, with a script in each field, where it is taken and where it is refused."""
    sent = set()
    for path in paths(fixtures):
        for form in Markup(fixtures.person.get(path).text, (BACK,)).forms:
            if form.typed and (form.action, tuple(form.typed)) not in sent:
                sent.add((form.action, tuple(form.typed)))
                check(_filled_in(fixtures.person, form, path))
    assert len(sent) > 12


def _filled_in(person: Pages, form: Form, path: str) -> httpx2.Response:
    action, typed = form.action or path, dict.fromkeys(form.typed, Texts.of(0))
    if form.method == "get":
        return person.get(action, params=typed)
    answer = person.http.post(action, data={**form.kept, **typed})
    return person.get(answer.headers["location"]) if answer.status_code == 303 else answer
