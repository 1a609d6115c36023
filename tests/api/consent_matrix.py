"""The consent matrix: what a person agreed to is all that any operation, page or event shows of what was read of them.

A person agrees to each combination of scopes, their data comes from each source, and their consent goes through each state. Then every
operation and page that shows something of a person is asked, and looked through for every value that a scope they refused covers. The
values are those that an unrestricted person's answers have in each field; a field says in `FIELDS` which scope it needs.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import combinations
from typing import Any
from zipfile import ZipFile

import httpx2
from sqlalchemy import select

from bowerbird.api.routes import OPERATIONS
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents import consents
from bowerbird.domain.consents.policies import set_policy
from bowerbird.domain.feeds.export import FORMS, ExportFormat
from bowerbird.domain.feeds.feeds import create_feed
from bowerbird.model.account import AccountClass, BankAccount, PostalAddress, Profile
from bowerbird.model.consent import ACCOUNT_BASIC, ACCOUNT_DETAIL, PERSON_DETAIL, SCOPES, TRANSACTION_DETAIL, AskedScope, Policy
from bowerbird.model.reading import PendingRows
from bowerbird.model.transaction import TransactionClass
from bowerbird.outbound.code_sender import ONLY_ATTEMPT, SendAttempt
from bowerbird.sdk.connector import ConnectorContext
from bowerbird.storage.database.tables import messages
from bowerbird.storage.rows import accounts as account_rows
from bowerbird.web.routes import PAGES
from tests.api.fixtures import report_body
from tests.faults.scripted_bank import ScriptedBank, purchase
from tests.receiver import Receiver
from tests.run_summary import COUNTS
from tests.serving import Application, Serving
from tests.statement_factory.catalogue import specimen
from tests.web.client import Pages, make_operator
from tests.web.consent_session import Person

CHECKS = COUNTS["consents"]
"""Checks made in this run, by what they were of."""

COMBINATIONS = [frozenset(chosen) for count in range(len(SCOPES) + 1) for chosen in combinations(sorted(SCOPES), count)]
STATES = ("fresh", "narrowed", "widened", "renewed", "expired", "revoked")
OPEN = ""
"""Of a field that says nothing of what a bank or a file shows: ids, links, words of the wire, and what the application itself gave."""

FIELDS: Mapping[str, Mapping[str, str]] = {
    "AccountView": {
        "type": OPEN, "id": OPEN, "currency": OPEN, "connection": OPEN, "institution": OPEN, "links": OPEN, "status": OPEN,
        "last_updated": OPEN, "name": ACCOUNT_BASIC, "class_": ACCOUNT_BASIC, "balance": ACCOUNT_BASIC, "available_funds": ACCOUNT_BASIC,
        "account_no": ACCOUNT_DETAIL, "bsb": ACCOUNT_DETAIL, "unmasked_acc_num": ACCOUNT_DETAIL, "masked_number": ACCOUNT_DETAIL,
        "credit_limit": ACCOUNT_DETAIL, "creation_date": ACCOUNT_DETAIL, "account_ownership": ACCOUNT_DETAIL, "is_owned": ACCOUNT_DETAIL,
        "meta": ACCOUNT_DETAIL, "account_holder": PERSON_DETAIL, "transaction_intervals": TRANSACTION_DETAIL,
    },
    "ConnectionAccount": {
        "type": OPEN, "id": OPEN, "currency": OPEN, "links": OPEN, "status": OPEN, "last_updated": OPEN, "name": ACCOUNT_BASIC,
        "class_": ACCOUNT_BASIC, "balance": ACCOUNT_BASIC, "available_funds": ACCOUNT_BASIC, "account_no": ACCOUNT_DETAIL,
    },
    "TransactionView": {
        "type": OPEN, "id": OPEN, "links": OPEN, "account": OPEN, "connection": OPEN, "institution": OPEN, "currency": OPEN,
        "status": TRANSACTION_DETAIL, "description": TRANSACTION_DETAIL, "reference": TRANSACTION_DETAIL, "amount": TRANSACTION_DETAIL,
        "direction": TRANSACTION_DETAIL, "class_": TRANSACTION_DETAIL, "transaction_date": TRANSACTION_DETAIL,
        "post_date": TRANSACTION_DETAIL, "payment_details": TRANSACTION_DETAIL, "sub_class": TRANSACTION_DETAIL,
        "enrich": TRANSACTION_DETAIL, "balance": ACCOUNT_BASIC,
    },
    "ConnectionProfile": dict.fromkeys(
        ("full_name", "first_name", "middle_name", "last_name", "email_addresses", "phone_numbers", "physical_addresses"), PERSON_DETAIL
    ),
}  # fmt: skip
"""By the shape of an answer, the scope that each of its fields needs."""

COPIES: Mapping[str, Mapping[str, str]] = {
    "connections": {
        **dict.fromkeys(("connection", "institution", "method", "status", "login", "connected", "last_read"), OPEN),
        "your_details_at_the_bank": PERSON_DETAIL,
        "the_bank_says": ACCOUNT_BASIC,
    },
    "accounts": {
        **dict.fromkeys(("account", "connection", "institution", "currency", "updated"), OPEN),
        **dict.fromkeys(("name", "class", "product", "balance", "available", "bank"), ACCOUNT_BASIC),
        **dict.fromkeys(("number", "bsb", "unmasked_number", "masked_number", "credit_limit", "opened"), ACCOUNT_DETAIL),
        **dict.fromkeys(("ownership", "is_owned", "meta"), ACCOUNT_DETAIL),
        "holder": PERSON_DETAIL, "covers": TRANSACTION_DETAIL,
    },
    "transactions": {
        **dict.fromkeys(("transaction", "account", "currency"), OPEN),
        **dict.fromkeys(
            ("posted", "made", "description", "reference", "amount", "direction", "class", "subclass", "biller_code", "biller", "crn"),
            TRANSACTION_DETAIL,
        ),
        "balance": ACCOUNT_BASIC,
    },
    "meanings": {
        "transaction": OPEN,
        **dict.fromkeys(("clean_text", "merchant", "category", "score", "place", "tags"), TRANSACTION_DETAIL),
    },
}  # fmt: skip
"""By the table of a person's own copy that a bank or a file fills, the scope that each of its fields needs."""

