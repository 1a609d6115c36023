"""For every entry of the catalogue, the shortest real way to be told it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import update

from bowerbird import codes
from bowerbird.model.account import BankAccount
from bowerbird.model.connection import Login
from bowerbird.sdk.connector import Visit
from bowerbird.storage.applications import set_disabled
from bowerbird.storage.tables import users
from bowerbird.storage.unit_of_work import EVERY_TENANT
from tests.api.oracle import judge
from tests.api.pdf_files import refusals
from tests.api.scene import CSV, NOBODY, NOBODY_LISTENS, WatchedServing
from tests.api.wire import exchange
from tests.serving import Application, until

INSTITUTIONS = """
disable = ["AU00001"]

[[institution]]
id = "AU99001"
name = "Slow Bank"
type = "Test Bank"
tier = "4"
sandbox = true
connectors.web.authorization = "user"
connectors.web.captions = { login_id = "Login", password = "Password" }

[[institution]]
id = "AU99002"
name = "Broken Bank"
type = "Test Bank"
tier = "4"
sandbox = true
connectors.web.authorization = "user"
connectors.web.captions = { login_id = "Login", password = "Password", secondary_login_id = "Customer number" }
"""
ROW = "12345678,AUD,95.50,transaction,Everyday,2026-03-01,Coffee,-4.50"
HEAD = "accountNo,accCurrency,accBalance,accType,accProduct,txnPostDate,txnDescription,txnAmount"


class SlowBank:
    """Does not answer while the test lasts."""

    institutions = frozenset({"AU99001"})

    def __init__(self) -> None:
        self.over = threading.Event()

    def log_in(self, login: Login, visit: Visit) -> Any:
        self.over.wait(30)

    def accounts(self, session: str, visit: Visit) -> Any: ...

    def transactions(self, session: str, account: BankAccount, since: date | None, visit: Visit) -> Any: ...


class BrokenBank(SlowBank):
    """Answers with an error nobody foresaw."""

    institutions = frozenset({"AU99002"})

    def log_in(self, login: Login, visit: Visit) -> Any:
        raise ZeroDivisionError


@dataclass
class Stage:
    """A server with small limits, two broken banks, and one user to play with."""

    serving: WatchedServing
    app: Application
    user: str
    made: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/users/{self.user}"

    def connected(
        self, login: str = "gavinBelson", password: str = "hooli2016", institution: str = "AU00000", **more: str
    ) -> dict[str, Any]:
        body = {"loginId": login, "password": password, "institution": {"id": institution}, **more}
        return self.app.settled(self.app.post(f"/users/{self.app.new_user()}/connections", json=body).json()["id"])

    def uploaded(self, *lines: str) -> None:
        self.app.settled(self.app.upload(self.user, "\n".join(lines).encode()).json()["id"])

    def post(self, path: str, **body: Any) -> Any:
        return self.app.post(path, json=body)

    def connect(self, **body: Any) -> Any:
        return self.app.post(f"{self.path}/connections", json=body)

    def token(self, headers: dict[str, str] | None = None, **form: str) -> Any:
        sent = {"Authorization": f"Basic {self.app.api_key}", "basiq-version": "3.0"} if headers is None else headers
        return self.app.http.post("/token", headers=sent, data=form)

    def raw(self, data: bytes) -> None:
        answer, _ = exchange(self.serving.port, [data])
        assert answer is not None
        judge(answer)

    def source(self, job: dict[str, Any]) -> str:
        path: str = job["links"]["source"].removeprefix(self.app.url)
        return path

    def poor(self, **options: Any) -> tuple[Application, str]:
        app = self.serving.application("Poor", **options)
        return app, f"/users/{app.new_user()}/connections"


HOOLI = {"loginId": "gavinBelson", "password": "hooli2016", "institution": {"id": "AU00000"}}
LIVE = {**HOOLI, "institution": {"id": "AU00201"}}
KEY = {"basiq-version": "3.0"}


def unhandled(stage: Stage) -> None:
    """A row that was damaged in the database."""
    user = stage.app.new_user()
    stage.serving.world.storage.write_now(
        lambda uow: uow.execute(update(users).where(users.c.id == user).values(details=b"damaged")), tenant=EVERY_TENANT
    )
    stage.app.get(f"/users/{user}")
    stage.app.delete(f"/users/{user}")


def token_limit(stage: Stage) -> None:
    for _ in range(stage.serving.world.limits.token_requests_per_5_minutes + 1):
        if stage.token().status_code == 403:
            return


def refreshes(stage: Stage) -> None:
    path = stage.source(stage.connected())
    stage.app.settled(stage.app.post(f"{path}/refresh").json()["id"])
    stage.app.post(f"{path}/refresh")


def expired(stage: Stage) -> None:
    token = stage.app.token()
    stage.serving.advance(seconds=3600)
    stage.app.get("/connectors", token=token)
    stage.app.forget_tokens()


def disabled(stage: Stage) -> None:
    app, path = stage.poor()
    stage.serving.world.storage.write_now(lambda uow: set_disabled(uow, app.id, True), tenant=EVERY_TENANT)
    app.get(path)


def without_product(stage: Stage) -> None:
    app, path = stage.poor(products="none")
    app.post(path, json=HOOLI)


def without_production(stage: Stage) -> None:
    app, path = stage.poor(production=False)
    app.post(path, json=LIVE)


def sandbox_limit(stage: Stage) -> None:
    app, path = stage.poor()
    for _ in range(stage.serving.world.limits.sandbox_connections + 1):
        app.post(path, json={**HOOLI, "password": "wrong"})


def as_client(stage: Stage, path: str, user: str = "") -> None:
    stage.app.get(path, token=stage.app.token("CLIENT_ACCESS", user))


def mfa(stage: Stage, *answers: str) -> None:
    job = stage.connected("jared", "django", "AU00002")
    stage.app.post(f"/jobs/{job['id']}/mfa", json={"mfa-response": list(answers)})
    until(lambda: stage.app.job(job["id"])["steps"][1]["status"] == "failed" or len(answers) != 1, "the answer to be judged")


def mfa_expired(stage: Stage) -> None:
    job = stage.connected("jared", "django", "AU00002")
    stage.serving.advance(seconds=120)
    until(lambda: stage.app.job(job["id"])["steps"][1]["status"] == "failed", "the challenge to expire")


def deleted_while_waiting(stage: Stage) -> None:
    job = stage.connected("jared", "django", "AU00002")
    stage.app.delete(stage.source(job))
    stage.app.job(job["id"])


def statement_connection(stage: Stage) -> None:
    job = stage.app.settled(stage.app.upload(stage.user, CSV).json()["id"])
    stage.app.post(f"{stage.source(job)}/refresh")


def invalid(stage: Stage, action: str) -> None:
    stage.app.post(f"{stage.source(stage.connected(password='wrong'))}/{action}")


def send(stage: Stage, files: Sequence[tuple[str, Any]], **data: str) -> None:
    stage.app.post(f"{stage.path}/statements", data=data, files=list(files))


def csv(*lines: str) -> Callable[[Stage], object]:
    return lambda stage: stage.uploaded(*lines)


def pdf(entry: codes.Entry) -> Callable[[Stage], object]:
    _, content, institution, _ = next(row for row in refusals() if row[3] is entry)
    return lambda stage: stage.app.settled(stage.app.upload(stage.user, content, institution).json()["id"])


def login(name: str, password: str, institution: str = "AU00000", **more: str) -> Callable[[Stage], object]:
    return lambda stage: stage.connected(name, password, institution, **more)


def get(path: str, **query: str) -> Callable[[Stage], object]:
    return lambda stage: stage.app.get(path.format(user=stage.path), params=query)


def created(**fields: Any) -> Callable[[Stage], object]:
    return lambda stage: stage.post("/users", **fields)


def connect(**fields: Any) -> Callable[[Stage], object]:
    return lambda stage: stage.connect(**fields)


def text(path: str, content: bytes, kind: str) -> Callable[[Stage], object]:
    return lambda stage: stage.app.post(path.format(user=stage.path), content=content, headers={"Content-Type": kind})


def keyed(stage: Stage, key: str, **fields: Any) -> None:
    stage.app.post("/users", json=fields, headers={"Idempotency-Key": key})


def keyed_twice(stage: Stage) -> None:
    keyed(stage, "one", email="a@hooli.com")
    keyed(stage, "one", email="b@hooli.com")


WEBHOOKS = "/notifications/webhooks"


def webhook(**fields: Any) -> Callable[[Stage], object]:
    return lambda stage: stage.post(WEBHOOKS, **{"url": f"http://{NOBODY_LISTENS}/one", "subscribedEvents": ["consent.warning"], **fields})


def second_webhook(**fields: Any) -> Callable[[Stage], object]:
    """A webhook that differs from the first one in what is given only."""

    def ask(stage: Stage) -> None:
        webhook()(stage)
        webhook(**fields)(stage)

    return ask


def replay(stage: Stage) -> None:
    webhook()(stage)
    there = stage.app.get(WEBHOOKS).json()["data"][0]["id"]
    stage.post(f"{WEBHOOKS}/{there}/replay", since="yesterday")


def unknown_message(stage: Stage) -> None:
    webhook()(stage)
    there = stage.app.get(WEBHOOKS).json()["data"][0]["id"]
    stage.app.get(f"{WEBHOOKS}/{there}/messages/{NOBODY}")


BAD_NUMBER = {"email": "a@hooli.com", "businessName": "x", "businessIdNo": "x"}
PROVOCATIONS: dict[str, Callable[[Stage], object]] = {
    "internal-server-error": unhandled,
    "service-unavailable": login("jianYang", "nothotdog"),
    "method-not-allowed": lambda stage: stage.app.call("PUT", "/users"),
    "unsupported-accept": lambda stage: stage.app.get("/connectors", headers={"Accept": "text/html"}),
    "unsupported-content-type": text("/users", b"x", "text/plain"),
    "request-not-valid/token-limit": token_limit,
    "request-not-valid/too-long": lambda stage: send(stage, [("statement", b"a" * 20_001)], institutionId="AU00201"),
    "request-not-valid/body-too-long": text("/users", b" " * 1_048_577, "application/json"),
    "request-not-valid/headers-too-long": lambda stage: stage.raw(b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n"),
    "request-not-valid/too-slow": lambda stage: stage.raw(b"GET /healthz HTTP/1.1\r\n"),
    "too-many-requests/refreshes": refreshes,
    "invalid-content/http": lambda stage: stage.raw(b"hello\r\n"),
    "invalid-content/format": text("/users", b"{", "application/json"),
    "invalid-content/request": lambda stage: stage.post(WEBHOOKS),
    "invalid-content/events": webhook(subscribedEvents=["user.promoted"]),
    "invalid-content/event-type": lambda stage: stage.post("/notifications/messages/test", eventTypeId="user.promoted"),
    "invalid-content/webhook-url": webhook(url="https://169.254.169.254/latest"),
    "invalid-content/since": replay,
    "invalid-content/institution-id": lambda stage: send(stage, [("statement", CSV)]),
    "invalid-content/multipart": text("{user}/statements", b"x", "multipart/form-data; boundary=b"),
    "invalid-authorization-token": lambda stage: stage.app.get("/connectors", token="x"),
    "unauthorized-access": lambda stage: as_client(stage, f"/users/{NOBODY}/jobs", stage.user),
    "invalid-authorization-request/scope": lambda stage: stage.token(scope="ADMIN"),
    "invalid-authorization-request/user": lambda stage: stage.token(scope="CLIENT_ACCESS", userId=NOBODY),
    "invalid-authorization-request/user-missing": lambda stage: as_client(stage, f"{stage.path}/jobs"),
    "access-denied/token-expired": expired,
    "access-denied/product": without_product,
    "forbidden-access/scope": lambda stage: as_client(stage, "/connectors"),
    "forbidden-access/disabled": disabled,
    "no-production-access": without_production,
    "too-many-sandbox-connections": sandbox_limit,
    "parameter-not-supplied/authorization": lambda stage: stage.token(KEY),
    "parameter-not-supplied/email-or-mobile": created(),
    "parameter-not-supplied/business-name": created(email="a@hooli.com", businessIdNo="51 824 753 556"),
    "parameter-not-supplied/login-id": connect(),
    "parameter-not-supplied/password": connect(),
    "parameter-not-supplied/institution-id": connect(),
    "parameter-not-supplied/login-field": connect(**{**HOOLI, "institution": {"id": "AU99002"}}),
    "parameter-not-supplied/mfa-response": mfa,
    "parameter-not-valid/authorization": lambda stage: stage.token({**KEY, "Authorization": "x"}),
    "parameter-not-valid/version-missing": lambda stage: stage.token({"Authorization": "Basic x"}),
    "parameter-not-valid/version": lambda stage: stage.token({"Authorization": "Basic x", "basiq-version": "0.9"}),
    "parameter-not-valid/api-key": lambda stage: stage.token({**KEY, "Authorization": "Basic x"}),
    "parameter-not-valid/id": get("/users/me"),
    "parameter-not-valid/connector-method": get("/connectors/AU00000/fax"),
    "parameter-not-valid/filter": get("{user}/accounts", filter="x"),
    "parameter-not-valid/limit": get("{user}/transactions", limit="0"),
    "parameter-not-valid/limit-maximum": get("{user}/transactions", limit="501"),
    "parameter-not-valid/next": get("{user}/transactions", next="x"),
    "parameter-not-valid/post-date": get("{user}/transactions", filter="transaction.postDate.eq('x')"),
    "parameter-not-valid/email": created(email="x"),
    "parameter-not-valid/mobile": created(mobile="x"),
    "parameter-not-valid/field": created(email="a@hooli.com", firstName="\0"),
    "parameter-not-valid/business-number": created(**BAD_NUMBER),
    "parameter-not-valid/institution": connect(**{**HOOLI, "institution": {"id": "AU99999"}}),
    "parameter-not-valid/institution-disabled": connect(**{**HOOLI, "institution": {"id": "AU00001"}}),
    "parameter-not-valid/connection-type": statement_connection,
    "parameter-not-valid/connection-status": lambda stage: invalid(stage, "purge"),
    "parameter-not-valid/mfa-not-awaited": lambda stage: stage.post(f"/jobs/{stage.connected()['id']}/mfa", **{"mfa-response": ["1"]}),
    "parameter-not-valid/mfa-answers": lambda stage: mfa(stage, "1", "2"),
    "parameter-not-valid/idempotency-key": lambda stage: keyed(stage, "", email="a@hooli.com"),
    "parameter-not-valid/idempotency-key-used": keyed_twice,
    "institution-not-supported": connect(**LIVE),
    "invalid-request-content": lambda stage: send(stage, [("statement", b"\x89PNG\0")], institutionId="AU00201"),
    "resource-not-found/path": get("/nothing"),
    "resource-not-found/user": get(f"/users/{NOBODY}"),
    "resource-not-found/connection": get(f"{{user}}/connections/{NOBODY}"),
    "resource-not-found/job": get(f"/jobs/{NOBODY}"),
    "resource-not-found/account": get(f"{{user}}/accounts/{NOBODY}"),
    "resource-not-found/transaction": get(f"{{user}}/transactions/{NOBODY}"),
    "resource-not-found/institution": get("/institutions/AU99999"),
    "resource-not-found/event": get(f"/events/{NOBODY}"),
    "resource-not-found/event-type": get("/events/types/user.promoted"),
    "resource-not-found/webhook": get(f"{WEBHOOKS}/{NOBODY}"),
    "resource-not-found/message": unknown_message,
    "path-parameter-not-valid": get(f"{WEBHOOKS}/me"),
    "path-parameter-not-valid/event-type": get("/events/types/promoted"),
    "resource-already-exists/webhook": second_webhook(subscribedEvents=["consent.reminder"]),
    "event-already-subscribed": second_webhook(url=f"http://{NOBODY_LISTENS}/two"),
    "no-webhooks-found": lambda stage: stage.post("/notifications/messages/test", eventTypeId="consent.revoked"),
    "resource-not-found/connector": get("/connectors/AU00000/pdf"),
    "invalid-credentials": lambda stage: invalid(stage, "refresh"),
    "invalid-credentials/invalid-username-or-password": login("gavinBelson", "wrong"),
    "invalid-credentials/locked-account": login("bighead", "password"),
    "invalid-credentials/multi-factor-authentication": login("russ", "hanneman"),
    "invalid-credentials/mfa-wrong-answer": lambda stage: mfa(stage, "wrong"),
    "account-not-accessible-requires-user-action": login("erlich", "aviato"),
    "maintenance-error": login("dinesh", "tesla"),
    "job-timed-out/mfa": mfa_expired,
    "job-timed-out/step": login("x", "y", "AU99001"),
    "invalid-connection": deleted_while_waiting,
    "unknown-error": login("x", "y", "AU99002", secondaryLoginId="z"),
    "missing-required-field": csv("a,b", "1,2"),
    "missing-required-field-value": csv(HEAD, ROW.replace("Coffee", "")),
    "invalid-field-value": csv(HEAD, ROW.replace("AUD", "XYZ")),
    "account-data-differs": csv(HEAD, ROW, ROW.replace("95.50", "96.50")),
    "empty-file": csv(HEAD),
    "row-count-exceeded": csv(HEAD, *[ROW] * 4),
    "invalid-csv-row": csv(HEAD, "a,b"),
    "txn-after-last-updated-date": csv(f"{HEAD},accLastUpdated", f"{ROW},2026-02-01"),
    "bank-statement-invalid": pdf(codes.STATEMENT_INVALID),
    "bank-statement-not-supported": pdf(codes.STATEMENT_NOT_SUPPORTED),
    "bank-statement-new-product": pdf(codes.STATEMENT_NEW_PRODUCT),
    "bank-statement-parsing-error": pdf(codes.STATEMENT_PARSING_ERROR),
}
