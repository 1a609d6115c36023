"""The page map: every page of the server, in one place. A sandbox adds pages of its own."""

from __future__ import annotations

from bowerbird.domain.operators.roles import Right
from bowerbird.model.reading import ReadKind
from bowerbird.web.consent import agreement, apps, bank_pages, banks, links, manage, own_data, own_money, progress
from bowerbird.web.consent import branding as own_look
from bowerbird.web.consent import columns as own_columns
from bowerbird.web.consent import sign_in as person_sign_in
from bowerbird.web.dashboard import (
    applications,
    audit,
    branding,
    connections,
    evaluation,
    feeds,
    figures,
    jobs,
    leaves,
    lineage,
    money,
    operators,
    overview,
    own_rules,
    policies,
    search,
    second_step,
    users,
)
from bowerbird.web.dashboard import sign_in as operator_sign_in
from bowerbird.web.dashboard.diagnostics import alerts, codes, health, institutions, outcomes
from bowerbird.web.dashboard.notifications import events, messages, webhooks
from bowerbird.web.dashboard.statements import columns, statement, statements, unknown_layouts
from bowerbird.web.kernel import samples
from bowerbird.web.kernel.page import Page, PageAccess
from bowerbird.web.kernel.request import PageRequest
from bowerbird.web.kernel.response import PageResponse
from bowerbird.web.reference import keys, reading

AREAS = frozenset({"dashboard", "home", "links", "assets", "docs"})
"""First segments of the paths that are pages; every other path is the API's."""

STATEMENT_BYTES = 32 * 1024 * 1024
"""The largest form with a statement; the handler checks the file against the setting."""

_LOGO_BYTES = 256 * 1024
"""The largest form with a logo."""
_ANYONE, _PERSON = PageAccess.ANYONE, PageAccess.PERSON
_READ, _SUPPORT, _DEVELOP, _OWN = Right.READ, Right.SUPPORT, Right.DEVELOP, Right.OWN
_APPLICATION = "/dashboard/applications/{application_id}"
_USER = f"{_APPLICATION}/users/{{user_id}}"
_TRANSACTION = f"{_USER}/transactions/{{transaction_id}}"
_STATEMENT = f"{_USER}/statements/{{job_id}}"
_WEBHOOK = f"{_APPLICATION}/webhooks/{{webhook_id}}"
_MESSAGE = f"{_WEBHOOK}/messages/{{message_id}}"
_INSTITUTION = "/home/institutions/{institution_id}"
_CONNECTION = "/home/connections/{connection_id}"


def let_in(request: PageRequest, page: Page) -> PageResponse | None:
    """Identify the visitor by their session before every page; a response instead of the page where they may not see it."""
    return person_sign_in.let_in(request, page) if page.access is PageAccess.PERSON else operator_sign_in.let_in(request, page)


