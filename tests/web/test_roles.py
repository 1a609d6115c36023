"""What each role may open: every page of an operator, each role, and no other answer than the table says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise

import pytest

from bowerbird.domain.operators.roles import RIGHTS, Right, may
from bowerbird.model.reading import ActionOutcome, Role
from bowerbird.web.kernel.page import Page, PageAccess
from tests.pages import ALL_PAGES
from tests.serving import Serving
from tests.web.audit_entries import entries_of
from tests.web.client import PASSWORD, Pages, make_operator, session_of
from tests.web.test_sign_in import address_of

LEAST: dict[Role, str] = {
    Role.VIEWER: """
        show_overview show_account sign_out change_password revoke_session offer_totp confirm_totp remove_totp show_applications
        show_application show_policy show_users show_user show_transactions show_transaction show_bank_account show_job show_health
        show_search search search_users show_jobs show_branding show_institution_health show_alerts show_deliveries
        show_money show_comparison print_money show_figure show_rules
        show_leaves show_evaluation show_statements show_statement show_statement_page
        show_prints show_draft show_events show_event show_webhooks
        show_webhook show_message show_codes show_code show_code_variant show_clock show_faults show_banks show_limits show_snapshots
    """,
    Role.SUPPORT: """
        create_user open_consent_page create_auth_link delete_auth_link create_connection refresh_connection delete_connection
        create_statement answer_challenge retry_jobs resend_message show_columns choose_columns
        separate_source join_source export_transactions create_feed revoke_feed set_category
    """,
    Role.DEVELOPER: """
        create_application change_application change_policy change_redirect create_key rotate_key revoke_key map_product decide_print
        change_branding change_rules create_alert delete_alert resend_deliveries create_webhook change_webhook
        set_webhook_enabled show_webhook_secret rotate_webhook_secret send_test_message
        replay_webhook delete_webhook create_temporary_key revoke_temporary_key try_operation turn_clock create_fault delete_faults
        delete_fault create_bank delete_bank update_limits reset_limits create_snapshot restore_snapshot delete_snapshot fork_snapshot
        create_fork delete_fork reset_sandbox invite_cast show_requests show_request replay_request trigger_code evaluate_file
    """,
    Role.OWNER: """
        set_production set_rehearsal set_disabled delete_user show_operators invite_operator change_role end_sessions delete_operator
        show_audit export_audit
    """,
}
"""The least role of each page, written here a second time on purpose: a page that is new, or needs less than before, is looked at."""

GUARDED = [page for page in ALL_PAGES if not isinstance(page.access, PageAccess)]


def least_role(name: str) -> Role:
    return next(role for role, names in LEAST.items() if name in names.split())


def test_every_page_has_a_row() -> None:
    rows = [name for names in LEAST.values() for name in names.split()]
    assert sorted(rows) == sorted(page.name for page in GUARDED), "say which role a new page takes, here and in the page map"


def test_each_role_has_the_rights_of_those_before_it() -> None:
    rights = [RIGHTS[role] for role in Role]
    assert all(before < after for before, after in pairwise(rights))
    assert rights[-1] == set(Right)


def test_a_page_that_names_no_right_is_the_owners() -> None:
    made = Page("new", "GET", "/dashboard/new", lambda _: pytest.fail("not called"))
    assert [role for role in Role if isinstance(made.access, Right) and may(role, made.access)] == [Role.OWNER]


@pytest.fixture
def by_role(serving: Serving) -> Iterator[dict[Role, Pages]]:
    with ExitStack() as stack:
        opened = {}
        for role in Role:
            pages = opened[role] = Pages(serving)
            stack.callback(pages.close)
            pages.http.cookies.set("bowerbird-session", session_of(serving, make_operator(serving, f"{role}-1", role=role)))
        yield opened


def _allowed(pages: Pages, page: Page) -> bool:
    """Whether the page opens for them: it answers anything but that their role does not allow it. Its ids name nothing."""
    form = {"csrf": pages.token("/dashboard/account")} if page.method == "POST" else None
    answer = pages.http.request(page.method, address_of(page.path), data=form)
    assert answer.status_code < 500 or answer.status_code == 503, f"{page.name}: {answer.status_code}"
    return not (answer.status_code == 403 and "Your role does not allow this" in answer.text)


@pytest.mark.parametrize("page", [page for page in GUARDED if page.name != "sign_out"], ids=lambda page: page.name)
def test_a_page_opens_for_its_roles_and_no_other(by_role: dict[Role, Pages], page: Page) -> None:
    order = list(Role)
    least = order.index(least_role(page.name))
    assert [_allowed(by_role[role], page) for role in order] == [order.index(role) >= least for role in order]


def test_a_refusal_says_whom_to_ask_and_is_recorded(serving: Serving, by_role: dict[Role, Pages]) -> None:
    viewer = by_role[Role.VIEWER]
    answer = viewer.send("/dashboard/applications", {"name": "Mine"}, on="/dashboard/account")
    assert answer.status_code == 403
    assert "takes the role developer" in answer.text
    newest = entries_of(serving)[0]
    assert (newest.action, newest.outcome, newest.address) == ("create_application", ActionOutcome.REFUSED, "127.0.0.1")


def test_a_role_counts_from_the_next_page_on(serving: Serving, by_role: dict[Role, Pages], ana: Pages) -> None:
    support = by_role[Role.SUPPORT]
    assert support.get("/dashboard/audit").status_code == 403
    for account in set(re.findall(r"/dashboard/operators/([0-9a-f-]{36})/role", ana.get("/dashboard/operators").text)):
        form = {"role": "owner", "confirm": PASSWORD}
        assert ana.send(f"/dashboard/operators/{account}/role", form, on="/dashboard/operators").status_code == 303
    assert support.get("/dashboard/audit").status_code == 200
