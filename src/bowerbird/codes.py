"""The response-code catalogue: every answer that says no, once.

An entry is one (code, variant): what it says on the wire, where it can appear, who must act and whether trying again helps.
HTTP errors, failed job steps, the OpenAPI document, the reference page, `bowerbird codes` and the tests derive from this table.
Sources: the seed document's table and examples (headings, descriptions, invalid-credentials, bank-statement-*), the published
OpenAPI files (HTTP status) and the public documentation (literal titles and details). An entry marked DECIDED has no source.

Placeholders in a title or detail are filled by whoever raises the entry; `answer()` refuses a missing or a surplus one.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class Actor(StrEnum):
    """Who can make the answer go away."""

    DEVELOPER = "developer"
    USER = "user"
    OPERATOR = "operator"
    INSTITUTION = "institution"


class Retry(StrEnum):
    """Whether sending the same request again can help."""

    NO = "no"
    AFTER_CHANGE = "after-change"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Slug:
    """What holds for every variant of one code: the seed's heading and description, who acts, whether to retry."""

    code: str
    heading: str
    description: str
    actor: Actor
    retry: Retry


@dataclass(frozen=True)
class Entry:
    """One code and variant as it goes over the wire.

    `http` is the status of the HTTP answer, None where the entry only ends a job step. `where` names operations' tags
    ("*" every route, "bearer" every route with a token, "body", "filter", "path-id") and job steps ("job:<step>").
    `empty_source` entries carry `"source": {}`, as the live service was recorded to do.
    """

    slug: Slug
    variant: str
    http: int | None
    title: str
    detail: str
    where: tuple[str, ...]
    arrives_with: str = ""
    empty_source: bool = False
    placeholders: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        names = [name for text in (self.title, self.detail) for _, name, _, _ in string.Formatter().parse(text) if name]
        object.__setattr__(self, "placeholders", frozenset(names))

    @property
    def code(self) -> str:
        return self.slug.code

    @property
    def key(self) -> str:
        """`code` or `code/variant`: unique, and what people type."""
        return f"{self.code}/{self.variant}" if self.variant else self.code

    @property
    def of_controls(self) -> bool:
        """Whether only the sandbox's control plane says it, so that no client of the protocol meets it."""
        return bool(self.where) and set(self.where) <= {"control", "fault", "application", "snapshot", "fork", "bank"}

    @property
    def in_jobs(self) -> bool:
        return any(place.startswith("job:") for place in self.where)

    def answer(self, values: Mapping[str, object]) -> tuple[str, str]:
        """Title and detail with the placeholders filled. Raises KeyError for a missing or surplus value."""
        if set(values) != self.placeholders:
            raise KeyError(f"{self.key} takes {sorted(self.placeholders)}, got {sorted(values)}")
        return self.title.format_map(values), self.detail.format_map(values)

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        def pattern(text: str) -> re.Pattern[str]:
            literal = [re.escape(before) + ("(.|\n)*" if name else "") for before, name, _, _ in string.Formatter().parse(text)]
            return re.compile("".join(literal) + r"\Z")

        return pattern(self.title), pattern(self.detail)

    def says(self, title: str, detail: str) -> bool:
        """Whether this entry could have produced the pair of texts."""
        title_pattern, detail_pattern = self._patterns
        return bool(title_pattern.match(title)) and bool(detail_pattern.match(detail))


SAMPLES: dict[str, object] = {
    "accept": "text/html",
    "content_type": "text/plain",
    "limit": 500,
    "seconds": 60,
    "maximum": 500,
    "noun": "User",
    "institution": "AU00000",
    "product": "Connections",
    "version": "0.9",
    "scope": "ALL_ACCESS",
    "expected": 1,
    "kind": "ABN",
    "field": "firstName",
    "caption": "Security code",
    "days": 30,
    "method": "PATCH",
    "reason": "The consent was withdrawn.",
    "origin": "https://elsewhere.example",
    "row": 2,
    "value": "12.3.4",
    "first_row": 1,
    "first_value": "95.50",
    "last_updated": "2026-02-01",
    "event": "connection.created",
}
"""What a placeholder can be filled with, where an entry is shown without a reason to say it."""


CATALOGUE: dict[str, Entry] = {}
SLUGS: dict[str, Slug] = {}

