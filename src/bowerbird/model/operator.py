"""Words about operators: the role one has, and what became of an action."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What an operator is for. `domain.operators.roles` says what each may do."""

    VIEWER = "viewer"
    SUPPORT = "support"
    DEVELOPER = "developer"
    OWNER = "owner"


class Outcome(StrEnum):
    """Whether an action was carried out, or refused to the operator who tried it."""

    DONE = "done"
    REFUSED = "refused"
