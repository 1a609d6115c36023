"""The page map of what explains the server to whoever runs it: codes, requests, events, controls."""

from __future__ import annotations

from bowerbird.web.dashboard import catalogue, requests
from bowerbird.web.page import Page

EXPLAINING_PAGES: tuple[Page, ...] = (
    Page("show_codes", "GET", "/dashboard/codes", catalogue.show_codes),
    Page("trigger_code", "POST", "/dashboard/codes", catalogue.trigger_code),
    Page("show_code", "GET", "/dashboard/codes/{code}", catalogue.show_code),
    Page("show_code_variant", "GET", "/dashboard/codes/{code}/{variant}", catalogue.show_code),
    Page("show_requests", "GET", "/dashboard/requests", requests.show_requests),
    Page("show_request", "GET", "/dashboard/requests/{correlation_id}", requests.show_request),
    Page("replay_request", "POST", "/dashboard/requests/{correlation_id}/replay", requests.replay_request),
)