_DEV, _USER, _OPERATOR, _BANK = Actor.DEVELOPER, Actor.USER, Actor.OPERATOR, Actor.INSTITUTION
_NO, _CHANGE, _LATER = Retry.NO, Retry.AFTER_CHANGE, Retry.LATER


def _slug(code: str, heading: str, description: str, actor: Actor, retry: Retry) -> Slug:
    if code in SLUGS:
        raise ValueError(f"code declared twice: {code}")
    SLUGS[code] = Slug(code, heading, description, actor, retry)
    return SLUGS[code]


def _entry(
    slug: Slug, variant: str, http: int | None, title: str, detail: str, *where: str, issue: str = "", empty_source: bool = False
) -> Entry:
    entry = Entry(slug, variant, http, title, detail, where, issue, empty_source)
    if entry.key in CATALOGUE:
        raise ValueError(f"entry declared twice: {entry.key}")
    CATALOGUE[entry.key] = entry
    return entry


# ── Requests as such ─────────────────────────────────────────────────────────────────────────────────────────────────────────
_s = _slug("internal-server-error", "Server Error", "Internal server error. All endpoints", _OPERATOR, _LATER)
INTERNAL_SERVER_ERROR = _entry(_s, "", 500, "Internal server error.", "Internal server error. Please contact support.", "*")

_s = _slug("service-unavailable", "Service Unavailable",
           "Service is currently unavailable. Please try again later.", _BANK, _LATER)
SERVICE_UNAVAILABLE = _entry(_s, "", 503, "Service Unavailable", "Service is currently unavailable. Please try again later.",
                             "*", "job:verify-credentials", "job:mfa-challenge", "job:retrieve-accounts", "job:retrieve-transactions")

_s = _slug("method-not-allowed", "Not Allowed", "Requested method is not allowed.", _DEV, _CHANGE)
METHOD_NOT_ALLOWED = _entry(_s, "", 405, "Requested method is not allowed.", "Method {method} is not allowed on requested endpoint.", "*")

_s = _slug("unsupported-accept", "Invalid Attribute", "Accept type is not supported.", _DEV, _CHANGE)
UNSUPPORTED_ACCEPT = _entry(_s, "", 400, "Accept type is not supported.",
                            "Accept type {accept} is not supported on requested endpoint.", "*")

_s = _slug("unsupported-content-type", "Invalid Attribute", "Requested content type is not supported.", _DEV, _CHANGE)
UNSUPPORTED_CONTENT_TYPE = _entry(_s, "", 415, "Requested content type is not supported.",
                                  "Content type {content_type} is not supported on requested endpoint.", "body", "statements")

_s = _slug("request-not-valid", "Request not valid",
           "There have been too many requests for the token endpoint within a 5 minute period from a specific IP address; "
           "or a PDF/CSV upload is too long.", _DEV, _LATER)
TOO_MANY_TOKEN_REQUESTS = _entry(_s, "token-limit", 403, "Invalid request",
                                 "More than {limit} token requests within 5 minutes from this address. Try again in {seconds} seconds.",
                                 "token")
STATEMENT_TOO_LONG = _entry(_s, "too-long", 413, "Request Too Long", "Statement is larger than the limit of {limit} bytes.", "statements")
BODY_TOO_LONG = _entry(_s, "body-too-long", 413, "Request Too Long", "Request body is larger than the limit of {limit} bytes.", "body", "token")
HEADERS_TOO_LONG = _entry(_s, "headers-too-long", 413, "Request Too Long", "Request line and headers are larger than the limit of {limit} bytes.", "*")
REQUEST_TOO_SLOW = _entry(_s, "too-slow", 408, "Request Too Slow", "Request did not arrive completely in the time it has.", "*")  # DECIDED

_s = _slug("too-many-requests", "Service Unavailable",
           "Request rate limit per connection reached. Follow detail message for futher instructions.", _DEV, _LATER)
TOO_MANY_REFRESHES = _entry(_s, "refreshes", 429, "Too many requests",
                            "This connection can be refreshed {limit} times a day. Try again in {seconds} seconds.", "refresh")

