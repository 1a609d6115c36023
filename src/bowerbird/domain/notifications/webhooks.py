"""Webhooks: the addresses that an application's events are sent to."""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from typing import NamedTuple

from bowerbird import codes
from bowerbird.domain.services import Services, Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.event import EventType, WebhookStatus
from bowerbird.model.ids import is_id, new_id
from bowerbird.model.problem import Problem, Problems
from bowerbird.outbound.addresses import NotAllowed
from bowerbird.storage.rows import messages
from bowerbird.storage.rows import webhooks as rows
from bowerbird.storage.rows.webhooks import WebhookRow as WebhookRow  # noqa: PLC0414  (for those who read webhooks)
from bowerbird.storage.vault.envelope import SealContext

_SECRET_BYTES = 32
_LONGEST_NAME, _LONGEST_DESCRIPTION = 255, 2000


class WebhookChanges(NamedTuple):
    """A webhook as a client asks for it. `types` None: the client names none, and they stay as they are."""

    url: str
    name: str | None
    description: str | None
    types: Sequence[str] | None


class OverlapRuns(Exception):
    """A secret was rotated before, and the one before it goes on signing: another rotation would end it unasked."""


class WebhookWithEvents(NamedTuple):
    """A webhook with the event types it subscribes to; `secret` where it is shown."""

    row: WebhookRow
    types: list[EventType]
    secret: str = ""


def _place(application_id: str, webhook_id: str, column: str = "secret") -> SealContext:
    return SealContext(application_id, "", "webhooks", webhook_id, column)


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(os.urandom(_SECRET_BYTES)).decode()


def secret_of(session: Session, row: WebhookRow) -> str:
    return session.services.vault.open(session.uow, row.secret, _place(row.application_id, row.id)).decode()


def signing_secrets(session: Session, row: WebhookRow) -> list[str]:
    """What messages are signed with now, the newest first: one secret, or two while an old one goes on beside it."""
    now_ms, secrets = to_milliseconds(session.services.clock.now()), [secret_of(session, row)]
    if row.old_secret is not None and now_ms < (row.old_secret_ends_at_ms or 0):
        secrets.append(session.services.vault.open(session.uow, row.old_secret, _place(row.application_id, row.id, "old_secret")).decode())
    return secrets


def rotate_secret(session: Session, row: WebhookRow, after_s: int) -> str:
    """The new secret of a webhook. For `after_s` seconds messages are signed with the one before it too, and never with an older one.

    Raises OverlapRuns while an old secret goes on signing that a receiver may still have; with 0 seconds all old ones end at once.
    """
    vault, secret, now_ms = session.services.vault, _new_secret(), to_milliseconds(session.services.clock.now())
    held = rows.find_webhook(session.uow, row.application_id, row.id, hold=True) or row  # another rotation at once waits
    if after_s and held.old_secret is not None and now_ms < (held.old_secret_ends_at_ms or 0):
        raise OverlapRuns
    old = secret_of(session, held).encode()
    kept = vault.seal(session.uow, old, _place(row.application_id, row.id, "old_secret")) if after_s else None
    rows.update_webhook(
        session.uow, row.application_id, row.id, secret=vault.seal(session.uow, secret.encode(), _place(row.application_id, row.id)),
        old_secret=kept, old_secret_ends_at_ms=now_ms + after_s * 1000 if after_s else None, updated=now_ms,
    )  # fmt: skip
    return secret


def _checked(services: Services, wanted: WebhookChanges) -> None:
    """Raises Problems for a URL this server will not speak to, texts out of bounds and types there are not."""
    problems: list[Problem] = []
    try:
        services.outbound.judge(wanted.url)
    except NotAllowed as refused:
        problems.append(Problem(codes.WEBHOOK_URL_NOT_ALLOWED, parameter="url", pointer="webhook/url", reason=str(refused)))
    for name, text, longest in (("name", wanted.name, _LONGEST_NAME), ("description", wanted.description, _LONGEST_DESCRIPTION)):
        if text is not None and (len(text) > longest or not text.isprintable()):
            problems.append(Problem(codes.REQUEST_BODY_NOT_VALID, parameter=name, pointer=f"webhook/{name}"))
    if set(wanted.types or ()) - set(EventType):
        problems.append(Problem(codes.EVENTS_NOT_SUPPORTED, parameter="subscribedEvents", pointer="webhook/subscribedEvents"))
    if problems:
        raise Problems(problems)


def _require_free(session: Session, webhook_id: str, wanted: WebhookChanges, types: Sequence[EventType]) -> None:
    """An address belongs to one webhook of an application, and so does an event type. Raises Problem."""
    if rows.find_webhook_at(session.uow, session.application_id, wanted.url) not in (None, webhook_id):
        raise Problem(codes.WEBHOOK_EXISTS, parameter="url", pointer="webhook/url")
    taken = rows.list_subscriptions(session.uow, session.application_id)
    if any(taken.get(kind, webhook_id) != webhook_id for kind in types):
        raise Problem(codes.EVENT_ALREADY_SUBSCRIBED, parameter="subscribedEvents", pointer="webhook/subscribedEvents")


