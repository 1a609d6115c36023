"""What of a person is read, and by whom: the words of the reading log."""

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