_s = _slug("invalid-content", "Invalid Attribute", "Invalid request content. Check details message. e.g. empty request body", _DEV, _CHANGE)
INVALID_HTTP = _entry(_s, "http", 400, "Invalid request content", "Request is not valid HTTP.", "*")
POSTED_NOT_VALID = _entry(_s, "format", 400, "Invalid request content", "Posted {noun} is not in valid format.", "body")
INSTITUTION_ID_NOT_PROVIDED = _entry(_s, "institution-id", 400, "Invalid request content", "InstitutionID not provided", "statements")
REQUEST_BODY_NOT_VALID = _entry(_s, "request", 400, "Invalid request content", "Posted request not valid.", "webhooks", "webhook-test", "replay")
EVENTS_NOT_SUPPORTED = _entry(_s, "events", 400, "Invalid request content",
                              "Posted subscribedEvents contains unsupported event types.", "webhooks")
EVENT_TYPE_UNKNOWN = _entry(_s, "event-type", 400, "Invalid request content", "Posted eventTypeId doesn't exists.", "webhook-test")
WEBHOOK_URL_NOT_ALLOWED = _entry(_s, "webhook-url", 400, "Invalid request content",
                                 "Posted url cannot be used: {reason}.", "webhooks")  # DECIDED
SINCE_NOT_VALID = _entry(_s, "since", 400, "Invalid request content",
                         "Posted since is not a moment of the last {days} days, such as 2026-11-22T21:05:09Z.", "replay")  # DECIDED
MULTIPART_NOT_VALID = _entry(_s, "multipart", 400, "Invalid request content", "Posted statement is not a complete multipart form.", "statements")

# ── Tokens and access ────────────────────────────────────────────────────────────────────────────────────────────────────────
_s = _slug("invalid-authorization-token", "Unauthorized", "Invalid authorization token. Check details message.", _DEV, _CHANGE)
INVALID_TOKEN = _entry(_s, "", 401, "Invalid authorization token.", "Bearer token is missing, malformed or unknown.", "bearer")

_s = _slug("unauthorized-access", "Unauthorized", "Unauthorized access.", _DEV, _CHANGE)
UNAUTHORIZED_ACCESS = _entry(_s, "", 401, "Unauthorized access", "You are not authorized to access this resource", "client")

_s = _slug("invalid-authorization-request", "Unauthorized", "Invalid authorization request. Check details message.", _DEV, _CHANGE)
UNKNOWN_SCOPE = _entry(_s, "scope", 401, "Invalid authorization request.",
                       "Scope {scope} is unknown. Use SERVER_ACCESS or CLIENT_ACCESS.", "token")
TOKEN_USER_UNKNOWN = _entry(_s, "user", 401, "Invalid authorization request.", "Requested user does not exist.", "token")
TOKEN_WITHOUT_USER = _entry(_s, "user-missing", 401, "Invalid authorization request.",
                            "This CLIENT_ACCESS token is bound to no user. Request one with userId.", "client")

_s = _slug("access-denied", "Access denied",
           "Token has expired; or: Please contact us to have your API key enabled for Connections.", _DEV, _CHANGE)
TOKEN_EXPIRED = _entry(_s, "token-expired", 403, "Access denied.", "Token has expired", "bearer")
PRODUCT_NOT_ENABLED = _entry(_s, "product", 403, "Access denied.",
                             "Please contact us to have your API key enabled for {product}.", "connections", "statements")

_s = _slug("forbidden-access", "Forbidden access", "Access to this resource is forbidden", _DEV, _CHANGE)
FORBIDDEN = _entry(_s, "scope", 403, "Forbidden Access", "Access to this resource is forbidden", "bearer")
ACCOUNT_DISABLED = _entry(_s, "disabled", 403, "Forbidden Access",
                          "Your account has been disabled. Please contact the operator of this server.", "bearer", "token")

_s = _slug("no-production-access", "Unauthorized",
           "Partner has permission to access Sandbox data only. For accessing live Institution data, please contact us via "
           "Intercom or email.", _OPERATOR, _CHANGE)
NO_PRODUCTION_ACCESS = _entry(_s, "", 403, "Unauthorized",
                              "Partner has permission to access Sandbox data only. For accessing live Institution data, "
                              "please contact us via Intercom or email.", "connections", "statements")

_s = _slug("too-many-sandbox-connections", "Limit reached for sandbox connections",
           "You have reached the limit for sandbox connections. Reach out to the operator to reset your account.", _OPERATOR, _CHANGE)
