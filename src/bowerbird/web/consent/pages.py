"""The page map of the consent pages."""

from __future__ import annotations

from bowerbird.web.consent import agreement, banks, links, manage, progress, sign_in
from bowerbird.web.kernel import samples
from bowerbird.web.kernel.page import Page, PageAccess

_PERSON, _ANYONE = PageAccess.PERSON, PageAccess.ANYONE
_INSTITUTION = "/home/institutions/{institution_id}"
_CONNECTION = "/home/connections/{connection_id}"
STATEMENT_BYTES = 32 * 1024 * 1024
"""The largest form with a statement; the handler checks the file against the setting."""

CONSENT_PAGES: tuple[Page, ...] = (
    Page("open_home", "GET", "/home", sign_in.open_home, _ANYONE),
    Page("show_error", "GET", "/home/sorry", sign_in.show_error, _ANYONE),
    Page("show_consent", "GET", "/home/consent", agreement.show_consent, _PERSON),
    Page("give_consent", "POST", "/home/consent", agreement.give_consent, _PERSON),
    Page("decline_consent", "POST", "/home/consent/decline", agreement.decline_consent, _PERSON),
    Page("show_extend", "GET", "/home/extend", agreement.show_extend, _PERSON),
    Page("extend_consent", "POST", "/home/extend", agreement.extend_consent, _PERSON),
    Page("revoke_consent", "POST", "/home/consent/revoke", agreement.revoke_consent, _PERSON),
    Page("show_institutions", "GET", "/home/institutions", banks.show_institutions, _PERSON),
    Page("show_institution", "GET", _INSTITUTION, banks.show_institution, _PERSON),
    Page("connect_institution", "POST", _INSTITUTION, banks.create_connection, _PERSON),
    Page("show_upload", "GET", f"{_INSTITUTION}/statement", banks.show_upload, _PERSON),
    Page("upload_statement", "POST", f"{_INSTITUTION}/statement", banks.create_statement, _PERSON, largest=STATEMENT_BYTES),
    Page("show_own_job", "GET", "/home/jobs/{job_id}", progress.show_job, _PERSON),
    Page("answer_own_challenge", "POST", "/home/jobs/{job_id}/answers", progress.answer_challenge, _PERSON),
    Page("show_connected_banks", "GET", "/home/manage", manage.show_connected_banks, _PERSON),
    Page("show_login", "GET", f"{_CONNECTION}/login", manage.show_login, _PERSON),
    Page("update_login", "POST", f"{_CONNECTION}/login", manage.update_connection, _PERSON),
    Page("refresh_own_connection", "POST", f"{_CONNECTION}/refresh", manage.refresh_connection, _PERSON),
    Page("remove_connection", "POST", f"{_CONNECTION}/remove", manage.remove_connection, _PERSON),
    Page("show_sample", "GET", "/home/samples/{name}", samples.show_sample, _ANYONE),
    Page("finish", "POST", "/home/finish", sign_in.finish, _PERSON),
    Page("show_done", "GET", "/home/done", sign_in.show_done, _PERSON),
    Page("open_auth_link", "GET", "/links/{secret}", links.open_auth_link, _ANYONE),
    Page("show_auth_link", "GET", "/links", links.show_auth_link, _ANYONE),
    Page("send_code", "POST", "/links/send", links.send_code, _ANYONE),
    Page("check_code", "POST", "/links/check", links.check_code, _ANYONE),
)