DASHBOARD_PAGES: tuple[Page, ...] = (
    Page("show_overview", "GET", "/dashboard", overview.show_overview, _READ),
    Page("show_sign_in", "GET", "/dashboard/sign-in", operator_sign_in.show_sign_in, _ANYONE),
    Page("sign_in", "POST", "/dashboard/sign-in", operator_sign_in.sign_in, _ANYONE),
    Page("show_second_step", "GET", second_step.PATH, second_step.show_second_step, _ANYONE),
    Page("take_second_step", "POST", second_step.PATH, second_step.take_second_step, _ANYONE),
    Page("sign_out", "POST", "/dashboard/sign-out", operator_sign_in.sign_out, _READ),
    Page("open_link", "GET", "/dashboard/link/{secret}", operator_sign_in.open_link, _ANYONE),
    Page("show_welcome", "GET", "/dashboard/welcome", operator_sign_in.show_welcome, _ANYONE),
    Page("use_link", "POST", "/dashboard/welcome", operator_sign_in.use_link, _ANYONE),
    Page("show_account", "GET", "/dashboard/account", operator_sign_in.show_account, _READ),
    Page("change_password", "POST", "/dashboard/account/password", operator_sign_in.change_password, _READ),
    Page("revoke_session", "POST", "/dashboard/account/sessions/{session_id}/revoke", operator_sign_in.revoke_session, _READ),
    Page("offer_totp", "POST", "/dashboard/account/totp", second_step.offer_totp, _READ),
    Page("confirm_totp", "POST", "/dashboard/account/totp/confirm", second_step.confirm_totp, _READ),
    Page("remove_totp", "POST", "/dashboard/account/totp/remove", second_step.remove_totp, _READ),
    Page("set_theme", "POST", "/dashboard/theme", overview.set_theme, _ANYONE),
    Page("show_components", "GET", "/dashboard/components", overview.show_components, _ANYONE),
    Page("show_applications", "GET", "/dashboard/applications", applications.show_applications, _READ),
    Page("create_application", "POST", "/dashboard/applications", applications.create_application, _DEVELOP),
    Page("show_application", "GET", _APPLICATION, applications.show_application, _READ),
    Page("change_application", "POST", _APPLICATION, applications.change_application, _DEVELOP),
    Page("set_production", "POST", f"{_APPLICATION}/production", applications.set_production, _OWN),
    Page("set_rehearsal", "POST", f"{_APPLICATION}/rehearsal", applications.set_test_statements_allowed, _OWN),
    Page("set_disabled", "POST", f"{_APPLICATION}/disabled", applications.set_disabled, _OWN),
    Page("show_policy", "GET", f"{_APPLICATION}/policy", policies.show_policy, _READ),
    Page("change_policy", "POST", f"{_APPLICATION}/policy", policies.change_policy, _DEVELOP),
    Page("show_branding", "GET", f"{_APPLICATION}/branding", branding.show_branding, _READ),
    Page("change_branding", "POST", f"{_APPLICATION}/branding", branding.change_branding, _DEVELOP, largest=_LOGO_BYTES),
    Page("show_rules", "GET", f"{_APPLICATION}/rules", own_rules.show_rules, _READ),
    Page("change_rules", "POST", f"{_APPLICATION}/rules", own_rules.change_rules, _DEVELOP),
    Page("change_redirect", "POST", f"{_APPLICATION}/redirect", policies.change_redirect, _DEVELOP),
    Page("create_key", "POST", f"{_APPLICATION}/keys", applications.create_key, _DEVELOP),
    Page("rotate_key", "POST", f"{_APPLICATION}/keys/{{key_id}}/rotate", applications.rotate_key, _DEVELOP),
    Page("revoke_key", "POST", f"{_APPLICATION}/keys/{{key_id}}/revoke", applications.revoke_key, _DEVELOP),
    Page("show_users", "GET", "/dashboard/users", users.show_users, _READ, recorded=True),
    Page("search_users", "POST", "/dashboard/users", users.search_users, _READ),
    Page("create_user", "POST", f"{_APPLICATION}/users", users.create_user, _SUPPORT),
    Page("show_user", "GET", _USER, users.show_user, _READ, reads=ReadKind.ACCOUNTS),
    Page("delete_user", "POST", f"{_USER}/delete", users.delete_user, _OWN),
    Page("open_consent_page", "POST", f"{_USER}/visit", users.open_consent_page, _SUPPORT),
    Page("create_auth_link", "POST", f"{_USER}/auth-link", users.create_auth_link, _SUPPORT),
    Page("delete_auth_link", "POST", f"{_USER}/auth-link/delete", users.delete_auth_link, _SUPPORT),
    Page("create_connection", "POST", f"{_USER}/connections", connections.create_connection, _SUPPORT),
    Page("refresh_connection", "POST", f"{_USER}/connections/{{connection_id}}/refresh", connections.refresh_connection, _SUPPORT),
    Page("create_feed", "POST", f"{_USER}/feeds", feeds.create_feed, _SUPPORT),
    Page("revoke_feed", "POST", f"{_USER}/feeds/{{feed_id}}/revoke", feeds.revoke_feed, _SUPPORT),
    Page("delete_connection", "POST", f"{_USER}/connections/{{connection_id}}/delete", connections.delete_connection, _SUPPORT),
    Page("create_statement", "POST", f"{_USER}/statements", connections.create_statement, _SUPPORT, largest=STATEMENT_BYTES),
    Page("show_transactions", "GET", f"{_USER}/transactions", money.show_transactions, _READ, reads=ReadKind.TRANSACTIONS),
    Page("export_transactions", "GET", f"{_USER}/export", money.export_transactions, _SUPPORT, reads=ReadKind.EXPORT, recorded=True),
    Page("show_transaction", "GET", _TRANSACTION, lineage.show_transaction, _READ, reads=ReadKind.TRANSACTIONS),
    Page("set_category", "POST", f"{_TRANSACTION}/category", own_rules.set_category, _SUPPORT),
    Page("separate_source", "POST", f"{_TRANSACTION}/sources/{{source_id}}/separate", lineage.separate_source, _SUPPORT),
    Page("join_source", "POST", f"{_TRANSACTION}/sources/{{source_id}}/join", lineage.join_source, _SUPPORT),
    Page("show_money", "GET", f"{_USER}/money", figures.show_money, _READ, reads=ReadKind.INSIGHTS),
    Page("show_comparison", "GET", f"{_USER}/money/compare", figures.show_comparison, _READ, reads=ReadKind.INSIGHTS),
    Page("print_money", "GET", f"{_USER}/money/report.pdf", figures.print_money, _READ, reads=ReadKind.INSIGHTS),
    Page("show_figure", "GET", f"{_USER}/money/figures/{{figure_id}}", figures.show_figure, _READ, reads=ReadKind.INSIGHTS),
    Page("show_bank_account", "GET", f"{_USER}/accounts/{{account_id}}", money.show_account, _READ, reads=ReadKind.ACCOUNTS),
    Page("show_job", "GET", f"{_APPLICATION}/jobs/{{job_id}}", jobs.show_job, _READ, reads=ReadKind.PROGRESS, recorded=True),
    Page("answer_challenge", "POST", f"{_APPLICATION}/jobs/{{job_id}}/answers", jobs.answer_challenge, _SUPPORT),
    Page("show_search", "GET", search.PATH, search.show_search, _READ),
    Page("search", "POST", search.PATH, search.search, _READ),
    Page("show_jobs", "GET", outcomes.PATH, outcomes.show_jobs, _READ),
    Page("retry_jobs", "POST", outcomes.RETRY_PATH, outcomes.retry_jobs, _SUPPORT),
    Page("show_institution_health", "GET", institutions.PATH, institutions.show_institution_health, _READ),
    Page("show_alerts", "GET", f"{_APPLICATION}/alerts", alerts.show_alerts, _READ),
    Page("create_alert", "POST", f"{_APPLICATION}/alerts", alerts.create_alert, _DEVELOP),
    Page("delete_alert", "POST", f"{_APPLICATION}/alerts/{{alert_id}}/delete", alerts.delete_alert, _DEVELOP),
    Page("show_health", "GET", "/dashboard/health", health.show_health, _READ),
    Page("show_evaluation", "GET", evaluation.PATH, evaluation.show_evaluation, _READ),
    Page("evaluate_file", "POST", evaluation.PATH, evaluation.evaluate_file, _DEVELOP, largest=evaluation.MAX_BYTES),
    Page("show_leaves", "GET", leaves.PATH, leaves.show_leaves, _READ),
)

