"""The response-code catalogue: every answer that says no, once, an entry a line.

An entry is one (code, variant): what it says on the wire, where it can appear, who must act and whether trying again helps.
HTTP errors, failed job steps, the OpenAPI document, the reference page, `bowerbird codes` and the tests derive from this table.
Sources: the seed document's table and examples (headings, descriptions, invalid-credentials, bank-statement-*), the published
OpenAPI files (HTTP status) and the public documentation (literal titles and details). An entry marked DECIDED has no source.

Placeholders in a title or detail are filled where the entry is raised; `answer()` refuses a missing or a surplus one.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final, Literal, get_args


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


Where = Literal[
    # what follows from the row of an operation: every one, none ("method"), a path with a parameter, a token, …
    "*", "method", "path", "path-id", "bearer", "client", "creates", "posted", "product", "control",
    # what operations are tagged with
    "account", "application", "auth-link", "auth-link-gone", "auth-links", "bank", "body", "category", "connection", "connection-update",
    "connections", "connector", "connectors", "consent", "consented", "enrich", "event", "event-type", "fault", "filter", "fork", "identity",
    "end-notice", "insights", "institution", "job", "message", "mfa", "own-rules", "paging", "policy", "purge", "refresh", "replay", "report", "report-type", "reports", "simplefin", "snapshot", "statements", "summaries", "summary", "token", "transaction", "transactions",
    "user", "users", "webhook", "webhook-test", "webhooks",
    # the step of a job that it ends
    "job:verify-credentials", "job:mfa-challenge", "job:retrieve-accounts", "job:retrieve-transactions", "job:create-report",
]  # fmt: skip
"""Where an entry can appear. The catalogue's entries and the operations' tags are joined by these words: mypy and every import of
either refuse a word that is not here."""

_WHERE = frozenset(get_args(Where))
_JOB = "job:"
_CONTROLS: frozenset[Where] = frozenset({"control", "fault", "application", "snapshot", "fork", "bank"})


def require_where(words: tuple[Where, ...], whose: str) -> None:
    """Raises ValueError for a word that is no place, naming whose it is."""
    if unknown := set(words) - _WHERE:
        raise ValueError(f"{whose}: no such place: {', '.join(sorted(unknown))}")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code means: the seed's heading and description, who acts, whether to retry.

    Where the seed gives a code two meanings, `variants` are those of one; a meaning without `variants` is that of all others.
    Without a description, its one entry's title and detail describe it; `note` is what the seed adds to them.
    """

    code: str
    heading: str
    actor: Actor
    retry: Retry
    description: str
    variants: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Entry:
    """One code and variant as it goes over the wire.

    `http` is the status of the HTTP answer, None where the entry only ends a job step. `where` says which operations can answer it
    and which steps of a job ("job:<step>") it can end. `empty_source` entries carry `"source": {}`, as the live service was recorded
    to do. `arrives_with` names what has to be built before anything raises the entry. Raises ValueError for an unknown place.
    """

    meaning: Meaning
    variant: str
    http: int | None
    where: tuple[Where, ...]
    title: str
    detail: str
    arrives_with: str = ""
    empty_source: bool = False
    placeholders: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        require_where(self.where, self.key)
        names = [name for text in (self.title, self.detail) for _, name, _, _ in string.Formatter().parse(text) if name]
        object.__setattr__(self, "placeholders", frozenset(names))

    @property
    def code(self) -> str:
        return self.meaning.code

    @property
    def key(self) -> str:
        """`code` or `code/variant`: unique, and what people type."""
        return f"{self.code}/{self.variant}" if self.variant else self.code

    @property
    def description(self) -> str:
        return self.meaning.description or self.meaning.note or self.detail

    @property
    def of_controls(self) -> bool:
        """Whether only the sandbox's control plane says it, so that no client of the protocol meets it."""
        return _CONTROLS.issuperset(self.where)

    @property
    def of_feeds(self) -> bool:
        """Whether only other protocols say it, those of budgeting apps and of data holders, which stand in no description of this API."""
        return self.where in (("simplefin",), ("end-notice",))

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of a job that it can end."""
        return tuple(place.removeprefix(_JOB) for place in self.where if place.startswith(_JOB))

    @property
    def in_jobs(self) -> bool:
        return bool(self.steps)

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
    "form": "yyyy-mm-dd",
    "accounts": "['121', '332'], ['232', '949', '433']",
    "ids": '["123", "123"]',
}
"""What a placeholder can be filled with, where an entry is shown without a reason to say it."""


CATALOGUE: dict[str, Entry] = {}
SECTIONS: dict[str, tuple[Meaning, ...]] = {}
MEANINGS: dict[str, list[Meaning]] = {}
"""The meanings of each code, in the order of the page."""


def _section(title: str, *meanings: Meaning) -> None:
    """A chapter of the catalogue: what its codes mean. Raises ValueError for a code of an earlier chapter."""
    for meaning in meanings:
        if any(meaning.code == other.code for earlier in SECTIONS.values() for other in earlier):
            raise ValueError(f"code declared twice: {meaning.code}")
        MEANINGS.setdefault(meaning.code, []).append(meaning)
    SECTIONS[title] = meanings


def _entry(
    code: str, variant: str, http: int | None, where: tuple[Where, ...], title: str, detail: str, *,
    arrives_with: str = "", empty_source: bool = False,
) -> Entry:
    """Raises KeyError for a code without a meaning, ValueError for an entry or a place that cannot be."""
    meaning = next((each for each in MEANINGS[code] if not each.variants or variant in each.variants), None)
    if meaning is None:
        raise ValueError(f"{code} does not mean anything as {variant}")
    entry = Entry(meaning, variant, http, where, title, detail, arrives_with, empty_source)
    if entry.key in CATALOGUE:
        raise ValueError(f"entry declared twice: {entry.key}")
    CATALOGUE[entry.key] = entry
    return entry


_DEV, _USER, _OPERATOR, _BANK = Actor.DEVELOPER, Actor.USER, Actor.OPERATOR, Actor.INSTITUTION
_NO, _CHANGE, _LATER = Retry.NO, Retry.AFTER_CHANGE, Retry.LATER
_VERIFY: Final = "job:verify-credentials"
_CHALLENGE: Final = "job:mfa-challenge"
_IMPORT: Final = "job:retrieve-transactions"
"""Where a statement is refused that another one contradicts which was read after this one was verified."""
_STEPS: tuple[Where, ...] = (_VERIFY, _CHALLENGE, "job:retrieve-accounts", _IMPORT)
_MISSING = "Required parameter not supplied"
_NOT_VALID = "Parameter value is not valid"
_NOT_FOUND = "Requested resource is not found"

# A section says what its codes mean (code, heading, who acts, whether to retry, description), then come its entries
# (code, variant, HTTP status, where, title, detail).

_section(
    "Requests as such",
    Meaning("internal-server-error",    "Server Error",            _OPERATOR, _LATER,  "Internal server error\nAll endpoints"),
    Meaning("service-unavailable",      "Service Unavailable",     _BANK,     _LATER,  "Service is currently unavailable. Please try again later."),
    Meaning("method-not-allowed",       "Not Allowed",             _DEV,      _CHANGE, "Requested method is not allowed."),
    Meaning("unsupported-accept",       "Invalid Attribute",       _DEV,      _CHANGE, "Accept type is not supported."),
    Meaning("unsupported-content-type", "Invalid Attribute",       _DEV,      _CHANGE, "Requested content type is not supported."),
    Meaning("request-not-valid",        "Request not valid",       _DEV,      _LATER,  "There have been too many requests for the token endpoint within a 5 minute period from a specific IP address.", variants=("token-limit",)),
    Meaning("request-not-valid",        "PDF/CSV Invalid request", _DEV,      _CHANGE, "Request too long", variants=("too-long",)),
    Meaning("request-not-valid",        "Request too long",        _DEV,      _CHANGE, "Request line, headers or body are longer than a limit, or arrive too slowly."),
    Meaning("too-many-requests",        "Service Unavailable",     _DEV,      _LATER,  "Request rate limit per connection reached. Follow detail message for futher instructions."),
    Meaning("invalid-content",          "Invalid Attribute",       _DEV,      _CHANGE, "Invalid request content. Check details message.\ne.g. empty request body"),
)

INTERNAL_SERVER_ERROR       = _entry("internal-server-error",    "",                 500, ("*",),                                 "Internal server error.",                   "Internal server error. Please contact support.")
SERVICE_UNAVAILABLE         = _entry("service-unavailable",      "",                 503, ("*", *_STEPS),                         "Service Unavailable",                      "Service is currently unavailable. Please try again later.")
METHOD_NOT_ALLOWED          = _entry("method-not-allowed",       "",                 405, ("method",),                            "Requested method is not allowed.",         "Method {method} is not allowed on requested endpoint.")
UNSUPPORTED_ACCEPT          = _entry("unsupported-accept",       "",                 400, ("*",),                                 "Accept type is not supported.",            "Accept type {accept} is not supported on requested endpoint.")
UNSUPPORTED_CONTENT_TYPE    = _entry("unsupported-content-type", "",                 415, ("body", "statements"),                 "Requested content type is not supported.", "Content type {content_type} is not supported on requested endpoint.")
TOO_MANY_TOKEN_REQUESTS     = _entry("request-not-valid",        "token-limit",      403, ("token",),                             "Invalid request",                          "More than {limit} token requests within 5 minutes. Try again in {seconds} seconds.")
STATEMENT_TOO_LONG          = _entry("request-not-valid",        "too-long",         413, ("statements",),                        "Request Too Long",                         "Statement is larger than the limit of {limit} bytes.")
BODY_TOO_LONG               = _entry("request-not-valid",        "body-too-long",    413, ("body", "token"),                      "Request Too Long",                         "Request body is larger than the limit of {limit} bytes.")
HEADERS_TOO_LONG            = _entry("request-not-valid",        "headers-too-long", 413, ("*",),                                 "Request Too Long",                         "Request line and headers are larger than the limit of {limit} bytes.")
REQUEST_TOO_SLOW            = _entry("request-not-valid",        "too-slow",         408, ("*",),                                 "Request Too Slow",                         "Request did not arrive completely in the time it has.")  # DECIDED
TOO_MANY_REFRESHES          = _entry("too-many-requests",        "refreshes",        429, ("refresh",),                           "Too many requests",                        "This connection can be refreshed {limit} times a day. Try again in {seconds} seconds.")
TOO_MANY_ENRICH_REQUESTS    = _entry("too-many-requests",        "enrich",           429, ("enrich",),                            "Too many requests",                        "This application can enrich {limit} descriptions a month. Try again in {seconds} seconds.")
TOO_MANY_SUMMARIES          = _entry("too-many-requests",        "summaries",        429, ("summaries",),                         "Too many requests",                        "This application can make {limit} summaries of income, expenses and affordability a day. Try again in {seconds} seconds.")
TOO_MANY_REPORTS            = _entry("too-many-requests",        "reports",          429, ("reports",),                           "Too many requests",                        "This application can make {limit} reports a day. Try again in {seconds} seconds.")
TOO_MANY_FEED_REQUESTS      = _entry("too-many-requests",        "simplefin",        429, ("simplefin",),                         "Too many requests",                        "Too many requests for feeds within 5 minutes. Try again in {seconds} seconds.")  # DECIDED
INVALID_HTTP                = _entry("invalid-content",          "http",             400, ("*",),                                 "Invalid request content",                  "Request is not valid HTTP.")
POSTED_NOT_VALID            = _entry("invalid-content",          "format",           400, ("posted",),                            "Invalid request content",                  "Posted {noun} is not in valid format.")
INSTITUTION_ID_NOT_PROVIDED = _entry("invalid-content",          "institution-id",   400, ("statements",),                        "Invalid request content",                  "InstitutionID not provided")
REQUEST_BODY_NOT_VALID      = _entry("invalid-content",          "request",          400, ("webhooks", "webhook-test", "replay"), "Invalid request content",                  "Posted request not valid.")
EVENTS_NOT_SUPPORTED        = _entry("invalid-content",          "events",           400, ("webhooks",),                          "Invalid request content",                  "Posted subscribedEvents contains unsupported event types.")
EVENT_TYPE_UNKNOWN          = _entry("invalid-content",          "event-type",       400, ("webhook-test",),                      "Invalid request content",                  "Posted eventTypeId doesn't exists.")
WEBHOOK_URL_NOT_ALLOWED     = _entry("invalid-content",          "webhook-url",      400, ("webhooks",),                          "Invalid request content",                  "Posted url cannot be used: {reason}.")  # DECIDED
SINCE_NOT_VALID             = _entry("invalid-content",          "since",            400, ("replay",),                            "Invalid request content",                  "Posted since is not a moment of the last {days} days, such as 2026-11-22T21:05:09Z.")  # DECIDED
MULTIPART_NOT_VALID         = _entry("invalid-content",          "multipart",        400, ("statements",),                        "Invalid request content",                  "Posted statement is not a complete multipart form.")

_section(
    "Tokens and access",
    Meaning("invalid-authorization-token",   "Unauthorized",                          _DEV,      _CHANGE, "Invalid authorization token. Check details message."),
    Meaning("unauthorized-access",           "Unauthorized",                          _DEV,      _CHANGE, "Unauthorized access."),
    Meaning("invalid-authorization-request", "Unauthorized",                          _DEV,      _CHANGE, "Invalid authorization request. Check details message."),
    Meaning("access-denied",                 "Access denied",                         _DEV,      _CHANGE, "Token has expired", variants=("token-expired",)),
    Meaning("access-denied",                 "Unauthorized",                          _DEV,      _CHANGE, "Please contact us to have your API key enabled for Connections.", variants=("product",)),
    Meaning("forbidden-access",              "Forbidden access",                      _DEV,      _CHANGE, "Access to this resource is forbidden"),
    Meaning("no-production-access",          "Unauthorized",                          _OPERATOR, _CHANGE, "Partner has permission to access Sandbox data only. For accessing live Institution data, please contact us via Intercom or email."),
    Meaning("too-many-sandbox-connections",  "Limit reached for sandbox connections", _OPERATOR, _CHANGE, "You have reached the limit for sandbox connections. Reach out to the operator to reset your account."),
)

INVALID_TOKEN                = _entry("invalid-authorization-token",   "",              401, ("bearer",),                   "Invalid authorization token.",           "Bearer token is missing, malformed or unknown.")
UNAUTHORIZED_ACCESS          = _entry("unauthorized-access",           "",              401, ("client",),                   "Unauthorized access",                    "You are not authorized to access this resource")
NOTICE_NOT_SIGNED            = _entry("unauthorized-access",           "end-notice",    401, ("end-notice",),               "Unauthorized access",                    "This is no notice that a data holder of this server has signed for this address.")  # DECIDED
UNKNOWN_SCOPE                = _entry("invalid-authorization-request", "scope",         401, ("token",),                    "Invalid authorization request.",         "Scope {scope} is unknown. Use SERVER_ACCESS or CLIENT_ACCESS.")
TOKEN_USER_UNKNOWN           = _entry("invalid-authorization-request", "user",          401, ("token",),                    "Invalid authorization request.",         "Requested user does not exist.")
TOKEN_WITHOUT_USER           = _entry("invalid-authorization-request", "user-missing",  401, ("client",),                   "Invalid authorization request.",         "This CLIENT_ACCESS token is bound to no user. Request one with userId.")
TOKEN_EXPIRED                = _entry("access-denied",                 "token-expired", 403, ("bearer",),                   "Access denied.",                         "Token has expired")
PRODUCT_NOT_ENABLED          = _entry("access-denied",                 "product",       403, ("product",),                  "Access denied.",                         "Please contact us to have your API key enabled for {product}.")
FORBIDDEN                    = _entry("forbidden-access",              "scope",         403, ("bearer",),                   "Forbidden Access",                       "Access to this resource is forbidden")
ACCOUNT_DISABLED             = _entry("forbidden-access",              "disabled",      403, ("bearer", "token"),           "Forbidden Access",                       "Your account has been disabled. Please contact the operator of this server.")
CONSENT_ENDED                = _entry("forbidden-access",              "consent",       403, ("consented", "simplefin"),    "Forbidden Access",                       "The user's consent has expired or was revoked. Ask the user to give it again on the consent pages.")
SIMPLEFIN_TOKEN_USED         = _entry("forbidden-access",              "simplefin-claim", 403, ("simplefin",),                "Forbidden Access",                       "This setup token does not exist, has expired or was already claimed. If it was not you who claimed it, revoke the feed, then create another.")  # DECIDED
SIMPLEFIN_NO_ACCESS          = _entry("forbidden-access",              "simplefin",     403, ("simplefin",),                "Forbidden Access",                       "This feed does not exist or was revoked. Create a setup token again where your accounts are shown.")  # DECIDED
INSIGHTS_NOT_SHARED          = _entry("forbidden-access",              "insights",      403, ("insights",),                 "Forbidden Access",                       "The user does not share accounts and transactions, which this is made from. Ask the user to agree to both on the consent pages.")
TOO_MANY_REPORT_USERS        = _entry("forbidden-access",              "report-users",  403, ("reports",),                  "Invalid users filter. Maximum 5 users allowed.", "A report is of five users at most.")
REPORT_ACCOUNTS_DUPLICATED   = _entry("forbidden-access",              "report-accounts", 403, ("reports",),                "The following accounts are duplicated: {accounts}.", "The same bank account is shared by several of these users: name it once.")
REPORT_IDS_REPEATED          = _entry("forbidden-access",              "report-ids",    403, ("reports",),                  "Following user ID(s)/account ID(s) have been entered more than once: {ids}.", "Name each user and each account once.")
NO_PRODUCTION_ACCESS         = _entry("no-production-access",          "",              403, ("connections", "statements"), "Unauthorized",                           "Partner has permission to access Sandbox data only. For accessing live Institution data, please contact us via Intercom or email.")
TOO_MANY_SANDBOX_CONNECTIONS = _entry("too-many-sandbox-connections",  "",              403, ("connections",),              "Limit reached for sandbox connections.", "You have reached the limit for sandbox connections, {limit}. Delete some, or reach out to the operator of this server.")

_section(
    "Parameters and bodies",
    Meaning("parameter-not-supplied",    "Missing Attribute",                           _DEV,  _CHANGE, "Required parameter not supplied. Check details and source message.\ne.g. One of 'email' or 'mobile' is required."),
    Meaning("parameter-not-valid",       "Invalid Attribute",                           _DEV,  _CHANGE, "Parameter value is not valid. Check details and source message.\ne.g. Provided mobile is in bad format.\nUser ID value is not valid"),
    Meaning("institution-not-supported", "Institution is not supported",                _DEV,  _CHANGE, "e.g. Institution AU00000 is not supported on this endpoint"),
    Meaning("invalid-request-content",   "PDF/CSV invalid request content (file type)", _USER, _CHANGE, "Statement is not valid"),
)

AUTHORIZATION_REQUIRED    = _entry("parameter-not-supplied",    "authorization",        400, ("token",),                                                    _MISSING,                       "Authorization header parameter is required")
EMAIL_OR_MOBILE_REQUIRED  = _entry("parameter-not-supplied",    "email-or-mobile",      400, ("users",),                                                    _MISSING,                       "One of 'email' or 'mobile' is required.", empty_source=True)
MOBILE_REQUIRED           = _entry("parameter-not-supplied",    "mobile",               400, ("auth-link",),                                                _MISSING,                       "The user has no mobile: give one, or put it on the user.")
BUSINESS_NAME_REQUIRED    = _entry("parameter-not-supplied",    "business-name",        400, ("users",),                                                    _MISSING,                       "Business name is required when business number is provided.")
LOGIN_ID_REQUIRED         = _entry("parameter-not-supplied",    "login-id",             400, ("connections",),                                              _MISSING,                       "Login ID parameter is required.")
PASSWORD_REQUIRED         = _entry("parameter-not-supplied",    "password",             400, ("connections", "connection-update"),                          _MISSING,                       "Password parameter is required.")
INSTITUTION_ID_REQUIRED   = _entry("parameter-not-supplied",    "institution-id",       400, ("connections",),                                              _MISSING,                       "Institution ID parameter is required.")
SECONDARY_LOGIN_REQUIRED  = _entry("parameter-not-supplied",    "login-field",          400, ("connections",),                                              _MISSING,                       "{caption} is required by this institution.")
MFA_RESPONSE_REQUIRED     = _entry("parameter-not-supplied",    "mfa-response",         400, ("mfa",),                                                      _MISSING,                       "MFA response parameter is required.")
REPORT_PARAMETER_MISSING  = _entry("parameter-not-supplied",    "report",               400, ("reports",),                                                  _MISSING,                       "{field} is required.")
ENRICH_PARAMETER_MISSING  = _entry("parameter-not-supplied",    "enrich",               400, ("enrich",),                                                   _MISSING,                       "Missing")
AUTHORIZATION_NOT_VALID   = _entry("parameter-not-valid",       "authorization",        400, ("token",),                                                    _NOT_VALID,                     "Invalid authorization header")
VERSION_REQUIRED          = _entry("parameter-not-valid",       "version-missing",      400, ("token",),                                                    "Required parameter not valid", "Basiq-version must be specified in HTTP request header")
VERSION_NOT_SUPPORTED     = _entry("parameter-not-valid",       "version",              400, ("token",),                                                    "Required parameter not valid", "Version {version} is no longer supported. Please upgrade to the latest version")
UNKNOWN_API_KEY           = _entry("parameter-not-valid",       "api-key",              404, ("token",),                                                    "We have encountered an error", "Unable to authenticate. Please, check your API key")
ID_NOT_VALID              = _entry("parameter-not-valid",       "id",                   400, ("path-id",),                                                  _NOT_VALID,                     "{noun} ID value is not valid")
METHOD_NOT_VALID          = _entry("parameter-not-valid",       "connector-method",     400, ("connectors",),                                               _NOT_VALID,                     "Connector method value is not valid")
FILTER_NOT_VALID          = _entry("parameter-not-valid",       "filter",               400, ("filter",),                                                   _NOT_VALID,                     "The provided filter parameter is in invalid format or unsupported")
LIMIT_NOT_VALID           = _entry("parameter-not-valid",       "limit",                400, ("transactions", "paging"),                                    _NOT_VALID,                     "Limit value is not valid")
LIMIT_TOO_HIGH            = _entry("parameter-not-valid",       "limit-maximum",        400, ("transactions", "paging"),                                    _NOT_VALID,                     "Maximum limit allowed is {maximum}")
NEXT_NOT_VALID            = _entry("parameter-not-valid",       "next",                 400, ("transactions", "paging", "own-rules"),                       _NOT_VALID,                     "Next value is not valid")
POST_DATE_NOT_VALID       = _entry("parameter-not-valid",       "post-date",            400, ("transactions",),                                             _NOT_VALID,                     "PostDate is not valid")
TIMESTAMP_NOT_VALID       = _entry("parameter-not-valid",       "timestamp",            400, ("simplefin",),                                                _NOT_VALID,                     "{field} is not a number of seconds since 1970")  # DECIDED
DATE_NOT_VALID            = _entry("parameter-not-valid",       "date",                 400, ("summaries", "reports"),                                      _NOT_VALID,                     "{field} not in valid format. Date has to be in {form} format")
PERIOD_BACKWARDS          = _entry("parameter-not-valid",       "period",               400, ("summaries", "reports"),                                      _NOT_VALID,                     "toDate must be be after or equal to fromDate")
PERIOD_TOO_LONG           = _entry("parameter-not-valid",       "period-length",        400, ("summaries",),                                                _NOT_VALID,                     "maximum length of fromMonth - toMonth interval is 12 months")
MIXED_CURRENCIES          = _entry("parameter-not-valid",       "currencies",           400, ("summaries", "reports"),                                      _NOT_VALID,                     "User's accounts contains mixed currencies")
EMAIL_NOT_VALID           = _entry("parameter-not-valid",       "email",                400, ("users",),                                                    _NOT_VALID,                     "Provided email is in bad format.")
MOBILE_NOT_VALID          = _entry("parameter-not-valid",       "mobile",               400, ("users", "auth-link"),                                        _NOT_VALID,                     "Provided mobile is in bad format.")
FIELD_NOT_VALID           = _entry("parameter-not-valid",       "field",                400, ("users", "connections", "connection-update", "enrich", "reports", "category"), _NOT_VALID,                "{field} value is not valid")
OWN_RULE_NOT_VALID        = _entry("parameter-not-valid",       "own-rule",             400, ("own-rules",),                                                _NOT_VALID,                     "{field} cannot be used: {reason}.")
BUSINESS_NUMBER_NOT_VALID = _entry("parameter-not-valid",       "business-number",      400, ("users",),                                                    _NOT_VALID,                     "Business number is not a valid {kind}.")
INSTITUTION_UNKNOWN       = _entry("parameter-not-valid",       "institution",          400, ("connections", "statements", "enrich"),                       _NOT_VALID,                     "Requested institution does not exist.")
INSTITUTION_DISABLED      = _entry("parameter-not-valid",       "institution-disabled", 400, ("connections", "connection-update", "refresh", "statements"), _NOT_VALID,                     "The institution you are trying to connect to is currently disabled. Our developers have been notified and are working to have the issue resolved.")
CONNECTION_NOT_WEB        = _entry("parameter-not-valid",       "connection-type",      400, ("connection-update", "refresh"),                              _NOT_VALID,                     "Connection type is not Web")
CONNECTION_NOT_ACTIVE     = _entry("parameter-not-valid",       "connection-status",    400, ("purge",),                                                    _NOT_VALID,                     "Connection is not active")
MFA_NOT_AWAITED           = _entry("parameter-not-valid",       "mfa-not-awaited",      400, ("mfa",),                                                      _NOT_VALID,                     "Job is not waiting for an MFA response.")
MFA_ANSWERS_COUNT         = _entry("parameter-not-valid",       "mfa-answers",          400, ("mfa",),                                                      _NOT_VALID,                     "MFA response must contain {expected} values.")
IDEMPOTENCY_KEY_NOT_VALID = _entry("parameter-not-valid",       "idempotency-key",      400, ("creates",),                                                  _NOT_VALID,                     "Idempotency-Key value is not valid: use 1 to 255 visible ASCII characters.")  # DECIDED
IDEMPOTENCY_KEY_USED      = _entry("parameter-not-valid",       "idempotency-key-used", 400, ("creates",),                                                  _NOT_VALID,                     "Idempotency-Key was used before, for another request.")  # DECIDED
INSTITUTION_NOT_SUPPORTED = _entry("institution-not-supported", "",                     400, ("connections", "statements"),                                 "Institution is not supported", "Institution {institution} is not supported on this endpoint")
STATEMENT_NOT_VALID       = _entry("invalid-request-content",   "",                     400, ("statements",),                                               "Invalid request content",      "Statement is not valid")

_section(
    "Resources",
    Meaning("resource-not-found", "Invalid Attribute", _DEV, _CHANGE, "Requested resource is not found. Check details message."),
)

PATH_NOT_FOUND        = _entry("resource-not-found", "path",        404, ("path",),        _NOT_FOUND, "Requested path does not exist.")
USER_NOT_FOUND        = _entry("resource-not-found", "user",        404, ("user", "reports"),        _NOT_FOUND, "Requested user does not exist.")
CONNECTION_NOT_FOUND  = _entry("resource-not-found", "connection",  404, ("connection",),  _NOT_FOUND, "Requested connection does not exist.")
JOB_NOT_FOUND         = _entry("resource-not-found", "job",         404, ("job", "mfa"),   _NOT_FOUND, "Requested job does not exist.")
ACCOUNT_NOT_FOUND     = _entry("resource-not-found", "account",     404, ("account", "summaries", "reports"), _NOT_FOUND, "Requested account does not exist.")
TRANSACTION_NOT_FOUND = _entry("resource-not-found", "transaction", 404, ("transaction",), _NOT_FOUND, "Requested transaction does not exist.")
INSTITUTION_NOT_FOUND = _entry("resource-not-found", "institution", 404, ("institution",), _NOT_FOUND, "Requested institution does not exist.")
IDENTITY_NOT_FOUND    = _entry("resource-not-found", "identity",    404, ("identity",),    _NOT_FOUND, "Requested identity does not exist.")
CONSENT_NOT_FOUND     = _entry("resource-not-found", "consent",     404, ("consent",),     _NOT_FOUND, "Requested consent does not exist.")
POLICY_NOT_FOUND      = _entry("resource-not-found", "policy",      404, ("policy",),      _NOT_FOUND, "Requested policy does not exist.")
AUTH_LINK_NOT_FOUND   = _entry("resource-not-found", "auth-link",   404, ("auth-links",),  _NOT_FOUND, "Requested auth link does not exist.")
NO_ACCOUNTS           = _entry("resource-not-found", "accounts",    404, ("summaries", "reports"),   _NOT_FOUND, "User doesn't have any accounts")
SUMMARY_NOT_FOUND     = _entry("resource-not-found", "summary",     404, ("summary",),     _NOT_FOUND, "Requested summary does not exist.")
REPORT_NOT_FOUND      = _entry("resource-not-found", "report",      404, ("report",),      _NOT_FOUND, "Requested report does not exist.")
REPORT_TYPE_NOT_FOUND = _entry("resource-not-found", "report-type", 404, ("report-type", "reports"), _NOT_FOUND, "Requested report type does not exist.")
EVENT_NOT_FOUND       = _entry("resource-not-found", "event",       404, ("event",),       _NOT_FOUND, "Requested event does not exist.")
EVENT_TYPE_NOT_FOUND  = _entry("resource-not-found", "event-type",  404, ("event-type",),  _NOT_FOUND, "Requested event type does not exist.")
WEBHOOK_NOT_FOUND     = _entry("resource-not-found", "webhook",     404, ("webhook",),     _NOT_FOUND, "Webhook with provided id doesn't exist.")
MESSAGE_NOT_FOUND     = _entry("resource-not-found", "message",     404, ("message",),     _NOT_FOUND, "Message not found.")
CONNECTOR_NOT_FOUND   = _entry("resource-not-found", "connector",   404, ("connector",),   _NOT_FOUND, "Requested connector does not exist.")

_section(
    "Failed job steps: banks",
    Meaning("invalid-credentials",                         "Invalid Attribute",    _USER,     _CHANGE, "Cannot login to target institution using supplied credentials. Please check credentials and try again."),
    Meaning("account-not-accessible-requires-user-action", "Not Accessible",       _USER,     _CHANGE, "An action is required from end-user before account details can be returned."),
    Meaning("maintenance-error",                           "Not Accessible",       _BANK,     _LATER,  "Requested resource is currently unavailable due to maintenance on Institution's side."),
    Meaning("job-timed-out",                               "Job timed out",        _USER,     _CHANGE, "The job did not finish in the time it has, or no answer came in time."),
    Meaning("invalid-connection",                          "Invalid connection",   _DEV,      _NO,     "The connection of the job no longer exists."),
    Meaning("unknown-error",                               "Unknown error",        _OPERATOR, _LATER,  "The connector failed in a way it does not know."),
    Meaning("authorization-failed",                        "Authorization failed", _USER,     _CHANGE, "The person or the bank refused an open-banking authorisation."),
    Meaning("user-action-required",                        "User action required", _USER,     _CHANGE, "The person must act on the bank's own pages first."),
)

INVALID_CREDENTIALS          = _entry("invalid-credentials",                         "",                             400,  (_VERIFY, "refresh", "connection-update"), "Cannot login to target institution, check credentials.",                            "Cannot login to target institution using supplied credentials. Please check credentials and try again.")
INVALID_USERNAME_OR_PASSWORD = _entry("invalid-credentials",                         "invalid-username-or-password", None, (_VERIFY,),                                "Cannot login to target institution: invalid username or password.",                 "Cannot login to target institution: invalid username or password. Please check credentials and try again.")
LOCKED_ACCOUNT               = _entry("invalid-credentials",                         "locked-account",               None, (_VERIFY,),                                "Cannot login to target institution: this account is locked.",                       "Cannot login to target institution: this account is locked. Please contact institution directly.")
MFA_NOT_SUPPORTED            = _entry("invalid-credentials",                         "multi-factor-authentication",  None, (_VERIFY, _CHALLENGE),                     "Cannot login to target institution: multi-factor authentication is not supported.", "Cannot login to target institution: multi-factor authentication is not supported. Please check if multi-factor authentication is enabled on login.")
MFA_WRONG_ANSWER             = _entry("invalid-credentials",                         "mfa-wrong-answer",             None, (_CHALLENGE,),                             "Cannot login to target institution: the multi-factor answer is wrong.",             "Cannot login to target institution: the multi-factor answer is wrong. Please try again with the newest challenge.")  # DECIDED
USER_ACTION_REQUIRED_AT_BANK = _entry("account-not-accessible-requires-user-action", "",                             None, _STEPS,                                    "Not Accessible",                                                                    "An action is required from end-user before account details can be returned.")
MAINTENANCE                  = _entry("maintenance-error",                           "",                             None, _STEPS,                                    "Not Accessible",                                                                    "Requested resource is currently unavailable due to maintenance on Institution's side.")
MFA_EXPIRED                  = _entry("job-timed-out",                               "mfa",                          None, (_CHALLENGE,),                             "Job timed out.",                                                                    "No answer to the multi-factor challenge arrived within {seconds} seconds. Please connect again.")
BROWSER_EXPIRED              = _entry("job-timed-out",                               "browser",                      None, (_VERIFY,),                                "Job timed out.",                                                                    "The person did not return from the institution's own pages within {seconds} seconds. Please connect again.")  # DECIDED
STEP_TIMED_OUT               = _entry("job-timed-out",                               "step",                         None, _STEPS,                                    "Job timed out.",                                                                    "The institution did not answer within {seconds} seconds.")
INVALID_CONNECTION           = _entry("invalid-connection",                          "",                             None, _STEPS,                                    "Invalid connection.",                                                               "The connection was deleted while the job was running.")
UNKNOWN_ERROR                = _entry("unknown-error",                               "",                             None, _STEPS,                                    "Unknown error.",                                                                    "The institution's answer or the file could not be understood. The operator of this server finds job {job} in the log.")
REPORT_GONE                  = _entry("invalid-connection",                          "report",                       None, ("job:create-report",),                    "Invalid report.",                                                                   "The report was deleted, or what it is made from is not shared any more.")
REPORT_NOT_CREATED           = _entry("unknown-error",                               "report",                       None, ("job:create-report",),                    "Unknown error.",                                                                    "The report could not be made. The operator of this server finds job {job} in the log.")
AUTHORIZATION_FAILED         = _entry("authorization-failed",                        "",                             None, (_VERIFY,),                                "Authorization failed",                                                              "{reason}")
USER_ACTION_REQUIRED         = _entry("user-action-required",                        "",                             400,  (_VERIFY, "refresh"),                      "User action required.",                                                             "{reason}")

_section(
    "Failed job steps: CSV statements",
    Meaning("missing-required-field",       "CSV missing required field",        _USER, _CHANGE, "CSV header does not contain required field"),
    Meaning("missing-required-field-value", "CSV missing required field value",  _USER, _CHANGE, "CSV row does not contain value for required field"),
    Meaning("invalid-field-value",          "CSV invalid field value",           _USER, _CHANGE, "Field value is not valid"),
    Meaning("account-data-differs",         "CSV account data differs",          _USER, _CHANGE, "Data for single account differs across rows"),
    Meaning("empty-file",                   "CSV empty file",                    _USER, _CHANGE, "CSV file has no data rows"),
    Meaning("row-count-exceeded",           "CSV row count exceeded",            _USER, _CHANGE, "CSV row count is above limit"),
    Meaning("invalid-csv-row",              "CSV invalid row",                   _USER, _CHANGE, "CSV row cannot be split into fields"),
    Meaning("txn-after-last-updated-date",  "CSV transaction after last update", _USER, _CHANGE, "A transaction is dated after the account was last updated"),
)

CSV_MISSING_FIELD      = _entry("missing-required-field",       "", None, (_VERIFY, "statements"),          "CSV missing required field",        "CSV header does not contain required field {field}.")
CSV_MISSING_VALUE      = _entry("missing-required-field-value", "", None, (_VERIFY, "statements"),          "CSV missing required field value",  "CSV row {row} does not contain value for required field {field}.")
CSV_INVALID_VALUE      = _entry("invalid-field-value",          "", None, (_VERIFY, _IMPORT, "statements"), "CSV invalid field value",           "Field value is not valid: row {row}, field {field}, value '{value}'. {reason}")
CSV_ACCOUNT_DIFFERS    = _entry("account-data-differs",         "", None, (_VERIFY, "statements"),          "CSV account data differs",          "Data for single account differs across rows: row {row}, field {field}, value '{value}' where row {first_row} says '{first_value}'.")
CSV_EMPTY              = _entry("empty-file",                   "", None, (_VERIFY, "statements"),          "CSV empty file",                    "CSV file has no data rows.")
CSV_TOO_MANY_ROWS      = _entry("row-count-exceeded",           "", None, (_VERIFY, "statements"),          "CSV row count exceeded",            "CSV row count is above limit of {limit}.")
CSV_INVALID_ROW        = _entry("invalid-csv-row",              "", None, (_VERIFY, "statements"),          "CSV invalid row",                   "CSV row {row} cannot be split into fields: {reason}")
CSV_AFTER_LAST_UPDATED = _entry("txn-after-last-updated-date",  "", None, (_VERIFY, "statements"),          "CSV transaction after last update", "Row {row} has txnPostDate {value}, after accLastUpdated {last_updated}.")

_section(
    "Failed job steps: PDF statements",
    Meaning("bank-statement-invalid",       "PDF bank statement invalid",       _USER,     _CHANGE, ""),
    Meaning("bank-statement-not-supported", "PDF bank statement not supported", _USER,     _CHANGE, ""),
    Meaning("bank-statement-new-product",   "PDF Bank statement new product",   _OPERATOR, _LATER,  "", note="requires configuration of product name to account type mapping is missing"),
    Meaning("bank-statement-parsing-error", "PDF Bank statement parsing error", _OPERATOR, _LATER,  ""),
)

STATEMENT_INVALID       = _entry("bank-statement-invalid",       "", None, (_VERIFY, "statements"),          "Invalid bank statement.",      "File uploaded is not an official PDF bank statement.")
STATEMENT_NOT_SUPPORTED = _entry("bank-statement-not-supported", "", None, (_VERIFY, "statements"),          "Statement not supported.",     "Statement is not currently supported for this institution - check statement uploaded against correct bank.")
STATEMENT_NEW_PRODUCT   = _entry("bank-statement-new-product",   "", None, (_VERIFY, "statements"),          "New product requires config.", "Unable to recognise statement product name.")
STATEMENT_PARSING_ERROR = _entry("bank-statement-parsing-error", "", None, (_VERIFY, _IMPORT, "statements"), "Unable to parse statement.",   "Error parsing statement due to new statement layout for this product.")

_section(
    "The sandbox's control plane",
    Meaning("control-not-valid", "Sandbox control", _DEV, _CHANGE, "What was asked of the sandbox's control plane cannot be done as it stands."),
)

CONTROL_NOT_VALID     = _entry("control-not-valid",           "",                400, ("control",),     "Sandbox control not valid",    "{reason}")
CONTROL_TOKEN_NEEDED  = _entry("invalid-authorization-token", "admin",           401, ("control",),     "Invalid authorization token.", "The sandbox's control plane is open to programs of the server's own machine only, and {reason}. Send its admin token: Authorization: Bearer TOKEN.")
FAULT_NOT_FOUND       = _entry("resource-not-found",          "fault",           404, ("fault",),       _NOT_FOUND,                     "Requested fault does not exist.")
SNAPSHOT_NOT_FOUND    = _entry("resource-not-found",          "snapshot",        404, ("snapshot",),    _NOT_FOUND,                     "Requested snapshot does not exist.")
FORK_NOT_FOUND        = _entry("resource-not-found",          "fork",            404, ("fork",),        _NOT_FOUND,                     "Requested fork does not exist: it was deleted, or unused for too long.")
BANK_NOT_FOUND        = _entry("resource-not-found",          "bank",            404, ("bank",),        _NOT_FOUND,                     "Requested bank makes no trouble.")
APPLICATION_NOT_FOUND = _entry("resource-not-found",          "application",     404, ("application",), _NOT_FOUND,                     "Requested application does not exist.")
CONTROL_CROSS_SITE    = _entry("forbidden-access",            "cross-site",      403, ("control",),     "Forbidden Access",             "The sandbox's control plane does not answer pages of other sites: this request was sent by a page of {origin}.")
CONTROLS_CLOSED       = _entry("resource-not-found",          "controls-closed", 404, ("control",),     _NOT_FOUND,                     "{reason}")

_section(
    "Webhooks and resources that come with them",
    Meaning("path-parameter-not-valid",     "Invalid Attribute", _DEV, _CHANGE, "Parameter value is not valid"),
    Meaning("resource-already-exists",      "Invalid Attribute", _DEV, _CHANGE, "Resource already exists. Check details message."),
    Meaning("event-already-subscribed",     "Invalid Attribute", _DEV, _CHANGE, "The event is already subscribed to"),
    Meaning("no-webhooks-found",            "Invalid Attribute", _DEV, _CHANGE, "No webhook is registered"),
    Meaning("resource-no-longer-available", "Gone",              _DEV, _NO,     "A resource that existed and was deleted"),
)

PATH_PARAMETER_NOT_VALID = _entry("path-parameter-not-valid",     "",           400, ("webhook", "message", "event"), _NOT_VALID,                                  "{noun} ID value is not valid")
EVENT_TYPE_NOT_VALID     = _entry("path-parameter-not-valid",     "event-type", 400, ("event-type",),                 _NOT_VALID,                                  "Event Type ID parameter is not valid")
WEBHOOK_EXISTS           = _entry("resource-already-exists",      "webhook",    409, ("webhooks",),                   "Resource already exists",                   "Webhook with provided url already exists.")
EVENT_ALREADY_SUBSCRIBED = _entry("event-already-subscribed",     "",           400, ("webhooks",),                   "Event already subscribed",                  "Posted subscribedEvents contains events that are already subscribed to for this application.")
NO_WEBHOOKS_FOUND        = _entry("no-webhooks-found",            "",           400, ("webhook-test",),               "No webhooks found for an app",              "No webhooks found for an app: {application}, at least one webhook should exist in the system")
AUTH_LINK_GONE           = _entry("resource-no-longer-available", "",           410, ("auth-link-gone",),             "Requested resource is no longer available", "Requested auth link is no longer available.")


def matching(http: int | None, code: str, title: str, detail: str) -> Entry | None:
    """The entry that produced an answer, or None when the answer is not of the catalogue. `http` None: a job step's result."""
    for entry in CATALOGUE.values():
        place = entry.in_jobs if http is None else entry.http == http
        if place and entry.code == code and entry.says(title, detail):
            return entry
    return None
