"""The tenancy matrix: who may be named by whom, for every operation, and what a new operation must declare.

Rows come from the URL map. An operation whose path names ids is asked for ids of another application, of another user, deleted,
malformed, of no user and of another kind, by every kind of token. What it says of an id that exists elsewhere must be what it says of
one that exists nowhere, to the byte, and the documented refusal; and nothing may change.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import select

from bowerbird import codes
from bowerbird.api.operation import Access, Operation
from bowerbird.api.routes import OPERATIONS
from bowerbird.domain.services import Services
from bowerbird.storage.database.tables import metadata
from bowerbird.storage.database.unit_of_work import EVERY_TENANT, UnitOfWork
from tests.api.fixtures import Fixtures, body_of, path_of
from tests.api.response_checks import answer_of, judge
from tests.run_summary import COUNTS
from tests.serving import Application

CHECKS = COUNTS["tenancy"]
"""Checks made in this run, by what they were of."""

PUBLIC_PARAMETERS = {"connectorId", "institutionId", "method", "logo", "reportTypeId"}
"""Path parameters that name what everybody may see."""

UNKNOWN: Mapping[str, codes.Entry] = {
    "userId": codes.USER_NOT_FOUND,
    "connectionId": codes.CONNECTION_NOT_FOUND,
    "jobId": codes.JOB_NOT_FOUND,
    "consentId": codes.CONSENT_NOT_FOUND,
    "identityId": codes.IDENTITY_NOT_FOUND,
    "policyId": codes.POLICY_NOT_FOUND,
    "accountId": codes.ACCOUNT_NOT_FOUND,
    "snapshotId": codes.SUMMARY_NOT_FOUND,
    "reportId": codes.REPORT_NOT_FOUND,
    "transactionId": codes.TRANSACTION_NOT_FOUND,
    "webhookId": codes.WEBHOOK_NOT_FOUND,
    "messageId": codes.MESSAGE_NOT_FOUND,
    "id": codes.EVENT_NOT_FOUND,
}
"""The refusal for an id that does not exist, asked with a server's token. A new kind of id needs a row, and an id in `Scene`."""


MALFORMED_ENTRIES = dict.fromkeys(("webhookId", "messageId", "id"), codes.PATH_PARAMETER_NOT_VALID)
"""What a malformed id is answered, where that is not `ID_NOT_VALID`."""

PUBLIC_PLACES = {"get_event_type"}
"""Operations whose `{id}` names what everybody may see."""


class Named(NamedTuple):
    """Where else an operation names things of a tenant: id properties of its filter, fields of its body, and its `next` cursor."""

    filters: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    cursor: bool = False


NOTHING = Named()
MATRIX: Mapping[str, Named] = {
    "create_token": Named(body=("userId",)),
    "create_user": NOTHING,
    "list_users": Named(cursor=True),
    "get_user": NOTHING,
    "update_user": NOTHING,
    "delete_user": NOTHING,
    "list_connections": Named(filters=("id", "connection.id")),
    "create_connection": NOTHING,
    "refresh_connections": NOTHING,
    "get_connection": NOTHING,
    "update_connection": NOTHING,
    "delete_connection": NOTHING,
    "refresh_connection": NOTHING,
    "purge_connection": NOTHING,
    "create_statement": NOTHING,
    "list_consents": NOTHING,
    "delete_consent": NOTHING,
    "get_policy": NOTHING,
    "create_auth_link": NOTHING,
    "get_auth_link": NOTHING,
    "delete_auth_link": NOTHING,
    "list_jobs": Named(filters=("connection.id",)),
    "get_job": NOTHING,
    "create_mfa_response": NOTHING,
    "list_accounts": Named(filters=("account.id", "connection.id")),
    "get_account": NOTHING,
    "list_transactions": Named(filters=("account.id", "connection.id", "transaction.id"), cursor=True),
    "get_transaction": NOTHING,
    "get_enrichment": NOTHING,
    "list_identities": NOTHING,
    "create_income": Named(body=("accounts",)),
    "get_income": NOTHING,
    "create_expenses": Named(body=("accounts",)),
    "get_expenses": NOTHING,
    "list_affordability": NOTHING,
    "create_affordability": Named(body=("accounts",)),
    "get_affordability": NOTHING,
    "list_affordability_transactions": Named(cursor=True),
    "get_identity": NOTHING,
    "create_report": Named(body=("accounts", "users")),
    "list_reports": NOTHING,
    "list_report_types": NOTHING,
    "get_report_type": NOTHING,
    "get_report": NOTHING,
    "delete_report": NOTHING,
    "list_report_transactions": Named(filters=("account.id", "connection.id", "transaction.id"), cursor=True),
    "list_events": Named(filters=("user.id",), cursor=True),
    "get_event": NOTHING,
    "list_event_types": NOTHING,
    "get_event_type": NOTHING,
    "create_webhook": NOTHING,
    "list_webhooks": NOTHING,
    "get_webhook": NOTHING,
    "update_webhook": NOTHING,
    "delete_webhook": NOTHING,
    "list_messages": Named(cursor=True),
    "get_message": NOTHING,
    "replay_webhook": NOTHING,
    "create_test_message": NOTHING,
    "get_refresh_schedule": NOTHING,
    "update_refresh_schedule": NOTHING,
    "get_own_rules": NOTHING,
    "update_own_rules": NOTHING,
    "update_category": NOTHING,
    "list_connectors": NOTHING,
    "get_connector": NOTHING,
    "list_institutions": NOTHING,
    "get_institution": NOTHING,
    "list_public_connectors": NOTHING,
    "get_public_connector": NOTHING,
    "list_public_institutions": NOTHING,
    "get_logo": NOTHING,
    "get_health": NOTHING,
    "get_readiness": NOTHING,
    "get_metrics": NOTHING,
    "get_openapi": NOTHING,
}
"""One row an operation. The tests hold it against the URL map and, for filters, against what the server accepts."""