TOO_MANY_SANDBOX_CONNECTIONS = _entry(_s, "", 403, "Limit reached for sandbox connections.",
                                      "You have reached the limit for sandbox connections, {limit}. "
                                      "Delete some, or reach out to the operator of this server.", "connections")

# ── Parameters and bodies ────────────────────────────────────────────────────────────────────────────────────────────────────
_s = _slug("parameter-not-supplied", "Missing Attribute",
           "Required parameter not supplied. Check details and source message. e.g. One of 'email' or 'mobile' is required.", _DEV, _CHANGE)
_MISSING = "Required parameter not supplied"
AUTHORIZATION_REQUIRED = _entry(_s, "authorization", 400, _MISSING, "Authorization header parameter is required", "token")
EMAIL_OR_MOBILE_REQUIRED = _entry(_s, "email-or-mobile", 400, _MISSING, "One of 'email' or 'mobile' is required.", "users", empty_source=True)
MOBILE_REQUIRED = _entry(_s, "mobile", 400, _MISSING, "The user has no mobile: give one, or put it on the user.", "auth-link")
BUSINESS_NAME_REQUIRED = _entry(_s, "business-name", 400, _MISSING, "Business name is required when business number is provided.", "users")
LOGIN_ID_REQUIRED = _entry(_s, "login-id", 400, _MISSING, "Login ID parameter is required.", "connections")
PASSWORD_REQUIRED = _entry(_s, "password", 400, _MISSING, "Password parameter is required.", "connections", "connection-update")
INSTITUTION_ID_REQUIRED = _entry(_s, "institution-id", 400, _MISSING, "Institution ID parameter is required.", "connections")
SECONDARY_LOGIN_REQUIRED = _entry(_s, "login-field", 400, _MISSING, "{caption} is required by this institution.", "connections")
MFA_RESPONSE_REQUIRED = _entry(_s, "mfa-response", 400, _MISSING, "MFA response parameter is required.", "mfa")

_s = _slug("parameter-not-valid", "Invalid Attribute",
           "Parameter value is not valid. Check details and source message. e.g. Provided mobile is in bad format. "
           "User ID value is not valid", _DEV, _CHANGE)
_NOT_VALID = "Parameter value is not valid"
AUTHORIZATION_NOT_VALID = _entry(_s, "authorization", 400, _NOT_VALID, "Invalid authorization header", "token")
VERSION_REQUIRED = _entry(_s, "version-missing", 400, "Required parameter not valid",
                          "Basiq-version must be specified in HTTP request header", "token")
VERSION_NOT_SUPPORTED = _entry(_s, "version", 400, "Required parameter not valid",
                               "Version {version} is no longer supported. Please upgrade to the latest version", "token")
UNKNOWN_API_KEY = _entry(_s, "api-key", 404, "We have encountered an error", "Unable to authenticate. Please, check your API key", "token")
ID_NOT_VALID = _entry(_s, "id", 400, _NOT_VALID, "{noun} ID value is not valid", "path-id")
METHOD_NOT_VALID = _entry(_s, "connector-method", 400, _NOT_VALID, "Connector method value is not valid", "connectors")
FILTER_NOT_VALID = _entry(_s, "filter", 400, _NOT_VALID, "The provided filter parameter is in invalid format or unsupported", "filter")
LIMIT_NOT_VALID = _entry(_s, "limit", 400, _NOT_VALID, "Limit value is not valid", "transactions", "paging")
LIMIT_TOO_HIGH = _entry(_s, "limit-maximum", 400, _NOT_VALID, "Maximum limit allowed is {maximum}", "transactions", "paging")
NEXT_NOT_VALID = _entry(_s, "next", 400, _NOT_VALID, "Next value is not valid", "transactions", "paging")
POST_DATE_NOT_VALID = _entry(_s, "post-date", 400, _NOT_VALID, "PostDate is not valid", "transactions")
EMAIL_NOT_VALID = _entry(_s, "email", 400, _NOT_VALID, "Provided email is in bad format.", "users")
MOBILE_NOT_VALID = _entry(_s, "mobile", 400, _NOT_VALID, "Provided mobile is in bad format.", "users", "auth-link")
FIELD_NOT_VALID = _entry(_s, "field", 400, _NOT_VALID, "{field} value is not valid", "users", "connections", "connection-update")
BUSINESS_NUMBER_NOT_VALID = _entry(_s, "business-number", 400, _NOT_VALID, "Business number is not a valid {kind}.", "users")
INSTITUTION_UNKNOWN = _entry(_s, "institution", 400, _NOT_VALID, "Requested institution does not exist.", "connections", "statements")
INSTITUTION_DISABLED = _entry(_s, "institution-disabled", 400, _NOT_VALID,
                              "The institution you are trying to connect to is currently disabled. Our developers have been "
                              "notified and are working to have the issue resolved.", "connections", "connection-update", "refresh")
