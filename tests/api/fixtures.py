"""A server with people on it: what the API tests start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bowerbird.api.operation import BodyKind, Operation
from bowerbird.api.routes import OPERATIONS
from bowerbird.domain.access.tenant import Tenant
from bowerbird.domain.consents.consents import give_consent
from bowerbird.domain.services import Services
from bowerbird.domain.users.identities import identity_id
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.consent import SCOPES
from bowerbird.model.event import MessageState
from bowerbird.model.job import JobState
from bowerbird.plugins.packs import rules_version
from bowerbird.storage.database.tables import jobs, messages, metadata, webhooks
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, UnitOfWork
from bowerbird.storage.rows.health import HEALTH_MARK
from bowerbird.storage.rows.insights.enrichments import due_users
from tests.api.response_checks import watch
from tests.serving import PATIENCE_SECONDS, Application, Serving, until

BY_NAME = {operation.name: operation for operation in OPERATIONS}
NO_ONE = "00000000-0000-4000-8000-000000000000"
HEADER = "accountNo,accCurrency,accBalance,accType,accProduct,txnPostDate,txnDescription,txnAmount"
CSV = f"{HEADER}\n12345678,AUD,95.50,transaction,Everyday,2026-03-01,Coffee,-4.50\n".encode()
STATEMENT_BANK = "AU00201"
"""A live institution that takes CSV files."""

_FIXED = {"reportTypeId": "CON_AFFOR_01", "connectorId": "AU00000", "method": "web", "institutionId": "AU00000", "logo": "AU00000.svg"}
NO_LISTENER = "127.0.0.1:9"
"""Where webhooks of the scene lead: allowed, and refusing every connection."""
_BODIES: Mapping[str, dict[str, Any]] = {
    "get_enrichment": {"params": {"q": "PAPERBARK CAFE", "institution": "AU00000", "country": "AU"}},
    "create_income": {"json": {"fromMonth": "2025-10"}},
    "create_expenses": {"json": {"fromMonth": "2025-10"}},
    "create_affordability": {"json": {"fromMonth": "2025-10"}},
    "create_token": {"data": {"scope": "SERVER_ACCESS"}},
    "create_user": {"json": {"email": "gavin@hooli.com"}},
    "update_user": {"json": {"firstName": "Gavin"}},
    "create_connection": {"json": {"loginId": "gavinBelson", "password": "hooli2016", "institution": {"id": "AU00000"}}},
    "update_connection": {"json": {"password": "hooli2016"}},
    "create_statement": {"data": {"institutionId": STATEMENT_BANK}, "files": {"statement": ("statement.csv", CSV)}},
    "create_mfa_response": {"json": {"mfa-response": ["1234"]}},
    "create_auth_link": {"json": {"mobile": "+61410888666"}},
    "create_webhook": {"json": {"url": f"http://{NO_LISTENER}/made", "subscribedEvents": ["consent.expired"]}},
    "update_webhook": {"json": {"url": f"http://{NO_LISTENER}/"}},
    "replay_webhook": {"json": {"since": "2026-03-18T11:00:00Z"}},
    "update_refresh_schedule": {"json": {"everyHours": 24}},
    "update_own_rules": {"json": {"rules": [{"leaf": "dining", "any": "coffee"}], "dryRun": True}},
    "update_category": {"json": {"category": "dining"}},
    "create_test_message": {"json": {"eventTypeId": "consent.warning"}},
}


class WatchedServing(Serving):
    """A server whose clients judge every answer on arrival."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        super().__init__(folder, **{"outbound_allow": NO_LISTENER, **settings})

    def application(self, name: str = "Test", *, production: bool = True, products: str = "all") -> Application:
        application = super().application(name, production=production, products=products)
        application.http.event_hooks = {"response": [watch]}
        return application


