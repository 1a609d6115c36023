"""The page map of what explains the server to its operator: response codes and requests."""

from __future__ import annotations

from bowerbird.web.dashboard.diagnostics import codes, requests
from bowerbird.web.kernel.page import Page

DIAGNOSTIC_PAGES: tuple[Page, ...] = (
    Page("show_codes", "GET", "/dashboard/codes", codes.show_codes),
    Page("trigger_code", "POST", "/dashboard/codes", codes.trigger_code),
    Page("show_code", "GET", "/dashboard/codes/{code}", codes.show_code),
    Page("show_code_variant", "GET", "/dashboard/codes/{code}/{variant}", codes.show_code),
    Page("show_requests", "GET", "/dashboard/requests", requests.show_requests),
    Page("show_request", "GET", "/dashboard/requests/{correlation_id}", requests.show_request),
    Page("replay_request", "POST", "/dashboard/requests/{correlation_id}/replay", requests.replay_request),
)
