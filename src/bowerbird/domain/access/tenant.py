"""On whose behalf something is done."""

from __future__ import annotations

from typing import Final, NamedTuple

NO_APPLICATION: Final = ""
"""For what belongs to no application, such as operators and their sessions: a unit of work for it sees the rows of no application."""


class Tenant(NamedTuple):
    """An application's user: every query about a person's data takes both ids."""

    application_id: str
    user_id: str
