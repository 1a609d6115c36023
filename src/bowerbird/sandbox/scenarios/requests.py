"""Requests themselves, what cannot be found, and what the control plane refuses."""

from __future__ import annotations

import base64
from typing import Any

from bowerbird import codes
from bowerbird.codes import Entry
from bowerbird.domain.feeds.feeds import SIMPLEFIN_ROOT
from bowerbird.sandbox.scenarios.parts import (
    CONNECTION,
    CONNECTIONS,
    DELETE_USER,
    HOOLI,
    JSON,
    NEW_USER,
    NO_ONE,
    RESET_LIMITS,
    SAVE_JOB,
    USER,
    WRONG,
    Json,
    Scenario,
    application,
    connect,
    control,
    fault,
    limits,
    reaches,
    refused,
    repeated,
    request,
    says,
    signed_in,
    token,
    with_user,
)


def get(entry: Entry, path: str, headers: dict[str, str] | None = None) -> Scenario:
    return signed_in(refused(entry, "GET", path, headers))


def of_user(entry: Entry, path: str) -> Scenario:
    return with_user(refused(entry, "GET", f"{USER}{path}"))


def _text(entry: Entry, path: str, text: str | Json, kind: str) -> Scenario:
    return with_user(refused(entry, "POST", path, {"Content-Type": kind}, text=text))


def _control(entry: Entry, method: str, path: str, **more: Any) -> Scenario:
    return [control(method, path, **more, expect=says(entry))]


def _months(entry: Entry, first: str, last: str) -> Scenario:
    return with_user(refused(entry, "POST", f"{USER}/income", json={"fromMonth": first, "toMonth": last}))


ACCOUNT = request("GET", f"{USER}/accounts", save={"accountId": "/data/0/id"})
"""Reads the first of the user's accounts."""


def report(users: list[str] | None = None, accounts: list[str] | None = None) -> Json:
    filters: Json = {
        "fromDate": "2026-01-01",
        "toDate": "2026-03-01",
        "accounts": accounts or ["{{accountId}}"],
        "users": users or ["{{userId}}"],
    }
    return {
        "reportType": "CON_AFFOR_01",
        "title": "Report",
        "filters": [{"name": name, "value": value} for name, value in filters.items()],
    }


_THREE_OF_EACH = [f"{{{{{name}{number}}}}}" for name in ("account", "other") for number in range(3)]
"""Three accounts of each of two users with the same login, who have fewer than six different ones together."""

ENRICH = "/enrich?q=PAPERBARK%20CAFE&institution=AU00000&country=AU"

_ELSEWHERE = {"X-Forwarded-For": "203.0.113.7", "Authorization": "Bearer wrong"}

_FEED = {"Authorization": f"Basic {base64.b64encode(f'{NO_ONE}.{NO_ONE}:none'.encode()).decode()}"}
"""The name and password of a feed that does not exist."""