def create_webhook(session: Session, wanted: WebhookChanges) -> WebhookWithEvents:
    """Create a webhook, with its secret. One for which no event types are named subscribes to all of them. Raises Problem or Problems."""
    _checked(session.services, wanted)
    types = _sorted(wanted.types) if wanted.types else list(EventType)
    webhook_id, now = new_id(), to_milliseconds(session.services.clock.now())
    _require_free(session, webhook_id, wanted, types)
    secret = _new_secret()
    sealed = session.services.vault.seal(session.uow, secret.encode(), _place(session.application_id, webhook_id))
    row = WebhookRow(
        id=webhook_id, application_id=session.application_id, name=wanted.name or "", description=wanted.description or "", url=wanted.url,
        status=WebhookStatus.ACTIVE, secret=sealed, created=now, updated=now,
    )  # fmt: skip
    rows.insert_webhook(session.uow, row)
    rows.subscribe(session.uow, session.application_id, webhook_id, types)
    return WebhookWithEvents(row, types, secret)


def _sorted(types: Sequence[str]) -> list[EventType]:
    return [EventType(kind) for kind in sorted(set(types))]


def find_webhook(session: Session, webhook_id: str) -> WebhookRow:
    """Raises Problem when the application has no such webhook."""
    if not is_id(webhook_id):
        raise Problem(codes.PATH_PARAMETER_NOT_VALID, parameter="webhookId", pointer="path/webhookId", noun="Webhook")
    row = rows.find_webhook(session.uow, session.application_id, webhook_id)
    if row is None:
        raise Problem(codes.WEBHOOK_NOT_FOUND, parameter="webhookId")
    return row


def _types_of(session: Session, row: WebhookRow) -> list[EventType]:
    return [kind for kind, owner in rows.list_subscriptions(session.uow, row.application_id).items() if owner == row.id]


def get_webhook(session: Session, row: WebhookRow) -> WebhookWithEvents:
    return WebhookWithEvents(row, _types_of(session, row))


def list_webhooks(session: Session) -> list[WebhookWithEvents]:
    """Oldest first."""
    taken = list_subscriptions(session)
    webhooks = rows.list_webhooks(session.uow, session.application_id)
    return [WebhookWithEvents(row, [kind for kind, owner in taken.items() if owner == row.id]) for row in webhooks]


def list_subscriptions(session: Session) -> dict[EventType, str]:
    """Event type → id of the webhook that subscribes to it, of all webhooks of the application."""
    return rows.list_subscriptions(session.uow, session.application_id)


def update_webhook(session: Session, row: WebhookRow, wanted: WebhookChanges) -> WebhookWithEvents:
    """Set the fields that are given. A disabled webhook is enabled. Raises Problem or Problems."""
    _checked(session.services, wanted)
    types = _sorted(wanted.types) if wanted.types else _types_of(session, row)
    _require_free(session.in_application(row.application_id), row.id, wanted, types)
    given = {"url": wanted.url, "name": wanted.name, "description": wanted.description}
    changes = {name: text for name, text in given.items() if text is not None}
    now = to_milliseconds(session.services.clock.now())
    rows.update_webhook(session.uow, row.application_id, row.id, status=WebhookStatus.ACTIVE, updated=now, **changes)
    rows.subscribe(session.uow, row.application_id, row.id, types)
    session.uow.after_commit(session.services.wake)
    return WebhookWithEvents(find_webhook(session.in_application(row.application_id), row.id), types, secret_of(session, row))


def enable_webhook(session: Session, row: WebhookRow) -> None:
    """Send a webhook new events again. Messages that were stopped stay so until they are replayed."""
    now = to_milliseconds(session.services.clock.now())
    rows.update_webhook(session.uow, row.application_id, row.id, status=WebhookStatus.ACTIVE, updated=now)
    session.uow.after_commit(session.services.wake)


def disable_webhook(session: Session, row: WebhookRow) -> None:
    """Send nothing more to a webhook, and stop its pending messages."""
    rows.update_webhook(session.uow, row.application_id, row.id, status=WebhookStatus.DISABLED)
    messages.hold_messages(session.uow, row.id)


def delete_webhook(session: Session, row: WebhookRow) -> None:
    """Delete a webhook with its messages: nothing more is sent, not even what is pending. A delivery that has begun may still arrive."""
    messages.delete_messages_of_webhook(session.uow, row.application_id, row.id)
    rows.delete_webhook(session.uow, row.application_id, row.id)