PERSONAL_OPERATIONS = {
    "list_users", "get_user", "list_connections", "get_connection", "list_consents", "list_identities", "get_identity", "list_jobs",
    "get_job", "list_accounts", "get_account", "list_transactions", "get_transaction", "list_events", "get_event",
    "list_messages", "get_message", "get_income", "get_expenses", "list_affordability", "get_affordability",
    "list_affordability_transactions", "get_report", "list_report_transactions",
}  # fmt: skip
"""Operations that may show something of a person. Each is asked."""
IMPERSONAL_OPERATIONS = {
    "get_auth_link", "get_policy", "list_event_types", "get_event_type", "list_webhooks", "get_webhook", "list_connectors", "get_connector",
    "list_institutions", "get_institution", "list_public_connectors", "get_public_connector", "list_public_institutions", "get_logo",
    "get_health", "get_readiness", "get_metrics", "get_openapi", "get_enrichment", "list_reports", "list_report_types", "get_report_type",
    "get_own_rules", "get_refresh_schedule",
}  # fmt: skip
"""Operations that show nothing that a bank or a file has told. A new operation is put into one of the two sets."""

PERSONAL_PAGES = {
    "show_user", "show_transactions", "show_transaction", "show_bank_account", "show_job", "show_money", "show_figure", "print_money",
    "show_comparison",     "show_statements", "show_statement",
    "show_statement_page", "show_connected_banks", "show_own_job", "show_login", "show_own_data", "download_data",
    "show_columns", "show_own_columns", "show_own_money", "show_own_figure", "show_correction",
    "download_receipt", "export_transactions",
}  # fmt: skip
"""Pages that may show something of a person. Each is asked."""
IMPERSONAL_PAGES = {
    "open_home", "show_error", "show_consent", "show_extend", "show_institutions", "show_institution", "show_upload", "show_sample",
    "show_done", "show_apps", "return_from_bank", "show_test_bank", "show_colours", "show_logo", "set_language",
}  # fmt: skip
"""Pages of a person, by their address, that show nothing that a bank or a file has told. A new page is put into one of the two sets."""

