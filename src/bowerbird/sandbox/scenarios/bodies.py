"""Parameters and bodies."""

from __future__ import annotations

from bowerbird import codes
from bowerbird.codes import Entry
from bowerbird.sandbox.scenarios.parts import (
    CONNECTION,
    CONNECTIONS,
    HOOLI,
    JARED,
    WRONG,
    Json,
    Scenario,
    connect,
    fault,
    reaches,
    refused,
    signed_in,
    with_user,
)


def _user(entry: Entry, **fields: str) -> Scenario:
    return signed_in(refused(entry, "POST", "/users", json=fields))


def _connection(entry: Entry, body: Json, headers: dict[str, str] | None = None) -> Scenario:
    return with_user(refused(entry, "POST", CONNECTIONS, headers, json=body))


def _answering(entry: Entry, *answers: str) -> Scenario:
    answer = refused(entry, "POST", "/jobs/{{jobId}}/mfa", json={"mfa-response": list(answers)})
    return with_user(connect(JARED), reaches(1, "in-progress"), answer)


def _institution(institution: str) -> Json:
    return {**HOOLI, "institution": {"id": institution}}


SCENARIOS: dict[Entry, Scenario] = {
    codes.EMAIL_OR_MOBILE_REQUIRED: _user(codes.EMAIL_OR_MOBILE_REQUIRED),
    codes.BUSINESS_NAME_REQUIRED: _user(codes.BUSINESS_NAME_REQUIRED, email="a@hooli.com", businessIdNo="51 824 753 556"),
    codes.LOGIN_ID_REQUIRED: _connection(codes.LOGIN_ID_REQUIRED, {"password": "x", "institution": {"id": "AU00000"}}),
    codes.PASSWORD_REQUIRED: _connection(codes.PASSWORD_REQUIRED, {"loginId": "x", "institution": {"id": "AU00000"}}),
    codes.INSTITUTION_ID_REQUIRED: _connection(codes.INSTITUTION_ID_REQUIRED, {"loginId": "x", "password": "x"}),
    codes.SECONDARY_LOGIN_REQUIRED: _connection(codes.SECONDARY_LOGIN_REQUIRED, HOOLI, fault(codes.SECONDARY_LOGIN_REQUIRED)),
    codes.MFA_RESPONSE_REQUIRED: _answering(codes.MFA_RESPONSE_REQUIRED),
    codes.EMAIL_NOT_VALID: _user(codes.EMAIL_NOT_VALID, email="x"),
    codes.MOBILE_NOT_VALID: _user(codes.MOBILE_NOT_VALID, mobile="x"),
    codes.FIELD_NOT_VALID: _user(codes.FIELD_NOT_VALID, email="a@hooli.com", firstName="\0"),
    codes.BUSINESS_NUMBER_NOT_VALID: _user(codes.BUSINESS_NUMBER_NOT_VALID, email="a@hooli.com", businessName="x", businessIdNo="x"),
    codes.INSTITUTION_UNKNOWN: _connection(codes.INSTITUTION_UNKNOWN, _institution("AU99999")),
    codes.INSTITUTION_DISABLED: _connection(codes.INSTITUTION_DISABLED, HOOLI, fault(codes.INSTITUTION_DISABLED)),
    codes.CONNECTION_NOT_ACTIVE: with_user(
        connect(WRONG),
        reaches(0, "failed"),
        CONNECTION,
        refused(codes.CONNECTION_NOT_ACTIVE, "POST", f"{CONNECTIONS}/{{{{connectionId}}}}/purge"),
    ),
    codes.INVALID_CREDENTIALS: with_user(
        connect(WRONG),
        reaches(0, "failed"),
        CONNECTION,
        refused(codes.INVALID_CREDENTIALS, "POST", f"{CONNECTIONS}/{{{{connectionId}}}}/refresh"),
    ),
    codes.MFA_NOT_AWAITED: with_user(
        connect(HOOLI),
        reaches(2, "success"),
        refused(codes.MFA_NOT_AWAITED, "POST", "/jobs/{{jobId}}/mfa", json={"mfa-response": ["1"]}),
    ),
    codes.MFA_ANSWERS_COUNT: _answering(codes.MFA_ANSWERS_COUNT, "1", "2"),
}