STATEMENT_PAGES: tuple[Page, ...] = (
    Page("show_statements", "GET", f"{_USER}/statements", statements.show_statements, _READ, reads=ReadKind.STATEMENTS),
    Page("show_statement", "GET", _STATEMENT, statement.show_statement, _READ, reads=ReadKind.STATEMENTS),
    Page("show_columns", "GET", f"{_STATEMENT}/columns", columns.show_columns, _SUPPORT, reads=ReadKind.STATEMENTS),
    Page("choose_columns", "POST", f"{_STATEMENT}/columns", columns.choose_columns, _SUPPORT, reads=ReadKind.STATEMENTS),
    Page("show_statement_page", "GET", f"{_STATEMENT}/pages/{{page}}", statement.show_statement_page, _READ, reads=ReadKind.STATEMENTS),
    Page("show_prints", "GET", unknown_layouts.PATH, unknown_layouts.show_unknown_layouts, _READ),
    Page("map_product", "POST", unknown_layouts.PATH, unknown_layouts.map_product, _DEVELOP),
    Page("decide_print", "POST", f"{unknown_layouts.PATH}/{{print_id}}", unknown_layouts.decide_unknown_layout, _DEVELOP),
    Page("show_draft", "GET", f"{unknown_layouts.PATH}/{{print_id}}/draft", unknown_layouts.show_draft, _READ),
)

