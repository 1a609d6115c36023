"""Webhooks: where an application wants to be told of its events."""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from typing import Any, NamedTuple

from bowerbird import codes
from bowerbird.domain.services import Services, Session
from bowerbird.model.clock import to_milliseconds
from bowerbird.model.event import EventType, WebhookStatus
from bowerbird.model.ids import is_id, new_id
from bowerbird.model.problem import Problem, Problems
from bowerbird.outbound.addresses import NotAllowed
from bowerbird.storage.rows import messages
from bowerbird.storage.rows import webhooks as rows
from bowerbird.storage.vault.envelope import SealContext

_SECRET_BYTES = 32
_LONGEST_NAME, _LONGEST_DESCRIPTION = 255, 2000
_EVERY = tuple(str(each) for each in EventType)


class WebhookChanges(NamedTuple):
    """What a client asks a webhook to be. `types` None: told nothing about them."""

    url: str
    name: str | None
    description: str | None
    types: Sequence[str] | None


class WebhookWithEvents(NamedTuple):
    """A webhook as it is read; `secret` where it is shown."""

    row: Any
    types: list[str]
    secret: str = ""


def _place(application_id: str, webhook_id: str) -> SealContext:
    return SealContext(application_id, "", "webhooks", webhook_id, "secret")


def secret_of(session: Session, row: Any) -> str:
    return session.services.vault.open(session.uow, row.secret, _place(row.application_id, row.id)).decode()


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
    if set(wanted.types or ()) - set(_EVERY):
        problems.append(Problem(codes.EVENTS_NOT_SUPPORTED, parameter="subscribedEvents", pointer="webhook/subscribedEvents"))
    if problems:
        raise Problems(problems)


def _require_free(session: Session, webhook_id: str, wanted: WebhookChanges, types: Sequence[str]) -> None:
    """An address belongs to one webhook of an application, and so does an event type. Raises Problem."""
    if rows.webhook_at(session.uow, session.application_id, wanted.url) not in (None, webhook_id):
        raise Problem(codes.WEBHOOK_EXISTS, parameter="url", pointer="webhook/url")
    taken = rows.subscriptions_of(session.uow, session.application_id)
    if any(taken.get(each, webhook_id) != webhook_id for each in types):
        raise Problem(codes.EVENT_ALREADY_SUBSCRIBED, parameter="subscribedEvents", pointer="webhook/subscribedEvents")


def create_webhook(session: Session, wanted: WebhookChanges) -> WebhookWithEvents:
    """A new webhook with its secret. Without a word about events it is told of all of them."""
    _checked(session.services, wanted)
    types = sorted(set(wanted.types)) if wanted.types else list(_EVERY)
    webhook_id, now = new_id(), to_milliseconds(session.services.clock.now())
    _require_free(session, webhook_id, wanted, types)
    secret = "whsec_" + base64.b64encode(os.urandom(_SECRET_BYTES)).decode()
    values: dict[str, object] = {
        "id": webhook_id,
        "application_id": session.application_id,
        "name": wanted.name or "",
        "description": wanted.description or "",
        "url": wanted.url,
        "status": str(WebhookStatus.ACTIVE),
        "secret": session.services.vault.seal(session.uow, secret.encode(), _place(session.application_id, webhook_id)),
        "lease_owner": None,
        "lease_until": None,
        "created": now,
        "updated": now,
    }
    rows.insert_webhook(session.uow, values)
    rows.subscribe(session.uow, session.application_id, webhook_id, types)
    return WebhookWithEvents(rows.find_webhook(session.uow, session.application_id, webhook_id), types, secret)


def find_webhook(session: Session, webhook_id: str) -> Any:
    """Raises Problem when the application has no such webhook."""
    if not is_id(webhook_id):
        raise Problem(codes.PATH_PARAMETER_NOT_VALID, parameter="webhookId", pointer="path/webhookId", noun="Webhook")
    row = rows.find_webhook(session.uow, session.application_id, webhook_id)
    if row is None:
        raise Problem(codes.WEBHOOK_NOT_FOUND, parameter="webhookId")
    return row


def _types_of(session: Session, row: Any) -> list[str]:
    return [kind for kind, owner in rows.subscriptions_of(session.uow, row.application_id).items() if owner == row.id]


def get_webhook(session: Session, row: Any) -> WebhookWithEvents:
    return WebhookWithEvents(row, _types_of(session, row))


def list_webhooks(session: Session) -> list[WebhookWithEvents]:
    """Oldest first."""
    taken = rows.subscriptions_of(session.uow, session.application_id)
    found = rows.list_webhooks(session.uow, session.application_id)
    return [WebhookWithEvents(row, [kind for kind, owner in taken.items() if owner == row.id]) for row in found]


def update_webhook(session: Session, row: Any, wanted: WebhookChanges) -> WebhookWithEvents:
    """Set what is given, leave what is not. A webhook that was disabled is told of events again."""
    _checked(session.services, wanted)
    types = sorted(set(wanted.types)) if wanted.types else _types_of(session, row)
    _require_free(session.in_application(row.application_id), row.id, wanted, types)
    given = {"name": wanted.name, "description": wanted.description}
    changes: dict[str, object] = {name: text for name, text in given.items() if text is not None}
    changes |= {"url": wanted.url, "status": str(WebhookStatus.ACTIVE), "updated": to_milliseconds(session.services.clock.now())}
    rows.update_webhook(session.uow, row.application_id, row.id, **changes)
    rows.subscribe(session.uow, row.application_id, row.id, types)
    session.uow.after_commit(session.services.wake)
    return WebhookWithEvents(rows.find_webhook(session.uow, row.application_id, row.id), types, secret_of(session, row))


def enable_webhook(session: Session, row: Any) -> None:
    """Tell a webhook of events again, from now on: what was stopped stays so until it is replayed."""
    changes = {"status": str(WebhookStatus.ACTIVE), "updated": to_milliseconds(session.services.clock.now())}
    rows.update_webhook(session.uow, row.application_id, row.id, **changes)
    session.uow.after_commit(session.services.wake)


def disable_webhook(session: Session, row: Any) -> None:
    """Send nothing more to a webhook, and stop what waits for it."""
    rows.update_webhook(session.uow, row.application_id, row.id, status=str(WebhookStatus.DISABLED))
    messages.hold_pending(session.uow, row.id)


def delete_webhook(session: Session, row: Any) -> None:
    """Remove a webhook with its messages: nothing more is sent, not even what waits. A delivery at work may still arrive."""
    messages.forget_webhook(session.uow, row.application_id, row.id)
    rows.delete_webhook(session.uow, row.application_id, row.id)
