"""The newest of everything an application has: ids for examples that can be run as they stand."""

from __future__ import annotations

from sqlalchemy import Table, select

from bowerbird.storage.database.tables import accounts, connections, consents, events, jobs, messages, transactions, users, webhooks
from bowerbird.storage.database.unit_of_work import AnyRow, UnitOfWork

_LOOKED_AT = 50
"""Newest users, and webhooks, whose accounts and messages are looked for."""


def sample_ids(uow: UnitOfWork, application_id: str) -> dict[str, str]:
    """By the names that the wire's addresses have for them; what there is none of is missing. They belong together where that can be."""
    found: dict[str, str] = {}
    newest = select(users.c.id).where(users.c.application_id == application_id).order_by(users.c.created.desc(), users.c.id.desc())
    people = [row.id for row in uow.rows(newest.limit(_LOOKED_AT))]
    own = (accounts.c.application_id == application_id, accounts.c.user_id.in_(people))
    account = uow.row(select(accounts).where(*own).order_by(accounts.c.last_updated.desc()).limit(1)) if people else None
    if account is not None:
        found |= {"userId": account.user_id, "accountId": account.id, "connectionId": account.connection_id}
        of_account = (transactions.c.account_id == account.id, transactions.c.user_id == account.user_id)
        row = uow.row(select(transactions.c.id).where(*of_account).order_by(transactions.c.post_day.desc()).limit(1))
        found |= {} if row is None else {"transactionId": row.id}
    elif people:
        found["userId"] = people[0]
    if user_id := found.get("userId"):
        of_user = {"application_id": application_id, "user_id": user_id}
        for name, table in (("connectionId", connections), ("jobId", jobs), ("consentId", consents)):
            if name not in found and (row := _newest(uow, table, "created_at_ms", **of_user)) is not None:
                found[name] = row.id
    if (event := _newest(uow, events, "created", application_id=application_id)) is not None:
        found["eventId"] = event.id
    for webhook in uow.rows(select(webhooks.c.id).where(webhooks.c.application_id == application_id).limit(_LOOKED_AT)):
        if (message := _newest(uow, messages, "created", application_id=application_id, webhook_id=webhook.id)) is not None:
            return found | {"messageId": message.id, "webhookId": webhook.id}
    return found


def _newest(uow: UnitOfWork, table: Table, by: str, **own: str) -> AnyRow | None:
    conditions = [table.c[name] == value for name, value in own.items()]
    return uow.row(select(table).where(*conditions).order_by(table.c[by].desc()).limit(1))
