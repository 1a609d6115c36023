"""What each role may do: the one place that decides it. Every page of an operator names the right it needs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from bowerbird.model.reading import Role


class Right(StrEnum):
    """What a page needs of the operator who opens it; the value says it in words."""

    READ = "see the dashboard"
    SUPPORT = "act for users"
    DEVELOP = "change applications, keys, webhooks and the sandbox"
    OWN = "manage operators, the audit, production access and deletions"


_ORDER: Final = (Right.READ, Right.SUPPORT, Right.DEVELOP, Right.OWN)

RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    Role.VIEWER: frozenset(_ORDER[:1]),
    Role.SUPPORT: frozenset(_ORDER[:2]),
    Role.DEVELOPER: frozenset(_ORDER[:3]),
    Role.OWNER: frozenset(_ORDER),
}
"""Each role has every right of the roles before it."""


class RoleRefused(Exception):
    """The operator's role lacks a right; `least` is the first role that has it."""

    def __init__(self, role: Role, right: Right) -> None:
        self.role, self.right = role, right
        self.least = next(role for role, rights in RIGHTS.items() if right in rights)
        super().__init__(f"a {role} may not {right}: this takes the role {self.least}")


def may(role: Role, right: Right) -> bool:
    return right in RIGHTS[role]


def authorize(role: Role, right: Right) -> None:
    """Raises RoleRefused for a role that lacks the right."""
    if not may(role, right):
        raise RoleRefused(role, right)
