"""A connection: a person's standing link between this server and one institution."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ConnectionStatus(StrEnum):
    """States of the contract. `initiated` until the first credentials were tried; clients of version 2 read `pending` for it."""

    INITIATED = "initiated"
    PENDING = "pending"
    ACTIVE = "active"
    INVALID = "invalid"
    DELETED = "deleted"


class Method(StrEnum):
    """How data arrives."""

    WEB = "web"
    PDF = "pdf"
    CSV = "csv"
    OPEN_BANKING = "openbanking"


@dataclass(frozen=True, slots=True)
class Login:
    """What a person typed to reach an institution. Sealed in the vault at rest; `repr` shows nothing."""

    institution_id: str
    login_id: str
    password: str
    secondary_login_id: str = ""
    security_code: str = ""

    def __repr__(self) -> str:
        return f"Login({self.institution_id}, ***)"