NOTIFICATION_PAGES: tuple[Page, ...] = (
    Page("show_events", "GET", "/dashboard/events", events.show_events, _READ, recorded=True),
    Page("show_event", "GET", f"{_APPLICATION}/events/{{event_id}}", events.show_event, _READ, reads=ReadKind.EVENTS, recorded=True),
    Page("show_webhooks", "GET", "/dashboard/webhooks", webhooks.show_webhooks, _READ),
    Page("create_webhook", "POST", f"{_APPLICATION}/webhooks", webhooks.create_webhook, _DEVELOP),
    Page("show_webhook", "GET", _WEBHOOK, webhooks.show_webhook, _READ),
    Page("change_webhook", "POST", _WEBHOOK, webhooks.change_webhook, _DEVELOP),
    Page("set_webhook_enabled", "POST", f"{_WEBHOOK}/enabled", webhooks.set_enabled, _DEVELOP),
    Page("show_webhook_secret", "POST", f"{_WEBHOOK}/secret", webhooks.show_secret, _DEVELOP),
    Page("rotate_webhook_secret", "POST", f"{_WEBHOOK}/secret/rotate", webhooks.rotate_secret, _DEVELOP),
    Page("send_test_message", "POST", f"{_WEBHOOK}/test", webhooks.send_test, _DEVELOP),
    Page("replay_webhook", "POST", f"{_WEBHOOK}/replay", webhooks.replay_webhook, _DEVELOP),
    Page("delete_webhook", "POST", f"{_WEBHOOK}/delete", webhooks.delete_webhook, _DEVELOP),
    Page("show_deliveries", "GET", f"{_APPLICATION}/deliveries", messages.show_deliveries, _READ),
    Page("resend_deliveries", "POST", f"{_APPLICATION}/deliveries", messages.resend_deliveries, _DEVELOP),
    Page("show_message", "GET", _MESSAGE, messages.show_message, _READ, recorded=True),
    Page("resend_message", "POST", f"{_MESSAGE}/resend", messages.resend_message, _SUPPORT),
)

DIAGNOSTIC_PAGES: tuple[Page, ...] = (
    Page("show_codes", "GET", "/dashboard/codes", codes.show_codes, _READ),
    Page("show_code", "GET", "/dashboard/codes/{code}", codes.show_code, _READ),
    Page("show_code_variant", "GET", "/dashboard/codes/{code}/{variant}", codes.show_code, _READ),
)

OPERATOR_PAGES: tuple[Page, ...] = (
    Page("show_operators", "GET", operators.PATH, operators.show_operators, _OWN),
    Page("invite_operator", "POST", operators.PATH, operators.invite_operator, _OWN),
    Page("change_role", "POST", f"{operators.PATH}/{{operator_id}}/role", operators.change_role, _OWN),
    Page("end_sessions", "POST", f"{operators.PATH}/{{operator_id}}/sign-out", operators.end_sessions, _OWN),
    Page("delete_operator", "POST", f"{operators.PATH}/{{operator_id}}/delete", operators.delete_operator, _OWN),
    Page("show_audit", "GET", audit.PATH, audit.show_audit, _OWN),
    Page("export_audit", "GET", f"{audit.PATH}/export", audit.export_audit, _OWN, recorded=True),
)

REFERENCE_PAGES: tuple[Page, ...] = (
    Page("show_reference", "GET", "/docs", reading.show_reference, _ANYONE),
    Page("show_group", "GET", "/docs/{group}", reading.show_group, _ANYONE),
    Page("create_temporary_key", "POST", "/docs/key", keys.create_temporary_key, _DEVELOP),
    Page("revoke_temporary_key", "POST", "/docs/key/forget", keys.revoke_temporary_key, _DEVELOP),
    Page("try_operation", "POST", "/docs/try", reading.try_operation, _DEVELOP),
)