ACCOUNT = BankAccount(
    number="0638765432109", name="Kestrel Saver", holder="Q CANARY HOLDER", currency="AUD", account_class=AccountClass.SAVINGS,
    product="Wollemi Bonus Product", institution="Quandong Mutual", balance=7_654_321, available=7_653_210, credit_limit=9_999_900,
    bsb="063876", unmasked_number="5432109", opened="2019-04-17", meta={"interestRate": "3.91777"},
)  # fmt: skip
ADDRESS = PostalAddress("77 Canary Parade", "Numbugga", "NSW", "2550", "AU", "77 Canary Parade, Numbugga NSW 2550")
PERSON = Profile("Quentin Canary", "Quentin", "Ulysses", "Canary", ("quentin@canary.example",), ("+61491570006",), (ADDRESS,))
LISTING = [
    purchase(
        1_234_567, "WARATAH BOOKSHOP TO 063876 5432109", date(2026, 3, 1), balance=7_654_321, upstream_id="one", reference="R-5432109"
    ),
    purchase(3_333_11, "BILBY HARDWARE", date(2026, 2, 20), balance=8_888_888, upstream_id="two", made=date(2026, 2, 19)),
    purchase(4_444_44, "NUMBAT BAKERY PENDING", None, upstream_id="three"),
]
BANK, FILES, PDF_BANK = "AU00001", "AU00201", "AU04301"