FILTER_IDS = ("id", *(f"{noun}.id" for noun in ("account", "connection", "event", "job", "statement", "transaction", "user", "webhook")))


def own_parameters(operation: Operation) -> list[str]:
    """Names in the path that stand for something of a tenant."""
    if operation.name in PUBLIC_PLACES:
        return []
    return [name for name in re.findall(r"\{(\w+)\}", operation.path) if name not in PUBLIC_PARAMETERS]


GUARDED = [each for each in OPERATIONS if each.access in (Access.SERVER, Access.OWN_USER)]
NAMING = [(operation, parameter) for operation in GUARDED for parameter in own_parameters(operation)]


@dataclass(frozen=True)
class TwoTenants:
    """Two applications with two users each, at rest; `gone` were deleted from the first, `theirs_gone` from the second."""

    fixtures: Fixtures
    theirs_second: dict[str, str]
    theirs_gone: dict[str, str]

    @property
    def app(self) -> Application:
        return self.fixtures.app

    def foreign(self, parameter: str, *, own_users: bool = False) -> dict[str, str]:
        """Ids that exist, or did, but not where they are asked for; by what they are. `own_users`: all users may be named."""
        fixtures, kind_asked = self.fixtures, "eventId" if parameter == "id" else parameter
        found = {
            "of-another-application": fixtures.theirs[kind_asked],
            "of-another-applications-second": self.theirs_second[kind_asked],
            "deleted-elsewhere": self.theirs_gone[kind_asked],
            "nil": "00000000-0000-0000-0000-000000000000",
        }
        found |= {f"another-kind:{kind}": value for kind, value in fixtures.ids.items() if kind != kind_asked}
        if kind_asked not in ("eventId", "policyId"):  # events outlive what they tell of, and policies are never deleted
            found["deleted"] = fixtures.gone[kind_asked]
        if not own_users and kind_asked != "policyId":  # a policy is of the application
            found["of-another-user"] = fixtures.second[kind_asked]
        return found

    def tokens(self) -> dict[str, str]:
        """Every kind of token the first application can hold."""
        ask = self.app.token
        return {
            "server": ask(),
            "client": ask("CLIENT_ACCESS", self.fixtures.ids["userId"]),
            "client-of-another-user": ask("CLIENT_ACCESS", self.fixtures.second["userId"]),
            "client-without-user": ask("CLIENT_ACCESS"),
        }


MALFORMED = ("me", "1", "%27", "..%2f", "A" * 36, "00000000-0000-4000-8000-00000000000", "00000000-0000-4000-8000-00000000000g", "%00")


class ComparedAnswer(NamedTuple):
    """All of an answer but what differs between any two: the correlation id and the date."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def ask(tenants: TwoTenants, operation: Operation, ids: Mapping[str, str], token: str, **options: Any) -> ComparedAnswer:
    """A good request of an operation but for its ids."""
    answer = tenants.app.call(
        operation.method,
        path_of(operation, {**tenants.fixtures.ids, **ids}),
        token=token,
        **(options or body_of(operation, {**tenants.fixtures.ids, **ids})),
    )
    return compared_answer(answer)


def compared_answer(answer: Any) -> ComparedAnswer:
    judge(answer_of(answer))
    own = answer.headers["x-correlation-id"]
    headers = tuple(sorted((name, value) for name, value in answer.headers.items() if name not in ("x-correlation-id", "date")))
    return ComparedAnswer(answer.status_code, headers, answer.read().replace(own.encode(), b"-"))


def expected(operation: Operation, parameter: str, caller: str) -> codes.Entry:
    """The refusal that an id that does not exist must get. The order is that of admission: scope, then the user, then the rest."""
    if caller == "server":
        return UNKNOWN[parameter]
    if operation.access is Access.SERVER:
        return codes.FORBIDDEN
    if caller == "client-without-user":
        return codes.TOKEN_WITHOUT_USER
    if caller == "client" and operation.names_user and parameter != "userId":
        return UNKNOWN[parameter]
    return codes.UNAUTHORIZED_ACCESS


def malformed_expected(operation: Operation, parameter: str, caller: str) -> codes.Entry:
    entry = expected(operation, parameter, caller)
    judged_by_form = entry is UNKNOWN[parameter] or (not operation.names_user and entry is codes.UNAUTHORIZED_ACCESS)
    return MALFORMED_ENTRIES.get(parameter, codes.ID_NOT_VALID) if judged_by_form else entry


def rows_of(services: Services) -> dict[str, str]:
    """A hash of all rows, by table: equal before and after, nothing has changed."""

    def look(uow: UnitOfWork) -> dict[str, str]:
        found = {}
        for name, table in metadata.tables.items():
            if name in ("hits", "reading_log"):  # requests counted for the token limit, and reads: written down by themselves
                continue
            every = sorted(repr(tuple(row)) for row in uow.rows(select(table)))
            found[name] = hashlib.sha256("\n".join(every).encode()).hexdigest()
        return found

    return services.storage.read_now(look, tenant=EVERY_TENANT)


def foreign_ids(tenants: TwoTenants, operation: Operation) -> Iterator[str]:
    """Everything that must never be seen in an answer to the first application, about its first user where the path names one."""
    second = [tenants.fixtures.second] if operation.names_user else []
    for ids in (tenants.fixtures.theirs, tenants.theirs_second, tenants.theirs_gone, *second):
        yield from ids.values()