CONSENT_PAGES: tuple[Page, ...] = (
    Page("open_home", "GET", "/home", person_sign_in.open_home, _ANYONE),
    Page("set_language", "GET", "/home/language/{language}", person_sign_in.set_language, _ANYONE),
    Page("show_error", "GET", "/home/sorry", person_sign_in.show_error, _ANYONE),
    Page("show_consent", "GET", "/home/consent", agreement.show_consent, _PERSON),
    Page("give_consent", "POST", "/home/consent", agreement.give_consent, _PERSON),
    Page("decline_consent", "POST", "/home/consent/decline", agreement.decline_consent, _PERSON),
    Page("show_extend", "GET", "/home/extend", agreement.show_extend, _PERSON),
    Page("extend_consent", "POST", "/home/extend", agreement.extend_consent, _PERSON),
    Page("revoke_consent", "POST", "/home/consent/revoke", agreement.revoke_consent, _PERSON),
    Page("show_institutions", "GET", "/home/institutions", banks.show_institutions, _PERSON),
    Page("show_institution", "GET", _INSTITUTION, banks.show_institution, _PERSON),
    Page("connect_institution", "POST", _INSTITUTION, banks.create_connection, _PERSON),
    Page("connect_bank", "POST", f"{_INSTITUTION}/open-banking", bank_pages.connect_bank, _PERSON),
    Page("return_from_bank", "GET", bank_pages.RETURN, bank_pages.return_from_bank, _PERSON),
    Page("show_test_bank", "GET", "/home/test-bank", bank_pages.show_test_bank, _ANYONE),
    Page("show_upload", "GET", f"{_INSTITUTION}/statement", banks.show_upload, _PERSON),
    Page("upload_statement", "POST", f"{_INSTITUTION}/statement", banks.create_statement, _PERSON, largest=STATEMENT_BYTES),
    Page("show_own_job", "GET", "/home/jobs/{job_id}", progress.show_job, _PERSON),
    Page("show_own_columns", "GET", "/home/jobs/{job_id}/columns", own_columns.show_columns, _PERSON),
    Page("choose_own_columns", "POST", "/home/jobs/{job_id}/columns", own_columns.choose_columns, _PERSON),
    Page("answer_own_challenge", "POST", "/home/jobs/{job_id}/answers", progress.answer_challenge, _PERSON),
    Page("cancel_approval", "POST", "/home/jobs/{job_id}/cancel", progress.cancel_approval, _PERSON),
    Page("begin_login_again", "POST", "/home/jobs/{job_id}/again", bank_pages.begin_again, _PERSON),
    Page("show_connected_banks", "GET", "/home/manage", manage.show_connected_banks, _PERSON),
    Page("show_apps", "GET", apps.PATH, apps.show_apps, _PERSON),
    Page("create_own_feed", "POST", apps.PATH, apps.create_own_feed, _PERSON),
    Page("revoke_own_feed", "POST", f"{apps.PATH}/{{feed_id}}/revoke", apps.revoke_own_feed, _PERSON),
    Page("show_own_data", "GET", own_data.PATH, own_data.show_own_data, _PERSON),
    Page("send_own_code", "POST", f"{own_data.PATH}/send", own_data.send_own_code, _PERSON),
    Page("check_own_code", "POST", f"{own_data.PATH}/check", own_data.check_own_code, _PERSON),
    Page("change_contact", "POST", f"{own_data.PATH}/contact", own_data.change_contact, _PERSON),
    Page("download_data", "GET", f"{own_data.PATH}/download/{{kind}}", own_data.download_data, _PERSON),
    Page("download_receipt", "GET", f"{own_data.PATH}/receipts/{{receipt_id}}", own_data.download_receipt, _PERSON),
    Page("show_own_money", "GET", own_money.PATH, own_money.show_own_money, _PERSON),
    Page("show_own_figure", "GET", f"{own_money.PATH}/figures/{{figure_id}}", own_money.show_own_figure, _PERSON),
    Page("show_correction", "GET", f"{own_money.PATH}/transactions/{{transaction_id}}", own_money.show_correction, _PERSON),
    Page("record_correction", "POST", f"{own_money.PATH}/transactions/{{transaction_id}}", own_money.record_correction, _PERSON),
    Page("show_login", "GET", f"{_CONNECTION}/login", manage.show_login, _PERSON),
    Page("update_login", "POST", f"{_CONNECTION}/login", manage.update_connection, _PERSON),
    Page("renew_access", "POST", f"{_CONNECTION}/renew", bank_pages.renew_access, _PERSON),
    Page("refresh_own_connection", "POST", f"{_CONNECTION}/refresh", manage.refresh_connection, _PERSON),
    Page("remove_connection", "POST", f"{_CONNECTION}/remove", manage.remove_connection, _PERSON),
    Page("show_colours", "GET", "/home/colours/{accent}", own_look.show_colours, _ANYONE),
    Page("show_logo", "GET", "/home/logos/{application_id}/{logo_hash}", own_look.show_logo, _ANYONE),
    Page("show_sample", "GET", "/home/samples/{name}", samples.show_sample, _ANYONE),
    Page("finish", "POST", "/home/finish", person_sign_in.finish, _PERSON),
    Page("show_done", "GET", "/home/done", person_sign_in.show_done, _PERSON),
    Page("open_auth_link", "GET", "/links/{secret}", links.open_auth_link, _ANYONE),
    Page("show_auth_link", "GET", "/links", links.show_auth_link, _ANYONE),
    Page("send_code", "POST", "/links/send", links.send_code, _ANYONE),
    Page("check_code", "POST", "/links/check", links.check_code, _ANYONE),
)

PAGES: tuple[Page, ...] = (
    *DASHBOARD_PAGES,
    *STATEMENT_PAGES,
    *NOTIFICATION_PAGES,
    *DIAGNOSTIC_PAGES,
    *OPERATOR_PAGES,
    *REFERENCE_PAGES,
    *CONSENT_PAGES,
)
