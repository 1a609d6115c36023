"""The words of what is recorded: what of a person is read, by whom and in which feeds; roles of operators, and how their actions ended."""

from __future__ import annotations

from enum import StrEnum


class ReadKind(StrEnum):
    """A class of requests that show something of a person. `PROGRESS` is how reading a bank or a file goes on."""

    ACCOUNTS = "accounts"
    TRANSACTIONS = "transactions"
    IDENTITY = "identity"
    CONNECTIONS = "connections"
    PROGRESS = "progress"
    EVENTS = "events"
    STATEMENTS = "statements"
    INSIGHTS = "insights"
    FEED = "feed"
    EXPORT = "export"


class Reader(StrEnum):
    """Who reads: the application, or an operator of this server in the dashboard."""

    APPLICATION = "application"
    OPERATOR = "operator"


class PendingRows(StrEnum):
    """What a feed sends of pending transactions: nothing, or those that are there, under the ids that they keep once they are posted;
    `ADJUSTED`: with the amount that was sent first, each difference in a row of its own."""

    POSTED = "posted"
    STABLE = "stable"
    ADJUSTED = "adjusted"


class Role(StrEnum):
    """What an operator is for. `domain.operators.roles` says what each may do."""

    VIEWER = "viewer"
    SUPPORT = "support"
    DEVELOPER = "developer"
    OWNER = "owner"


class ActionOutcome(StrEnum):
    """Whether an action was carried out, or refused to the operator who tried it."""

    DONE = "done"
    REFUSED = "refused"