CONNECTION_NOT_WEB = _entry(_s, "connection-type", 400, _NOT_VALID, "Connection type is not Web", "connection-update", "refresh")
CONNECTION_NOT_ACTIVE = _entry(_s, "connection-status", 400, _NOT_VALID, "Connection is not active", "purge")
MFA_NOT_AWAITED = _entry(_s, "mfa-not-awaited", 400, _NOT_VALID, "Job is not waiting for an MFA response.", "mfa")
MFA_ANSWERS_COUNT = _entry(_s, "mfa-answers", 400, _NOT_VALID, "MFA response must contain {expected} values.", "mfa")

IDEMPOTENCY_KEY_NOT_VALID = _entry(_s, "idempotency-key", 400, _NOT_VALID,
                                   "Idempotency-Key value is not valid: use 1 to 255 visible ASCII characters.", "creates")  # DECIDED
IDEMPOTENCY_KEY_USED = _entry(_s, "idempotency-key-used", 400, _NOT_VALID,
                              "Idempotency-Key was used before, for another request.", "creates")  # DECIDED

_s = _slug("institution-not-supported", "Institution is not supported",
           "e.g. Institution AU00000 is not supported on this endpoint", _DEV, _CHANGE)
INSTITUTION_NOT_SUPPORTED = _entry(_s, "", 400, "Institution is not supported",
                                   "Institution {institution} is not supported on this endpoint", "connections", "statements")

_s = _slug("invalid-request-content", "PDF/CSV invalid request content (file type)", "Statement is not valid", _USER, _CHANGE)
STATEMENT_NOT_VALID = _entry(_s, "", 400, "Invalid request content", "Statement is not valid", "statements")

# ── Resources ────────────────────────────────────────────────────────────────────────────────────────────────────────────────
_s = _slug("resource-not-found", "Invalid Attribute", "Requested resource is not found. Check details message.", _DEV, _CHANGE)
_NOT_FOUND = "Requested resource is not found"
PATH_NOT_FOUND = _entry(_s, "path", 404, _NOT_FOUND, "Requested path does not exist.", "*")
USER_NOT_FOUND = _entry(_s, "user", 404, _NOT_FOUND, "Requested user does not exist.", "user")
CONNECTION_NOT_FOUND = _entry(_s, "connection", 404, _NOT_FOUND, "Requested connection does not exist.", "connection")
JOB_NOT_FOUND = _entry(_s, "job", 404, _NOT_FOUND, "Requested job does not exist.", "job", "mfa")
ACCOUNT_NOT_FOUND = _entry(_s, "account", 404, _NOT_FOUND, "Requested account does not exist.", "account")
TRANSACTION_NOT_FOUND = _entry(_s, "transaction", 404, _NOT_FOUND, "Requested transaction does not exist.", "transaction")
INSTITUTION_NOT_FOUND = _entry(_s, "institution", 404, _NOT_FOUND, "Requested institution does not exist.", "institution")
CONSENT_NOT_FOUND = _entry(_s, "consent", 404, _NOT_FOUND, "Requested consent does not exist.", "consent")
AUTH_LINK_NOT_FOUND = _entry(_s, "auth-link", 404, _NOT_FOUND, "Requested auth link does not exist.", "auth-links")
EVENT_NOT_FOUND = _entry(_s, "event", 404, _NOT_FOUND, "Requested event does not exist.", "event")
EVENT_TYPE_NOT_FOUND = _entry(_s, "event-type", 404, _NOT_FOUND, "Requested event type does not exist.", "event-type")
WEBHOOK_NOT_FOUND = _entry(_s, "webhook", 404, _NOT_FOUND, "Webhook with provided id doesn't exist.", "webhook")
MESSAGE_NOT_FOUND = _entry(_s, "message", 404, _NOT_FOUND, "Message not found.", "message")
CONNECTOR_NOT_FOUND = _entry(_s, "connector", 404, _NOT_FOUND, "Requested connector does not exist.", "connector")