def body_of(operation: Operation, ids: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A good body, as options of a client's request; a report's names the user and the account of `ids`, by default nobody's."""
    if operation.name == "create_report":
        known = ids or {"userId": NO_ONE, "accountId": NO_ONE}
        return {"json": report_body([known["userId"]], [known["accountId"]])}
    return dict(_BODIES.get(operation.name, {}))


def report_body(users: list[str], accounts: list[str]) -> dict[str, Any]:
    filters: dict[str, Any] = {"fromDate": "2025-04-01", "toDate": "2026-03-18", "accounts": accounts, "users": users}
    listed = [{"name": name, "value": value} for name, value in filters.items()]
    return {"reportType": "CON_AFFOR_01", "title": "Report", "filters": listed}


def path_of(operation: Operation, ids: Mapping[str, str]) -> str:
    ids = {"id": "consent.warning" if operation.name == "get_event_type" else ids.get("eventId", ""), **ids}
    return operation.path.format(**{**_FIXED, **ids})


def with_body(*kinds: BodyKind) -> list[Operation]:
    return [operation for operation in OPERATIONS if operation.body_kind in kinds]


@dataclass
class Fixtures:
    """Two applications. `ids` are the first one's, keyed as the paths name them; `theirs` the second one's; `gone` were deleted."""

    serving: WatchedServing
    app: Application
    other: Application
    ids: dict[str, str]
    second: dict[str, str]
    theirs: dict[str, str]
    gone: dict[str, str]
    waiting_job: str

    def call(self, name: str, ids: Mapping[str, str] | None = None, *, app: Application | None = None, **options: Any) -> Any:
        """A good request of an operation, but for what is given."""
        operation = BY_NAME[name]
        named = {**self.ids, **(ids or {})}
        given = options if {"json", "data", "files", "content"} & set(options) else {**body_of(operation, named), **options}
        return (app or self.app).call(operation.method, path_of(operation, {**self.ids, **(ids or {})}), **given)


def stand_up(serving: WatchedServing) -> Fixtures:
    app, other = serving.application("Ours"), serving.application("Theirs")
    gone = agreed(serving, app, read_by_file(app)) | notified(app, "consent.warning")
    assert app.delete(f"/notifications/webhooks/{gone['webhookId']}").status_code == 204
    ids = agreed(serving, app, read_by_bank(app)) | notified(app, "consent.warning")
    second = agreed(serving, app, read_by_file(app)) | notified(app, "consent.reminder")
    assert second.pop("policyId") == ids["policyId"], "a policy is of the application"
    assert app.delete(f"/users/{gone['userId']}").status_code == 204
    waiting = app.connect(app.new_user(), "jared", "django", "AU00002")
    app.settled(waiting)
    theirs = agreed(serving, other, read_by_file(other)) | notified(other, "consent.warning")
    at_rest(serving.services)
    return Fixtures(serving, app, other, ids, second, theirs, gone, waiting)


def agreed(serving: Serving, app: Application, ids: dict[str, str]) -> dict[str, str]:
    """The same user with a consent to everything, as the consent pages give it, and an auth link."""
    tenant = Tenant(app.id, ids["userId"])
    consent = serving.services.write_now(lambda session: give_consent(session.of(tenant), SCOPES), tenant=app.id)
    assert app.post(f"/users/{ids['userId']}/auth_link", json={"mobile": "+61410888666"}).status_code == 201
    summary = app.post(f"/users/{ids['userId']}/affordability")
    assert summary.status_code == 200, summary.text
    report = app.post("/reports", json=report_body([ids["userId"]], [ids["accountId"]]))
    assert report.status_code == 202, report.text
    made = app.settled(report.json()["id"])["links"]["source"].rpartition("/")[2]
    (given,) = app.get(f"/users/{ids['userId']}/consents").json()["data"]
    return {
        **ids,
        "consentId": consent,
        "snapshotId": summary.json()["id"],
        "reportId": made,
        "policyId": given["links"]["consentPolicy"].rpartition("/")[2],
    }


def notified(app: Application, kind: str) -> dict[str, str]:
    """A webhook for events of a type, a message to it, and the application's newest event."""
    webhook = app.post("/notifications/webhooks", json={"url": f"http://{NO_LISTENER}/{kind}", "subscribedEvents": kind})
    assert webhook.status_code == 201, webhook.text
    assert app.post("/notifications/messages/test", json={"eventTypeId": kind}).status_code == 201
    (message,) = app.get(f"/notifications/webhooks/{webhook.json()['id']}/messages").json()["data"]
    newest = app.get("/events?limit=1").json()["data"][0]
    return {"webhookId": webhook.json()["id"], "messageId": message["id"], "eventId": newest["id"]}


def read_by_bank(app: Application, login: str = "gavinBelson", password: str = "hooli2016") -> dict[str, str]:
    """A user connected to the test bank: the ids of what that made."""
    user = app.new_user()
    return _ids(app, user, app.connect(user, login, password))


def read_by_file(app: Application) -> dict[str, str]:
    """A user with an uploaded statement: quicker than a bank."""
    user = app.new_user()
    return _ids(app, user, app.upload(user, CSV).json()["id"])


def _ids(app: Application, user: str, job_id: str) -> dict[str, str]:
    job = app.settled(job_id)
    assert [step["status"] for step in job["steps"]] == ["success"] * 3, job
    connection = job["links"]["source"].rpartition("/")[2]
    transaction = app.get(f"/users/{user}/transactions?limit=1&filter=transaction.status.eq('posted')").json()["data"][0]
    return {
        "userId": user,
        "jobId": job_id,
        "connectionId": connection,
        "identityId": identity_id(connection),
        "accountId": transaction["account"],
        "transactionId": transaction["id"],
    }


def contents(services: Services) -> dict[str, object]:
    """Everything stored: whole rows, of the transactions their number; not the counters of the token limit, nor those of
    reads, nor when the health check last wrote, which are written down by themselves.

    Two equal answers: nothing was written between.
    """

    def look(uow: UnitOfWork) -> dict[str, object]:
        found: dict[str, object] = {}
        for name, table in metadata.tables.items():
            if name in ("hits", "reading_log"):
                continue
            if name == "transactions":
                found[name] = uow.rows(select(func.count()).select_from(table))
            else:
                found[name] = sorted((row for row in uow.rows(select(table)) if row[0] != HEALTH_MARK), key=repr)
        return found

    return services.storage.read_now(look, tenant=EVERY_TENANT)


def at_rest(services: Services) -> None:
    """Wait until no job and no message is due or at work and every transaction is enriched; those that wait for a person or a later
    moment may stay."""
    now = to_milliseconds(services.clock.now())
    chosen = (
        select(jobs.c.id).where(jobs.c.state == JobState.QUEUED, jobs.c.due_at_ms <= now),
        select(messages.c.id).where(messages.c.state == MessageState.PENDING, messages.c.due_at <= now),
        select(webhooks.c.id).where(webhooks.c.lease_owner.is_not(None)),
    )
    for each in chosen:
        until(lambda left=each: services.storage.read_now(lambda uow: uow.row(left), tenant=EVERY_TENANT) is None, f"none of {each}")  # type: ignore[misc]
    until(
        lambda: not services.storage.read_now(lambda uow: due_users(uow, rules_version(), 1), tenant=EVERY_TENANT),
        "every transaction enriched",
        seconds=2 * PATIENCE_SECONDS,  # enrichment gives way to everything else
    )
