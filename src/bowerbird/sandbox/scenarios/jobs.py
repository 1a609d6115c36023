"""Jobs that a bank, or the lack of one, lets fail."""

from __future__ import annotations

from bowerbird import codes
from bowerbird.codes import Entry
from bowerbird.sandbox.scenarios.parts import (
    AT_RAVIGA,
    CONNECTION,
    CONNECTIONS,
    HOOLI,
    JARED,
    RESET_LIMITS,
    SAVE_JOB,
    Scenario,
    advance,
    connect,
    control,
    ends,
    fault,
    limits,
    reaches,
    request,
    returns,
    with_user,
)
from bowerbird.sandbox.scenarios.requests import ACCOUNT, report


def _login(entry: Entry, name: str, password: str) -> Scenario:
    return with_user(connect({"loginId": name, "password": password, "institution": {"id": "AU00000"}}), ends(entry))


def _faulty(entry: Entry, step: str) -> Scenario:
    return with_user(connect(HOOLI, fault(entry, step=step)), ends(entry))


def _report(entry: Entry) -> Scenario:
    body = report()
    return with_user(
        connect(HOOLI),
        reaches(2, "success"),
        ACCOUNT,
        request("POST", "/reports", fault(entry, step="create-report"), json=body, save=SAVE_JOB),
        ends(entry),
    )


_FIRST = "verify-credentials"

SCENARIOS: dict[Entry, Scenario] = {
    codes.SERVICE_UNAVAILABLE: _login(codes.SERVICE_UNAVAILABLE, "jianYang", "nothotdog"),
    codes.INVALID_USERNAME_OR_PASSWORD: _login(codes.INVALID_USERNAME_OR_PASSWORD, "gavinBelson", "wrong"),
    codes.LOCKED_ACCOUNT: _login(codes.LOCKED_ACCOUNT, "bighead", "password"),
    codes.MFA_NOT_SUPPORTED: _login(codes.MFA_NOT_SUPPORTED, "russ", "hanneman"),
    codes.MFA_WRONG_ANSWER: with_user(
        connect(JARED),
        reaches(1, "in-progress"),
        request("POST", "/jobs/{{jobId}}/mfa", json={"mfa-response": ["wrong"]}),
        ends(codes.MFA_WRONG_ANSWER, 1),
    ),
    codes.USER_ACTION_REQUIRED_AT_BANK: _login(codes.USER_ACTION_REQUIRED_AT_BANK, "erlich", "aviato"),
    codes.MAINTENANCE: _login(codes.MAINTENANCE, "dinesh", "tesla"),
    codes.MFA_EXPIRED: with_user(limits(mfaExpirySeconds=1), connect(JARED), advance(2), RESET_LIMITS, ends(codes.MFA_EXPIRED, 1)),
    codes.STEP_TIMED_OUT: with_user(
        limits(stepSeconds=1),
        control("POST", "/faults", json={"step": _FIRST, "delayMs": 1500, "times": 1, "userId": "{{userId}}"}),
        connect(HOOLI),
        ends(codes.STEP_TIMED_OUT),
        RESET_LIMITS,
    ),
    codes.REPORT_NOT_CREATED: _report(codes.REPORT_NOT_CREATED),
    codes.REPORT_GONE: _report(codes.REPORT_GONE),
    codes.INVALID_CONNECTION: with_user(
        connect(JARED),
        reaches(1, "in-progress"),
        CONNECTION,
        request("DELETE", f"{CONNECTIONS}/{{{{connectionId}}}}"),
        ends(codes.INVALID_CONNECTION, 1),
    ),
    codes.UNKNOWN_ERROR: _faulty(codes.UNKNOWN_ERROR, _FIRST),
    codes.AUTHORIZATION_FAILED: with_user(*AT_RAVIGA, returns(error="access_denied"), ends(codes.AUTHORIZATION_FAILED)),
    codes.USER_ACTION_REQUIRED: with_user(*AT_RAVIGA, returns(code="erlich"), ends(codes.USER_ACTION_REQUIRED)),
    codes.BROWSER_EXPIRED: with_user(*AT_RAVIGA, advance(601), ends(codes.BROWSER_EXPIRED)),
}