SCENARIOS: dict[Entry, Scenario] = {
    codes.INTERNAL_SERVER_ERROR: get(codes.INTERNAL_SERVER_ERROR, "/connectors", fault(codes.INTERNAL_SERVER_ERROR)),
    codes.METHOD_NOT_ALLOWED: signed_in(refused(codes.METHOD_NOT_ALLOWED, "PUT", "/users")),
    codes.UNSUPPORTED_ACCEPT: get(codes.UNSUPPORTED_ACCEPT, "/connectors", {"Accept": "text/html"}),
    codes.UNSUPPORTED_CONTENT_TYPE: _text(codes.UNSUPPORTED_CONTENT_TYPE, "/users", "x", "text/plain"),
    codes.TOO_MANY_TOKEN_REQUESTS: [
        limits(tokenRequestsPer5Minutes=3),
        token(says(codes.TOO_MANY_TOKEN_REQUESTS)) | {"times": 4},
        RESET_LIMITS,
    ],
    codes.BODY_TOO_LONG: _text(codes.BODY_TOO_LONG, "/users", repeated(" ", 1_048_577), JSON),
    codes.HEADERS_TOO_LONG: [
        {"method": "GET", "path": "/", "headers": {"X-Long": repeated("a", 70_000)}, "expect": says(codes.HEADERS_TOO_LONG)}
    ],
    codes.REQUEST_TOO_SLOW: get(codes.REQUEST_TOO_SLOW, "/connectors", fault(codes.REQUEST_TOO_SLOW)),
    codes.TOO_MANY_REFRESHES: with_user(
        connect(HOOLI),
        reaches(2, "success"),
        CONNECTION,
        limits(refreshesPerConnectionPerDay=1),
        request("POST", f"{CONNECTIONS}/{{{{connectionId}}}}/refresh", save=SAVE_JOB),
        reaches(2, "success"),
        refused(codes.TOO_MANY_REFRESHES, "POST", f"{CONNECTIONS}/{{{{connectionId}}}}/refresh"),
        RESET_LIMITS,
    ),
    codes.TOO_MANY_ENRICH_REQUESTS: [
        application(),
        token(),
        limits(sandboxEnrichRequestsPerMonth=1),
        request("GET", ENRICH),
        refused(codes.TOO_MANY_ENRICH_REQUESTS, "GET", ENRICH),
        RESET_LIMITS,
    ],
    codes.TOO_MANY_SUMMARIES: [
        application(),
        token(),
        NEW_USER,
        connect(HOOLI),
        reaches(2, "success"),
        limits(sandboxInsightsPerDay=1),
        request("POST", f"{USER}/income"),
        refused(codes.TOO_MANY_SUMMARIES, "POST", f"{USER}/expenses"),
        RESET_LIMITS,
        DELETE_USER,
    ],
    codes.TOO_MANY_REPORTS: [
        application(),
        token(),
        NEW_USER,
        connect(HOOLI),
        reaches(2, "success"),
        ACCOUNT,
        limits(sandboxInsightsPerDay=1),
        request("POST", "/reports", json=report()),
        refused(codes.TOO_MANY_REPORTS, "POST", "/reports", json=report()),
        RESET_LIMITS,
        DELETE_USER,
    ],
    codes.REPORT_PARAMETER_MISSING: signed_in(
        refused(
            codes.REPORT_PARAMETER_MISSING, "POST", "/reports", json={**report(), "filters": [{"name": "fromDate", "value": "2026-01-01"}]}
        )
    ),
    codes.TOO_MANY_REPORT_USERS: signed_in(
        refused(codes.TOO_MANY_REPORT_USERS, "POST", "/reports", json=report([f"{NO_ONE[:-1]}{number}" for number in range(6)], [NO_ONE]))
    ),
    codes.REPORT_IDS_REPEATED: signed_in(refused(codes.REPORT_IDS_REPEATED, "POST", "/reports", json=report([NO_ONE, NO_ONE], [NO_ONE]))),
    codes.REPORT_ACCOUNTS_DUPLICATED: with_user(
        connect(HOOLI),
        reaches(2, "success"),
        request("GET", f"{USER}/accounts", save={f"account{number}": f"/data/{number}/id" for number in range(3)}),
        request("POST", "/users", json={"email": "gavin@hooli.com"}, save={"otherId": "/id"}),
        request("POST", "/users/{{otherId}}/connections", json=HOOLI, save=SAVE_JOB),
        reaches(2, "success"),
        request("GET", "/users/{{otherId}}/accounts", save={f"other{number}": f"/data/{number}/id" for number in range(3)}),
        refused(codes.REPORT_ACCOUNTS_DUPLICATED, "POST", "/reports", json=report(["{{userId}}", "{{otherId}}"], _THREE_OF_EACH)),
        request("DELETE", "/users/{{otherId}}", always=True),
    ),
    codes.OWN_RULE_NOT_VALID: signed_in(
        refused(codes.OWN_RULE_NOT_VALID, "POST", "/extras/rules", json={"rules": [{"leaf": "groceries"}], "dryRun": True})
    ),
    codes.REPORT_NOT_FOUND: get(codes.REPORT_NOT_FOUND, f"/reports/{NO_ONE}"),
    codes.REPORT_TYPE_NOT_FOUND: get(codes.REPORT_TYPE_NOT_FOUND, "/reports/types/CON_AFFOR_02"),
    codes.ENRICH_PARAMETER_MISSING: get(codes.ENRICH_PARAMETER_MISSING, "/enrich?q=COFFEE&country=AU"),
    codes.INVALID_HTTP: [{"raw": "hello\r\n", "expect": says(codes.INVALID_HTTP)}],
    codes.POSTED_NOT_VALID: _text(codes.POSTED_NOT_VALID, "/users", "{", JSON),
    codes.MULTIPART_NOT_VALID: _text(codes.MULTIPART_NOT_VALID, f"{USER}/statements", "x", "multipart/form-data; boundary=b"),
    codes.TOO_MANY_SANDBOX_CONNECTIONS: [
        application(),
        token(),
        NEW_USER,
        limits(sandboxConnections=1),
        connect(HOOLI),
        refused(codes.TOO_MANY_SANDBOX_CONNECTIONS, "POST", CONNECTIONS, json={**HOOLI, "loginId": "nelson"}),
        RESET_LIMITS,
        DELETE_USER,
    ],
    codes.IDEMPOTENCY_KEY_NOT_VALID: signed_in(
        refused(codes.IDEMPOTENCY_KEY_NOT_VALID, "POST", "/users", {"Idempotency-Key": ""}, json={"email": "gavin@hooli.com"})
    ),
    codes.IDEMPOTENCY_KEY_USED: with_user(
        request("POST", CONNECTIONS, {"Idempotency-Key": "{{userId}}"}, json=HOOLI, save=SAVE_JOB),
        refused(codes.IDEMPOTENCY_KEY_USED, "POST", CONNECTIONS, {"Idempotency-Key": "{{userId}}"}, json=WRONG),
    ),
    codes.PATH_NOT_FOUND: get(codes.PATH_NOT_FOUND, "/nothing"),
    codes.USER_NOT_FOUND: get(codes.USER_NOT_FOUND, f"/users/{NO_ONE}"),
    codes.CONNECTION_NOT_FOUND: of_user(codes.CONNECTION_NOT_FOUND, f"/connections/{NO_ONE}"),
    codes.JOB_NOT_FOUND: get(codes.JOB_NOT_FOUND, f"/jobs/{NO_ONE}"),
    codes.ACCOUNT_NOT_FOUND: of_user(codes.ACCOUNT_NOT_FOUND, f"/accounts/{NO_ONE}"),
    codes.TRANSACTION_NOT_FOUND: of_user(codes.TRANSACTION_NOT_FOUND, f"/transactions/{NO_ONE}"),
    codes.INSTITUTION_NOT_FOUND: get(codes.INSTITUTION_NOT_FOUND, "/institutions/AU99999"),
    codes.CONNECTOR_NOT_FOUND: get(codes.CONNECTOR_NOT_FOUND, "/connectors/AU00000/pdf"),
    codes.ID_NOT_VALID: get(codes.ID_NOT_VALID, "/users/me"),
    codes.METHOD_NOT_VALID: get(codes.METHOD_NOT_VALID, "/connectors/AU00000/fax"),
    codes.FILTER_NOT_VALID: of_user(codes.FILTER_NOT_VALID, "/accounts?filter=x"),
    codes.LIMIT_NOT_VALID: of_user(codes.LIMIT_NOT_VALID, "/transactions?limit=0"),
    codes.LIMIT_TOO_HIGH: of_user(codes.LIMIT_TOO_HIGH, "/transactions?limit=501"),
    codes.NEXT_NOT_VALID: of_user(codes.NEXT_NOT_VALID, "/transactions?next=x"),
    codes.POST_DATE_NOT_VALID: of_user(codes.POST_DATE_NOT_VALID, "/transactions?filter=transaction.postDate.eq('x')"),
    codes.NO_ACCOUNTS: with_user(refused(codes.NO_ACCOUNTS, "POST", f"{USER}/income")),
    codes.SUMMARY_NOT_FOUND: of_user(codes.SUMMARY_NOT_FOUND, f"/income/{NO_ONE}"),
    codes.DATE_NOT_VALID: _months(codes.DATE_NOT_VALID, "2026", "2026-03"),
    codes.PERIOD_BACKWARDS: _months(codes.PERIOD_BACKWARDS, "2026-03", "2026-02"),
    codes.PERIOD_TOO_LONG: _months(codes.PERIOD_TOO_LONG, "2025-01", "2026-02"),
    codes.SIMPLEFIN_TOKEN_USED: [refused(codes.SIMPLEFIN_TOKEN_USED, "POST", f"{SIMPLEFIN_ROOT}/claim/none", _FEED)],
    codes.SIMPLEFIN_NO_ACCESS: [refused(codes.SIMPLEFIN_NO_ACCESS, "GET", f"{SIMPLEFIN_ROOT}/accounts", _FEED)],
    codes.NOTICE_NOT_SIGNED: [
        refused(codes.NOTICE_NOT_SIGNED, "POST", "/arrangements/revoke", _FEED, form={"cdr_arrangement_jwt": "x"}),
    ],
    codes.TIMESTAMP_NOT_VALID: [refused(codes.TIMESTAMP_NOT_VALID, "GET", "/simplefin/accounts?start-date=today", _FEED)],
    codes.TOO_MANY_FEED_REQUESTS: [
        limits(tokenRequestsPer5Minutes=3),
        refused(codes.TOO_MANY_FEED_REQUESTS, "GET", f"{SIMPLEFIN_ROOT}/accounts", _FEED) | {"times": 4},
        RESET_LIMITS,
    ],
    codes.CONTROL_NOT_VALID: _control(codes.CONTROL_NOT_VALID, "POST", "/faults", json={}),
    codes.CONTROL_TOKEN_NEEDED: _control(codes.CONTROL_TOKEN_NEEDED, "GET", "/codes", headers=_ELSEWHERE),
    codes.CONTROL_CROSS_SITE: _control(codes.CONTROL_CROSS_SITE, "GET", "/codes", headers={"Sec-Fetch-Site": "cross-site"}),
    codes.FAULT_NOT_FOUND: _control(codes.FAULT_NOT_FOUND, "DELETE", f"/faults/{NO_ONE}"),
    codes.SNAPSHOT_NOT_FOUND: _control(codes.SNAPSHOT_NOT_FOUND, "DELETE", f"/snapshots/{NO_ONE}"),
    codes.FORK_NOT_FOUND: _control(codes.FORK_NOT_FOUND, "DELETE", f"/forks/{NO_ONE}"),
    codes.BANK_NOT_FOUND: _control(codes.BANK_NOT_FOUND, "DELETE", f"/banks/{NO_ONE}"),
    codes.APPLICATION_NOT_FOUND: _control(codes.APPLICATION_NOT_FOUND, "POST", f"/applications/{NO_ONE}", json={"disabled": True}),
}