_HEAD = "accountNo,accountHolder,accCurrency,accBalance,accType,accProduct,txnPostDate,txnDescription,txnAmount,txnBalance"
CSV = "\n".join(
    [
        _HEAD,
        "0638765432109,Q CANARY HOLDER,AUD,76543.21,savings,Wollemi Bonus Product,2026-02-20,BILBY HARDWARE,-3333.11,88888.88",
        "0638765432109,Q CANARY HOLDER,AUD,76543.21,savings,Wollemi Bonus Product,2026-03-01,WARATAH BOOKSHOP,-12345.67,76543.21",
    ]
).encode()
OFX = b"""OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260302<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1>
<STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>AUD<BANKACCTFROM><BANKID>063876<ACCTID>5432109<ACCTTYPE>SAVINGS
</BANKACCTFROM><BANKTRANLIST><DTSTART>20260201<DTEND>20260302
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260220<TRNAMT>-3333.11<FITID>F1<NAME>BILBY HARDWARE</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260301<TRNAMT>-12345.67<FITID>F2<NAME>WARATAH BOOKSHOP</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>76543.21<DTASOF>20260302</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""


class CanaryBank(ScriptedBank):
    """Shows one account and one person, every value of whom is found nowhere else."""

    def accounts(self, session: str, context: ConnectorContext) -> tuple[Profile, list[BankAccount]]:
        return PERSON, [ACCOUNT]


def pdf() -> bytes:
    return specimen("cba.deposit.2017", 5).pdf()


SOURCES = ("feed", "csv", "ofx", "pdf")


@dataclass
class Subject:
    """A person of the matrix: `ids` name what was read of them, by the names of paths; `feed` is the access URL of their feed."""

    scopes: frozenset[str]
    source: str
    state: str
    user: str
    ids: dict[str, str]
    feed: str


def policy_of(days: int = 365) -> Policy:
    scopes = tuple(AskedScope(scope=scope, title="t", description="d", required=False) for scope in SCOPES)
    return Policy(title="t", description="d", scopes=scopes, days=days)


DOWNLOADS = {"download_data", "download_receipt", "export_transactions"}
"""Pages that are files, asked for by their own kinds."""


def shown(answer: httpx2.Response) -> httpx2.Response:
    """An answer that must be there."""
    assert answer.status_code == 200, (str(answer.url), answer.status_code)
    return answer


class NoSender:
    """Codes are sent nowhere: sessions are proven without them."""

    for_sandbox = False

    def send(self, address: str, text: str, subject: str = "Your code", attempt: SendAttempt = ONLY_ATTEMPT, /) -> None: ...


class Matrix:
    """A server with a bank of canaries, and the people of the matrix. `held` are answers with their tags, by path."""

    def __init__(self, serving: Serving, receiver: Receiver) -> None:
        self.receiver, serving.services.code_sender = receiver, NoSender()
        self.hooks: dict[str, str] = {}
        self.held: dict[str, tuple[str, str]] = {}
        self.serving, self.app, self.short = serving, serving.application("Long"), serving.application("Short")
        serving.services.plugins.connectors[BANK] = CanaryBank(listing=LISTING, account=ACCOUNT)
        for app, days in ((self.app, 365), (self.short, 1)):
            serving.services.write_now(set_policy, policy_of(days), tenant=app.id)
            hook = app.post("/notifications/webhooks", json={"url": f"{receiver.url}/{app.id}", "name": "All"})
            self.hooks[app.id] = hook.json()["id"]
        self.pages = {"operator": Pages(serving)}
        make_operator(serving)
        assert self.pages["operator"].sign_in().status_code == 303
        self.files = {"csv": (CSV, FILES), "ofx": (OFX, FILES), "pdf": (pdf(), PDF_BANK)}

    def app_of(self, state: str) -> Application:
        return self.short if state == "expired" else self.app

    def agree(self, app: Application, user: str, scopes: frozenset[str]) -> str:
        return self.serving.services.write_now(consents.give_consent, scopes, tenant=Tenant(app.id, user))

    def read(self, app: Application, user: str, source: str) -> str:
        """Let a source be read; the job's id."""
        if source == "feed":
            job = app.connect(user, "q", "x", BANK)
        else:
            content, institution = self.files[source]
            job = app.upload(user, content, institution).json()["id"]
        steps = app.settled(job)["steps"]
        assert {step["status"] for step in steps} == {"success"}, steps
        return job

    def ids_of(self, app: Application, user: str, job: str) -> dict[str, str]:
        """The ids of what is stored of a person, also of what they may not be shown."""
        tenant = Tenant(app.id, user)
        found = self.serving.services.read_now(lambda session: account_rows.accounts_of_user(session.uow, *tenant), tenant=app.id)
        rows = app.get(f"/users/{user}/transactions?limit=1").json()["data"]
        connections = app.get(f"/users/{user}/connections").json()["data"]
        ids = {"userId": user, "jobId": job, "connectionId": connections[0]["id"] if connections else job}
        ids["accountId"] = found[0].id if found else job
        ids["transactionId"] = rows[0]["id"] if rows else job
        summary = app.post(f"/users/{user}/affordability")
        ids["snapshotId"] = summary.json()["id"] if summary.status_code == 200 else job
        report = app.post("/reports", json=report_body([user], [ids["accountId"]]))
        ids["reportId"] = self.report(app, report.json()["id"]) if report.status_code == 202 else job
        identities = app.get(f"/users/{user}/identities").json()["data"]
        return ids | {"identityId": identities[0]["id"] if identities else job}

    def feed(self, app: Application, user: str) -> str:
        """The access URL of a new feed."""
        key = self.serving.services.write_now(create_feed, "Actual", PendingRows.STABLE, tenant=Tenant(app.id, user))
        return httpx2.post(f"{app.http.base_url}/simplefin/claim/{key.code}").text

    def report(self, app: Application, job: str) -> str:
        """The report that a job has made."""
        source: str = app.settled(job)["links"]["source"]
        return source.rpartition("/")[2]

    def stand_up(self, scopes: frozenset[str], source: str, state: str) -> Subject:
        """A person in a state; `expired` needs the clock to be advanced by a day afterwards."""
        app = self.app_of(state)
        user = app.new_user()
        before = {"narrowed": frozenset(SCOPES), "widened": frozenset[str]()}.get(state, scopes)
        consent = self.agree(app, user, before)
        job = self.read(app, user, source)
        ids = self.ids_of(app, user, job)
        subject = Subject(scopes, source, state, user, ids, self.feed(app, user))
        if state in ("narrowed", "expired", "revoked"):
            list(self.answers(subject))  # pages that are held from now on
        if state in ("narrowed", "widened"):
            self.agree(app, user, scopes)
        if state == "widened":
            job = self.read(app, user, source)
            subject.ids = self.ids_of(app, user, job)
        if state == "renewed":
            self.serving.services.write_now(consents.extend_consent, tenant=Tenant(app.id, user))
        if state == "revoked":
            assert app.delete(f"/users/{user}/consents/{consent}").status_code == 204
        return subject

    def answers(self, subject: Subject) -> Iterator[tuple[str, str]]:
        """What every personal operation answers about a person: (operation, body)."""
        app, ids = self.app_of(subject.state), subject.ids
        for operation in OPERATIONS:
            if operation.name in PERSONAL_OPERATIONS and "{webhookId}" not in operation.path and "{id}" not in operation.path:
                query = f"?filter=user.id.eq('{subject.user}')" if operation.name == "list_events" else ""
                yield from self._answer(subject, operation.name, operation.path.format(**ids) + query)
        for form in FORMS.values():
            path = f"/users/{subject.user}/transactions"
            yield f"list_transactions {form.ending}", shown(app.get(path, headers={"Accept": form.media_type})).text
        for event in app.get(f"/events?filter=user.id.eq('{subject.user}')").json()["data"]:
            yield from self._answer(subject, "get_event", f"/events/{event['id']}")

        feed = httpx2.get(f"{subject.feed}/accounts?pending=1")
        assert feed.status_code in (200, 403), feed.text
        yield "list_simplefin_accounts", feed.text
        yield from self._messages(subject)
        yield from self._pages(subject)

    def _answer(self, subject: Subject, operation: str, path: str) -> Iterator[tuple[str, str]]:
        """An answer; where it can be conditional, also what a client that asks again still shows: the answer that it holds."""
        app = self.app_of(subject.state)
        if (held := self.held.get(path)) is not None:
            again = app.get(path, headers={"If-None-Match": held[0]})
            CHECKS["unchanged answers"] += again.status_code == 304
            yield f"{operation} unchanged", held[1] if again.status_code == 304 else again.text
        answer = app.get(path)
        if tag := answer.headers.get("etag"):
            self.held[path] = (tag, answer.text)
        yield operation, answer.text

    def _messages(self, subject: Subject) -> Iterator[tuple[str, str]]:
        """What webhooks were sent about a person, and what the API shows of those messages."""
        app, hook = self.app_of(subject.state), self.hooks[self.app_of(subject.state).id]
        own = select(messages.c.id).where(messages.c.user_id == subject.user)
        for (message_id,) in self.serving.services.read_now(lambda session: session.uow.rows(own), tenant=app.id):
            yield from self._answer(subject, "get_message", f"/notifications/webhooks/{hook}/messages/{message_id}")
        for received in list(self.receiver.received):
            if subject.user.encode() in received.body:
                yield "webhook", received.body.decode()

    def _pages(self, subject: Subject) -> Iterator[tuple[str, str]]:
        """What every page shows of a person to the operator and to themselves: (page, HTML)."""
        app, ids = self.app_of(subject.state), subject.ids
        with closing(Person(self.serving, app, subject.user)) as person:
            person.arrive()
            person.prove()
            named = {"application_id": app.id, "user_id": subject.user, "account_id": ids["accountId"], "job_id": ids["jobId"], "page": "1"}
            for page in PAGES:
                if page.name in PERSONAL_PAGES and page.method == "GET" and page.name not in DOWNLOADS:
                    browser = person if page.path.startswith("/home") else self.pages["operator"]
                    own = {"connection_id": ids["connectionId"], "transaction_id": ids["transactionId"], "figure_id": "all.left"}
                    answer = browser.get(page.path.format(**named, **own))
                    assert answer.status_code in (200, 303, 404, 409), (page.name, answer.status_code)
                    yield page.name, answer.text if "text" in answer.headers.get("content-type", "text") else ""
            for export_format in ExportFormat:
                answer = self.pages["operator"].get(f"/dashboard/applications/{app.id}/users/{subject.user}/export?format={export_format}")
                assert answer.status_code in (200, 403), answer.text
                yield f"export_transactions {export_format}", answer.text
            yield "download_data json", shown(person.get("/home/data/download/json")).text
            with ZipFile(BytesIO(shown(person.get("/home/data/download/csv")).content)) as archive:
                for name in archive.namelist():
                    text = archive.read(name)
                    yield f"download_data {name}", text.decode("latin-1")
            for path in re.findall(r'href="(/home/data/receipts/[^"]+)"', person.get("/home/data").text):
                yield "download_receipt", shown(person.get(path)).text