# ── Failed job steps: banks ──────────────────────────────────────────────────────────────────────────────────────────────────
_s = _slug("invalid-credentials", "Invalid Attribute",
           "Cannot login to target institution using supplied credentials. Please check credentials and try again.", _USER, _CHANGE)
_VERIFY = "job:verify-credentials"
_IMPORT = "job:retrieve-transactions"
"""Where a statement is refused that another one contradicts which was read after this one was verified."""
_STEPS = (_VERIFY, "job:mfa-challenge", "job:retrieve-accounts", "job:retrieve-transactions")
INVALID_CREDENTIALS = _entry(
    _s, "", 400, "Cannot login to target institution, check credentials.",
    "Cannot login to target institution using supplied credentials. Please check credentials and try again.", _VERIFY, "refresh", "connection-update")
INVALID_USERNAME_OR_PASSWORD = _entry(
    _s, "invalid-username-or-password", None, "Cannot login to target institution: invalid username or password.",
    "Cannot login to target institution: invalid username or password. Please check credentials and try again.", _VERIFY)
LOCKED_ACCOUNT = _entry(
    _s, "locked-account", None, "Cannot login to target institution: this account is locked.",
    "Cannot login to target institution: this account is locked. Please contact institution directly.", _VERIFY)
MFA_NOT_SUPPORTED = _entry(
    _s, "multi-factor-authentication", None, "Cannot login to target institution: multi-factor authentication is not supported.",
    "Cannot login to target institution: multi-factor authentication is not supported. "
    "Please check if multi-factor authentication is enabled on login.", _VERIFY, "job:mfa-challenge")
MFA_WRONG_ANSWER = _entry(
    _s, "mfa-wrong-answer", None, "Cannot login to target institution: the multi-factor answer is wrong.",
    "Cannot login to target institution: the multi-factor answer is wrong. Please try again with the newest challenge.",
    "job:mfa-challenge")  # DECIDED

_s = _slug("account-not-accessible-requires-user-action", "Not Accessible",
           "An action is required from end-user before account details can be returned.", _USER, _CHANGE)
USER_ACTION_REQUIRED_AT_BANK = _entry(
    _s, "", None, "Not Accessible",
    "An action is required from end-user before account details can be returned.", *_STEPS)

_s = _slug("maintenance-error", "Not Accessible",
           "Requested resource is currently unavailable due to maintenance on Institution's side.", _BANK, _LATER)
MAINTENANCE = _entry(_s, "", None, "Not Accessible",
                     "Requested resource is currently unavailable due to maintenance on Institution's side.", *_STEPS)

_s = _slug("job-timed-out", "Job timed out", "The job did not finish in the time it has, or nobody answered in time.", _USER, _CHANGE)
MFA_EXPIRED = _entry(_s, "mfa", None, "Job timed out.",
                     "No answer to the multi-factor challenge arrived within {seconds} seconds. Please connect again.", "job:mfa-challenge")
STEP_TIMED_OUT = _entry(_s, "step", None, "Job timed out.", "The institution did not answer within {seconds} seconds.", *_STEPS)

_s = _slug("invalid-connection", "Invalid connection", "The connection of the job no longer exists.", _DEV, _NO)
INVALID_CONNECTION = _entry(_s, "", None, "Invalid connection.", "The connection was deleted while the job was running.", *_STEPS)

_s = _slug("unknown-error", "Unknown error", "The connector failed in a way it does not know.", _OPERATOR, _LATER)
UNKNOWN_ERROR = _entry(_s, "", None, "Unknown error.",
                       "The institution's answer could not be understood. The operator of this server finds job {job} in the log.", *_STEPS)

_s = _slug("authorization-failed", "Authorization failed", "The person or the bank refused an open-banking authorisation.", _USER, _CHANGE)
AUTHORIZATION_FAILED = _entry(_s, "", None, "Authorization failed", "{reason}", _VERIFY, issue="open-banking connections")

