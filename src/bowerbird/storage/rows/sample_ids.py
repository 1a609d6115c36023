"""The newest of everything an application has: ids for examples that can be run as they stand."""

from __future__ import annotations

from sqlalchemy import Table, select

from bowerbird.storage.database.tables import accounts, connections, consents, events, jobs, messages, transactions, users
from bowerbird.storage.database.unit_of_work import AnyRow, UnitOfWork


def sample_ids(uow: UnitOfWork, application_id: str) -> dict[str, str]:
    """By the names that the wire's addresses have for them; what there is none of is missing. They belong together where that can be."""
    found: dict[str, str] = {}
    account = _newest(uow, accounts, "last_updated", application_id=application_id)
    if account is not None:
        found |= {"userId": account.user_id, "accountId": account.id, "connectionId": account.connection_id}
        own = transactions.c
        of_account = (own.account_id == account.id, own.user_id == account.user_id)
        row = uow.row(select(own.id).where(*of_account).order_by(own.post_day.desc()).limit(1))
        found |= {} if row is None else {"transactionId": row.id}
    elif (user := _newest(uow, users, "created", application_id=application_id)) is not None:
        found["userId"] = user.id
    if user_id := found.get("userId"):
        of_user = {"application_id": application_id, "user_id": user_id}
        for name, table in (("connectionId", connections), ("jobId", jobs), ("consentId", consents)):
            if name not in found and (row := _newest(uow, table, "created", **of_user)) is not None:
                found[name] = row.id
    if (event := _newest(uow, events, "position", application_id=application_id)) is not None:
        found["eventId"] = event.id
    if (message := _newest(uow, messages, "position", application_id=application_id)) is not None:
        found |= {"messageId": message.id, "webhookId": message.webhook_id}
    return found


def _newest(uow: UnitOfWork, table: Table, by: str, **own: str) -> AnyRow | None:
    conditions = [table.c[name] == value for name, value in own.items()]
    return uow.row(select(table).where(*conditions).order_by(table.c[by].desc()).limit(1))
