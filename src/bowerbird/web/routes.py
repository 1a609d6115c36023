"""The page map: every page of the server, in one place."""

from __future__ import annotations

from bowerbird.web.consent import sign_in as person_sign_in
from bowerbird.web.consent.pages import CONSENT_PAGES, STATEMENT_BYTES
from bowerbird.web.controls.pages import CONTROL_PAGES
from bowerbird.web.dashboard import (
    account,
    applications,
    components,
    connections,
    invitations,
    jobs,
    money,
    overview,
    policies,
    theme,
    users,
)
from bowerbird.web.dashboard import sign_in as operator_sign_in
from bowerbird.web.dashboard.diagnostics import health
from bowerbird.web.dashboard.diagnostics.pages import DIAGNOSTIC_PAGES
from bowerbird.web.dashboard.notifications.pages import NOTIFICATION_PAGES
from bowerbird.web.dashboard.statements import STATEMENT_PAGES
from bowerbird.web.kernel.page import Page, PageAccess
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse
from bowerbird.web.reference.pages import REFERENCE_PAGES

AREAS = frozenset({"dashboard", "home", "links", "assets", "docs"})
"""First segments of the paths that are pages; every other path is the API's."""

_ANYONE = PageAccess.ANYONE
_APPLICATION = "/dashboard/applications/{application_id}"
_USER = f"{_APPLICATION}/users/{{user_id}}"


def let_in(request: PageRequest, page: Page) -> PageResponse | None:
    """Identify the visitor by their session before every page; a response instead of the page where they may not see it."""
    return person_sign_in.let_in(request, page) if page.access is PageAccess.PERSON else operator_sign_in.let_in(request, page)


PAGES: tuple[Page, ...] = (
    Page("show_overview", "GET", "/dashboard", overview.show_overview),
    Page("show_sign_in", "GET", "/dashboard/sign-in", operator_sign_in.show_sign_in, _ANYONE),
    Page("sign_in", "POST", "/dashboard/sign-in", operator_sign_in.sign_in, _ANYONE),
    Page("sign_out", "POST", "/dashboard/sign-out", operator_sign_in.sign_out),
    Page("open_link", "GET", "/dashboard/link/{secret}", operator_sign_in.open_link, _ANYONE),
    Page("show_welcome", "GET", "/dashboard/welcome", operator_sign_in.show_welcome, _ANYONE),
    Page("use_link", "POST", "/dashboard/welcome", operator_sign_in.use_link, _ANYONE),
    Page("show_account", "GET", "/dashboard/account", account.show_account),
    Page("change_password", "POST", "/dashboard/account/password", account.change_password),
    Page("set_theme", "POST", "/dashboard/theme", theme.set_theme, _ANYONE),
    Page("show_components", "GET", "/dashboard/components", components.show_components, _ANYONE),
    Page("show_applications", "GET", "/dashboard/applications", applications.show_applications),
    Page("create_application", "POST", "/dashboard/applications", applications.create_application),
    Page("show_application", "GET", _APPLICATION, applications.show_application),
    Page("change_application", "POST", _APPLICATION, applications.change_application),
    Page("set_production", "POST", f"{_APPLICATION}/production", applications.set_production),
    Page("set_rehearsal", "POST", f"{_APPLICATION}/rehearsal", applications.set_test_statements_allowed),
    Page("set_disabled", "POST", f"{_APPLICATION}/disabled", applications.set_disabled),
    Page("show_policy", "GET", f"{_APPLICATION}/policy", policies.show_policy),
    Page("change_policy", "POST", f"{_APPLICATION}/policy", policies.change_policy),
    Page("change_redirect", "POST", f"{_APPLICATION}/redirect", policies.change_redirect),
    Page("create_key", "POST", f"{_APPLICATION}/keys", applications.create_key),
    Page("rotate_key", "POST", f"{_APPLICATION}/keys/{{key_id}}/rotate", applications.rotate_key),
    Page("revoke_key", "POST", f"{_APPLICATION}/keys/{{key_id}}/revoke", applications.revoke_key),
    Page("show_users", "GET", "/dashboard/users", users.show_users),
    Page("create_user", "POST", f"{_APPLICATION}/users", users.create_user),
    Page("show_user", "GET", _USER, users.show_user),
    Page("delete_user", "POST", f"{_USER}/delete", users.delete_user),
    Page("open_consent_page", "POST", f"{_USER}/visit", invitations.open_consent_page),
    Page("create_auth_link", "POST", f"{_USER}/auth-link", invitations.create_auth_link),
    Page("delete_auth_link", "POST", f"{_USER}/auth-link/delete", invitations.delete_auth_link),
    Page("create_connection", "POST", f"{_USER}/connections", connections.create_connection),
    Page("refresh_connection", "POST", f"{_USER}/connections/{{connection_id}}/refresh", connections.refresh_connection),
    Page("delete_connection", "POST", f"{_USER}/connections/{{connection_id}}/delete", connections.delete_connection),
    Page("create_statement", "POST", f"{_USER}/statements", connections.create_statement, largest=STATEMENT_BYTES),
    *STATEMENT_PAGES,
    Page("show_transactions", "GET", f"{_USER}/transactions", money.show_transactions),
    Page("show_bank_account", "GET", f"{_USER}/accounts/{{account_id}}", money.show_account),
    Page("show_job", "GET", f"{_APPLICATION}/jobs/{{job_id}}", jobs.show_job),
    Page("answer_challenge", "POST", f"{_APPLICATION}/jobs/{{job_id}}/answers", jobs.answer_challenge),
    Page("show_health", "GET", "/dashboard/health", health.show_health),
    *NOTIFICATION_PAGES,
    *DIAGNOSTIC_PAGES,
    *CONTROL_PAGES,
    *REFERENCE_PAGES,
    *CONSENT_PAGES,
)