_s = _slug("user-action-required", "User action required", "The person must act on the bank's own pages first.", _USER, _CHANGE)
USER_ACTION_REQUIRED = _entry(_s, "", None, "User action required.", "{reason}", _VERIFY, issue="open-banking connections")

# ── Failed job steps: CSV statements ─────────────────────────────────────────────────────────────────────────────────────────
_s = _slug("missing-required-field", "CSV missing required field", "CSV header does not contain required field", _USER, _CHANGE)
CSV_MISSING_FIELD = _entry(_s, "", None, "CSV missing required field", "CSV header does not contain required field {field}.", _VERIFY, "statements")

_s = _slug("missing-required-field-value", "CSV missing required field value", "CSV row does not contain value for required field",
           _USER, _CHANGE)
CSV_MISSING_VALUE = _entry(_s, "", None, "CSV missing required field value",
                           "CSV row {row} does not contain value for required field {field}.", _VERIFY, "statements")

_s = _slug("invalid-field-value", "CSV invalid field value", "Field value is not valid", _USER, _CHANGE)
CSV_INVALID_VALUE = _entry(_s, "", None, "CSV invalid field value",
                           "Field value is not valid: row {row}, field {field}, value '{value}'. {reason}", _VERIFY, _IMPORT, "statements")

_s = _slug("account-data-differs", "CSV account data differs", "Data for single account differs across rows", _USER, _CHANGE)
CSV_ACCOUNT_DIFFERS = _entry(_s, "", None, "CSV account data differs",
                             "Data for single account differs across rows: row {row}, field {field}, value '{value}' "
                             "where row {first_row} says '{first_value}'.", _VERIFY, "statements")

_s = _slug("empty-file", "CSV empty file", "CSV file has no data rows", _USER, _CHANGE)
CSV_EMPTY = _entry(_s, "", None, "CSV empty file", "CSV file has no data rows.", _VERIFY, "statements")

_s = _slug("row-count-exceeded", "CSV row count exceeded", "CSV row count is above limit", _USER, _CHANGE)
CSV_TOO_MANY_ROWS = _entry(_s, "", None, "CSV row count exceeded", "CSV row count is above limit of {limit}.", _VERIFY, "statements")

_s = _slug("invalid-csv-row", "CSV invalid row", "CSV row cannot be split into fields", _USER, _CHANGE)
CSV_INVALID_ROW = _entry(_s, "", None, "CSV invalid row", "CSV row {row} cannot be split into fields: {reason}", _VERIFY, "statements")

_s = _slug("txn-after-last-updated-date", "CSV transaction after last update",
           "A transaction is dated after the account was last updated", _USER, _CHANGE)
CSV_AFTER_LAST_UPDATED = _entry(_s, "", None, "CSV transaction after last update",
                                "Row {row} has txnPostDate {value}, after accLastUpdated {last_updated}.", _VERIFY, "statements")

# ── Failed job steps: PDF statements (titles and details exactly as in the seed) ─────────────────────────────────────────────
_s = _slug("bank-statement-invalid", "PDF bank statement invalid", "File uploaded is not an official PDF bank statement.", _USER, _CHANGE)
STATEMENT_INVALID = _entry(_s, "", None, "Invalid bank statement.", "File uploaded is not an official PDF bank statement.", _VERIFY, "statements")
_s = _slug("bank-statement-not-supported", "PDF bank statement not supported",
           "Statement is not currently supported for this institution - check statement uploaded against correct bank.", _USER, _CHANGE)
STATEMENT_NOT_SUPPORTED = _entry(
    _s, "", None, "Statement not supported.",
    "Statement is not currently supported for this institution - check statement uploaded against correct bank.", _VERIFY, "statements")
_s = _slug("bank-statement-new-product", "PDF Bank statement new product",
           "Requires configuration of product name to account type mapping is missing", _OPERATOR, _LATER)
STATEMENT_NEW_PRODUCT = _entry(_s, "", None, "New product requires config.", "Unable to recognise statement product name.", _VERIFY, "statements")
_s = _slug("bank-statement-parsing-error", "PDF Bank statement parsing error",
           "Error parsing statement due to new statement layout for this product.", _OPERATOR, _LATER)
