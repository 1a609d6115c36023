"""Events: what happened to a person's data, sent to the application that serves them."""

from __future__ import annotations

from enum import StrEnum


class EventType(StrEnum):
    """Every type there is, as the published description lists them: entity, dot, what happened."""

    ACCOUNT_UPDATED = "account.updated"
    CONNECTION_ACTIVATED = "connection.activated"
    CONNECTION_CREATED = "connection.created"
    CONNECTION_DELETED = "connection.deleted"
    CONNECTION_INVALIDATED = "connection.invalidated"
    CONSENT_CREATED = "consent.created"
    CONSENT_EXPIRED = "consent.expired"
    CONSENT_REMINDER = "consent.reminder"
    CONSENT_REVOKED = "consent.revoked"
    CONSENT_UPDATED = "consent.updated"
    CONSENT_WARNING = "consent.warning"
    TRANSACTIONS_UPDATED = "transactions.updated"
    USER_CREATED = "user.created"
    USER_DELETED = "user.deleted"
    USER_UPDATED = "user.updated"

    @property
    def entity(self) -> str:
        return self.value.partition(".")[0]

    @property
    def verb(self) -> str:
        return self.value.partition(".")[2]


class WebhookStatus(StrEnum):
    """`disabled` once a message has failed at every attempt: nothing is sent until the webhook is updated or replayed."""

    ACTIVE = "active"
    DISABLED = "disabled"


class MessageState(StrEnum):
    """`pending` has a moment at which it is due; `failed` has used up its attempts, `held` was stopped by another one's failure."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    HELD = "held"


class AlertKind(StrEnum):
    """What a notice says of an alert, in the word that its message has for a type."""

    BEGUN = "alert.begun"
    ENDED = "alert.ended"


class AlertWay(StrEnum):
    """How a notice of an alert is sent."""

    WEBHOOK = "webhook"
    MAIL = "mail"
