"""The page map of events, webhooks and their messages."""

from __future__ import annotations

from bowerbird.web.dashboard.notifications import events, messages, webhooks
from bowerbird.web.kernel.page import Page

_APPLICATION = "/dashboard/applications/{application_id}"
_WEBHOOK = f"{_APPLICATION}/webhooks/{{webhook_id}}"
_MESSAGE = f"{_WEBHOOK}/messages/{{message_id}}"

NOTIFICATION_PAGES: tuple[Page, ...] = (
    Page("show_events", "GET", "/dashboard/events", events.show_events),
    Page("show_event", "GET", f"{_APPLICATION}/events/{{event_id}}", events.show_event),
    Page("show_webhooks", "GET", "/dashboard/webhooks", webhooks.show_webhooks),
    Page("create_webhook", "POST", f"{_APPLICATION}/webhooks", webhooks.create_webhook),
    Page("show_webhook", "GET", _WEBHOOK, webhooks.show_webhook),
    Page("change_webhook", "POST", _WEBHOOK, webhooks.change_webhook),
    Page("set_webhook_enabled", "POST", f"{_WEBHOOK}/enabled", webhooks.set_enabled),
    Page("show_webhook_secret", "POST", f"{_WEBHOOK}/secret", webhooks.show_secret),
    Page("send_test_message", "POST", f"{_WEBHOOK}/test", webhooks.send_test),
    Page("replay_webhook", "POST", f"{_WEBHOOK}/replay", webhooks.replay_webhook),
    Page("delete_webhook", "POST", f"{_WEBHOOK}/delete", webhooks.delete_webhook),
    Page("show_message", "GET", _MESSAGE, messages.show_message),
    Page("resend_message", "POST", f"{_MESSAGE}/resend", messages.resend_message),
)