STATEMENT_PARSING_ERROR = _entry(_s, "", None, "Unable to parse statement.",
                                 "Error parsing statement due to new statement layout for this product.", _VERIFY, _IMPORT, "statements")

# ── The sandbox's control plane (no seed: ours alone, and in the description of the control plane only) ────────────────────────
_s = _slug("control-not-valid", "Sandbox control", "What was asked of the sandbox's control plane cannot be done as it stands.", _DEV, _CHANGE)
CONTROL_NOT_VALID = _entry(_s, "", 400, "Sandbox control not valid", "{reason}", "control")
CONTROL_TOKEN_NEEDED = _entry(
    SLUGS["invalid-authorization-token"], "admin", 401, "Invalid authorization token.",
    "The sandbox's control plane is open to programs of the server's own machine only, and {reason}. "
    "Send its admin token: Authorization: Bearer TOKEN.", "control")
FAULT_NOT_FOUND = _entry(SLUGS["resource-not-found"], "fault", 404, _NOT_FOUND, "Requested fault does not exist.", "fault")
SNAPSHOT_NOT_FOUND = _entry(SLUGS["resource-not-found"], "snapshot", 404, _NOT_FOUND, "Requested snapshot does not exist.", "snapshot")
FORK_NOT_FOUND = _entry(SLUGS["resource-not-found"], "fork", 404, _NOT_FOUND, "Requested fork does not exist: it was deleted, or nobody used it for a while.", "fork")
BANK_NOT_FOUND = _entry(SLUGS["resource-not-found"], "bank", 404, _NOT_FOUND, "Requested bank makes no trouble.", "bank")
APPLICATION_NOT_FOUND = _entry(
    SLUGS["resource-not-found"], "application", 404, _NOT_FOUND, "Requested application does not exist.", "application")
CONTROL_CROSS_SITE = _entry(
    SLUGS["forbidden-access"], "cross-site", 403, "Forbidden Access",
    "The sandbox's control plane does not answer pages of other sites: this request was sent by a page of {origin}.", "control")
CONTROLS_CLOSED = _entry(SLUGS["resource-not-found"], "controls-closed", 404, _NOT_FOUND, "{reason}", "control")

# ── Webhooks and resources that come with them ───────────────────────────────────────────────────────────────────────────────
_s = _slug("path-parameter-not-valid", "Invalid Attribute", "Parameter value is not valid", _DEV, _CHANGE)
PATH_PARAMETER_NOT_VALID = _entry(_s, "", 400, _NOT_VALID, "{noun} ID value is not valid", "webhook", "message", "event")
EVENT_TYPE_NOT_VALID = _entry(_s, "event-type", 400, _NOT_VALID, "Event Type ID parameter is not valid", "event-type")
_s = _slug("resource-already-exists", "Invalid Attribute", "Resource already exists. Check details message.", _DEV, _CHANGE)
WEBHOOK_EXISTS = _entry(_s, "webhook", 409, "Resource already exists", "Webhook with provided url already exists.", "webhooks")
_s = _slug("event-already-subscribed", "Invalid Attribute", "The event is already subscribed to", _DEV, _CHANGE)
EVENT_ALREADY_SUBSCRIBED = _entry(_s, "", 400, "Event already subscribed",
                                  "Posted subscribedEvents contains events that are already subscribed to for this application.", "webhooks")
_s = _slug("no-webhooks-found", "Invalid Attribute", "No webhook is registered", _DEV, _CHANGE)
NO_WEBHOOKS_FOUND = _entry(_s, "", 400, "No webhooks found for an app",
                           "No webhooks found for an app: {application}, at least one webhook should exist in the system", "webhook-test")
_s = _slug("resource-no-longer-available", "Gone", "A resource that existed and was deleted", _DEV, _NO)
AUTH_LINK_GONE = _entry(_s, "", 410, "Requested resource is no longer available", "Requested auth link is no longer available.",
                        "auth-link-gone")


def matching(http: int | None, code: str, title: str, detail: str) -> Entry | None:
    """The entry that produced an answer, or None when the answer is not of the catalogue. `http` None: a job step's result."""
    for entry in CATALOGUE.values():
        place = entry.in_jobs if http is None else entry.http == http
        if place and entry.code == code and entry.says(title, detail):
            return entry
    return None
