"""The URL map: every operation of the server, in one place."""

from __future__ import annotations

from functools import partial

from bowerbird.api import schemas as s
from bowerbird.api.operation import Access, BodyKind, Operation
from bowerbird.api.operations import (
    accounts,
    auth_links,
    connections,
    consents,
    events,
    institutions,
    jobs,
    messages,
    probes,
    tokens,
    users,
    webhooks,
)
from bowerbird.domain.users.users import UserDetails

_server = partial(Operation, access=Access.SERVER)
_public = partial(Operation, access=Access.PUBLIC)
_own = partial(Operation, access=Access.OWN_USER)
_JSON, _FORM, _MULTIPART = BodyKind.JSON, BodyKind.FORM, BodyKind.MULTIPART
_FILTER = {"filter": "Conditions such as institution.id.eq('AU00000'), joined by commas"}
_PAGING = {**_FILTER, "limit": "Rows of a page, at most 500", "next": "Where the next page starts, from links.next"}
_U = "/users/{userId}"
_C = f"{_U}/connections"
_find_connection, _find_job = connections.find_connection, jobs.find_job
_W = "/notifications/webhooks"
_find_webhook = webhooks.find_webhook

OPERATIONS: tuple[Operation, ...] = (
    _public("create_token", "POST", "/token", tokens.create_token, "Exchange an API key for a bearer token", {200: s.Token},
            ("token",), body_kind=_FORM, noun="token request"),
    _server("create_user", "POST", "/users", users.create_user, "Create a user", {201: s.PostedUser},
            ("users", "body"), body=UserDetails, body_kind=_JSON, noun="user"),
    _server("get_user", "GET", _U, users.get_user, "Read a user", {200: s.UserView}, ("user",)),
    _server("update_user", "POST", _U, users.update_user, "Update a user", {200: s.PostedUser},
            ("user", "users", "body"), body=UserDetails, body_kind=_JSON, noun="user"),
    _server("delete_user", "DELETE", _U, users.delete_user, "Delete a user and all of their data", {204: None}, ("user",)),
    _own("list_connections", "GET", _C, connections.list_connections, "List connections", {200: s.ConnectionList},
         ("user", "filter"), query=_FILTER),
    _server("create_connection", "POST", _C, connections.create_connection, "Connect an institution", {202: s.JobReference},
            ("user", "connections", "body"), product="connections", body=s.CreateConnectionBody, body_kind=_JSON, noun="connection"),
    _server("refresh_connections", "POST", f"{_C}/refresh", connections.refresh_connections, "Refresh all connections",
            {202: s.JobReferences}, ("user",), product="connections"),
    _own("get_connection", "GET", f"{_C}/{{connectionId}}", connections.get_connection, "Read a connection", {200: s.ConnectionView},
         ("user", "connection"), finds=_find_connection),
    _server("update_connection", "POST", f"{_C}/{{connectionId}}", connections.update_connection, "Change a connection's credentials",
            {202: s.JobReference, 200: s.JobReference}, ("user", "connection", "connection-update", "body"),
            product="connections", body=s.UpdateConnectionBody, body_kind=_JSON, noun="connection", finds=_find_connection),
    _server("delete_connection", "DELETE", f"{_C}/{{connectionId}}", connections.delete_connection,
            "Delete a connection; its data stays", {204: None}, ("user", "connection"), finds=_find_connection),
    _server("refresh_connection", "POST", f"{_C}/{{connectionId}}/refresh", connections.refresh_connection, "Refresh a connection",
            {202: s.JobReference, 200: s.JobReference}, ("user", "connection", "refresh"), product="connections", finds=_find_connection),
    _server("purge_connection", "POST", f"{_C}/{{connectionId}}/purge", connections.purge_connection,
            "Remove the data of a connection's institution", {204: None}, ("user", "connection", "purge"), finds=_find_connection),
    _server("create_statement", "POST", f"{_U}/statements", accounts.create_statement, "Upload a bank statement", {202: s.JobReference},
            ("user", "statements"), product="statements", body_kind=_MULTIPART, noun="statement"),
    _server("list_consents", "GET", f"{_U}/consents", consents.list_consents, "List the consents a user has given", {200: s.ConsentList},
            ("user",)),
    _server("delete_consent", "DELETE", f"{_U}/consents/{{consentId}}", consents.delete_consent,
            "Revoke a consent: its connections end, its data goes where the policy says so", {204: None}, ("user", "consent"),
            finds=consents.get_consent),
    _server("create_auth_link", "POST", f"{_U}/auth_link", auth_links.create_auth_link,
            "Create the one link that leads a user to the consent pages", {201: s.AuthLinkView}, ("user", "auth-link", "body"),
            body=s.CreateAuthLinkBody, body_kind=_JSON, body_optional=True, noun="auth link"),
    _server("get_auth_link", "GET", f"{_U}/auth_link", auth_links.get_auth_link, "Read a user's auth link", {200: s.AuthLinkView},
            ("user", "auth-links", "auth-link-gone"), finds=auth_links.require_auth_link),
    _server("delete_auth_link", "DELETE", f"{_U}/auth_link", auth_links.delete_auth_link, "Take a user's auth link back", {204: None},
            ("user", "auth-links")),
    _own("list_jobs", "GET", f"{_U}/jobs", jobs.list_jobs, "List the jobs of the last seven days", {200: s.JobList},
         ("user", "filter"), query=_FILTER),
    _own("get_job", "GET", "/jobs/{jobId}", jobs.get_job, "Read a job", {200: s.JobView}, ("job",), finds=_find_job),
    _own("create_mfa_response", "POST", "/jobs/{jobId}/mfa", jobs.create_mfa_response, "Answer a multi-factor challenge",
         {202: s.JobReference}, ("mfa", "body"), body=s.MfaResponse, body_kind=_JSON, noun="MFA response", finds=_find_job),
    _server("list_accounts", "GET", f"{_U}/accounts", accounts.list_accounts, "List accounts", {200: s.AccountList | s.AccountListVersion2},
            ("user", "filter"), query=_FILTER),
    _server("get_account", "GET", f"{_U}/accounts/{{accountId}}", accounts.get_account, "Read an account",
            {200: s.AccountView | s.AccountVersion2}, ("user", "account")),
    _server("list_transactions", "GET", f"{_U}/transactions", accounts.list_transactions, "List transactions, newest first",
            {200: s.TransactionList}, ("user", "filter", "transactions"), query=_PAGING),
    _server("get_transaction", "GET", f"{_U}/transactions/{{transactionId}}", accounts.get_transaction, "Read a transaction",
            {200: s.TransactionView}, ("user", "transaction")),
    _server("list_connectors", "GET", "/connectors", institutions.list_connectors, "List connectors", {200: s.ConnectorList},
            ("filter",), query=_FILTER),
    _server("get_connector", "GET", "/connectors/{connectorId}/{method}", institutions.get_connector, "Read a connector",
            {200: s.ConnectorView}, ("connector", "connectors")),
    _server("list_institutions", "GET", "/institutions", institutions.list_institutions, "List institutions", {200: s.InstitutionList},
            ("filter",), query=_FILTER),
    _server("get_institution", "GET", "/institutions/{institutionId}", institutions.get_institution, "Read an institution",
            {200: s.InstitutionView}, ("institution",)),
    _server("list_events", "GET", "/events", events.list_events, "List the events of the last seven days, newest first", {200: s.EventList},
            ("filter", "paging"), query=_PAGING),
    _server("list_event_types", "GET", "/events/types", events.list_event_types, "List event types", {200: s.EventTypeList}, ()),
    _server("get_event_type", "GET", "/events/types/{id}", events.get_event_type, "Read an event type", {200: s.EventTypeDescription},
            ("event-type",)),
    _server("get_event", "GET", "/events/{id}", events.get_event, "Read an event", {200: s.EventView}, ("event",), finds=events.find_event),
    _server("create_webhook", "POST", _W, webhooks.create_webhook, "Create a webhook", {201: s.WebhookView}, ("webhooks", "body"),
            body=s.WebhookBody, body_kind=_JSON),
    _server("list_webhooks", "GET", _W, webhooks.list_webhooks, "List webhooks", {200: s.WebhookList}, ()),
    _server("get_webhook", "GET", f"{_W}/{{webhookId}}", webhooks.get_webhook, "Read a webhook", {200: s.WebhookView}, ("webhook",),
            finds=_find_webhook),
    _server("update_webhook", "POST", f"{_W}/{{webhookId}}", webhooks.update_webhook, "Change a webhook, and enable it again",
            {200: s.WebhookView}, ("webhook", "webhooks", "body"), body=s.WebhookBody, body_kind=_JSON, finds=_find_webhook),
    _server("delete_webhook", "DELETE", f"{_W}/{{webhookId}}", webhooks.delete_webhook, "Delete a webhook with its messages", {204: None},
            ("webhook",), finds=_find_webhook),
    _server("list_messages", "GET", f"{_W}/{{webhookId}}/messages", messages.list_messages, "List messages to a webhook, newest first",
            {200: s.MessageList}, ("webhook", "filter", "paging"), query=_PAGING, finds=_find_webhook),
    _server("get_message", "GET", f"{_W}/{{webhookId}}/messages/{{messageId}}", messages.get_message,
            "Read a message with its attempts", {200: s.MessageView}, ("webhook", "message"), finds=messages.find_message),
    _server("replay_webhook", "POST", f"{_W}/{{webhookId}}/replay", messages.replay_webhook,
            "Send again what a webhook has missed since a moment, and enable it again", {202: s.Replayed}, ("webhook", "replay", "body"),
            body=s.ReplayBody, body_kind=_JSON, finds=_find_webhook),
    _server("create_test_message", "POST", "/notifications/messages/test", messages.create_test_message, "Send a test message",
            {201: None}, ("webhook-test", "body"), body=s.TestMessageBody, body_kind=_JSON),
    _public("list_public_connectors", "GET", "/public/connectors", institutions.list_public_connectors,
            "List connectors without a token", {200: s.ConnectorList}, ("filter",), query=_FILTER),
    _public("get_public_connector", "GET", "/public/connectors/{connectorId}/{method}", institutions.get_connector,
            "Read a connector without a token", {200: s.ConnectorView}, ("connector", "connectors")),
    _public("list_public_institutions", "GET", "/public/institutions", institutions.list_public_institutions,
            "List institutions without a token", {200: s.InstitutionList}, ("filter",), query=_FILTER),
    _public("get_logo", "GET", "/public/logos/{logo}", institutions.get_logo, "An institution's initials as a picture", {200: str},
            ("institution",), media_type="image/svg+xml"),
    _public("get_health", "GET", "/healthz", probes.get_health, "Whether the process is alive", {200: s.HealthView}, ()),
    _public("get_readiness", "GET", "/readyz", probes.get_readiness, "Whether requests can be served", {200: s.Readiness}, ()),
    _public("get_metrics", "GET", "/metrics", probes.get_metrics, "Counters for Prometheus", {200: str}, (), media_type="text/plain"),
    _public("get_openapi", "GET", "/openapi.json", probes.get_openapi, "This description", {200: dict}, ()),
)