def values_of(app: Application, user: str, ids: Mapping[str, str]) -> dict[str, set[str]]:
    """The values of an unrestricted person's answers, by the scope that their fields need."""
    found: dict[str, set[str]] = {scope: set() for scope in SCOPES}
    account = app.get(f"/users/{user}/accounts/{ids['accountId']}").json()
    connection = app.get(f"/users/{user}/connections/{ids['connectionId']}").json()
    shapes = [("AccountView", account), ("ConnectionProfile", connection.get("profile") or {})]
    shapes += [("TransactionView", row) for row in app.transactions(user)]
    for shape, answer in shapes:
        for name, scope in FIELDS[shape].items():
            if scope:
                found[scope] |= set(texts_of(_own_of(name, answer.get(wire_name(name)))))
    return found


def _own_of(field: str, value: Any) -> Any:
    """What of a field is the person's: of an enrichment the clean text, for all else are words of rule packs."""
    return value and value["cleanDescription"] if field == "enrich" else value


def wire_name(field: str) -> str:
    special = {"class_": "class", "account_no": "accountNo", "unmasked_acc_num": "unmaskedAccNum"}
    head, *rest = field.split("_")
    return special.get(field) or head + "".join(part.capitalize() for part in rest)


def texts_of(value: Any) -> Iterator[str]:
    """The texts in a value that are long enough to be found by chance nowhere else."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)
    elif isinstance(value, str) and len(value) > 5 and not _is_word(value):
        yield value


_MONEY = re.compile(r"-?\d+\.\d\d")
_WORDS = {"savings", "transaction", "debit", "credit", "posted", "pending", "payment", "unknown", "UNKNOWN", "ONE_PARTY", "TWO_PARTY"}


_CLASSES = {word.value for words in (AccountClass, TransactionClass) for word in words}


def _is_word(text: str) -> bool:
    """A word of the wire, or a moment: neither is a person's alone."""
    if text in _WORDS or text.startswith(("direct-", "bank-", "cash-", "xxxx")) or text in _CLASSES:
        return True
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""An id is random: six digits of a number stand in one by chance."""


def leaks(values: Mapping[str, set[str]], scopes: frozenset[str], body: str) -> list[tuple[str, str]]:
    """The refused values in an answer: (scope, value). A value that an agreed scope shows too is no leak."""
    agreed = {value for scope in scopes for value in values[scope]}
    body, found = _ID.sub("", body), []
    for scope in sorted(SCOPES.keys() - scopes):
        for value in values[scope]:
            if any(value in shown for shown in agreed):
                continue
            CHECKS["values"] += 1
            if any(form in body for form in _forms(value)):
                found.append((scope, value))
    return found


def _forms(value: str) -> set[str]:
    """A value as the wire and as the pages write it."""
    return {value, html.escape(value)} | ({f"{Decimal(value):,}".lstrip("-")} if _MONEY.fullmatch(value) else set())


def effective(scopes: frozenset[str], state: str) -> frozenset[str]:
    """What may be shown: nothing once a consent has ended, and details of an account only with the account."""
    if state in ("expired", "revoked"):
        return frozenset()
    return scopes if ACCOUNT_BASIC in scopes else scopes - {ACCOUNT_DETAIL}
