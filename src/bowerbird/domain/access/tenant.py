"""On whose behalf something is done."""

from __future__ import annotations

from typing import NamedTuple


class Tenant(NamedTuple):
    """An application's user: every query about a person's data takes both ids."""

    application_id: str
    user_id: str
